"""Fields turned into what a template draws: inputs with ids, options and hints, or read-only words. No HTML here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.kernel.records import Field, Kind
from casework.web.forms import FieldError, Pairs, field_id, holds, least
from casework.web.french import demonstrative, indefinite, lowered, short_day, typo

SELECT_PAST = 10  # interface.md, principle 4
UNANSWERED = "Non renseigné"
WITHDRAWN = "Valeur retirée de la liste"
SHAPES = {Kind.TEXT: "area", Kind.CHOICES: "checkboxes", Kind.FLAG: "flag", Kind.ROWS: "rows"}
LISTED = (Kind.CHOICE, Kind.SCHOOL, Kind.MEMBER)
DATES = (Kind.DATE, Kind.PAST_DATE, Kind.COMING_DATE)
TYPES = {**dict.fromkeys(DATES, "date"), Kind.TIME: "time", Kind.PHONE: "tel", Kind.EMAIL: "email"}
WRITTEN = {"date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "time": r"[0-9]{2}:[0-9]{2}"}  # what these inputs take
NUMERIC = (Kind.YEAR, Kind.AGE)
ADDRESSES = (Kind.PHONE, Kind.EMAIL)  # another character would be another address


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a list."""

    id: str
    value: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """The answer that makes a field necessary: the name posted, the value, and the sentence shown without script."""

    name: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """One repeated group; `fresh` when the person has just asked for it; `name` is what asks to take it away."""

    name: str
    legend: str
    widgets: tuple["Widget", ...]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Widget:
    """One input to draw. `shape`: line, area, radios, checkboxes, select, flag or rows; `limit` is in characters, 0 when not counted."""

    id: str
    name: str
    label: str
    shape: str
    help: str
    error: str
    optional: bool
    type: str
    inputmode: str
    value: str
    limit: int
    options: tuple[Option, ...]
    condition: Condition | None
    groups: tuple[Group, ...]
    add: str  # the label of the button that asks for one more group; empty when there is no room
    remove: str  # of the one that takes a group away; empty when the least are there
    asked: bool = False  # whether it is one of those that somebody asked to precise

    @property
    def described_by(self) -> str:
        """The ids of what explains this input, in reading order."""
        hints = (
            ("asked", self.asked),
            ("condition", self.condition),
            ("help", self.help),
            ("count", self.limit),
            ("error", self.error),
        )
        return " ".join(f"{self.id}-{name}" for name, present in hints if present)


@dataclass(frozen=True, slots=True)
class Words:
    """One line of a summary: a label, and either sentences or groups of lines."""

    label: str
    lines: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple["Words", ...]], ...] = ()


def widgets(
    fields: Sequence[Field],
    values: Mapping[str, Any] | None = None,
    errors: Iterable[FieldError] = (),
    *,
    prefix: str = "",
    schools: Pairs = (),
    members: Pairs = (),
) -> tuple[Widget, ...]:
    """What to draw for these fields. `values`: a compartment's, or `Parsed.shown`; `prefix`: as given to `parse`."""
    lists = {Kind.SCHOOL: schools, Kind.MEMBER: members}
    messages = {error.id: error.message for error in errors}
    return _draw(fields, values or {}, messages, prefix, lists)


def _draw(
    fields: Sequence[Field],
    values: Mapping[str, Any],
    messages: Mapping[str, str],
    prefix: str,
    lists: Mapping[Kind, Pairs],
) -> tuple[Widget, ...]:
    named = {item.name: item for item in fields}
    return tuple(
        _widget(item, values.get(item.name), messages, prefix, lists, _condition(item, named, prefix))
        for item in fields
    )


def _widget(
    item: Field,
    value: Any,
    messages: Mapping[str, str],
    prefix: str,
    lists: Mapping[Kind, Pairs],
    condition: Condition | None,
) -> Widget:
    name = prefix + item.name
    options = _options(item, value, name, lists)
    groups = _groups(item, value, messages, name, lists) if item.kind is Kind.ROWS else ()
    return Widget(
        id=field_id(name),
        name=name,
        label=typo(item.label),
        shape=SHAPES.get(item.kind) or _listed_shape(item, options),
        help=typo(item.help),
        error=typo(messages.get(field_id(name), "")),
        optional=not item.required and item.kind not in (Kind.FLAG, Kind.ROWS),
        type=_type(item, value),
        inputmode="numeric" if item.kind in NUMERIC else "",
        value="" if value is None or isinstance(value, (list, bool)) else str(value),
        limit=item.limit if item.kind is Kind.TEXT else 0,
        options=options,
        condition=condition,
        groups=groups,
        add=f"Ajouter {indefinite(item.label)}" if item.kind is Kind.ROWS and len(groups) < item.rows[1] else "",
        remove=f"Retirer {demonstrative(item.label)}" if len(groups) > least(item) else "",
    )


