"""What the DPO asks of the log: by reference, person, day and kind of entry; each row is verified, and no content can be reached from here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.entry import EventType
from audit.log import Record, entries
from casework.accounts.people import Names, names
from casework.journal.words import READINGS, Line, Teller, types, words
from casework.kernel.clock import PARIS
from casework.store.house import House
from casework.store.meetingtables import MeetingRow, ProposalRow
from casework.store.tables import CaseRow
from casework.web.french import short_day

PER_PAGE, READ = 50, 200  # rows of a page, and the entries read to make them
PARTS = ("CompartmentRead", "SituationOpened")
PACE = 500  # entries read at once where many are


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `case` None with a `reference` cannot be: an unknown reference is no question."""

    reference: str = ""
    case: UUID | None = None
    person: UUID | None = None
    kind: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def start(self) -> datetime | None:
        """The instant the first day begins, in Paris."""
        return _midnight(self.first) if self.first else None

    @property
    def end(self) -> datetime | None:
        """The instant after the last day."""
        return _midnight(self.last + timedelta(days=1)) if self.last else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def search(house: House, asked: Asked, before: int | None, limit: int = READ) -> list[Record]:
    """The newest entries that answer, with a number below `before`. Errors: LogBroken."""
    kinds = types(house, asked.kind) if asked.kind else None
    with house.stores.case_reading() as session:
        return _find(house, session, asked, kinds, before, limit)


def readings(house: House, asked: Asked) -> list[Record]:
    """Every reading of the situation asked for, the oldest first: who consulted it (A-09). Errors: LogBroken."""
    return every(house, asked, [event for event in house.events.all() if event.name in READINGS])


def told_to_person(house: House, asked: Asked) -> list[Record]:
    """Of these readings, those a person concerned is told of: that something is kept apart is not told either (C-04)."""
    apart = {item.name for item in house.charter.compartments if item.apart}
    return [record for record in readings(house, asked) if str(record.values.get("compartment", "")) not in apart]


def every(house: House, asked: Asked, kinds: Sequence[EventType]) -> list[Record]:
    """Every entry of these kinds that answers, the oldest first. Errors: LogBroken."""
    found, before = list[Record](), None
    with house.stores.case_reading() as session:
        while page := _find(house, session, asked, kinds, before, PACE):
            found += page
            before = page[-1].number
    return found[::-1]


def _find(
    house: House, session: Session, asked: Asked, kinds: Sequence[EventType] | None, before: int | None, limit: int
) -> list[Record]:
    return entries(
        session.connection(),
        house.provider.mac,
        subject=asked.case,
        actor=asked.person,
        types=kinds,
        start=asked.start,
        end=asked.end,
        before=before,
        limit=limit,
    )


def case_of(house: House, reference: str) -> UUID | None:
    """The situation of a reference, destroyed ones included, as long as the log tells of their end. Errors: LogBroken."""
    with house.stores.case_reading() as session:
        query = select(CaseRow.id).where(CaseRow.instance == house.instance, CaseRow.reference == reference)
        known = session.scalar(query)
    gone = () if known else every(house, Asked(), [house.events.destroyed])
    return known or next((item.subject for item in gone if item.values["reference"] == reference), None)


def lines(house: House, found: Iterable[Record]) -> list[Line]:
    """These entries in French, with the references of the situations still there."""
    records = list(found)
    subjects = {item.subject for item in records if item.subject}
    named = subjects | {value for item in records if isinstance(value := item.values.get("meeting"), UUID)}
    with house.stores.case_reading() as session:
        rows = session.execute(select(CaseRow.id, CaseRow.reference).where(CaseRow.id.in_(subjects))).all()
        met = session.execute(select(MeetingRow.id, MeetingRow.day).where(MeetingRow.id.in_(named))).all()
        asked = session.execute(select(ProposalRow.id, ProposalRow.proposed_on).where(ProposalRow.id.in_(named))).all()
    meetings = {str(row.id): f"réunion du {short_day(row.day)}" for row in met}
    meetings |= {str(row.id): f"dates proposées le {short_day(row.proposed_on)}" for row in asked}
    said = {**words(house.charter), "meeting": lambda value: meetings.get(value, "")}
    teller = Teller(said, names(house), {row.id: row.reference for row in rows}, meetings)
    return [teller.line(record) for record in records]


def together(found: Sequence[Record]) -> list[list[Record]]:
    """Entries that follow each other, the newest first; those of the parts of one situation that one page opened, in one group."""
    groups: list[list[Record]] = []
    for record in found:
        if groups and _of_one_page(groups[-1][-1], record):
            groups[-1].append(record)
        else:
            groups.append([record])
    return groups


def _of_one_page(later: Record, record: Record) -> bool:
    """Whether both tell of one look: the opening comes first, then its parts."""
    same = (later.number - 1, later.subject, later.actor, later.seat, _minute(later.at))
    parts = later.type == PARTS[0] and record.type in PARTS
    return parts and same == (record.number, record.subject, record.actor, record.seat, _minute(record.at))


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def looks(found: Iterable[Line]) -> list[list[Line]]:
    """Entries of one minute by one person, together: a page opened is one look."""
    return [list(group) for _, group in groupby(found, key=lambda line: (_minute(line.at), line.who, line.seat))]


def people(known: Names) -> list[tuple[str, str]]:
    """Everybody who may have acted: (id, name, seats and organisations)."""
    held: dict[UUID, set[str]] = {}
    for tenure, (person, _, _) in known.tenures.items():
        held.setdefault(person, set()).add(known.seat_of(tenure))
    told = {person: f"{known.person(person)}, {', '.join(sorted(seats))}" for person, seats in held.items()}
    return sorted(((str(person), label) for person, label in told.items()), key=lambda pair: pair[1])
