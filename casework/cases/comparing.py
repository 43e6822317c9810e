"""The same person in two situations: pairs found in memory (no index of names exists), shown side by side, linked or not (C-10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from audit.entry import Entry, Reference
from casework.cases import reading
from casework.cases.act import Change, Missing, act
from casework.cases.reading import Opened
from casework.cases.several import Glimpse, glimpses
from casework.kernel.life import Slot
from casework.kernel.records import Take
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import short_day
from casework.web.page import acting, current_house, go, reply

PER_PAGE = 20
LAST_PAGE = 10_000
CHECKING = ("received", "correcting")  # while the coordinator can still link or dismiss before anybody else reads
MATCH = Slot("match")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two situations that may concern the same person, for the coordinator alone."""

    left: Glimpse
    right: Glimpse
    linked: bool

    @property
    def cases(self) -> tuple[UUID, UUID]:
        """The two situations."""
        return self.left.life.case, self.right.life.case

    @property
    def to_examine(self) -> bool:
        """Whether somebody should look now: not linked, and one of the two is still being checked."""
        return not self.linked and any(side.life.step in CHECKING for side in (self.left, self.right))


def same_person(house: House, acting: Acting, about: UUID | None = None, number: int = 0) -> list[Pair]:
    """A page of the pairs, or of those of one situation, those to examine first; each is logged before it is returned."""
    found = [pair for pair in pairs(_matches(house, acting)) if about is None or about in pair.cases]
    first = number * PER_PAGE
    shown = sorted(found, key=lambda pair: (not pair.to_examine, pair.linked))[first : first + PER_PAGE]
    house.log(entries(house, acting, shown))
    return shown


def to_examine(house: House, acting: Acting) -> int:
    """How many pairs wait for a look; none is shown and none is logged. Nothing is opened when nothing is being checked."""
    if not reading.lines(house, acting, CHECKING, limit=1):
        return 0
    return sum(pair.to_examine for pair in pairs(_matches(house, acting)))


def entries(house: House, acting: Acting, shown: Iterable[Pair]) -> list[Entry]:
    """One entry of the log for each pair shown."""
    compared, actor = house.events.compared, acting.actor
    return [house.entry(compared, actor, subject=pair.cases[0], other=pair.cases[1]) for pair in shown]


def _matches(house: House, acting: Acting) -> list[Glimpse]:
    cases = [line.case for line in reading.lines(house, acting, limit=None)]
    return glimpses(house, acting, cases, lambda _life: (MATCH.compartment,))


def pairs(opened: Iterable[Glimpse]) -> list[Pair]:
    """Those that resemble each other, and those that were linked."""
    plain = [(item, _Plain.of(item.contents[MATCH])) for item in opened if MATCH in item.contents]
    found = ((a, b, b.life.case in a.life.links, one.resembles(two)) for (a, one), (b, two) in combinations(plain, 2))
    return [Pair(a, b, linked) for a, b, linked, alike in found if linked or alike]


@dataclass(frozen=True, slots=True)
class _Plain:
    """A match record without accents, case or spaces; days as ISO texts, which compare as days do."""

    surname: str
    first_name: str
    earliest: str
    latest: str

    @classmethod
    def of(cls, match: Mapping[str, Any]) -> "_Plain":
        surname, first_name = _letters(match["surname"]), _letters(match["first_name"])
        return cls(surname, first_name, match.get("earliest", ""), match.get("latest", ""))

    def resembles(self, other: "_Plain") -> bool:
        """Same names and births that may be one, or one same name and the same day: a person decides, never this function."""
        if self.surname == other.surname and self.first_name == other.first_name:
            return self.may_meet(other)
        one_name = self.surname == other.surname or self.first_name == other.first_name
        return one_name and self.exact and self.born(other)

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return bool(self.earliest) and self.earliest == self.latest

    def born(self, other: "_Plain") -> bool:
        """Whether the bounds are the same."""
        return (self.earliest, self.latest) == (other.earliest, other.latest)

    def may_meet(self, other: "_Plain") -> bool:
        """Whether one day can be in both bounds; unknown bounds may be anything."""
        if not (self.earliest and other.earliest):
            return True
        return max(self.earliest, other.earliest) <= min(self.latest, other.latest)


