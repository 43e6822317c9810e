"""Frozen records of what a situation holds: closed lists, fields and the compartments that seal them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

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
    COMING_DATE = "coming_date"
    TIME = "time"  # of a day
    YEAR = "year"
    AGE = "age"
    PHONE = "phone"
    EMAIL = "email"
    SCHOOL = "school"  # an organisation of the instance held by a head of school
    MEMBER = "member"  # a convened person
    ROWS = "rows"  # repeated groups of `fields`


@dataclass(frozen=True, slots=True)
class Field:
    """One nominative field, inside a sealed compartment. `limit` is a number of characters, which the `setting` of this
    name may change; `rows` the (least, most) groups.

    `preset` names a value the service gives (the origin, from the author's seat) unless the move lists it in `asks`.
    `only_if` = (other field, value): shown and required only then; a value after “!”: only for another answer than it.
    `when` says that condition, where the words of the other field would not.
    `reserved` = ((value, mark of the part), …): a choice offered on the parts that bear this mark alone.
    """

    name: str
    label: str
    kind: Kind
    rule: str
    help: str = ""
    required: bool = False
    choices: ChoiceList | None = None
    limit: int = 120
    setting: str = ""
    fields: tuple["Field", ...] = ()
    rows: tuple[int, int] = (0, 1)
    preset: str = ""
    only_if: tuple[str, str] | None = None
    when: str = ""
    reserved: tuple[tuple[str, str], ...] = ()
    silent: bool = False  # left out of summaries: the field that it decides on says as much
    guarded: bool = False  # the guard of free text reads it before it is sent (C-03)
    unanswered: str = ""  # what an optional list calls no answer, where “not told” would not be the word

    def offered(self, marks: Collection[str]) -> "Field":
        """This field with the choices offered on a part that bears these marks."""
        closed = {value for value, mark in self.reserved if mark not in marks}
        if self.choices is None or not closed:
            return self
        kept = tuple(item for item in self.choices.values if item.value not in closed)
        return replace(self, choices=replace(self.choices, values=kept))

    def under(self, settings: Mapping[str, int]) -> "Field":
        """This field with the limit these settings give it."""
        return replace(self, limit=settings.get(self.setting, self.limit))

    @property
    def textual(self) -> bool:
        """Whether this field can hold a narrative (F33-04: a text the DSOL must never reach)."""
        return self.kind is Kind.TEXT or any(inner.textual for inner in self.fields)


@dataclass(frozen=True, slots=True)
class Compartment:
    """A part of a situation under one key. `size` is the padded plaintext in bytes; `machine` says what it belongs to.

    `apart` compartments have their own key pair and are never escrowed; `computed` ones are written by the
    charter's `derive` or by a service, and no page shows them as such.
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
