"""The meeting itself: fixed, postponed, convened, attended, held; nothing here opens or changes a situation."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, update

from casework.cases import facts
from casework.kernel.clock import today
from casework.kernel.life import Party
from casework.meetings import records, rooms, rules
from casework.meetings.rooms import Room
from casework.meetings.rules import Code
from casework.store.directory import load_directory
from casework.store.events import MEETING_CHANGES, URGENT_REASONS
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import Acting
from casework.store.meetingtables import ConvocationRow, MeetingRow
from casework.store.tables import FactRow

ORGANISING = "schedule"  # whoever may play this move organises the meetings
OPEN_STEPS = ("scheduled", "in_session")
READ_STEPS = ("in_session", "examined", "signed")
SIGNED = "signed"  # the state of a meeting whose situations were examined: it took place, wherever they went since


class MeetingError(Exception):
    """Refused, for a reason that a view may tell; `day`: from when it is possible. Nothing was written."""

    def __init__(self, code: Code, day: date | None = None) -> None:
        super().__init__(code)
        self.code, self.day = code, day


def require(condition: object, code: Code, day: date | None = None) -> None:
    """Errors: MeetingError with this code when the condition does not hold."""
    if not condition:
        raise MeetingError(code, day)


def organises(house: House, acting: Acting) -> bool:
    """Whether this person organises the meetings."""
    return acting.actor.seat in house.charter.move(ORGANISING).seats


def approves(house: House, acting: Acting) -> bool:
    """Whether this person approves the record (C-08)."""
    return acting.actor.seat in house.charter.move(rules.APPROVALS[0]).seats


def fix(
    house: House,
    acting: Acting,
    day: date,
    room: Room | None = None,
    *,
    urgent: bool = False,
    reason: str = "",
    once: UUID | None = None,
) -> UUID:
    """Fix a meeting: a month ahead, or sooner about rixes with a reason, which is logged (F33-07). Errors: MeetingError.

    `once`: the id it will have; the same one again is the same meeting.
    """
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        if once and organises(house, acting) and records.find(house, writing.session, once):
            return once
        return fix_in(writing, acting, day, room, urgent=urgent, reason=reason, once=once)


def fix_in(
    writing: Writing,
    acting: Acting,
    day: date,
    room: Room | None = None,
    *,
    urgent: bool = False,
    reason: str = "",
    once: UUID | None = None,
) -> UUID:
    """As `fix`, inside a transaction that does more."""
    house = writing.house
    require(organises(house, acting), "seat")
    problem = rules.fixing_problem(day, today(), urgent=urgent, reason=reason)
    if problem:
        raise MeetingError(problem)
    meeting = once or uuid4()
    row = MeetingRow(id=meeting, instance=house.instance, day=day, first_day=day, fixed_on=today(), urgent=urgent)
    rooms.put(house, row, room or Room())
    writing.session.add(row)
    log_meeting(writing, acting, meeting, "fixed", urgent=urgent)
    if urgent:
        writing.log(house.events.meeting_urgent, acting.actor, subject=meeting, reason=URGENT_REASONS[reason])
    return meeting


def on_day(house: House, day: date, but: UUID | None = None) -> int:
    """How many meetings are fixed for this day already, less those that will not take place; `but` is not looked at."""
    with house.stores.case_reading() as session:
        return sum(
            row.day == day and row.held != "not_held" and row.id != but for row in records.all_meetings(house, session)
        )


def postpone(house: House, acting: Acting, meeting: UUID, day: date) -> None:
    """Move a meeting to a later day; the month does not start again (F33-07). Errors: MeetingError, "circulated" once read, "examined"."""
    with _changing(house, acting, meeting, "postponed") as (writing, row):
        require(not row.held, "done")
        _require_unread(writing, row)
        problem = rules.postponing_problem(row.day, day, today())
        if problem:
            raise MeetingError(problem)
        row.day = day


def arrange(house: House, acting: Acting, meeting: UUID, room: Room) -> None:
    """Change the hour and the place of a meeting. Errors: MeetingError."""
    with _changing(house, acting, meeting, "arranged") as (_, row):
        require(not row.held, "done")
        rooms.put(house, row, room)


def convene(house: House, acting: Acting, meeting: UUID, tenures: Iterable[UUID]) -> None:
    """Convene admitted members (F33-01, F33-02); those convened after the exchange opened read what is opened next. Errors: MeetingError."""
    with _changing(house, acting, meeting, "convened") as (writing, row):
        require(not row.held, "done")
        parties = load_directory(house, writing.session).parties()
        already = {found.tenure for found in records.convocations(writing.session, meeting)}
        for tenure in set(tenures):
            party = parties.get(tenure)
            require(party and house.charter.seat(party.seat).member, "not_member")
            if tenure not in already:
                writing.session.add(ConvocationRow(meeting=meeting, tenure=tenure))


def release(house: House, acting: Acting, meeting: UUID, tenure: UUID) -> None:
    """Take a convocation back, as long as nothing was opened to it. Errors: MeetingError."""
    with _changing(house, acting, meeting, "released") as (writing, row):
        require(not row.held, "done")
        _require_unread(writing, row)
        writing.session.execute(
            delete(ConvocationRow).where(ConvocationRow.meeting == meeting, ConvocationRow.tenure == tenure)
        )


def attend(house: House, acting: Acting, meeting: UUID, attendance: Mapping[UUID, str]) -> None:
    """Record who was there (A25), from the day of the meeting on. Errors: MeetingError."""
    with _changing(house, acting, meeting, "attendance") as (writing, row):
        require(row.day <= today(), "early")
        convened = {found.tenure: found for found in records.convocations(writing.session, meeting)}
        parties = load_directory(house, writing.session).parties()
        for tenure, value in attendance.items():
            require(tenure in convened and value in _open_values(house, parties.get(tenure)), "attendance")
            convened[tenure].attendance = value


def _require_unread(writing: Writing, row: MeetingRow) -> None:
    require(row.state != SIGNED, "examined")
    require(not records.situations(writing.house, writing.session, row.id, *READ_STEPS), "circulated")


def _open_values(house: House, party: Party | None) -> set[str]:
    seat = party.seat if party else ""
    return {value.value for value in rules.attendances(house.charter, seat)}


def hold(house: House, acting: Acting, meeting: UUID, *, took_place: bool = True) -> str:
    """Say that the meeting took place, or did not; how it was held is computed (F33-08) and counted once (F33-11).

    Errors: MeetingError: "early" before the day; of a meeting that did not take place, "waiting" while situations wait for it,
    "examined" when some were examined.
    """
    with _changing(house, acting, meeting, "held" if took_place else "not_held") as (writing, row):
        if row.held:
            return row.held
        require(row.day <= today() or not took_place, "early")
        require(took_place or not records.situations(house, writing.session, meeting, *OPEN_STEPS), "waiting")
        examined = row.state == SIGNED or records.situations(house, writing.session, meeting, "examined", "signed")
        require(took_place or not examined, "examined")
        row.held = rules.how_held(row.day, row.first_day, urgent=row.urgent) if took_place else "not_held"
        made, _ = facts.row(house, facts.Made("meeting_held", {"held": row.held}, day=row.day), frozenset())
        writing.session.add(FactRow(**made))
        return row.held


@contextmanager
def _changing(house: House, acting: Acting, meeting: UUID, change: str) -> Iterator[tuple[Writing, MeetingRow]]:
    require(organises(house, acting), "seat")
    with house.writing() as writing:
        row = records.find(house, writing.session, meeting, lock=True)
        if row is None:
            raise MeetingError("missing")
        log_meeting(writing, acting, meeting, change, urgent=row.urgent)
        yield writing, row


def log_meeting(writing: Writing, acting: Acting, meeting: UUID, change: str, *, urgent: bool) -> None:
    """The entry of a change of a meeting, or of dates proposed for one."""
    events = writing.house.events
    writing.log(events.meeting, acting.actor, subject=meeting, urgent=urgent, change=MEETING_CHANGES[change])


def log_change(house: House, acting: Acting, row: MeetingRow, change: str) -> None:
    """An entry for what was done to every situation of a meeting at once; once signed, the meeting keeps it."""
    with house.writing() as writing:
        if change == SIGNED:
            writing.session.execute(update(MeetingRow).where(MeetingRow.id == row.id).values(state=SIGNED))
        log_meeting(writing, acting, row.id, change, urgent=row.urgent)


@dataclass(frozen=True)
class Convened:
    """One convocation: who, and its attendance (A25); `party` is None once the person left."""

    tenure: UUID
    party: Party | None
    attendance: str


@dataclass(frozen=True)
class Sheet:
    """The meeting sheet (C-08): date, place, attendance and counts; no person concerned is named. `counts` by step, None for a head of school."""

    meeting: MeetingRow
    place: str
    convened: Sequence[Convened]
    counts: Mapping[str, int] | None

    @property
    def total(self) -> int | None:
        """How many situations are on the agenda, for who may know it."""
        return None if self.counts is None else sum(self.counts.values())


def sheet(house: House, acting: Acting, meeting: UUID) -> Sheet:
    """The sheet of a meeting this person may know of. Errors: MeetingError "missing", whether it exists or not."""
    with house.stores.case_reading() as session:
        row = records.find(house, session, meeting)
        if row is None or not _knows(house, acting, row, records.meetings_of(session, acting.tenure)):
            raise MeetingError("missing")
        parties = load_directory(house, session).parties()
        convened = [
            Convened(c.tenure, parties.get(c.tenure), c.attendance) for c in records.convocations(session, meeting)
        ]
        convened.sort(key=lambda item: (rules.rank(house.charter, item.party), str(item.tenure)))
        found = records.situations(house, session, meeting)
    apart = acting.actor.seat == house.charter.schools
    return Sheet(row, rooms.place(house, row), convened, None if apart else Counter(item.step for item in found))


def meetings(house: House, acting: Acting) -> list[MeetingRow]:
    """The meetings this person may know of: a member all of them, a head of school those it is convened to (F33-14)."""
    with house.stores.case_reading() as session:
        mine = records.meetings_of(session, acting.tenure)
        return [row for row in records.all_meetings(house, session) if _knows(house, acting, row, mine)]


def convoked(house: House, acting: Acting) -> set[UUID]:
    """The meetings this person is convened to."""
    with house.stores.case_reading() as session:
        return records.meetings_of(session, acting.tenure)


def _knows(house: House, acting: Acting, row: MeetingRow, mine: set[UUID]) -> bool:
    seat = acting.actor.seat
    return house.charter.seat(seat).member and (seat != house.charter.schools or row.id in mine)
