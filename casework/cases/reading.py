"""Reading a situation: verified head, grant and key together, entries committed before the content is given to a page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.entry import Entry, Reference
from casework.cases import heads, sealed
from casework.cases.act import Conflict, Missing
from casework.cases.heads import Head
from casework.kernel.clock import today
from casework.kernel.engine import available, may_read, readers
from casework.kernel.life import Actor, Life, Principal, Slot
from casework.kernel.records import Move
from casework.store.directory import Directory, load_directory
from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.tables import CaseRow, ReaderRow

MANY = 1_000  # situations
CORRECTING = ("correcting", "report_correcting", "clarifying")  # the author may complete what it sent


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

    `only` limits to some compartments. Whoever acts meanwhile may take a key away: the situation is then opened as it has become.
    Errors: HeadBroken (reported by the caller), NoKey when a grant stands without its key.
    """
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        found = _closed(house, acting.actor, session, directory, case, only)
    if found is None:
        return None
    house.log(_entries(house, acting.actor, found))
    try:
        return _opened(house, acting, directory, found)
    except NoKey:
        return _open_locked(house, acting, case, only)


def _open_locked(house: House, acting: Acting, case: UUID, only: Sequence[str] | None) -> Opened | None:
    """The two stores have no view in common: a move may have deleted keys that ours still needed. Nobody moves this one meanwhile."""
    with house.writing() as writing:
        directory, head = heads.lock(house, writing.session, case)
        found = _to_open(house, acting.actor, writing.session, head, only) if head else None
        if found is None:
            return None
        writing.entries.extend(_entries(house, acting.actor, found))
        return _opened(house, acting, directory, found)  # leaves once the entries are committed


@dataclass(frozen=True, slots=True)
class _Closed:
    """What somebody may open of a situation, not opened yet."""

    head: Head
    envelopes: Mapping[Slot, bytes]


def _closed(
    house: House, actor: Actor, session: Session, directory: Directory, case: UUID, only: Sequence[str] | None
) -> _Closed | None:
    head = heads.load(house, session, directory, case)
    return _to_open(house, actor, session, head, only) if head else None


def _to_open(house: House, actor: Actor, session: Session, head: Head, only: Sequence[str] | None) -> _Closed | None:
    if not concerned(house, actor, head.life):
        return None
    wanted = [
        slot
        for slot in head.held
        if granted(house, actor, head.life, slot) and (only is None or slot.compartment in only)
    ]
    stored = heads.envelopes(session, {head.life.case: wanted})
    return _Closed(head, {slot: heads.envelope(stored, head, slot) for slot in wanted})


def _opened(house: House, acting: Acting, directory: Directory, closed: _Closed) -> Opened:
    head, case, contents = closed.head, closed.head.life.case, {}
    asked = {slot: head.held[slot] for slot in closed.envelopes}
    wanted = [sealed.Sealed(case, slot, held.key_id, held.principals) for slot, held in asked.items()]
    keys = sealed.keys_of(house, acting, directory, wanted)
    for slot, held in asked.items():
        if held.key_id not in keys:
            raise NoKey("no sealed key for this actor")
        key, envelope = keys[held.key_id], closed.envelopes[slot]
        contents[slot] = sealed.read(house, case, slot, held.key_id, held.version, key, envelope)
    lisible = {slot: names for slot, names in readers(house.charter, head.life).items() if slot in head.held}
    return Opened(head, contents, lisible, moves(house, acting.actor, head.life))


def open_for(
    house: House,
    acting: Acting,
    case: UUID,
    names: Collection[str],
    seen: int,
    part: UUID | None = None,
    only: Sequence[str] | None = None,
) -> tuple[Opened, Move]:
    """The situation, and the one of these acts that this person may play on it.

    Errors: Missing; Conflict when it could have played one at the sequence it saw, and somebody acted since.
    """
    opened = open_situation(house, acting, case, only)
    found = _among(opened.moves, names, part) if opened else None
    if opened is not None and found is not None:
        return opened, found
    overtaken = _overtaken(house, acting, case, names, seen, part)
    raise Conflict(overtaken) if overtaken else Missing


def _among(possible: Iterable[tuple[UUID | None, Move]], names: Collection[str], part: UUID | None) -> Move | None:
    return next((move for place, move in possible if move.name in names and place == part), None)


def _overtaken(
    house: House, acting: Acting, case: UUID, names: Collection[str], seen: int, part: UUID | None
) -> Head | None:
    """The present head, told to nobody but those whom the situation was open to when they looked at it."""
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        head = heads.load(house, session, directory, case)
        before = heads.earlier(house, session, directory, head, seen) if head else None
    return head if before and _among(moves(house, acting.actor, present(before.life)), names, part) else None