def _letters(name: str) -> str:
    letters = (c for c in normalize("NFKD", name.casefold()) if not combining(c))
    return "".join(c for c in letters if c.isalnum())


def link(house: House, acting: Acting, left: UUID, right: UUID) -> None:
    """Link two situations, or undo their link; they stay two situations (C-10). Errors: Missing, Conflict, IllegalMove.

    Stopped between the two, it is finished by the next press: what the second one says already is left as it is.
    """
    if left == right:
        raise Missing
    pair = [reading.open_for(house, acting, item, ("link",), -1, only=())[0].head for item in (left, right)]
    linked = right in pair[0].life.links
    for head, other in zip(pair, (right, left), strict=True):
        if (other in head.life.links) == linked:
            act(house, acting, head.life.case, head.sequence, Change("link", takes={Take.OTHER: other}))


@dataclass(frozen=True, slots=True)
class Other:
    """Another situation, by its reference."""

    case: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one situation: those it is linked to, those that may be of the same person."""

    linked: Sequence[Other] = ()
    maybe: Sequence[Other] = ()


def beside(house: House, acting: Acting, opened: Opened) -> Beside:
    """For who holds match records: the situations linked to this one and, while it is checked, those that resemble it; logged."""
    if MATCH not in opened.contents:
        return Beside()
    linked = glimpses(house, acting, sorted(opened.life.links))
    found = pairs(_matches(house, acting)) if opened.life.step in CHECKING else []
    mine = [pair for pair in found if pair.to_examine and opened.life.case in pair.cases]
    listed, actor = house.events.shown_in_list, acting.actor
    told = [
        house.entry(listed, actor, subject=item.life.case, reference=Reference(item.head.reference)) for item in linked
    ] + entries(house, acting, mine)
    if told:
        house.log(told)
    others = [side for pair in mine for side in (pair.left, pair.right) if side.life.case != opened.life.case]
    return Beside(_others(linked), _others(others))


def _others(found: Iterable[Glimpse]) -> list[Other]:
    return [Other(item.life.case, item.head.reference) for item in found]


# --- The page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One situation of a comparison."""

    case: UUID
    reference: str
    surname: str
    first_name: str
    birth: str
    step: str
    since: date
    sender: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two situations side by side, and what they have in common in words."""

    sides: tuple[Side, Side]
    common: str
    linked: bool
    to_examine: bool


def compare() -> Response:
    """Situations that may concern the same person, for the coordinator alone; `situation` limits to those of one."""
    house, person, about = current_house(), acting(), request.args.get("situation", type=UUID)
    number = min(max(0, request.args.get("page", 0, type=int)), LAST_PAGE)
    if request.method == "POST":
        both = [request.form.get(name, type=UUID) for name in ("left", "right")]
        if None in both:
            raise NotFound
        link(house, person, *filter(None, both))
        return go("cases.compare", situation=about)
    found = [_side_by_side(house, pair) for pair in same_person(house, person, about, number)]
    line, more = house.charter.confidentiality, len(found) == PER_PAGE
    return reply(
        "cases/compare.html", pairs=found, about=about, number=number, more=more, confidentiality=line, page="compare"
    )


def _side_by_side(house: House, pair: Pair) -> Compared:
    sides = (_side(house, pair.left), _side(house, pair.right))
    one, two = (_Plain.of(side.contents[MATCH]) for side in (pair.left, pair.right))
    names = (("nom", one.surname == two.surname), ("prénom", one.first_name == two.first_name))
    said = [f"même {name}" for name, same in names if same]
    if one.exact and one.born(two):
        said.append("même date de naissance")
    elif one.may_meet(two):
        said.append("dates de naissance compatibles")
    return Compared(sides, ", ".join(said), pair.linked, pair.to_examine)


def _side(house: House, opened: Glimpse) -> Side:
    match, life, charter = opened.contents[MATCH], opened.life, house.charter
    days = sorted({match.get("earliest", ""), match.get("latest", "")} - {""})
    birth = " et le ".join(short_day(found) for found in days) or "non connue"
    return Side(
        life.case,
        opened.head.reference,
        match["surname"],
        match["first_name"],
        f"entre le {birth}" if len(days) > 1 else birth,
        charter.step(life.step).label,
        life.since,
        charter.seat(life.sender.seat).label,
    )
