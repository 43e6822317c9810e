"""The form by which the DPO asks the log: read from the address, told in words, put back in the address of what follows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casework.accounts.people import names
from casework.journal.service import Asked, case_of, people
from casework.journal.words import KINDS
from casework.kernel.clock import today
from casework.kernel.records import Field, Kind
from casework.store.house import House
from casework.web.forms import FieldError, field_id, parse
from casework.web.french import lowered, short_day
from casework.web.widgets import Widget, widgets

REFERENCE, PERSON, FIRST, LAST, KIND = "reference", "personne", "du", "au", "nature"
FIELDS = (
    Field(REFERENCE, "Référence de la situation", Kind.LINE, "A-09", help="Huit lettres et chiffres.", limit=12),
    Field(PERSON, "Personne qui a agi", Kind.MEMBER, "A-05", unanswered="Toutes les personnes"),
    Field(FIRST, "Du", Kind.DATE, "A-05"),
    Field(LAST, "Au", Kind.DATE, "A-05"),
    Field(KIND, KINDS.title, Kind.CHOICE, "A-05", choices=KINDS, unanswered="Toutes les natures"),
)
UNKNOWN = (
    "Aucune situation ne porte cette référence, ou le journal n’en garde plus rien. Le journal ne connaît aucun nom :"
    " demandez la référence au coordonnateur."
)
BACKWARDS = "Le dernier jour vient avant le premier."


@dataclass(frozen=True, slots=True)
class Question:
    """`address`: what repeats the question in a link, from what is known here and nothing else that was typed."""

    asked: Asked
    errors: tuple[FieldError, ...]
    widgets: tuple[Widget, ...]
    sentence: str
    address: Mapping[str, str]


def read(house: House, typed: "MultiDict[str, str]") -> Question:
    """What is asked. An answer in error asks nothing, and is not repeated on the page. Errors: LogBroken."""
    persons = people(names(house))
    found = parse(FIELDS, typed, members=persons, today=today())
    values = dict(found.values)
    values[REFERENCE] = "".join(values.get(REFERENCE, "").upper().split())
    case = case_of(house, values[REFERENCE]) if values[REFERENCE] else None
    errors = (*found.errors, *_wrong(values, case))
    wrong = {error.id for error in errors}
    good = {name: value for name, value in values.items() if value and field_id(name) not in wrong}
    asked = _asked(good, case)
    drawn = widgets(FIELDS, good, errors, members=persons)
    return Question(asked, errors, drawn, _sentence(asked, dict(persons)), good)


def _wrong(values: Mapping[str, Any], case: UUID | None) -> Iterator[FieldError]:
    if values[REFERENCE] and case is None:
        yield FieldError(field_id(REFERENCE), FIELDS[0].label, UNKNOWN)
    if values.get(FIRST) and values.get(LAST) and values[LAST] < values[FIRST]:
        yield FieldError(field_id(LAST), FIELDS[3].label, BACKWARDS)


def _asked(good: Mapping[str, Any], case: UUID | None) -> Asked:
    first, last = (date.fromisoformat(good[name]) if name in good else None for name in (FIRST, LAST))
    person = UUID(good[PERSON]) if PERSON in good else None
    return Asked(good.get(REFERENCE, ""), case, person, good.get(KIND, ""), first, last)


def _sentence(asked: Asked, persons: Mapping[str, str]) -> str:
    told = [f"situation {asked.reference}"] if asked.reference else []
    told += [persons[str(asked.person)]] if asked.person else []
    told += [lowered(KINDS.label(asked.kind))] if asked.kind else []
    told += [span(asked)] if asked.first or asked.last else []
    sentence = " ; ".join(told)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def span(asked: Asked) -> str:
    """The days asked for, in words."""
    first, last = (short_day(day) if day else "" for day in (asked.first, asked.last))
    if not first and not last:
        return ""
    if first == last:
        return f"le {first}"
    return f"du {first} au {last}" if first and last else f"depuis le {first}" if first else f"jusqu’au {last}"
