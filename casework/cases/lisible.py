"""Who reads, in words: beside a compartment, beside a field before it is sent, and what an act changes of it; made from `readers()` alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from casework.cases.reading import Opened
from casework.kernel.clock import today
from casework.kernel.engine import readers
from casework.kernel.life import Actor, Life, Part, Principal, Slot
from casework.kernel.records import Charter, Compartment, HolderKind, Move, Relation
from casework.store.house import House
from casework.web.french import order as alphabetical

SITTING = (Relation.CONVENED, Relation.OWN_SCHOOL)


@dataclass(frozen=True, slots=True)
class Change:
    """What an act changes of who reads something of a situation: who will, who will no longer."""

    gained: Sequence[str]
    lost: Sequence[str]


def after(house: House, actor: Actor, move: Move, opened: Opened | None, part: UUID | None) -> dict[str, list[str]]:
    """Who will read each compartment once this move is played, as labels: printed beside the fields ("Lisible par")."""
    life = _after(actor, move, opened.life if opened else None, part)
    found = readers(house.charter, life) if life else {}
    return {slot.compartment: named(house.charter, life, who) for slot, who in found.items() if life}


def now(charter: Charter, life: Life, compartment: str) -> list[str]:
    """Who reads a compartment of the situation at this point of its life."""
    return named(charter, life, readers(charter, life)[Slot(compartment)])


def later(charter: Charter, compartment: str, first: Sequence[str]) -> list[str]:
    """Who may read this compartment further on, if the situation goes on: told to its author from the first."""
    grants = [grant for grant in charter.grants if compartment in grant.compartments]
    seats = [charter.seat(seat).label for grant in grants if grant.holder is HolderKind.SEAT for seat in grant.seats]
    sitting = any(grant.relation in SITTING for grant in grants)
    return [label for label in dict.fromkeys(seats) if label not in first] + (
        ["personnes convoquées"] if sitting else []
    )


def change(house: House, actor: Actor, move: Move, opened: Opened, part: UUID | None) -> Change:
    """Whose reading an act begins or ends, any compartment, by the charter alone."""
    before, life = opened.life, _after(actor, move, opened.life, part)
    had, has = (_everybody(house.charter, item) for item in (before, life or before))
    return Change(sorted(has - had, key=alphabetical), sorted(had - has, key=alphabetical))


def _everybody(charter: Charter, life: Life) -> set[str]:
    return {label for who in readers(charter, life).values() for label in named(charter, life, who)}


def _after(actor: Actor, move: Move, life: Life | None, part: UUID | None) -> Life | None:
    """The life once this move is played, as far as its records alone tell."""
    if life is None:
        party = actor.party
        return Life(UUID(int=0), actor.instance, move.target, today(), today(), party, party) if party else None
    life = replace(life, marks=(life.marks | frozenset(move.sets)) - frozenset(move.clears))
    if part is not None:
        return life.with_part(replace(life.part(part), step=move.target)) if move.target else life
    return replace(life, step=move.target or life.step)


@dataclass(frozen=True, slots=True)
class Group:
    """One readable compartment, ready for a page."""

    title: str
    compartment: Compartment
    part: Part | None
    content: Mapping[str, Any]
    lisible: Sequence[str]


def grouped(charter: Charter, opened: Opened) -> list[Group]:
    """The readable compartments, the situation's first, in the charter's order; computed ones are not shown."""
    order = {item.name: number for number, item in enumerate(charter.compartments)}
    slots = sorted(
        opened.contents, key=lambda slot: (slot.part is not None, str(slot.part or ""), order[slot.compartment])
    )
    found = []
    for slot in slots:
        compartment = charter.compartment(slot.compartment)
        if not compartment.computed:
            part = opened.life.part(slot.part) if slot.part else None
            lisible = named(charter, opened.life, opened.lisible[slot])
            found.append(Group(compartment.label, compartment, part, opened.contents[slot], lisible))
    return found


def named(charter: Charter, life: Life, principals: Iterable[Principal]) -> list[str]:
    """Principals as people read them; the escrow, which opens nothing by itself, is not a reader."""
    seats = {party.person: charter.seat(party.seat).label for party in (life.author, *life.convened)}
    return sorted(
        {
            seats.get(item.person, "le responsable de l’action")
            if item.kind is HolderKind.MEMBER and item.person
            else charter.seat(item.seat).label
            for item in principals
            if item.kind is not HolderKind.ESCROW
        },
        key=alphabetical,
    )
