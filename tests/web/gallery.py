"""A small application that draws every kind of field and every block on one page, behind the real headers; no stores, no person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

from flask import Flask, render_template, request
from flask_bootstrap import Bootstrap5
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from casework.charters.cenomed import CENOMED
from casework.kernel.records import ChoiceList, Field, Kind, Labelled
from casework.web import filters, headers, weight
from casework.web.errors import CRASH, FAULTS, SEAT_CHANGED
from casework.web.forms import Parsed, parse
from casework.web.tasks import Task
from casework.web.widgets import summary, widgets

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 24)
SCHOOLS = tuple((f"00000000-0000-4000-8000-{number:012}", f"Collège numéro {number}") for number in range(12))
MEMBERS = (
    ("00000000-0000-4000-8000-000000000001", "Mairie d’arrondissement"),
    ("00000000-0000-4000-8000-000000000002", "Commissariat"),
)
FLAVOURS = ChoiceList("flavours", "Saveurs", tuple(Labelled(name, name) for name in ("sucré", "salé", "amer")))
EXTRA = (
    Field("member", "Responsable", Kind.MEMBER, "F33-15", help="Obligatoire pour une action."),
    Field("due", "Échéance", Kind.DATE, "F33-15"),
    Field("hour", "Heure", Kind.TIME, "F33-08"),
    Field("flavours", "Saveurs", Kind.CHOICES, "C-02", choices=FLAVOURS),
)
FIELDS = (*(item for name in ("identity", "reason", "account") for item in CENOMED.compartment(name).fields), *EXTRA)
VALUES = {
    "surname": "Exemple",
    "first_name": "Camille",
    "birth": "birth_known",
    "birth_date": "2011-05-01",
    "telephone": "01 23 45 67 89",
    "schooling": "lower_secondary_4_3",
    "school": SCHOOLS[3][0],
    "informed_how": "in_person",
    "representatives": [{"quality": "mother", "surname": "Exemple", "informed_how": "by_phone"}],
    "reasons": ["school_absence", "incivilities"],
    "danger": True,
    "danger_route": "advice_119",
    "facts": [{"day": "2026-11-03", "place": "street"}],
    "text": "Vu devant l'entrée : trois matins.\nPuis un soir.",
    "due": "2026-12-14",
}


def create_gallery() -> Flask:
    """The application."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "casework/static"))
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "templates")]
    )
    Bootstrap5(app)
    weight.install(app)
    headers.install(app, demo=True)
    filters.install(app)
    app.jinja_env.globals["form_fields"] = lambda: Markup(
        '<input type="hidden" name="csrf_token" value="x"><input type="hidden" name="seat" value="y">'
    )
    app.context_processor(lambda: SHELL)
    app.add_url_rule("/", "gallery", gallery, methods=["GET", "POST"])
    app.add_url_rule("/connexion", "login", lambda: render_template("layout.html", heading="Se connecter"))
    app.add_url_rule("/defaut/<int:number>", "fault", fault)
    return app


@contextmanager
def serving() -> Iterator[str]:
    """The application behind a real socket; gives its address."""
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PROOF = Markup('<input type="hidden" name="csrf_token" value="x"><input type="hidden" name="seat" value="y">')
SHELL = {
    "town": "Mairie d’Exempleville",
    "instance": "CENOMED",
    "seat_label": "Principal de collège",
    "navigation": [("Accueil", "/", True), ("Situations", "/situations", False), ("Réunions", "/reunions", False)],
    "home_url": "/",
    "logout_url": "/quitter",
    "foot": [("Accessibilité", "/accessibilite", False)],
    "confidentiality": CENOMED.confidentiality,
    "session_seconds": 900,
    "stay_url": "/rester",
    "login_url": "/connexion",
    "demo": True,
}


def gallery() -> str:
    """Every field, empty, filled (?filled) or as refused (POST)."""
    parsed = Parsed({}, shown=VALUES if "filled" in request.args else {})
    if request.method == "POST":
        posted: MultiDict[str, str] = MultiDict(request.form.items(multi=True))
        parsed = parse(FIELDS, posted, "a-", schools=SCHOOLS, members=MEMBERS, today=TODAY)
    drawn = widgets(FIELDS, parsed.shown, parsed.announced, prefix="a-", schools=SCHOOLS, members=MEMBERS)
    told = summary(FIELDS, VALUES, schools=SCHOOLS, members=MEMBERS)
    tasks = [Task("3 saisines à examiner avant le 12 décembre", "/", urgent=True), Task("1 retour à relire", "/")]
    return render_template(
        "gallery.html", heading="Saisir la cellule", drawn=drawn, errors=parsed.announced, told=told, tasks=tasks
    )


def fault(number: int) -> tuple[str, int]:
    """The page of one failure."""
    shown = (*FAULTS.values(), SEAT_CHANGED, CRASH)[number]
    return render_template("errors/fault.html", fault=shown, heading=shown.heading), shown.status
