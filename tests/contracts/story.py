"""Situations a test brings somewhere, with what it therefore knows of them; the reviewed tables then say who reads and who acts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from casework.cases.act import Change, begin
from casework.cases.heads import Head
from casework.kernel.clock import at
from tests.cases.conftest import Lives
from tests.contracts import golden
from tests.contracts.golden import Act, Reading
from tests.contracts.walk import CONTENTS

PARTS = {"orientation", "return", "owner_sheet"}
Place = tuple[str, UUID | None]  # a compartment of the situation, or of one of its parts


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the town: its name in the test, its seat, where it works."""

    name: str
    seat: str
    organisation: UUID


@dataclass(frozen=True, slots=True)
class Piece:
    """An orientation or an owner's sheet."""

    id: UUID
    step: str
    holder: str  # the person it is addressed or confided to
    marks: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()

    @property
    def machine(self) -> str:
        """Whether it is an orientation or an owner's sheet."""
        return golden.MACHINES[self.step]


@dataclass(frozen=True)
class Told:
    """A situation as its author brought it there."""

    author: str
    sender: str
    step: str = ""
    marks: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    sitting: frozenset[str] = frozenset()  # convened, and did not step back
    pieces: tuple[Piece, ...] = ()


@dataclass
class Story:
    """One situation, played through the services."""

    lives: Lives
    people: dict[str, Person]
    head: Head
    told: Told

    @classmethod
    def begins(cls, lives: Lives, people: dict[str, Person], who: str, move: str = "refer", **identity: Any) -> "Story":
        """A new saisine or remontée."""
        act = golden.ACTS[move]
        contents = {name: dict(CONTENTS[name]) for name in act.writes}
        contents.get("identity", {}).update(identity)
        with at(lives.town.moment):
            head = begin(lives.house, lives.acting[who], uuid4(), Change(move, contents))
        marks = {"informed"} if "identity" in act.writes else set()
        return cls(lives, people, head, Told(who, who, act.target, frozenset(marks), act.writes))

    def plays(self, who: str, move: str, piece: Piece | None = None, *, contents: Any = None, **given: Any) -> "Story":
        """The next act. `given`: its takes, and what it changes (adds and drops marks, holder of a new part, author, sitting)."""
        adds, drops, holder = given.pop("adds", ()), given.pop("drops", ()), given.pop("holder", "")
        author, sitting = given.pop("author", self.told.author), given.pop("sitting", self.told.sitting)
        act, before = golden.ACTS[move], {part.id for part in self.head.life.parts}
        written = contents or {name: dict(CONTENTS[name]) for name in act.writes}
        self.head = self.lives.play(self.head, who, move, written, part=piece.id if piece else None, **given)
        new = next((part.id for part in self.head.life.parts if part.id not in before), None)
        told = replace(self.told, author=author, sitting=frozenset(sitting))
        if new:
            first = "sent" if "orientation" in act.writes else "open"
            made = Piece(new, first, holder, frozenset(adds), act.writes)
            self.told = replace(told, pieces=(*told.pieces, made))
        elif piece:
            after = replace(piece, step=act.target, written=piece.written | act.writes)
            self.told = replace(told, pieces=tuple(after if item.id == piece.id else item for item in told.pieces))
        else:
            marks = (told.marks | set(adds)) - set(drops)
            self.told = replace(told, step=act.target or told.step, marks=marks, written=told.written | act.writes)
        return self


People = Mapping[str, Person]


def reads(told: Told, who: Person, people: People) -> set[Place]:
    """What the reviewed page grants this person of this situation."""
    return {(name, piece.id if piece else None) for name, piece, _ in _granted(told, who, people)}


def rows_used(told: Told, who: Person, people: People) -> set[Reading]:
    """The rows of the reviewed page that give this person something now."""
    return {row for _, _, row in _granted(told, who, people)}


def _granted(told: Told, who: Person, people: People) -> Iterator[tuple[str, Piece | None, Reading]]:
    places = [(name, None) for name in told.written - PARTS]
    for name, piece in (*places, *((name, item) for item in told.pieces for name in item.written)):
        for row in golden.READINGS:
            if (row.seat, row.compartment) == (who.seat, name) and _stands(row, told, who, people, piece):
                yield name, piece, row


def _stands(row: Reading | Act, told: Told, who: Person, people: People, piece: Piece | None) -> bool:
    steps = row.steps if isinstance(row, Reading) else row.sources
    marks = told.marks | (piece.marks if piece else frozenset())
    if (piece.step if piece else told.step) not in steps or not row.needs <= marks:
        return False
    return (not row.cases or told.step in row.cases) and _relation(row.relation, told, who, people, piece)


def _relation(relation: str, told: Told, who: Person, people: People, piece: Piece | None) -> bool:
    schools = {people[told.sender].organisation}
    return {
        "toujours": True,
        "auteur de la saisine": who.name == told.author,
        "convoqué": who.name in told.sitting,
        "convoqué, pour son établissement": who.name in told.sitting and who.organisation in schools,
        "destinataire désigné": piece is not None and people[piece.holder].organisation == who.organisation,
        "responsable de l’action": piece is not None and piece.holder == who.name,
    }[relation]


def may(told: Told, who: Person, people: People) -> set[tuple[str, UUID | None]]:
    """The acts that the reviewed page opens to this person now, on the situation or on its parts."""
    found = set()
    for piece in (None, *told.pieces):
        machine = piece.machine if piece else "situation"
        for act in golden.ACTS.values():
            fits = {golden.MACHINES[name] for name in act.sources} == {machine} and who.seat in act.seats
            if fits and not act.without & told.marks and _stands(act, told, who, people, piece):
                found.add((act.name, piece.id if piece else None))
    return found


def sent(told: Told, who: Person, people: People) -> bool:
    """Whether the situation comes from this person's seat in its organisation."""
    sender = people[told.sender]
    return (sender.seat, sender.organisation) == (who.seat, who.organisation)


def knows(told: Told, who: Person, people: People) -> bool:
    """Whether this person may know that the situation exists."""
    return sent(told, who, people) or bool(reads(told, who, people) or may(told, who, people))
