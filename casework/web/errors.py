"""Refusals and failures: one calm French page each, one entry, one English line without data; what is missing and what is closed look the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from casework.store.engines import StoreDown
from casework.store.events import OUTCOMES
from casework.web.page import NO_ENTRY, NotLogged, current_house, log, logger, note, report


@dataclass(frozen=True, slots=True)
class Fault:
    """What a page of error says: what happened, what is kept and what to do."""

    status: int
    heading: str
    texts: tuple[str, ...]
    outcome: str


MISSING = Fault(
    404,
    "Page introuvable",
    ("Cette page n’existe pas, ou ne vous est pas ouverte.", "Revenez à l’accueil : tout ce qui vous attend y est."),
    "missing",
)
CRASH = Fault(
    500,
    "Une erreur s’est produite",
    (
        "L’erreur vient du logiciel, pas de vous. Ce qui était enregistré avant cette page l’est toujours.",
        "Réessayez ; si l’erreur revient, prévenez l’administrateur.",
    ),
    "error",
)
SEAT_CHANGED = Fault(
    409,
    "Vous avez changé de qualité",
    (
        "Ce formulaire a été ouvert dans une autre qualité que celle où vous êtes maintenant. Rien n’a été enregistré.",
        "Revenez à l’accueil, vérifiez la qualité affichée en haut de la page, puis recommencez.",
    ),
    "conflict",
)
CROWDED = Fault(
    429,
    "Trop de pages demandées à la fois",
    (
        "Plusieurs pages sont déjà en préparation pour vous. Celle-ci n’est pas faite, et rien n’est enregistré.",
        "Attendez quelques secondes, puis rechargez la page.",
    ),
    "limited",
)
UNPROVEN = Fault(
    503,
    "Service suspendu",
    (
        "Les données enregistrées ne sont pas celles que ce serveur connaît : rien n’est affiché.",
        "Prévenez l’administrateur. Si une sauvegarde vient d’être restaurée, deux détenteurs de parts doivent l’accepter.",
    ),
    "error",
)
DOWN = Fault(
    503,
    "Service momentanément indisponible",
    (
        "Les données ne sont pas accessibles en ce moment. Rien n’est enregistré, et rien n’est perdu.",
        "Votre saisie est encore à la page précédente. Réessayez dans quelques minutes ; si cela continue, appelez l’administrateur.",
    ),
    "error",
)
FAULTS = {
    400: Fault(
        400,
        "Formulaire refusé",
        (
            "Ce formulaire n’a pas été reconnu : la page était sans doute ouverte depuis trop longtemps. Rien n’a été enregistré.",
            "Revenez à la page précédente, rechargez-la, puis envoyez de nouveau.",
        ),
        "csrf",
    ),
    404: MISSING,
    409: Fault(
        409,
        "La situation a changé entre-temps",
        (
            "Quelqu’un d’autre a agi depuis que vous avez ouvert cette page. Rien n’a été enregistré.",
            "Rouvrez la page pour voir ce qui a changé.",
        ),
        "conflict",
    ),
    413: Fault(
        413,
        "Envoi trop volumineux",
        (
            "Le formulaire dépasse la taille permise. Rien n’a été enregistré.",
            "Raccourcissez les textes, puis envoyez de nouveau.",
        ),
        "too_large",
    ),
    429: Fault(
        429,
        "Trop d’essais",
        (
            "Trop d’essais ont échoué. Attendez au moins une minute, puis réessayez.",
            "Si vous avez perdu votre mot de passe, adressez-vous à l’administrateur.",
        ),
        "limited",
    ),
    500: CRASH,
    503: Fault(503, "Service indisponible", (NO_ENTRY,), "error"),
}


class Discreet(Flask):
    """Flask, except that a failure outside every handler leaves no trace of values in the application log either."""

    def log_exception(self, exc_info: Any) -> None:
        """Type and place only."""
        report(exc_info[1])


Refusals = Mapping[type[Exception], Callable[[Any], Response]]


def install(app: Flask, refusals: Refusals) -> None:
    """Answer every failure here, but the `refusals` that a slice explains better."""
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_crash)
    app.register_error_handler(StoreDown, on_store_down)
    for kind, view in refusals.items():
        app.register_error_handler(kind, view)


def on_http(error: HTTPException) -> Response:
    """A refusal. A code without a page of its own is told as missing, or as our failure."""
    if isinstance(request.routing_exception, SecurityError):  # no URL can be built for a host that is not ours
        return Response("Hôte inconnu.", status=400, mimetype="text/plain")
    code = error.code or 500
    fault = FAULTS.get(code, MISSING if code < 500 else CRASH)
    if getattr(error, "seat_changed", False):
        fault = SEAT_CHANGED
    if getattr(error, "crowded", False):
        fault = CROWDED
    return show(fault, getattr(error, "outcome", fault.outcome))


def on_crash(error: Exception) -> Response:
    """A failure of ours: one line says its type and place, the page says nothing of it."""
    report(error)
    return show(CRASH, CRASH.outcome)


def on_unproven(error: Exception) -> Response:
    """The log, the directory, the register or the pins do not hold: nothing is served."""
    report(error)
    return show(UNPROVEN, UNPROVEN.outcome)


def on_store_down(error: StoreDown) -> Response:
    """A store that does not answer: which one and how for the log, when to try again for the person."""
    logger.error("%s (%s)", error, type(error.__cause__).__name__)
    return show(DOWN, DOWN.outcome)


def show(fault: Fault, outcome: str) -> Response:
    """The page of a fault, logged first for somebody logged in; unlogged, it is the bare page of 503."""
    note(fault.status, outcome)
    acting = g.get("acting")
    house = current_house()
    try:
        if acting is not None:
            log(house.entry(house.events.refused, acting.actor, outcome=OUTCOMES[outcome]))
    except NotLogged:
        return Response(NO_ENTRY, status=503, mimetype="text/plain")
    return _page(fault)


def _page(fault: Fault) -> Response:
    try:
        # Without the line of C-09: a closed page would be told from a missing one by it.
        body = render_template("errors/fault.html", fault=fault, heading=fault.heading, confidentiality="")
    except Exception as error:  # noqa: BLE001 - a failure of this page would reach the server, which writes traces
        report(error)
        return Response("\n".join(fault.texts), status=fault.status, mimetype="text/plain")
    return Response(body, status=fault.status, mimetype="text/html")
