"""Reading a situation: verified head, grant and key together, entries committed before the content is given to a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.entry import Entry, Reference
from casework.cases import heads, sealed
from casework.cases.heads import Head
from casework.kernel.clock import today
from casework.kernel.engine import available, may_read, readers
from casework.kernel.life import Actor, Life, Part, Principal, Slot
from casework.kernel.records import Charter, Compartment, HolderKind, Move
from casework.store.directory import Directory, load_directory
from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
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
        seen = _look(house, session, acting, _Seen(directory, head), only) if head else None
    if seen is None:
        return None
    house.log(_entries(house, acting.actor, seen))
    try:
        return _open(house, acting, seen)
    except NoKey:
        return _open_locked(house, acting, case, only)


def _open_locked(house: House, acting: Acting, case: UUID, only: Sequence[str] | None) -> Opened | None:
    """The two stores have no view in common: a move may have deleted keys that ours still needed. Nobody moves this one meanwhile."""
    with house.writing() as writing:
        directory, head = heads.lock(house, writing.session, case)
        seen = _look(house, writing.session, acting, _Seen(directory, head), only) if head else None
        if seen is None:
            return None
        writing.entries.extend(_entries(house, acting.actor, seen))
        return _open(house, acting, seen)  # leaves once the entries are committed


@dataclass(frozen=True)
class _Seen:
    """One view of a situation, with the envelopes that somebody may open in it."""

    directory: Directory
    head: Head
    envelopes: Mapping[Slot, bytes] = field(default_factory=dict)


def _look(house: House, session: Session, acting: Acting, seen: _Seen, only: Sequence[str] | None) -> _Seen | None:
    head, life = seen.head, seen.head.life
    if not concerned(house, acting.actor, life):
        return None
    wanted = [
        slot
        for slot in head.held
        if granted(house, acting.actor, life, slot) and (only is None or slot.compartment in only)
    ]
    return replace(seen, envelopes={slot: heads.envelope(session, head, slot) for slot in wanted})


def _open(house: House, acting: Acting, seen: _Seen) -> Opened:
    head, life, contents = seen.head, seen.head.life, {}
    for slot, envelope in seen.envelopes.items():
        held = head.held[slot]
        key = sealed.key_of(house, acting, seen.directory, life.case, slot, held.key_id, held.principals)
        contents[slot] = sealed.read(house, life.case, slot, held.key_id, held.version, key, envelope)
    lisible = {slot: names for slot, names in readers(house.charter, life).items() if slot in head.held}
    return Opened(head, contents, lisible, moves(house, acting.actor, life))


def _entries(house: House, actor: Actor, seen: _Seen) -> list[Entry]:
    events, subject, reference = house.events, seen.head.life.case, Reference(seen.head.reference)
    read = [
        house.entry(
            events.read, actor, subject=subject, reference=reference, compartment=events.compartments[slot.compartment]
        )
        for slot in seen.envelopes
    ]
    return [house.entry(events.opened, actor, subject=subject, reference=reference), *read]


def moves(house: House, actor: Actor, life: Life) -> list[tuple[UUID | None, Move]]:
    """Every act possible now, on the situation then on its parts."""
    own = [(None, move) for move in available(house.charter, actor, life)]
    return own + [(part.id, move) for part in life.parts for move in available(house.charter, actor, life, part.id)]


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


def lines(
    house: House, acting: Acting, steps: Sequence[str] | None = None, limit: int = 50, offset: int = 0
) -> list[Line]:
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
        )
        for r in rows
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


def after(house: House, actor: Actor, move: Move, opened: Opened | None, part: UUID | None) -> dict[str, list[str]]:
    """Who will read each compartment once this move is played, as labels: printed beside the fields ("Lisible par")."""
    if opened is None:
        party = actor.party
        if party is None:
            return {}
        life = Life(UUID(int=0), actor.instance, move.target, today(), today(), party, party)
    else:
        life = opened.life
        if part is None and move.target:
            life = replace(life, step=move.target)
        elif part is not None and move.target:
            life = life.with_part(replace(life.part(part), step=move.target))
    return {slot.compartment: labels(house.charter, found) for slot, found in readers(house.charter, life).items()}


def labels(charter: Charter, principals: Iterable[Principal]) -> list[str]:
    """Principals as people read them; the escrow, which opens nothing by itself, is not a reader."""
    found = {_label(charter, item) for item in principals if item.kind is not HolderKind.ESCROW}
    return sorted(found)


def _label(charter: Charter, principal: Principal) -> str:
    return (
        "les personnes concernées par l’acte"
        if principal.kind is HolderKind.MEMBER
        else charter.seat(principal.seat).label
    )


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
            lisible = _named(charter, opened.life, opened.lisible[slot])
            found.append(Group(compartment.label, compartment, part, opened.contents[slot], lisible))
    return found


def _named(charter: Charter, life: Life, principals: Iterable[Principal]) -> list[str]:
    seats = {party.person: charter.seat(party.seat).label for party in (life.author, *life.convened)}
    members = {
        seats.get(p.person, "le responsable de l’action")
        for p in principals
        if p.kind is HolderKind.MEMBER and p.person
    }
    return sorted(members | set(labels(charter, (p for p in principals if p.kind is not HolderKind.MEMBER))))


def state(house: House, acting: Acting, case: UUID) -> Head | None:
    """The clear state of a situation this actor may know of, or just knew of; nothing nominative is opened."""
    with house.stores.case_reading() as session:
        head = heads.load(house, session, load_directory(house, session), case)
    return head if head is not None and concerned(house, acting.actor, head.life) else None
