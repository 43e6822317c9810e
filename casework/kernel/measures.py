"""Frozen records of what surrounds the moves: clocks and settings, facts and indicators, promises, what is derived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from casework.kernel.fields import SITUATION


class Basis(Enum):
    """What a clock counts from."""

    STEP = "step"  # days since the step began
    WINDOW = "window"  # the day the nominative exchange must end
    MAJORITY = "majority"  # first day of the month of the 18th birthday
    CAP = "cap"  # first day of the month of the 25th birthday
    MEETINGS = "meetings"  # meetings held since the opinion was first asked
    RECORD = "record"  # the age of a row outside situations (drafts, sessions, log)


@dataclass(frozen=True, slots=True)
class Setting:
    """A number the controller's representative may change inside its bounds."""

    name: str
    label: str
    rule: str
    default: int
    low: int
    high: int
    unit: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A retention clock (R-10). `move` is played when it is due; `running` is false for those whose work comes
    later.
    """

    name: str
    label: str
    rule: str
    basis: Basis
    steps: tuple[str, ...] = ()
    machine: str = SITUATION
    setting: str = ""
    amount: int = 0
    unit: str = "days"
    move: str = ""
    running: bool = True


class Since(Enum):
    """What a delay counts from, on the life as it was before the move."""

    BEGAN = "began"  # the day the situation began
    STEP = "step"  # the day the step that the move leaves began: of the part it bears on, or of the situation


@dataclass(frozen=True, slots=True)
class FactKind:
    """An anonymous fact (S-01): `dimensions` are the only closed values it carries; `per_person` facts say
    whether first of the year; `since`: it also says how many whole weeks had passed.
    """

    name: str
    label: str
    rule: str
    dimensions: tuple[str, ...] = ()
    per_person: bool = False
    activity: bool = False  # counts acts of the body, not persons: always exact (S-02)
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of F33-11: counted from facts, their median delay, or `typed` in a field of the yearly form.

    `choices` names the closed list that gives labels to the dimension `by`; `told` says in one sentence what is counted.
    """

    name: str
    label: str
    rule: str
    fact: str = ""
    by: str = ""
    choices: str = ""
    without: tuple[str, ...] = ()  # values of the dimensions that do not count
    median: bool = False
    typed: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Never:
    """A promise the checker proves over every sequence of moves.

    Empty `compartments` means all of them; `textual` limits to those that can hold a text; `unless_steps` are
    the steps excepted, only for compartments the reader itself wrote as author.
    """

    name: str
    rule: str
    seats: tuple[str, ...]
    compartments: tuple[str, ...] = ()
    textual: bool = False
    unless_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """A promise on order: `step` is never reached without the mark (set by a move) having been there when the
    step began.
    """

    name: str
    rule: str
    step: str
    mark: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What a charter computes from the contents a move wrote: clear marks and dates, and computed compartments."""

    marks: Mapping[str, bool] = field(default_factory=dict)
    school: UUID | None = None
    majority: date | None = None
    cap: date | None = None
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A kind of recipient: the kinds of organisation that can be one, and the mark its orientations bear."""

    name: str
    organisations: tuple[str, ...]
    mark: str
