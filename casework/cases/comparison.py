"""The page of the comparison: two situations side by side, for the coordinator alone, and what it says of them (C-10)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.cases import reading
from casework.cases.comparing import MATCH, PER_PAGE, Pair, Plain, link, named, same_person, tell_apart
from casework.cases.several import Glimpse
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import short_day
from casework.web.page import acting, current_house, go, page_asked, reply

APART = "1"  # what the button says: not the same person; anything else: to be looked at again


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
    apart: bool
    to_examine: bool


def compare() -> Response:
    """Situations that may concern the same person, for the coordinator alone; `situation` limits to those of one, `avec` sets one beside it."""
    house, person, about = current_house(), acting(), request.args.get("situation", type=UUID)
    other = request.args.get("avec", "") if about else ""
    if request.method == "POST":
        both = [request.form.get(name, type=UUID) for name in ("left", "right")]
        if None in both:
            raise NotFound
        _settle(house, person, *filter(None, both))
        return go("cases.compare", situation=about, avec=other or None)
    number = page_asked()
    pairs = named(house, person, about, other) if about and other else same_person(house, person, about, number)
    found, status = [_side_by_side(house, pair) for pair in pairs], 422 if other and not pairs else 200
    line, more = house.charter.confidentiality, len(found) == PER_PAGE
    head = reading.state(house, person, about) if about else None
    return reply(
        "cases/compare.html", pairs=found, about=about, head=head, other=other, number=number, more=more, confidentiality=line,
        page="compare", status=status,
    )  # fmt: skip


def _settle(house: House, person: Acting, left: UUID, right: UUID) -> None:
    said = request.form.get("apart")
    if said is None:
        link(house, person, left, right)
    else:
        tell_apart(house, person, left, right, apart=said == APART)


def _side_by_side(house: House, pair: Pair) -> Compared:
    sides = (_side(house, pair.left), _side(house, pair.right))
    one, two = (Plain.of(side.contents[MATCH]) for side in (pair.left, pair.right))
    names = (("nom", one.surname == two.surname), ("prénom", one.first_name == two.first_name))
    said = [f"même {name}" for name, same in names if same]
    if one.exact and one.born(two):
        said.append("même date de naissance")
    elif one.may_meet(two):
        said.append("dates de naissance compatibles")
    return Compared(sides, ", ".join(said), pair.linked, pair.apart, pair.to_examine)


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
