"""Several situations at a glance: their verified heads and a few compartments, opened in memory with a handful of queries."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from casework.cases import heads, sealed
from casework.cases.heads import Head, HeadBroken
from casework.cases.reading import concerned, granted
from casework.cases.sealed import Sealed
from casework.kernel.life import Life, Slot
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import Acting, NoKey

Wanted = Callable[[Life], Collection[str]]
Envelopes = Mapping[Slot, bytes]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A situation, and the little that was opened of it."""

    head: Head
    contents: Mapping[Slot, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def life(self) -> Life:
        """The clear life."""
        return self.head.life


def nothing(_life: Life) -> Collection[str]:
    """No compartment: the clear life alone."""
    return ()


def glimpses(house: House, acting: Acting, cases: Sequence[UUID], wanted: Wanted = nothing) -> list[Glimpse]:
    """Those this person may know of, with what it may read of the `wanted` compartments; the caller logs what it shows.

    One that does not prove itself is reported and left out; one whose key is missing is left out.
    """
    if not cases:
        return []
    broken: list[UUID] = []
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        stored = heads.last(house, session, cases)
        there = [case for case in cases if case in stored]
        found = _proved(there, lambda case: heads.verified(house, session, directory, *stored[case]), broken)
        known = {case: head for case, head in found.items() if concerned(house, acting.actor, head.life)}
        slots = {case: _slots(house, acting, head, wanted) for case, head in known.items()}
        held = heads.envelopes(session, slots)
        closed = _proved(
            known, lambda case: {slot: heads.envelope(held, known[case], slot) for slot in slots[case]}, broken
        )
    if broken:
        house.log([house.entry(house.events.tampering, acting.actor, subject=case) for case in broken])
    asked = [
        Sealed(case, slot, known[case].held[slot].key_id, known[case].held[slot].principals)
        for case, envelopes in closed.items()
        for slot in envelopes
    ]
    keys = sealed.keys_of(house, acting, directory, asked)
    opened = (_opened(house, known[case], envelopes, keys) for case, envelopes in closed.items())
    return [item for item in opened if item is not None]


def _proved(cases: Iterable[UUID], find: Callable[[UUID], T], broken: list[UUID]) -> dict[UUID, T]:
    found = {}
    for case in cases:
        try:
            found[case] = find(case)
        except HeadBroken:
            broken.append(case)
    return found


def _slots(house: House, acting: Acting, head: Head, wanted: Wanted) -> list[Slot]:
    names = wanted(head.life)
    return [slot for slot in head.held if slot.compartment in names and granted(house, acting.actor, head.life, slot)]


def _opened(house: House, head: Head, envelopes: Envelopes, keys: Mapping[UUID, bytes]) -> Glimpse | None:
    contents = {}
    for slot, envelope in envelopes.items():
        held = head.held[slot]
        try:
            contents[slot] = sealed.read(
                house, head.life.case, slot, held.key_id, held.version, keys[held.key_id], envelope
            )
        except (KeyError, NoKey):
            return None
    return Glimpse(head, contents)
