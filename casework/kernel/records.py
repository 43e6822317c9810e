"""Frozen records in which a charter says everything people will ask to change; the engine, forms, pages, keys
and docs loop over them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from casework.kernel.fields import SITUATION, ChoiceList, Compartment, Field, Kind, Labelled
from casework.kernel.measures import (
    Basis,
    Before,
    Clock,
    Derived,
    FactKind,
    Indicator,
    Never,
    Recipient,
    Setting,
    Since,
)

__all__ = [
    "SITUATION",
    "Basis",
    "Before",
    "Charter",
    "ChoiceList",
    "Clock",
    "Compartment",
    "Derived",
    "FactKind",
    "Field",
    "Grant",
    "HolderKind",
    "Indicator",
    "Kind",
    "Labelled",
    "Move",
    "Never",
    "Printing",
    "Recipient",
    "Relation",
    "Seat",
    "Setting",
    "Since",
    "Step",
    "Take",
    "Write",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seat:
    """A *qualité*: a role held by a person for an organisation. `progress` tells what the sender of a referral
    sees of it.
    """

    name: str
    label: str
    rule: str
    member: bool = True  # of the cell, may be convened to a meeting
    origin: str = ""  # value of the list of origins for what this seat refers
    progress: str = "steps"  # "steps", "three_states" or "none"
    organisations: tuple[str, ...] = ()  # the kinds of organisation that can hold it
    keeper: bool = False  # admits persons to the directory
    secrecy: bool = False  # bound by professional secrecy: reminded on forms (F33-02)
    by_organisation: bool = False  # its key belongs to one organisation, not to the whole seat


class Relation(Enum):
    """The closed ways in which an actor can stand to a situation; a rule that needs another one is a new record
    here, reviewed.
    """

    ANY = "any"
    OWN = "own"
    OWN_SCHOOL = "own_school"
    ADDRESSED = "addressed"
    OWNER = "owner"
    CONVENED = "convened"


class HolderKind(Enum):
    """The kinds of key holder (security.md, principals)."""

    MEMBER = "member"
    SEAT = "seat"
    ORGANISATION = "organisation"
    APART = "apart"  # the separate key pair of one seat, never escrowed, never held by a keeper
    ESCROW = "escrow"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a machine. `shown` is the value of A16 that bailleurs and agents see; `final` steps hold no content."""

    name: str
    label: str
    rule: str
    machine: str = SITUATION
    shown: str = "taken_into_account"
    final: bool = False
    closed: bool = False
    story: str = ""  # what it means, in one French sentence
    phase: str = (
        ""  # the stage of the life it belongs to, as people follow it; empty when it stands outside that course
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """Who reads which compartments when. `steps` are of the compartment's own machine; `cases` limits the
    situation's step as well.
    """

    rule: str
    seats: tuple[str, ...]
    compartments: tuple[str, ...]
    steps: tuple[str, ...]
    relation: Relation = Relation.ANY
    holder: HolderKind = HolderKind.SEAT
    cases: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()  # marks of the situation
    part_requires: tuple[str, ...] = ()  # marks of the part


@dataclass(frozen=True, slots=True)
class Write:
    """What a move writes: one compartment, whole or some `fields` of it (the rest is kept)."""

    compartment: str
    fields: tuple[str, ...] = ()
    optional: bool = False  # left as it was when nothing is given


class Take(Enum):
    """The closed list of clear values a move may carry beside compartments; anything else is refused."""

    MEETING = "meeting"
    CONVENED = "convened"
    WINDOW = "window"
    PERSON = "person"
    RECIPIENT = "recipient"
    OWNER = "owner"
    DUE = "due"
    REASON = "reason"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Move:
    """One act. No `sources` means it begins a situation; `target` empty means the step stays; `timed` moves belong to
    the clock alone.

    `requires`, `forbids`, `sets` and `clears` are marks of the situation; `spawns` the machine of a part it creates
    (which must then bear the marks `part_requires`);
    `page` names a screen of its own when the generic form does not serve.
    """

    name: str
    label: str
    rule: str
    seats: tuple[str, ...]
    sources: tuple[str, ...]
    target: str = ""
    machine: str = SITUATION
    relation: Relation = Relation.ANY
    writes: tuple[Write, ...] = ()
    takes: tuple[Take, ...] = ()
    asks: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()  # compartments its form repeats, for whoever answers to them
    requires: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    part_requires: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    spawns: str = ""
    adopts: bool = False  # the actor becomes the author
    forgets_meeting: bool = False
    asks_opinion: bool = False  # the silence of the Parquet is counted from the last of these moves (F33-10)
    reasons: ChoiceList | None = None
    reason: str = ""  # the closing reason it implies
    fact: str = ""
    timed: bool = False
    settles: str = ""  # the mark it is there to obtain: once obtained, the act is offered last
    page: str = ""
    key: str = ""
    done: str = ""
    help: str = ""
    opening: str = ""  # what leads to the form of a move that begins a situation
    past: str = ""  # what happened, in the history and on the home page
    discreet: bool = False  # told in the history to those who may do it alone
    aside: bool = False  # an exception, or beside the course of the situation: offered last, never put forward


@dataclass(frozen=True, slots=True)
class Printing:
    """Why something may leave on paper; what may be read may be printed, except compartments kept apart."""

    rule: str
    reasons: ChoiceList


@dataclass(frozen=True, slots=True)
class Charter:
    """One instance's whole law. `derivable` lists, by compartment, the marks `derive` may set from it: the
    checker explores each.
    """

    name: str
    label: str
    rule: str
    version: str
    confidentiality: str
    printing: Printing
    seats: tuple[Seat, ...]
    compartments: tuple[Compartment, ...]
    steps: tuple[Step, ...]
    grants: tuple[Grant, ...]
    moves: tuple[Move, ...]
    clocks: tuple[Clock, ...]
    settings: tuple[Setting, ...]
    lists: tuple[ChoiceList, ...]
    facts: tuple[FactKind, ...]
    indicators: tuple[Indicator, ...]
    yearly: tuple[Field, ...]  # what the workflow cannot tell, typed once a year (F33-11)
    nevers: tuple[Never, ...]
    befores: tuple[Before, ...]
    derivable: Mapping[str, tuple[str, ...]]
    derive: Callable[[Mapping[str, Mapping[str, Any]], date], Derived]
    dimensions: Callable[[str, Mapping[str, Mapping[str, Any]], date], Mapping[str, str]]
    problems: Callable[[Mapping[str, Mapping[str, Any]], date], Mapping[tuple[str, str], str]]
    doubts: Callable[[Mapping[str, Mapping[str, Any]], date], Mapping[tuple[str, str], tuple[str, str]]]
    organisations: ChoiceList
    schools: str  # the seat whose organisations are schools
    recipients: Mapping[str, Recipient]  # F33-05, closed
    sent_to: Mapping[str, str]  # type of orientation -> kind of recipient
    gathered: tuple[tuple[str, str], ...]  # (step, seat or "" for all): reading many there is the work itself

    def seat(self, name: str) -> Seat:
        """The seat of this name. Errors: KeyError."""
        return _named(self.seats, name)

    def compartment(self, name: str) -> Compartment:
        """The compartment of this name. Errors: KeyError."""
        return _named(self.compartments, name)

    def step(self, name: str, machine: str = SITUATION) -> Step:
        """The step of this name in this machine. Errors: KeyError."""
        return _named(tuple(step for step in self.steps if step.machine == machine), name)

    def move(self, name: str) -> Move:
        """The move of this name. Errors: KeyError."""
        return _named(self.moves, name)

    def setting(self, name: str) -> Setting:
        """The setting of this name. Errors: KeyError."""
        return _named(self.settings, name)


def _named(records: tuple[T, ...], name: str) -> T:
    for record in records:
        if getattr(record, "name", None) == name:
            return record
    raise KeyError(name)