def _entries(house: House, actor: Actor, closed: _Closed) -> list[Entry]:
    events, subject, reference = house.events, closed.head.life.case, Reference(closed.head.reference)
    read = [
        house.entry(
            events.read, actor, subject=subject, reference=reference, compartment=events.compartments[slot.compartment]
        )
        for slot in closed.envelopes
    ]
    return [house.entry(events.opened, actor, subject=subject, reference=reference), *read]


def moves(house: House, actor: Actor, life: Life) -> list[tuple[UUID | None, Move]]:
    """Every act possible now, on the situation then on its parts."""
    own = [(None, move) for move in available(house.charter, actor, life)]
    return own + [(part.id, move) for part in life.parts for move in available(house.charter, actor, life, part.id)]


def playable(house: House, actor: Actor, life: Life, move: str, part: UUID | None) -> bool:
    """Whether this actor may play this move now, on the situation or on this part of it."""
    return (part, move) in {(place, found.name) for place, found in moves(house, actor, present(life))}


def present(life: Life) -> Life:
    """The life as it stands today: a window that ended is closed for readers even before the clock has played its move."""
    if life.window is None or today() <= life.window:
        return life
    return replace(life, marks=life.marks - {"exchange"})


def granted(house: House, actor: Actor, life: Life, slot: Slot) -> bool:
    """Whether the charter lets this actor read this compartment now."""
    return may_read(house.charter, actor, present(life), slot)


def concerned(house: House, actor: Actor, life: Life) -> bool:
    """Whether this actor may know that the situation exists: it reads something of it, may act on it, or sent it."""
    party = actor.party
    if party is None:
        return False
    sent = (life.sender.seat, life.sender.organisation) == (party.seat, party.organisation)
    return (
        sent
        or bool(moves(house, actor, present(life)))
        or any(granted(house, actor, life, slot) for slot in readers(house.charter, life))
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A situation in a list (C-10): never a name."""

    case: UUID
    reference: str
    number: int
    step: str
    since: date
    majority: date | None
    meeting: UUID | None
    sender_seat: str
    sent: bool
    opens: bool  # whether something of it is readable


def lines(
    house: House, acting: Acting, steps: Sequence[str] | None = None, limit: int | None = 50, offset: int = 0
) -> list[Line]:
    """The situations of which this actor can read something or that its organisation sent, the oldest step first; logged by the caller."""
    party = acting.actor.party
    if party is None:
        return []
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        held = list(acting.keys.holdable(directory, acting.actor))
        ours = ReaderRow.principal.in_(held)
        own = (CaseRow.sender_seat == party.seat) & (CaseRow.sender_organisation == party.organisation)
        # Who reads many stops at the first of them, in the order of the list; who reads few looks them up.
        many = len(session.scalars(select(ReaderRow.case).where(ours).limit(MANY)).all()) == MANY
        looked_up = CaseRow.id.in_(select(ReaderRow.case).where(ours))
        # A subquery with a bound: PostgreSQL would read and hash every row of `reader` for an EXISTS.
        one = select(ReaderRow.case).where(ReaderRow.case == CaseRow.id, ours).limit(1)
        opens = one.scalar_subquery().is_not(None) if many and limit is not None else looked_up
        query = select(CaseRow, opens).where(CaseRow.instance == house.instance, opens | own)
        if steps is not None:
            query = query.where(CaseRow.step.in_(steps))
        rows = session.execute(query.order_by(CaseRow.since, CaseRow.number).limit(limit).offset(offset)).all()
    mine = (party.seat, party.organisation)
    return [
        Line(
            r.id,
            r.reference,
            r.number,
            r.step,
            r.since,
            r.majority,
            r.meeting,
            r.sender_seat,
            (r.sender_seat, r.sender_organisation) == mine,
            bool(open_now),
        )
        for r, open_now in rows
    ]


def log_list(house: House, acting: Acting, page: str, shown: Sequence[Line]) -> None:
    """One entry for the list and one per situation shown, in one commit, before the page leaves."""
    events, actor = house.events, acting.actor
    entries = [house.entry(events.list, actor, page=PAGES[page], count=len(shown))]
    entries += [
        house.entry(events.shown_in_list, actor, subject=line.case, reference=Reference(line.reference))
        for line in shown
    ]
    house.log(entries)


def state(house: House, acting: Acting, case: UUID) -> Head | None:
    """The clear state of a situation this actor may know of, or just knew of; nothing nominative is opened."""
    with house.stores.case_reading() as session:
        head = heads.load(house, session, load_directory(house, session), case)
    return head if head is not None and concerned(house, acting.actor, head.life) else None
