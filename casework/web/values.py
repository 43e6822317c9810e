"""One posted value of each kind of field, checked against its closed list, its limit and good sense. Forms put them together."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.kernel.records import Field, Kind
from casework.web import cleaning

INVISIBLE = "Des caractères invisibles ou illisibles ont été retirés. Relisez ce champ, puis envoyez de nouveau."
MISSING = {
    Kind.CHOICE: "Choisissez une réponse.",
    Kind.CHOICES: "Cochez au moins une réponse.",
    Kind.FLAG: "Cochez cette case.",
    Kind.DATE: "Indiquez une date.",
    Kind.PAST_DATE: "Indiquez une date.",
    Kind.COMING_DATE: "Indiquez une date.",
    Kind.TIME: "Indiquez une heure.",
    Kind.YEAR: "Indiquez une année.",
    Kind.AGE: "Indiquez un âge.",
    Kind.SCHOOL: "Choisissez un établissement.",
    Kind.MEMBER: "Choisissez une personne.",
}


@dataclass(frozen=True, slots=True)
class Context:
    schools: frozenset[str]
    members: frozenset[str]
    today: date


class Refused(Exception):
    """A value cannot be taken; the message says why, in French, and `shown` what to show instead of what was posted."""

    def __init__(self, message: str, shown: str | None = None) -> None:
        super().__init__(message)
        self.shown = shown


def again(item: Field, raw: list[str]) -> Any:
    if item.kind is Kind.CHOICES:
        return [text for text in raw if item.choices is not None and text in item.choices]
    if item.kind in (Kind.CHOICE, Kind.SCHOOL, Kind.MEMBER, Kind.FLAG):
        return ""
    return cleaning.visible(cleaning.text(raw[0]))


def _one(raw: list[str]) -> str:
    return raw[0] if raw else ""


def _words(item: Field, raw: list[str], _: Context) -> str | None:
    cleaned = (cleaning.text if item.kind is Kind.TEXT else cleaning.line)(_one(raw))
    seen = cleaning.visible(cleaned)
    if seen != cleaned:
        raise Refused(INVISIBLE, shown=seen)
    if len(seen) > item.limit:
        over = len(seen) - item.limit
        raise Refused(f"{item.limit} caractères au plus : retirez-en {over}.", shown=seen)
    if seen and item.kind is Kind.PHONE and not cleaning.telephone(seen):
        raise Refused("Indiquez un numéro de téléphone, comme 01 23 45 67 89.", shown=seen)
    if seen and item.kind is Kind.EMAIL and not cleaning.address(seen):
        raise Refused("Indiquez une adresse électronique, comme nom@exemple.fr.", shown=seen)
    return seen or None


def _listed(raw: list[str], allowed: Collection[str]) -> str | None:
    chosen = cleaning.line(_one(raw))
    if chosen and chosen not in allowed:
        raise Refused("Choisissez une réponse de la liste.")
    return chosen or None


def _choice(item: Field, raw: list[str], _: Context) -> str | None:
    return _listed(raw, [each.value for each in item.choices.values] if item.choices else ())


def _choices(item: Field, raw: list[str], _: Context) -> list[str]:
    allowed = [each.value for each in item.choices.values] if item.choices else []
    if any(text and text not in allowed for text in raw):
        raise Refused("Choisissez des réponses de la liste.")
    return [value for value in allowed if value in raw]


def _flag(_: Field, raw: list[str], __: Context) -> bool:
    if set(raw) - {"", "1"}:
        raise Refused("Cochez cette case, ou laissez-la vide.")
    return "1" in raw


def _school(_: Field, raw: list[str], context: Context) -> str | None:
    return _listed(raw, context.schools)


def _member(_: Field, raw: list[str], context: Context) -> str | None:
    return _listed(raw, context.members)


def _date(item: Field, raw: list[str], context: Context) -> str | None:
    if not cleaning.line(_one(raw)):
        return None
    found = cleaning.day(_one(raw))
    if found is None:
        raise Refused("Indiquez un jour, un mois et une année, comme 14/12/2026.")
    if item.kind is Kind.PAST_DATE and found > context.today:
        raise Refused("La date doit être dans le passé, au plus tard aujourd’hui.")
    if item.kind is Kind.COMING_DATE and found < context.today:
        raise Refused("La date doit être aujourd’hui ou plus tard.")
    if not cleaning.OLDEST_YEAR <= found.year <= context.today.year + cleaning.YEARS_AHEAD:
        raise Refused("Vérifiez l’année.")
    return found.isoformat()


def _time(_: Field, raw: list[str], __: Context) -> str | None:
    if not cleaning.line(_one(raw)):
        return None
    found = cleaning.hour(_one(raw))
    if found is None:
        raise Refused("Indiquez une heure, comme 14 h 30.")
    return found.isoformat("minutes")


def _between(raw: list[str], low: int, high: int, message: str) -> int | None:
    if not cleaning.line(_one(raw)):
        return None
    found = cleaning.whole(_one(raw))
    if found is None or not low <= found <= high:
        raise Refused(message)
    return found


def _year(_: Field, raw: list[str], context: Context) -> int | None:
    low, high = cleaning.OLDEST_YEAR, context.today.year
    return _between(raw, low, high, f"Indiquez une année en quatre chiffres, entre {low} et {high}.")


def _age(_: Field, raw: list[str], __: Context) -> int | None:
    return _between(raw, 0, cleaning.OLDEST_AGE, f"Indiquez un âge en années, entre 0 et {cleaning.OLDEST_AGE}.")


READERS: Mapping[Kind, Callable[[Field, list[str], Context], Any]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.FLAG: _flag,
    Kind.LINE: _words,
    Kind.TEXT: _words,
    Kind.PHONE: _words,
    Kind.EMAIL: _words,
    Kind.DATE: _date,
    Kind.PAST_DATE: _date,
    Kind.COMING_DATE: _date,
    Kind.TIME: _time,
    Kind.YEAR: _year,
    Kind.AGE: _age,
    Kind.SCHOOL: _school,
    Kind.MEMBER: _member,
}
