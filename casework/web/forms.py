"""Posted forms read through the fields of a charter: nothing outside them is taken, nothing typed is lost. It knows neither Flask nor HTML."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.kernel.records import Field, Kind
from casework.web import cleaning

Pairs = Sequence[tuple[str, str]]
Raw = dict[str, Any]  # name -> the texts posted for it, or for ROWS the groups
MORE = "_more"
INVISIBLE = "Des caractères invisibles ont été retirés. Relisez ce champ, puis envoyez de nouveau."
FORMS = (Kind.LINE, Kind.TEXT, Kind.PHONE, Kind.EMAIL)
MISSING = {
    Kind.CHOICE: "Choisissez une réponse.",
    Kind.CHOICES: "Cochez au moins une réponse.",
    Kind.FLAG: "Cochez cette case.",
    Kind.DATE: "Indiquez une date.",
    Kind.PAST_DATE: "Indiquez une date.",
    Kind.YEAR: "Indiquez une année.",
    Kind.AGE: "Indiquez un âge.",
    Kind.SCHOOL: "Choisissez un établissement.",
    Kind.MEMBER: "Choisissez une personne.",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing to correct: the id of the input, the label people see, the reason in words."""

    id: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A form once read. `values` is ready for JSON; `shown` is what the page shows again, refused words included.

    `more` names the groups of which one more was asked: the page is shown again and nothing else happens.
    """

    values: dict[str, Any]
    errors: tuple[FieldError, ...] = ()
    more: tuple[str, ...] = ()
    shown: Mapping[str, Any] = None  # type: ignore[assignment]

    @property
    def ok(self) -> bool:
        """Whether the act may go on."""
        return not self.errors and not self.more

    @property
    def announced(self) -> tuple[FieldError, ...]:
        """The errors to show: none while the person only asks for one more group."""
        return () if self.more else self.errors


@dataclass(frozen=True, slots=True)
class _Context:
    schools: frozenset[str]
    members: frozenset[str]
    today: date


class _Refused(Exception):
    """A value cannot be taken; the message says why, in French, and `shown` what to show instead of what was posted."""

    def __init__(self, message: str, shown: str | None = None) -> None:
        super().__init__(message)
        self.shown = shown


def asked(fields: Iterable[Field], asks: Collection[str] = ()) -> tuple[Field, ...]:
    """The fields a form shows: those the service presets are left out, at every depth, unless the move `asks` for them."""
    return tuple(
        replace(item, fields=asked(item.fields, asks)) for item in fields if not item.preset or item.name in asks
    )  # fmt: skip


def field_id(name: str) -> str:
    """The HTML id of the input posted under this name."""
    return f"f-{name}"


def holds(condition: tuple[str, str] | None, values: Mapping[str, Any]) -> bool:
    """Whether an `only_if` condition is met; a flag counts as “1”."""
    if condition is None:
        return True
    found = values.get(condition[0])
    if isinstance(found, list):
        return condition[1] in found
    return ("1" if found else "") == condition[1] if isinstance(found, bool) else str(found) == condition[1]


def parse(
    fields: Sequence[Field],
    posted: "MultiDict[str, str]",
    prefix: str = "",
    *,
    schools: Pairs = (),
    members: Pairs = (),
    today: date,
    extra_errors: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] | None = None,
) -> Parsed:
    """Read these fields and only them. Never raises on what was posted.

    `extra_errors` gives (field name, message) for what only the charter knows, such as an age; asked only of a form otherwise right.
    """
    context = _Context(frozenset(value for value, _ in schools), frozenset(value for value, _ in members), today)
    raw = _collect(fields, posted, prefix)
    values, shown, errors = _read_all(fields, raw, prefix, context)
    if extra_errors is not None and not errors:
        labels = {item.name: item.label for item in fields}
        errors = [FieldError(field_id(prefix + name), labels[name], message) for name, message in extra_errors(values)]
    return Parsed(values, tuple(errors), _more(fields, posted, prefix), shown)


def _collect(fields: Sequence[Field], posted: "MultiDict[str, str]", prefix: str) -> Raw:
    raw: Raw = {}
    for item in fields:
        name = prefix + item.name
        if item.kind is Kind.ROWS:
            groups = (_collect(item.fields, posted, f"{name}-{index}-") for index in range(item.rows[1]))
            raw[item.name] = [group for group in groups if _written(group)]
        else:
            raw[item.name] = posted.getlist(name)
    return raw


def _written(group: Raw) -> bool:
    return any(_written(entry) if isinstance(entry, dict) else cleaning.line(entry) for texts in group.values() for entry in texts)


def _more(fields: Sequence[Field], posted: "MultiDict[str, str]", prefix: str) -> tuple[str, ...]:
    wanted = posted.getlist(MORE)
    return tuple(item.name for item in fields if item.kind is Kind.ROWS and prefix + item.name in wanted)


def _read_all(fields: Sequence[Field], raw: Raw, prefix: str, context: _Context) -> tuple[dict[str, Any], Raw, list[FieldError]]:
    values: dict[str, Any] = {}
    shown: Raw = {}
    errors: dict[str, list[FieldError]] = {}
    for item in sorted(fields, key=lambda each: each.only_if is not None):  # a condition may come after what it decides
        value, again, found = _read(item, raw[item.name], prefix, context)
        if again not in (None, "", []):
            shown[item.name] = again
        if not holds(item.only_if, values):
            continue
        if value is not None:
            values[item.name] = value
        errors[item.name] = found
    order = [item.name for item in fields]
    ordered = {name: values[name] for name in order if name in values}
    return ordered, shown, [error for name in order for error in errors.get(name, ())]


def _read(item: Field, raw: list[Any], prefix: str, context: _Context) -> tuple[Any, Any, list[FieldError]]:
    """(value or None, what to show again, errors)."""
    name = prefix + item.name
    if item.kind is Kind.ROWS:
        return _read_rows(item, raw, name, context)
    try:
        value = READERS[item.kind](item, raw, context)
    except _Refused as refusal:
        again = _again(item, raw) if refusal.shown is None else refusal.shown
        return None, again, [FieldError(field_id(name), item.label, str(refusal))]
    empty = value is None or value is False or value == []
    missing = [FieldError(field_id(name), item.label, MISSING.get(item.kind, "Remplissez ce champ."))] if item.required and empty else []
    return None if value == [] else value, value, missing


def _read_rows(item: Field, groups: list[Raw], name: str, context: _Context) -> tuple[Any, Any, list[FieldError]]:
    kept, again, errors = [], [], []
    for index, group in enumerate(groups):
        values, shown, found = _read_all(item.fields, group, f"{name}-{index}-", context)
        kept.append(values)
        again.append(shown)
        errors += [replace(error, label=f"{error.label} ({item.label.lower()} {index + 1})") for error in found]
    least = max(item.rows[0], int(item.required))
    if len(groups) < least:
        message = f"Remplissez au moins {least} groupe{'s' if least > 1 else ''} de champs."
        errors.append(FieldError(field_id(name), item.label, message))
    return kept or None, again, errors


def _again(item: Field, raw: list[str]) -> Any:
    if item.kind is Kind.CHOICES:
        return [text for text in raw if item.choices is not None and text in item.choices]
    if item.kind in (Kind.CHOICE, Kind.SCHOOL, Kind.MEMBER):
        return ""
    return cleaning.visible(cleaning.text(raw[0]))


def _one(raw: list[str]) -> str:
    return raw[0] if raw else ""


def _words(item: Field, raw: list[str], _: _Context) -> str | None:
    cleaned = (cleaning.text if item.kind is Kind.TEXT else cleaning.line)(_one(raw))
    seen = cleaning.visible(cleaned)
    if seen != cleaned:
        raise _Refused(INVISIBLE, shown=seen)
    if len(seen) > item.limit:
        over = len(seen) - item.limit
        raise _Refused(f"{item.limit} caractères au plus : retirez-en {over}.", shown=seen)
    if seen and item.kind is Kind.PHONE and not cleaning.telephone(seen):
        raise _Refused("Indiquez un numéro de téléphone, comme 01 23 45 67 89.", shown=seen)
    if seen and item.kind is Kind.EMAIL and not cleaning.address(seen):
        raise _Refused("Indiquez une adresse électronique, comme nom@exemple.fr.", shown=seen)
    return seen or None


def _listed(raw: list[str], allowed: Collection[str]) -> str | None:
    chosen = cleaning.line(_one(raw))
    if chosen and chosen not in allowed:
        raise _Refused("Choisissez une réponse de la liste.")
    return chosen or None


def _choice(item: Field, raw: list[str], _: _Context) -> str | None:
    return _listed(raw, [each.value for each in item.choices.values] if item.choices else ())


def _choices(item: Field, raw: list[str], _: _Context) -> list[str]:
    allowed = [each.value for each in item.choices.values] if item.choices else []
    if any(text and text not in allowed for text in raw):
        raise _Refused("Choisissez des réponses de la liste.")
    return [value for value in allowed if value in raw]


def _flag(_: Field, raw: list[str], __: _Context) -> bool:
    return "1" in raw


def _school(_: Field, raw: list[str], context: _Context) -> str | None:
    return _listed(raw, context.schools)


def _member(_: Field, raw: list[str], context: _Context) -> str | None:
    return _listed(raw, context.members)


def _date(item: Field, raw: list[str], context: _Context) -> str | None:
    if not cleaning.line(_one(raw)):
        return None
    found = cleaning.day(_one(raw))
    if found is None:
        raise _Refused("Indiquez un jour, un mois et une année, comme 14/12/2026.")
    if item.kind is Kind.PAST_DATE and found > context.today:
        raise _Refused("La date doit être dans le passé, au plus tard aujourd’hui.")
    if not cleaning.OLDEST_YEAR <= found.year <= context.today.year + cleaning.YEARS_AHEAD:
        raise _Refused("Vérifiez l’année.")
    return found.isoformat()


def _between(raw: list[str], low: int, high: int, message: str) -> int | None:
    if not cleaning.line(_one(raw)):
        return None
    found = cleaning.whole(_one(raw))
    if found is None or not low <= found <= high:
        raise _Refused(message)
    return found


def _year(_: Field, raw: list[str], context: _Context) -> int | None:
    low, high = cleaning.OLDEST_YEAR, context.today.year
    return _between(raw, low, high, f"Indiquez une année en quatre chiffres, entre {low} et {high}.")


def _age(_: Field, raw: list[str], __: _Context) -> int | None:
    return _between(raw, 0, cleaning.OLDEST_AGE, f"Indiquez un âge en années, entre 0 et {cleaning.OLDEST_AGE}.")


READERS: Mapping[Kind, Callable[[Field, list[str], _Context], Any]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.FLAG: _flag,
    Kind.LINE: _words,
    Kind.TEXT: _words,
    Kind.PHONE: _words,
    Kind.EMAIL: _words,
    Kind.DATE: _date,
    Kind.PAST_DATE: _date,
    Kind.YEAR: _year,
    Kind.AGE: _age,
    Kind.SCHOOL: _school,
    Kind.MEMBER: _member,
}
