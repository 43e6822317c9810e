"""What hostile or careless hands put in a field, with what must come of it; and valid forms, made from the records of their fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casework.kernel.records import Field, Kind
from casework.web.forms import Pairs, holds

WORDS = (Kind.LINE, Kind.TEXT, Kind.PHONE, Kind.EMAIL)
ADDRESSES = (Kind.PHONE, Kind.EMAIL)
TYPED = (
    *WORDS,
    Kind.DATE,
    Kind.PAST_DATE,
    Kind.COMING_DATE,
    Kind.YEAR,
    Kind.AGE,
)  # what a person types, and finds again
Posted = dict[str, Any]


ANSWERS = {
    Kind.LINE: "Mots", Kind.TEXT: "Mots", Kind.DATE: "2026-06-01", Kind.COMING_DATE: "2026-06-01", Kind.TIME: "14:30",
    Kind.PAST_DATE: "2012-05-17", Kind.YEAR: "2012", Kind.AGE: "12",
    Kind.PHONE: "01 23 45 67 89", Kind.EMAIL: "nom@exemple.fr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Input:
    """One input: the name it is posted under, its field, a right answer, and whether the other answers make it asked."""

    name: str
    item: Field
    answer: Any
    concerned: bool


@dataclass(frozen=True, slots=True)
class Payload:
    """`line` and `text`: how a field of one line, or of several, keeps it; empty: as nothing. `refused` ones come back as `line`."""

    name: str
    raw: str
    line: str
    text: str = ""
    refused: bool = False

    def shown(self, item: Field) -> str:
        """What the field holds afterwards."""
        return self.text or self.line if item.kind is Kind.TEXT else self.line

    def wrong(self, item: Field) -> bool:
        """Whether a field must refuse it."""
        kept = self.shown(item)
        return (
            self.refused
            or len(kept) > item.limit
            or (item.kind in ADDRESSES and bool(kept))
            or (item.required and not kept)
        )


def _same(name: str, raw: str) -> Payload:
    return Payload(name, raw, raw)


PAYLOADS = (
    _same("code", "<script>alert('x')</script>\"><img src=x> {{7*7}} ${7*7} %s"),
    _same("formula", "=cmd|'/c calc'!A0"),
    Payload(
        "letters",
        "Zoe\u0308 q\u0307 Đỗ 李 עברית العربية 👩\u200d👧 🇫🇷",
        "Zo\u00eb q\u0307 Đỗ 李 עברית العربية 👩\u200d👧 🇫🇷",
    ),
    Payload("lines", " un\r\ndeux\u2028\u2028trois\t ", "un deux trois", "un\ndeux\n\ntrois"),
    Payload("spaces", " \u00a0\u2003\t\r\n\u200b\ufeff ", ""),
    Payload("controls", "a\x00\x1b[31mb\x07", "a[31mb", refused=True),
    Payload("order of reading", "nom\u202egpj.\u2066exe\u2069", "nomgpj.exe", refused=True),
    Payload("no character", "a\ue000\ufffdb", "ab", refused=True),
    _same("long", "é" * 700),
)


@dataclass
class Named:
    """The fields of one form, by the name of their input; each group is asked once. `chosen`: answers other than the first of their list."""

    prefix: str
    fields: Sequence[Field]
    schools: Pairs = ()
    members: Pairs = ()
    chosen: Mapping[str, Any] = field(default_factory=dict)

    def every(self) -> list[Input]:
        """Every input of the form."""
        return list(self._inputs(self.prefix, self.fields))

    def _inputs(self, prefix: str, fields: Sequence[Field]) -> Iterator[Input]:
        values: dict[str, Any] = {}
        for item in fields:
            name, concerned = prefix + item.name, holds(item.only_if, values)
            if item.kind is Kind.ROWS:
                yield from self._inputs(f"{name}-0-", item.fields)
                continue
            values[item.name] = self.chosen.get(name) or self._answer(item)
            yield Input(name, item, values[item.name], concerned)

    def valid(self) -> Posted:
        """A form that would be taken, with no more than it needs."""
        return {found.name: found.answer for found in self.every() if found.concerned and found.item.required}

    def words(self) -> list[Input]:
        """The inputs in which people write."""
        return [found for found in self.every() if found.concerned and found.item.kind in WORDS]

    def _answer(self, item: Field) -> Any:
        pairs = {Kind.SCHOOL: self.schools, Kind.MEMBER: self.members}.get(item.kind, ())
        listed = [value for value, _ in pairs] or [each.value for each in (item.choices.values if item.choices else ())]
        return ANSWERS.get(item.kind) or next(iter(listed), "")
