"""The house: stores, provider, pins, deletion register and charter of the instance this process serves, and the way into the log."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from audit import memory
from audit.entry import Entry, EventType, Tip, Value
from audit.log import LogBroken, append, require_pinned, require_whole
from audit.pins import PinFile
from audit.verify import verify
from casework.kernel.clock import now
from casework.kernel.life import Actor
from casework.kernel.records import Charter
from casework.store.engines import FLOOR, Stores, writable
from casework.store.events import Events
from casework.store.register import Register
from crypto.provider import Provider

logger = logging.getLogger("casework")
END = "log end"  # of the view of a session that only reads


@dataclass(frozen=True)
class House:
    """Everything a service needs besides who acts. One process serves one body (F-01)."""

    stores: Stores
    provider: Provider
    pins: PinFile
    charter: Charter
    instance: UUID
    settings: dict[str, int] = field(default_factory=dict)
    register_path: Path = field(kw_only=True)
    announces: bool = field(default=False, kw_only=True)  # whether acts leave word for those who have something to see
    lapses: bool = field(default=True, kw_only=True)  # whether rights not confirmed count as suspended

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", Events(self.charter))
        object.__setattr__(self, "register", Register(self.register_path, self.provider, self.pins))

    unpinned: list[Tip] = field(init=False, default_factory=list, repr=False, compare=False)
    refused: dict[bytes, tuple[datetime, datetime]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )  # accounts/limits.py
    events: Events = field(init=False)
    register: Register = field(init=False)

    def setting(self, name: str) -> int:
        """The value of a setting here: the charter's, unless the instance recorded its own."""
        return self.settings.get(name, self.charter.setting(name).default)

    @contextmanager
    def writing(self) -> Iterator["Writing"]:
        """One case transaction with its log entries; the pin advances once it is committed."""
        with self.stores.case_writing() as session:
            writing = Writing(self, session)
            yield writing
            writing.flush()
        if writing.tip:
            self._pin(writing.tip)

    def _pin(self, tip: Tip) -> None:
        """What was committed holds, pinned or not; but one at most stays unpinned: the next writer pins it before it writes."""
        try:
            self.pins.advance_unless_passed("log", tip)
        except OSError as error:
            self.unpinned.append(tip)
            logger.error("the log went on and could not be pinned (%s): is the disk of the pins full?", error.strerror)  # noqa: TRY400 - its trace names files

    def catch_up(self) -> None:
        """Pin what could not be pinned. Errors: FileDown, and nothing is to be written."""
        while self.unpinned:
            with writable("pin file"):
                self.pins.advance_unless_passed("log", self.unpinned[-1])
            self.unpinned.clear()

    def follow(self, *, anew: bool = False) -> int:
        """Verify the log to its end, the row this host saw last included, and that no number is missing; the number there.

        What was verified before is not verified again, unless `anew`: every row then, by the independent verifier, in seconds.
        Errors: LogBroken, PinError.
        """
        # Before the view opens: another process may commit and pin in between.
        pin = self.pins.read().get("log")
        with self.stores.case_reading() as session:
            connection = session.connection()
            number = self.stores.follower.follow(connection, self.provider.mac, session.info[FLOOR])
            require_whole(connection, number)
            if pin is not None:
                require_pinned(connection, pin)
            if anew and not verify(connection, self.provider.mac, pin).sound:
                raise LogBroken("the log does not verify")
        return number

    def last_digest(self, session: Session, subject: UUID, key: str) -> bytes | None:
        """The digest newest logged under `key` for `subject`, as this transaction sees the log. Errors: LogBroken."""
        follower, connection, floor = self.stores.follower, session.connection(), session.info.get(FLOOR)
        if floor is None:  # it writes: what it sees of the log moves on
            return follower.last_digest(connection, self.provider.mac, subject, key)
        if END not in session.info:
            session.info[END] = follower.follow(connection, self.provider.mac, floor)
        return follower.digest_at(session.info[END], subject, key)

    def remember(self) -> None:
        """Keep what was verified of the log for the next start."""
        memory.save(memory_path(self.pins.path), self.stores.follower, self.provider.mac)

    def entry(self, event: EventType, actor: Actor, **values: Value) -> Entry:
        """An entry of the log for `actor` at this instant. Errors: ValueError when keys are not exactly those declared."""
        person = actor.party.person if actor.party else None
        seat = self.events.seats[actor.seat] if actor.party else None
        return Entry(event, now(), actor.instance, person, seat, values)

    def log(self, entries: Sequence[Entry]) -> None:
        """Commit entries by themselves, and pin them, before anything they speak of leaves. Errors: FileDown when they cannot be pinned."""
        with self.writing() as writing:
            writing.entries.extend(entries)
        self.catch_up()


def memory_path(pins: Path) -> Path:
    """The follower's memory lies beside the pins."""
    return pins.with_name(pins.name + ".followed")


class Writing:
    """An open case transaction, and the entries that will be its last statement."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session = house, session
        self.entries: list[Entry] = []
        self.tip: Tip | None = None

    def log(self, event: EventType, actor: Actor, **values: Value) -> None:
        """Add an entry to this transaction."""
        self.entries.append(self.house.entry(event, actor, **values))

    def flush(self) -> None:
        """Write the entries: last of all, since the log's queue of writers is held until the commit."""
        if self.entries:
            self.house.catch_up()
            self.session.flush()
            pinned = self.house.pins.read().get("log")
            self.tip = append(self.session.connection(), self.entries, self.house.provider.mac, pin=pinned)
