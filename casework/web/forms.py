"""Posted forms read through the fields of a charter: nothing outside them is taken, nothing typed is lost. It knows neither Flask nor HTML."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.kernel.records import Field, Kind
from casework.web import cleaning
from casework.web.french import indefinite, lowered
from casework.web.values import MISSING, READERS, Context, Refused, again

Pairs = Sequence[tuple[str, str]]
Raw = dict[str, Any]  # name -> the texts posted for it, or for ROWS the groups
MORE, LESS = "_more", "_less"  # what asks for one more of these groups, and to take one of them away


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing to correct: the id of the input, the label people see, the reason in words."""

    id: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A form once read. `values` is ready for JSON; `shown` is what the page shows again, refused words included.

    `more` names the groups of which one more or one less was asked: the page is shown again and nothing else happens.
    """

    values: dict[str, Any]
    errors: tuple[FieldError, ...] = ()
    more: tuple[str, ...] = ()
    shown: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the act may go on."""
        return not self.errors and not self.more

    @property
    def announced(self) -> tuple[FieldError, ...]:
        """The errors to show: none while the person only asks for one more group, or one less."""
        return () if self.more else self.errors


def asked(fields: Iterable[Field], asks: Collection[str] = ()) -> tuple[Field, ...]:
    """The fields a form shows: those the service presets are left out, at every depth, unless the move `asks` for them."""
    return tuple(
        replace(item, fields=asked(item.fields, asks)) for item in fields if not item.preset or {item.name, item.preset} & set(asks)
    )  # fmt: skip


def field_id(name: str) -> str:
    """The HTML id of the input posted under this name."""
    return f"f-{name}"


def least(item: Field) -> int:
    """How many of its groups there are at least."""
    return max(item.rows[0], int(item.required))


def holds(condition: tuple[str, str] | None, values: Mapping[str, Any]) -> bool:
    """Whether an `only_if` condition is met; a flag counts as “1”."""
    if condition is None:
        return True
    found = values.get(condition[0])
    answers = found if isinstance(found, list) else ["1"] if found is True else [str(found)] if found else []
    if condition[1].startswith("!"):
        return bool(answers) and condition[1][1:] not in answers
    return condition[1] in answers


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
    context = Context(frozenset(value for value, _ in schools), frozenset(value for value, _ in members), today)
    raw = _collect(fields, posted, prefix)
    values, shown, errors = _read_all(fields, raw, prefix, context)
    if extra_errors is not None and not errors:
        labels = {item.name: item.label for item in fields}
        errors = [FieldError(field_id(prefix + name), labels[name], message) for name, message in extra_errors(values)]
    more = _more(fields, posted, prefix)
    for item in fields:
        added = item.name in more and prefix + item.name in posted.getlist(MORE)
        if added and len(shown.get(item.name, ())) < item.rows[1]:
            shown[item.name] = [*shown.get(item.name, ()), {}]
    return Parsed(values, tuple(errors), more, shown)


def _collect(fields: Sequence[Field], posted: "MultiDict[str, str]", prefix: str) -> Raw:
    raw: Raw = {}
    for item in fields:
        name = prefix + item.name
        if item.kind is Kind.ROWS:
            places = (f"{name}-{index}" for index in range(item.rows[1]))
            kept = [place for place in places if place not in posted.getlist(LESS)]
            groups = (_collect(item.fields, posted, f"{place}-") for place in kept)
            raw[item.name] = [group for group in groups if _written(group)]
        else:
            raw[item.name] = posted.getlist(name)
    return raw


def _written(group: Raw) -> bool:
    return any(
        _written(entry) if isinstance(entry, dict) else cleaning.line(entry)
        for texts in group.values()
        for entry in texts
    )


def _more(fields: Sequence[Field], posted: "MultiDict[str, str]", prefix: str) -> tuple[str, ...]:
    wanted = {*posted.getlist(MORE), *(place.rpartition("-")[0] for place in posted.getlist(LESS))}
    return tuple(item.name for item in fields if item.kind is Kind.ROWS and prefix + item.name in wanted)


def _read_all(
    fields: Sequence[Field], raw: Raw, prefix: str, context: Context
) -> tuple[dict[str, Any], Raw, list[FieldError]]:
    values: dict[str, Any] = {}
    shown: Raw = {}
    errors: dict[str, list[FieldError]] = {}
    for item in sorted(fields, key=lambda each: each.only_if is not None):  # a condition may come after what it decides
        value, repeated, found = _read(item, raw[item.name], prefix, context)
        if repeated not in (None, "", []):
            shown[item.name] = repeated
        if not holds(item.only_if, values):
            continue
        if value is not None:
            values[item.name] = value
        errors[item.name] = found
    order = [item.name for item in fields]
    ordered = {name: values[name] for name in order if name in values}
    return ordered, shown, [error for name in order for error in errors.get(name, ())]


def _read(item: Field, raw: list[Any], prefix: str, context: Context) -> tuple[Any, Any, list[FieldError]]:
    """(value or None, what to show again, errors)."""
    name = prefix + item.name
    if item.kind is Kind.ROWS:
        return _read_rows(item, raw, name, context)
    try:
        value = READERS[item.kind](item, raw, context)
    except Refused as refusal:
        repeated = again(item, raw) if refusal.shown is None else refusal.shown
        return None, repeated, [FieldError(field_id(name), item.label, str(refusal))]
    empty = value is None or value is False or value == []
    missing = (
        [FieldError(field_id(name), item.label, MISSING.get(item.kind, "Remplissez ce champ."))]
        if item.required and empty
        else []
    )
    return None if value == [] else value, value, missing


def _read_rows(item: Field, groups: list[Raw], name: str, context: Context) -> tuple[Any, Any, list[FieldError]]:
    kept, repeated, errors = [], [], []
    for index, group in enumerate(groups):
        values, shown, found = _read_all(item.fields, group, f"{name}-{index}-", context)
        kept.append(values)
        repeated.append(shown)
        errors += [replace(error, label=f"{error.label} ({lowered(item.label)} {index + 1})") for error in found]
    fewest = least(item)
    if len(groups) < fewest:
        wanted = indefinite(item.label) if fewest == 1 else f"{fewest} groupes de champs"
        message = f"Remplissez au moins {wanted}."
        errors.append(FieldError(field_id(name), item.label, message))
    return kept or None, repeated, errors