def _type(item: Field, value: Any) -> str:
    """A date or time widget hides what is not one: what was refused is shown again as text."""
    form = WRITTEN.get(TYPES.get(item.kind, ""))
    refused = form is not None and isinstance(value, str) and value and not re.fullmatch(form, value)
    return "text" if refused else TYPES.get(item.kind, "text")


def _is_day(value: str) -> bool:
    return re.fullmatch(WRITTEN["date"], value) is not None


def _listed_shape(item: Field, options: Sequence[Option]) -> str:
    if item.kind not in LISTED:
        return "line"
    answers = sum(bool(option.value) for option in options)
    return "select" if answers > SELECT_PAST else "radios"


def _pairs(item: Field, lists: Mapping[Kind, Pairs]) -> Pairs:
    if item.kind in lists:
        return lists[item.kind]
    return [(each.value, each.label) for each in item.choices.values] if item.choices else ()


def _options(item: Field, value: Any, name: str, lists: Mapping[Kind, Pairs]) -> tuple[Option, ...]:
    if item.kind is Kind.FLAG:
        return (Option(field_id(name), "1", typo(item.label), checked=value is True),)
    pairs = list(_pairs(item, lists))
    if item.kind in LISTED and not item.required:
        pairs.append(("", item.unanswered or UNANSWERED))
    chosen = value if isinstance(value, list) else [value or ""]
    return tuple(
        Option(field_id(name) + (f"-{index}" if index else ""), each, typo(label), checked=each in chosen)
        for index, (each, label) in enumerate(pairs)
    )


def _condition(item: Field, named: Mapping[str, Field], prefix: str) -> Condition | None:
    if item.only_if is None or item.only_if[0] not in named:
        return None
    other, value = named[item.only_if[0]], item.only_if[1]
    if item.when:
        return Condition(prefix + other.name, value, typo(item.when))
    if other.choices is None:
        return Condition(prefix + other.name, value, typo(f"À remplir si la case « {other.label} » est cochée."))
    unless = value.startswith("!")
    said = lowered(_label(other, value.removeprefix("!")))
    when = "sauf si vous répondez" if unless else "si vous répondez"
    return Condition(prefix + other.name, value, typo(f"À remplir {when} « {said} » à « {other.label} »."))


def _groups(
    item: Field, value: Any, messages: Mapping[str, str], name: str, lists: Mapping[Kind, Pairs]
) -> tuple[Group, ...]:
    rows: list[Mapping[str, Any]] = list(value or ())[: item.rows[1]]
    empty = max(0, least(item) - len(rows))
    fresh = len(rows) - 1 if rows and not rows[-1] else -1
    return tuple(
        Group(
            f"{name}-{index}",
            typo(f"{item.label} {index + 1}"),
            _draw(item.fields, row, messages, f"{name}-{index}-", lists),
            fresh=index == fresh,
        )
        for index, row in enumerate([*rows, *({} for _ in range(empty))])
    )


def summary(
    fields: Sequence[Field], values: Mapping[str, Any], *, schools: Pairs = (), members: Pairs = ()
) -> tuple[Words, ...]:
    """What a compartment says, in words; what is empty or not concerned is absent."""
    lists = {Kind.SCHOOL: schools, Kind.MEMBER: members}
    said = (item for item in fields if holds(item.only_if, values) and not item.silent)
    told = (_told(item, values.get(item.name), lists) for item in said)
    return tuple(words for words in told if words.lines or words.groups)


def _told(item: Field, value: Any, lists: Mapping[Kind, Pairs]) -> Words:
    label = typo(item.label)
    if value is None or value is False or value in ("", []):
        return Words(label)
    if item.kind is Kind.ROWS:
        named = {"schools": lists[Kind.SCHOOL], "members": lists[Kind.MEMBER]}
        rows = (
            (typo(f"{item.label} {index}") if len(value) > 1 else "", summary(item.fields, row, **named))
            for index, row in enumerate(value, 1)
        )
        return Words(label, groups=tuple(row for row in rows if row[1]))
    lines = _lines(item, value, lists)
    return Words(label, tuple(lines if item.kind in ADDRESSES else map(typo, lines)))


def _lines(item: Field, value: Any, lists: Mapping[Kind, Pairs]) -> list[str]:
    if item.kind in DATES and _is_day(value):
        return [short_day(value)]
    if item.kind is Kind.FLAG:
        return ["Oui"]
    if item.kind is Kind.AGE and isinstance(value, int):
        return [f"{value} ans" if value > 1 else f"{value} an"]
    if item.kind is Kind.TEXT:
        return [line for line in value.split("\n") if line]
    if item.kind in LISTED or item.kind is Kind.CHOICES:
        known = dict(_pairs(item, lists))
        return [known.get(each, WITHDRAWN) for each in (value if isinstance(value, list) else [value])]
    return [str(value)]


def _label(item: Field, value: str) -> str:
    return dict(_pairs(item, {})).get(value, WITHDRAWN)
