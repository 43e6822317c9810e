"""The pages of indicators: the year, for the coordinator and the mairie; what is typed once a year, for the coordinator."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.charters.free_text import Notice
from casework.indicators import typed
from casework.indicators.service import figures, years
from casework.indicators.typed import Changed, Typed
from casework.kernel.clock import today
from casework.web.forms import FieldError, Parsed, field_id, parse
from casework.web.page import acting, current_house, go, reply
from casework.web.widgets import widgets

NAMED = "Ce texte contient « {} », nom d’une personne connue de la cellule. Retirez-le, ou écrivez autrement."
MEANWHILE = "Ces indications ont été changées depuis que vous avez ouvert la page. Rien n’est enregistré : relisez, puis recommencez."


def yearly() -> Response:
    """The figures of one year."""
    house, asked = current_house(), request.args.get("annee", type=int)
    known, this = years(house), today().year
    year = asked if asked in known else this
    return reply(
        "indicators/yearly.html",
        year=year,
        years=known,
        figures=figures(house, year),
        over=year < this,
        day=today(),
        opens=date(year + 1, 1, 1),
        types=house.charter.seat(acting().actor.seat).keeper,
        done="fait" in request.args,
        page="indicators",
    )


def typing() -> Response:
    """Type what the workflow cannot tell; a known name is refused, a doubt is told and the person decides (C-03)."""
    house, person, year = current_house(), acting(), _asked()
    before = typed.find(house, year)
    if request.method == "GET":
        return _form(year, Parsed({}, shown=before.values), before)
    known = typed.known_names(house, person)
    read = parse(house.charter.yearly, request.form, today=today(), extra_errors=lambda values: _named(values, known))
    sure = request.form.get("_confirmed") == typed.confirmation(read.values)
    doubts = [] if sure or read.errors else typed.doubts(house.charter.yearly, read.values, known)
    if read.errors or doubts:
        return _form(year, read, before, doubts)
    try:
        typed.keep(house, person, year, read.values, request.form.get("seen", -1, type=int))
    except Changed:
        return _form(year, read, typed.find(house, year), changed=True)
    return go("indicators.yearly", annee=year, fait=1)


def _asked() -> int:
    """This year, the last one, or one that has figures. Errors: NotFound."""
    this = today().year
    asked = request.args.get("annee", this, type=int)
    if asked not in {this - 1, *years(current_house())}:
        raise NotFound
    return asked


def _named(values: Mapping[str, Any], known: frozenset[str]) -> list[tuple[str, str]]:
    texts = [item for item in current_house().charter.yearly if item.guarded]
    found = [(item.name, typed.named(values.get(item.name, ""), known)) for item in texts]
    return [(name, NAMED.format(words[0])) for name, words in found if words]


def _form(year: int, read: Parsed, before: Typed, doubts: Sequence[Notice] = (), *, changed: bool = False) -> Response:
    fields, errors = current_house().charter.yearly, read.errors
    if changed:
        errors = (FieldError(field_id(fields[0].name), "Indications de l’année", MEANWHILE),)
    return reply(
        "indicators/typing.html",
        year=year,
        widgets=widgets(fields, read.shown, errors),
        errors=errors,
        doubts=doubts,
        confirmation=typed.confirmation(read.values),
        seen=before.version,
        page="indicators",
        status=409 if changed else 422 if errors else 200,
    )
