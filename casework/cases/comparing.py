"""The same person in two situations: pairs found in memory (no index of names exists), linked, told apart or neither (C-10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unicodedata import combining, normalize
from uuid import UUID

from audit.entry import Entry, Reference
from casework.cases import reading
from casework.cases.act import Change, Missing, act
from casework.cases.reading import Opened
from casework.cases.several import Glimpse, glimpses
from casework.kernel.life import Slot
from casework.kernel.records import Take
from casework.store.house import House
from casework.store.keyring import Acting

PER_PAGE = 20
CHECKING = ("received", "correcting")  # while the coordinator can still link or dismiss before anybody else reads
MATCH, DISTINCT = Slot("match"), Slot("distinct")
RECORDS = (MATCH.compartment, DISTINCT.compartment)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two situations that may concern the same person, for the coordinator alone."""

    left: Glimpse
    right: Glimpse
    linked: bool
    apart: bool

    @property
    def cases(self) -> tuple[UUID, UUID]:
        """The two situations."""
        return self.left.life.case, self.right.life.case

    @property
    def to_examine(self) -> bool:
        """Whether somebody should look now: neither linked nor told apart, and one of the two is still being checked."""
        settled = self.linked or self.apart
        return not settled and any(side.life.step in CHECKING for side in (self.left, self.right))


def same_person(house: House, acting: Acting, about: UUID | None = None, number: int = 0) -> list[Pair]:
    """A page of the pairs, or of those of one situation, those to examine first; each is logged before it is returned."""
    found = [pair for pair in pairs(_matches(house, acting)) if about is None or about in pair.cases]
    first = number * PER_PAGE
    shown = sorted(found, key=lambda pair: (not pair.to_examine, pair.apart, pair.linked))[first : first + PER_PAGE]
    house.log(entries(house, acting, shown))
    return shown


def named(house: House, acting: Acting, about: UUID, reference: str) -> list[Pair]:
    """A situation beside the one of this reference, alike or not, logged; empty when no open situation bears it."""
    wanted = "".join(reference.split()).upper()
    plain = [item for item in _matches(house, acting) if MATCH in item.contents]
    one = next((item for item in plain if item.life.case == about), None)
    two = next((item for item in plain if item.head.reference == wanted and item is not one), None)
    shown = [Pair(one, two, two.life.case in one.life.links, _told_apart(one, two))] if one and two else []
    house.log(entries(house, acting, shown))
    return shown


def to_examine(house: House, acting: Acting) -> int:
    """How many pairs wait for a look; none is shown and none is logged. Nothing is opened when nothing is being checked."""
    if not reading.lines(house, acting, CHECKING, limit=1):
        return 0
    return sum(pair.to_examine for pair in pairs(_matches(house, acting)))


def known(house: House, acting: Acting) -> list[str]:
    """The names of every person concerned that this person may compare, in no order of theirs; none is shown and none is logged."""
    found = (item.contents[MATCH] for item in _matches(house, acting) if MATCH in item.contents)
    return sorted({match[name] for match in found for name in ("surname", "first_name")})


def entries(house: House, acting: Acting, shown: Iterable[Pair]) -> list[Entry]:
    """Two entries of the log for each pair shown: who asks who read one of them finds it."""
    compared, actor = house.events.compared, acting.actor
    both = (cases for pair in shown for cases in (pair.cases, pair.cases[::-1]))
    return [house.entry(compared, actor, subject=one, other=two) for one, two in both]


def _matches(house: House, acting: Acting) -> list[Glimpse]:
    cases = [line.case for line in reading.lines(house, acting, limit=None)]
    return glimpses(house, acting, cases, lambda _life: RECORDS)


def pairs(opened: Iterable[Glimpse]) -> list[Pair]:
    """Those that resemble each other, told apart or not, and those that were linked."""
    plain = [(item, Plain.of(item.contents[MATCH])) for item in opened if MATCH in item.contents]
    found = ((a, b, b.life.case in a.life.links, one.resembles(two)) for (a, one), (b, two) in combinations(plain, 2))
    return [Pair(a, b, linked, _told_apart(a, b)) for a, b, linked, alike in found if linked or alike]


def _told_apart(one: Glimpse, two: Glimpse) -> bool:
    """Either of the two may say it."""
    return _says(one.contents, two.life.case) or _says(two.contents, one.life.case)


def _says(contents: Mapping[Slot, Mapping[str, Any]], other: UUID) -> bool:
    return str(other) in _others_than(contents)


def _others_than(contents: Mapping[Slot, Mapping[str, Any]]) -> list[str]:
    return [row["case"] for row in contents.get(DISTINCT, {}).get("others", [])]


@dataclass(frozen=True, slots=True)
class Plain:
    """A match record without accents, case or spaces; days as ISO texts, which compare as days do."""

    surname: str
    first_name: str
    earliest: str
    latest: str

    @classmethod
    def of(cls, match: Mapping[str, Any]) -> "Plain":
        surname, first_name = _letters(match["surname"]), _letters(match["first_name"])
        return cls(surname, first_name, match.get("earliest", ""), match.get("latest", ""))

    def resembles(self, other: "Plain") -> bool:
        """Same names and births that may be one, or one same name and the same day: a person decides, never this function."""
        if self.surname == other.surname and self.first_name == other.first_name:
            return self.may_meet(other)
        one_name = self.surname == other.surname or self.first_name == other.first_name
        return one_name and self.exact and self.born(other)

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return bool(self.earliest) and self.earliest == self.latest

    def born(self, other: "Plain") -> bool:
        """Whether the bounds are the same."""
        return (self.earliest, self.latest) == (other.earliest, other.latest)

    def may_meet(self, other: "Plain") -> bool:
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


def tell_apart(house: House, acting: Acting, left: UUID, right: UUID, *, apart: bool) -> None:
    """Say that two situations are not of the same person, or take it back. Errors: Missing, Conflict, IllegalMove.

    Sealed in the first of the two alone, so that nothing is half said; it is destroyed with it. What is said already is left as it is.
    """
    if left == right:
        raise Missing
    pair = [reading.open_for(house, acting, item, ("tell_apart",), -1, only=RECORDS)[0] for item in (left, right)]
    told = [_says(opened.contents, other) for opened, other in zip(pair, (right, left), strict=True)]
    if apart and not any(told):
        _write(house, acting, pair[0], [*_others_than(pair[0].contents), str(right)])
    for opened, said, other in zip(pair, told, (right, left), strict=True):
        if said and not apart:
            _write(house, acting, opened, [item for item in _others_than(opened.contents) if item != str(other)])


def _write(house: House, acting: Acting, opened: Opened, others: Sequence[str]) -> None:
    """As many as the compartment holds: beyond, the one told first is proposed again."""
    (field,) = house.charter.compartment(DISTINCT.compartment).fields
    content = {field.name: [{"case": item} for item in others[-field.rows[1] :]]}
    change = Change("tell_apart", {DISTINCT.compartment: content})
    act(house, acting, opened.life.case, opened.head.sequence, change)


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
