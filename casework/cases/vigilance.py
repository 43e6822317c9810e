"""What was noticed in a form about to be sent: by the guard of free text (C-03), by the doubts of the charter; and that its author has seen it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.charters.free_text import Notice, notice
from casework.kernel.records import Charter, Field, Kind
from casework.web.forms import field_id

CONFIRMED = "_confirmed"
NAMES = ("surname", "first_name")
LINE_KINDS = ("address", "contact")
Contents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Warned:
    """What was noticed in one field: the id of its input, its label, the notices."""

    id: str
    label: str
    notices: tuple[Notice, ...]


def warned(charter: Charter, contents: Contents, entered: date) -> tuple[Warned, ...]:
    """Each guarded text in which something was noticed, then each answer that may be a slip. `entered`: the day of the referral."""
    known = [value for part in contents.values() for value in _names(part)]
    found = (
        Warned(field_id(name), item.label, _notices(item, value, known))
        for name, item, value in _texts(charter, contents)
    )
    return (*(item for item in found if item.notices), *_doubted(charter, contents, entered))


def _doubted(charter: Charter, contents: Contents, entered: date) -> Iterator[Warned]:
    for (part, name), (words, advice) in charter.doubts(contents, entered).items():
        label = next(item.label for item in charter.compartment(part).fields if item.name == name)
        yield Warned(field_id(f"{part}-{name}"), label, (Notice("doubt", words, advice),))


def _notices(item: Field, value: str, known: Sequence[str]) -> tuple[Notice, ...]:
    """A line names a place, with its capitals: only an address or a number is out of place there."""
    found = notice(value, known)
    return found if item.kind is Kind.TEXT else tuple(each for each in found if each.kind in LINE_KINDS)


def confirmation(charter: Charter, contents: Contents, entered: date) -> str:
    """What the button “après relecture” sends: it holds for these very texts and doubts, and no others."""
    texts = [(name, value) for name, _, value in _texts(charter, contents)]
    doubts = list(charter.doubts(contents, entered).values())
    return hashlib.sha256(json.dumps([texts, doubts]).encode()).hexdigest()


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (str(value[name]) for name in NAMES if value.get(name))
        yield from (name for inner in value.values() for name in _names(inner))
    elif isinstance(value, list):
        yield from (name for inner in value for name in _names(inner))


def _texts(charter: Charter, contents: Contents) -> Iterator[tuple[str, Field, str]]:
    for part, content in contents.items():
        yield from _guarded(charter.compartment(part).fields, content, f"{part}-")


def _guarded(fields: Sequence[Field], content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Field, str]]:
    for item in fields:
        value = content.get(item.name)
        if item.kind is Kind.ROWS:
            for index, row in enumerate(value or ()):
                yield from _guarded(item.fields, row, f"{prefix}{item.name}-{index}-")
        elif item.guarded and value:
            yield f"{prefix}{item.name}", item, value
