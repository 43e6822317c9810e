"""The clear life of one situation: everything readers and moves depend on, and nothing nominative; a head is
its canonical form.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from casework.kernel.records import SITUATION, HolderKind


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """A person acting in one seat for one organisation."""

    person: UUID
    seat: str
    organisation: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which instance; `party` is None for the clock, which can only remove."""

    instance: UUID
    party: Party | None

    @property
    def seat(self) -> str:
        """The seat of the actor; empty for the clock."""
        return self.party.seat if self.party else ""


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """The holder of a key pair, named by what it is; the directory gives it an id and public keys."""

    kind: HolderKind = field(compare=False)
    rank: str  # the value of kind, so that principals sort
    seat: str = ""
    organisation: UUID | None = field(default=None, compare=True)
    person: UUID | None = None

    @classmethod
    def member(cls, person: UUID) -> "Principal":
        """The key pair of one person."""
        return cls(HolderKind.MEMBER, "member", person=person)

    @classmethod
    def of_seat(cls, seat: str) -> "Principal":
        """The key pair shared by all who hold a seat."""
        return cls(HolderKind.SEAT, "seat", seat=seat)

    @classmethod
    def of_organisation(cls, seat: str, organisation: UUID) -> "Principal":
        """The key pair shared by those who hold a seat for one organisation."""
        return cls(HolderKind.ORGANISATION, "organisation", seat=seat, organisation=organisation)

    @classmethod
    def apart(cls, seat: str) -> "Principal":
        """The separate key pair of a seat, admitted by its own members only."""
        return cls(HolderKind.APART, "apart", seat=seat)

    @classmethod
    def escrow(cls) -> "Principal":
        """The key pair whose private half is shared 2-of-3."""
        return cls(HolderKind.ESCROW, "escrow")


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One compartment of the situation (`part` None) or of one of its parts."""

    compartment: str
    part: UUID | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A small machine inside a situation: an orientation, an owner's sheet."""

    id: UUID
    machine: str
    step: str
    since: date
    recipient: UUID | None = None  # organisation
    owner: UUID | None = None  # person
    due: date | None = None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Life:
    """The clear state of one situation. `sender` sees the progress, `author` may correct; both are often the
    same party.
    """

    case: UUID
    instance: UUID
    step: str
    since: date
    began: date
    author: Party
    sender: Party
    marks: frozenset[str] = frozenset()
    school: UUID | None = None
    majority: date | None = None
    cap: date | None = None
    meeting: UUID | None = None
    asked: date | None = None  # first day before the Parquet: its silence is counted from there
    window: date | None = None  # last day of the nominative exchange
    convened: tuple[Party, ...] = ()
    recused: frozenset[UUID] = frozenset()
    reason: str = ""
    links: frozenset[UUID] = frozenset()
    parts: tuple[Part, ...] = ()

    def part(self, part: UUID) -> Part:
        """The part of this id. Errors: KeyError for a part of another situation."""
        return {item.id: item for item in self.parts}[part]

    def with_part(self, part: Part) -> "Life":
        """This life with one part added or replaced."""
        kept = tuple(part if item.id == part.id else item for item in self.parts)
        return replace(self, parts=kept if part in kept else (*self.parts, part))

    def machine_step(self, part: UUID | None) -> tuple[str, str]:
        """(machine, step) of the situation or of one of its parts."""
        if part is None:
            return SITUATION, self.step
        found = self.part(part)
        return found.machine, found.step


def to_clear(value: Any) -> Any:
    """A JSON-ready, canonical form of a life or of one of its values."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(to_clear(item) for item in value)
    if isinstance(value, tuple):
        return [to_clear(item) for item in value]
    if isinstance(value, Life | Part | Party):
        return {name: to_clear(getattr(value, name)) for name in value.__slots__}
    return value


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one byte form of a JSON-ready mapping, over which hashes and signatures are made."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def party_from_clear(clear: Mapping[str, str]) -> Party:
    """The inverse of `to_clear` for a party."""
    return Party(UUID(clear["person"]), clear["seat"], UUID(clear["organisation"]))


def _part_from_clear(clear: Mapping[str, Any]) -> Part:
    return Part(
        id=UUID(clear["id"]),
        machine=clear["machine"],
        step=clear["step"],
        since=date.fromisoformat(clear["since"]),
        recipient=_uuid(clear["recipient"]),
        owner=_uuid(clear["owner"]),
        due=_date(clear["due"]),
        marks=frozenset(clear["marks"]),
    )


def life_from_clear(clear: Mapping[str, Any]) -> Life:
    """The inverse of `to_clear` for a life. Errors: KeyError or ValueError when a head is malformed."""
    return Life(
        case=UUID(clear["case"]),
        instance=UUID(clear["instance"]),
        step=clear["step"],
        since=date.fromisoformat(clear["since"]),
        began=date.fromisoformat(clear["began"]),
        author=party_from_clear(clear["author"]),
        sender=party_from_clear(clear["sender"]),
        marks=frozenset(clear["marks"]),
        school=_uuid(clear["school"]),
        majority=_date(clear["majority"]),
        cap=_date(clear["cap"]),
        asked=_date(clear["asked"]),
        meeting=_uuid(clear["meeting"]),
        window=_date(clear["window"]),
        convened=tuple(party_from_clear(item) for item in clear["convened"]),
        recused=frozenset(UUID(item) for item in clear["recused"]),
        reason=clear["reason"],
        links=frozenset(UUID(item) for item in clear["links"]),
        parts=tuple(_part_from_clear(item) for item in clear["parts"]),
    )
