"""Frozen records in which a charter says everything people will ask to change; the engine, forms, pages, keys and docs loop over them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")
SITUATION = "situation"  # the machine of the case itself; every other machine name belongs to a part of it


@dataclass(frozen=True, slots=True)
class Labelled:
    """A stored English value, never renamed, and the French label people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """A closed list (lists.md): at most twelve values, statistics by family."""

    name: str
    title: str
    values: tuple[Labelled, ...]
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def label(self, value: str) -> str:
        """The French label of a stored value. Errors: KeyError for a value outside the list."""
        return {item.value: item.label for item in self.values}[value]

    def __contains__(self, value: object) -> bool:
        return any(item.value == value for item in self.values)

    def family(self, value: str) -> str:
        """The family under which statistics count this value (S-05); the value itself when the list has none."""
        return next((name for name, members in self.families.items() if value in members), value)


class Kind(Enum):
    """What a field holds; forms turn each kind into one widget."""

    CHOICE = "choice"
    CHOICES = "choices"
    FLAG = "flag"
    LINE = "line"  # one line of words: a name, an address
    TEXT = "text"  # the only free narrative, short, with the guard of C-03
    DATE = "date"
    PAST_DATE = "past_date"
    YEAR = "year"
    AGE = "age"
    PHONE = "phone"
    EMAIL = "email"
    SCHOOL = "school"  # an organisation of the instance held by a head of school
    MEMBER = "member"  # a convened person
    ROWS = "rows"  # repeated groups of `fields`


@dataclass(frozen=True, slots=True)
class Field:
    """One nominative field, inside a sealed compartment. `limit` is a number of characters, `rows` the (least, most) groups.

    `preset` names a value the service gives (the origin, from the author's seat) unless the move lists it in `asks`.
    `only_if` = (other field, value): shown and required only then.
    """

    name: str
    label: str
    kind: Kind
    rule: str
    help: str = ""
    required: bool = False
    choices: ChoiceList | None = None
    limit: int = 120
    fields: tuple["Field", ...] = ()
    rows: tuple[int, int] = (0, 1)
    preset: str = ""
    only_if: tuple[str, str] | None = None

    @property
    def textual(self) -> bool:
        """Whether this field can hold a narrative (F33-04: a text the DSOL must never reach)."""
        return self.kind is Kind.TEXT or any(inner.textual for inner in self.fields)


@dataclass(frozen=True, slots=True)
class Seat:
    """A *qualité*: a role held by a person for an organisation. `progress` tells what the sender of a referral sees of it."""

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
    """The closed ways in which an actor can stand to a situation; a rule that needs another one is a new record here, reviewed."""

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
class Compartment:
    """A part of a situation under one key. `size` is the padded plaintext in bytes; `machine` says what it belongs to.

    `apart` compartments have their own key pair and are never escrowed; `computed` ones are written by the charter's `derive`.
    """

    name: str
    label: str
    rule: str
    fields: tuple[Field, ...]
    size: int
    machine: str = SITUATION
    apart: bool = False
    computed: bool = False

    @property
    def textual(self) -> bool:
        """Whether a narrative can stand in it."""
        return any(item.textual for item in self.fields)


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


@dataclass(frozen=True, slots=True)
class Grant:
    """Who reads which compartments when. `steps` are of the compartment's own machine; `cases` limits the situation's step as well."""

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
    """One act. No `sources` means it begins a situation; `target` empty means the step stays; `timed` moves belong to the clock alone.

    `requires`, `forbids`, `sets` and `clears` are marks of the situation; `spawns` the machine of a part it creates;
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
    requires: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    part_requires: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    clears: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    spawns: str = ""
    adopts: bool = False  # the actor becomes the author
    forgets_meeting: bool = False
    reasons: ChoiceList | None = None
    reason: str = ""  # the closing reason it implies
    fact: str = ""
    timed: bool = False
    page: str = ""
    key: str = ""
    done: str = ""
    help: str = ""


class Basis(Enum):
    """What a clock counts from."""

    STEP = "step"  # days since the step began
    WINDOW = "window"  # the day the nominative exchange must end
    MAJORITY = "majority"  # first day of the month of the 18th birthday
    CAP = "cap"  # first day of the month of the 25th birthday
    MEETINGS = "meetings"  # meetings held since the step began
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
    """A retention clock (R-10). `move` is played when it is due; `running` is false for those whose work comes later."""

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


@dataclass(frozen=True, slots=True)
class FactKind:
    """An anonymous fact (S-01): `dimensions` are the only closed values it carries; `per_person` facts say whether first of the year."""

    name: str
    label: str
    rule: str
    dimensions: tuple[str, ...] = ()
    per_person: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure of F33-11, counted from facts."""

    name: str
    label: str
    rule: str
    fact: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Never:
    """A promise the checker proves over every sequence of moves.

    Empty `compartments` means all of them; `textual` limits to those that can hold a text; `unless_steps` are the steps excepted,
    only for compartments the reader itself wrote as author.
    """

    name: str
    rule: str
    seats: tuple[str, ...]
    compartments: tuple[str, ...] = ()
    textual: bool = False
    unless_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """A promise on order: `step` is never reached without the mark (set by a move) having been there when the step began."""

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


@dataclass(frozen=True, slots=True)
class Charter:
    """One instance's whole law. `derivable` lists, by compartment, the marks `derive` may set from it: the checker explores each."""

    name: str
    label: str
    rule: str
    version: str
    confidentiality: str
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
    nevers: tuple[Never, ...]
    befores: tuple[Before, ...]
    derivable: Mapping[str, tuple[str, ...]]
    derive: Callable[[Mapping[str, Mapping[str, Any]], date], Derived]
    dimensions: Callable[[str, Mapping[str, Mapping[str, Any]], date], Mapping[str, str]]
    problems: Callable[[Mapping[str, Mapping[str, Any]], date], Mapping[tuple[str, str], str]]
    organisations: ChoiceList
    schools: str  # the seat whose organisations are schools
    recipients: Mapping[str, Recipient]  # F33-05, closed
    sent_to: Mapping[str, str]  # type of orientation -> kind of recipient

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
