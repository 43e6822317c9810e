"""Repeated refusals and abnormal readings, counted from verified entries (A-05, A-08): counts only, never how well somebody works (A-07)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, islice, takewhile
from uuid import UUID

from audit.log import Record
from casework.accounts.people import names
from casework.journal import service
from casework.journal.service import Asked
from casework.journal.words import Teller, types, words
from casework.kernel.clock import PARIS, today
from casework.kernel.records import SITUATION, Charter
from casework.store.house import House

DAYS, HOUR = 30, timedelta(hours=1)
SUSPECT = {"refused", "missing", "csrf", "limited", "wrong_secret", "illegal"}  # a form to complete is no refusal
READ, REFUSED = "readings", "refusals"


@dataclass(frozen=True, slots=True)
class Signal:
    """In one hour from `at`, somebody read, or was refused, `number` times. `person` None: somebody still outside."""

    kind: str
    at: datetime
    number: int
    person: UUID | None
    who: str
    seat: str

    @property
    def day(self) -> date:
        """The day in Paris."""
        return self.at.astimezone(PARIS).date()


@dataclass(frozen=True, slots=True)
class Found:
    """The signals of the last days, and the thresholds they are counted with."""

    since: date
    signals: Sequence[Signal]
    readings: int
    refusals: int


def signals(house: House) -> Found:
    """The last thirty days, the newest first. Errors: LogBroken."""
    since, events = today() - timedelta(days=DAYS), house.events
    limits = {READ: house.setting("reading_alert"), REFUSED: house.setting("refusal_alert")}
    steps = _steps(house.charter, service.every(house, Asked(), [events.moved]))
    opened = service.every(house, Asked(first=since), [events.opened])
    counted = [item for item in opened if not _gathered(house.charter, steps, item)]
    refused = service.every(house, Asked(first=since), types(house, REFUSED))
    suspect = [item for item in refused if item.values["outcome"] in SUSPECT]
    teller = Teller(words(house.charter), names(house), {})
    found = [
        *_bursts(READ, counted, limits[READ], lambda item: item.subject, teller),
        *_bursts(REFUSED, suspect, limits[REFUSED], lambda item: item.number, teller),
    ]
    return Found(since, sorted(found, key=lambda item: item.at, reverse=True), limits[READ], limits[REFUSED])


Steps = Mapping[UUID, Sequence[tuple[int, str]]]  # by situation: from which entry on it stands at which step


def _steps(charter: Charter, moved: Iterable[Record]) -> Steps:
    own = {move.name: move.target for move in charter.moves if move.machine == SITUATION and move.target}
    found: dict[UUID, list[tuple[int, str]]] = {}
    for record in moved:
        target = own.get(str(record.values["move"]))
        if target and record.subject:
            found.setdefault(record.subject, []).append((record.number, target))
    return found


def _gathered(charter: Charter, steps: Steps, record: Record) -> bool:
    """Whether reading many situations at that step is the work itself: an agenda, the queue of the Parquet."""
    before = (
        [step for number, step in steps.get(record.subject, ()) if number < record.number] if record.subject else []
    )
    return bool(before) and bool({(before[-1], ""), (before[-1], record.seat)} & set(charter.gathered))


def _bursts(
    kind: str, records: Iterable[Record], limit: int, what: Callable[[Record], object], teller: Teller
) -> Iterator[Signal]:
    """Each hour, counted once, in which one person reaches the limit."""
    by_person = sorted(records, key=lambda item: (str(item.actor), item.at))
    for _, group in groupby(by_person, key=lambda item: item.actor):
        mine, start = list(group), 0
        while start < len(mine):
            hour = _hour(mine, start)
            first, number = hour[0], len({what(item) for item in hour})
            if number >= limit:
                yield Signal(kind, first.at, number, first.actor, teller.who(first), teller.seat(first))
            start += len(hour) if number >= limit else 1


def _hour(records: Sequence[Record], start: int) -> list[Record]:
    """The entries of the hour that begins with this one."""
    end = records[start].at + HOUR
    return list(takewhile(lambda item: item.at < end, islice(records, start, None)))
