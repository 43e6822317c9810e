"""Reading a situation: verified head, grant and key together, entries committed before the content is given to a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from audit.entry import Entry, Reference
from casework.cases import heads, sealed
from casework.cases.heads import Head
from casework.kernel.engine import available, may_read, readers
from casework.kernel.life import Actor, Life, Principal, Slot
from casework.kernel.records import Move
from casework.store.directory import load_directory
from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import CaseRow, ReaderRow


@dataclass(frozen=True)
class Opened:
    """What one person may see of one situation now. `moves` are (part or None, move)."""

    head: Head
    contents: Mapping[Slot, Mapping[str, Any]]
    lisible: Mapping[Slot, frozenset[Principal]]
    moves: Sequence[tuple[UUID | None, Move]]

    @property
    def life(self) -> Life:
        """The clear life."""
        return self.head.life


def open_situation(house: House, acting: Acting, case: UUID, only: Sequence[str] | None = None) -> Opened | None:
    """Open what this person may read, logging it first; None when nothing of it is open to this person, existing or not.

    `only` limits to some compartments. Errors: HeadBroken (reported by the caller), NoKey when a grant stands without its key.
    """
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        head = heads.load(house, session, directory, case)
        if head is None or not concerned(house, acting.actor, head.life):
            return None
        wanted = {s: h for s, h in head.held.items() if granted(house, acting.actor, head.life, s) and (only is None or s.compartment in only)}
        envelopes = {slot: heads.envelope(session, head, slot) for slot in wanted}
    house.log(_entries(house, acting.actor, head, wanted))
    contents = {}
    for slot, held in wanted.items():
        key = sealed.key_of(house, acting, directory, case, slot, held.key_id, held.principals)
        contents[slot] = sealed.read(house, case, slot, held.key_id, held.version, key, envelopes[slot])
    lisible = {slot: names for slot, names in readers(house.charter, head.life).items() if slot in head.held}
    return Opened(head, contents, lisible, moves(house, acting.actor, head.life))


def _entries(house: House, actor: Actor, head: Head, slots: Mapping[Slot, Any]) -> list[Entry]:
    events, subject, reference = house.events, head.life.case, Reference(head.reference)
    read = [
        house.entry(events.read, actor, subject=subject, reference=reference, compartment=events.compartments[slot.compartment]) for slot in slots
    ]
    return [house.entry(events.opened, actor, subject=subject, reference=reference), *read]


def moves(house: House, actor: Actor, life: Life) -> list[tuple[UUID | None, Move]]:
    """Every act possible now, on the situation then on its parts."""
    own = [(None, move) for move in available(house.charter, actor, life)]
    return own + [(part.id, move) for part in life.parts for move in available(house.charter, actor, life, part.id)]


def granted(house: House, actor: Actor, life: Life, slot: Slot) -> bool:
    """Whether the charter lets this actor read this compartment now."""
    return may_read(house.charter, actor, life, slot)


def concerned(house: House, actor: Actor, life: Life) -> bool:
    """Whether this actor may know that the situation exists: it reads something of it, may act on it, or sent it."""
    party = actor.party
    if party is None:
        return False
    sent = (life.sender.seat, life.sender.organisation) == (party.seat, party.organisation)
    return sent or bool(moves(house, actor, life)) or any(granted(house, actor, life, slot) for slot in readers(house.charter, life))


@dataclass(frozen=True, slots=True)
class Line:
    """A situation in a list (C-10): never a name."""

    case: UUID
    reference: str
    number: int
    step: str
    since: date
    meeting: UUID | None
    sender_seat: str
    sent: bool


def lines(house: House, acting: Acting, steps: Sequence[str] | None = None, limit: int = 50, offset: int = 0) -> list[Line]:
    """The situations of which this actor can read something or that its organisation sent, the oldest step first; logged by the caller."""
    party = acting.actor.party
    if party is None:
        return []
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        held = list(acting.keys.holdable(directory, acting.actor))
        readable = select(ReaderRow.case).where(ReaderRow.principal.in_(held))
        own = (CaseRow.sender_seat == party.seat) & (CaseRow.sender_organisation == party.organisation)
        query = select(CaseRow).where(CaseRow.instance == house.instance, CaseRow.id.in_(readable) | own)
        if steps is not None:
            query = query.where(CaseRow.step.in_(steps))
        rows = session.scalars(query.order_by(CaseRow.since, CaseRow.number).limit(limit).offset(offset)).all()
    mine = (party.seat, party.organisation)
    return [
        Line(r.id, r.reference, r.number, r.step, r.since, r.meeting, r.sender_seat, (r.sender_seat, r.sender_organisation) == mine) for r in rows
    ]


def log_list(house: House, acting: Acting, page: str, shown: Sequence[Line]) -> None:
    """One entry for the list and one per situation shown, in one commit, before the page leaves."""
    events, actor = house.events, acting.actor
    entries = [house.entry(events.list, actor, page=PAGES[page], count=len(shown))]
    entries += [house.entry(events.shown_in_list, actor, subject=line.case, reference=Reference(line.reference)) for line in shown]
    house.log(entries)
