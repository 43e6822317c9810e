"""Builders of entries, and a log in a real database that a test can also forge."""

import hashlib
import hmac
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, text

from audit.entry import Codes, Entry, EventType, Reference, Tip, Value
from audit.log import append
from audit.verify import Report, verify

KEY = b"a key that only the writer holds"


class Outcome(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Builders:
    """Valid by default, one word to vary."""

    seats: Codes
    read: EventType
    moved: EventType
    logged_in: EventType
    instance: uuid.UUID
    subjects: Sequence[uuid.UUID]
    outcome: type[Outcome]

    @staticmethod
    def mac(message: bytes) -> bytes:
        return hmac.digest(KEY, message, hashlib.sha256)

    def entry(self, rank: int = 0, **changes: Any) -> Entry:
        subject = self.subjects[rank % len(self.subjects)]
        return self.build(
            self.read,
            {"subject": subject, "reference": Reference("BCDF2345"), "outcome": Outcome.GRANTED, "rank": rank},
            rank,
            **changes,
        )

    def move(self, rank: int, digest: bytes, subject: uuid.UUID | None = None) -> Entry:
        return self.build(self.moved, {"subject": subject or self.subjects[0], "head": digest}, rank)

    def build(self, kind: EventType, values: dict[str, Value], rank: int = 0, **changes: Any) -> Entry:
        frame: dict[str, Any] = {
            "at": datetime(2025, 3, 4, 9, 0, tzinfo=UTC) + timedelta(seconds=rank),
            "instance": self.instance,
            "actor": uuid.UUID(int=100 + rank % 2),
            "seat": self.seats["coordinator"],
        }
        return Entry(type=kind, values=values, **(frame | changes))


@dataclass(frozen=True)
class Store:
    engine: Engine
    build: Builders

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string(hide_password=False)

    def append(self, *entries: Entry, pin: Tip | None = None) -> Tip:
        with self.engine.begin() as connection:
            return append(connection, entries, self.build.mac, pin=pin)

    def append_on(self, connection: Connection, *entries: Entry) -> Tip:
        return append(connection, entries, self.build.mac)

    def fill(self, size: int) -> Tip:
        return self.append(*(self.build.entry(rank) for rank in range(size)))

    def verify(self, pin: Tip | None = None) -> Report:
        with self.engine.begin() as connection:
            return verify(connection, self.build.mac, pin)

    def forge(self, statement: str, **values: Any) -> None:
        """Write as a database administrator would, triggers and checks out of the way."""
        with self.engine.begin() as connection:
            self.disarm(connection)
            connection.execute(text(statement), values)

    def disarm(self, connection: Connection) -> None:
        if self.dialect == "postgresql":
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
            return
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        for name in ("no_update", "no_delete", "next_number"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS audit_log_{name}"))

    @contextmanager
    def forgery(self) -> Iterator[Connection]:
        """A transaction without protection that is rolled back."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            self.disarm(connection)
            yield connection
            transaction.rollback()
