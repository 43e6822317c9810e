"""Follows a log in memory, each row verified once, and answers what was last logged: no row can be hidden from who has seen it."""

import hashlib
import json
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select

from audit.entry import GENESIS, SUBJECT, Tip
from audit.log import LogBroken, Mac, is_undecided, raw_rows, require_authentic
from audit.table import log_table

# A transaction may read the log as it was this many entries ago, no further: a page takes seconds.
HORIZON: Final = 10_000
_BATCH: Final = 1_000
_ORIGIN: Final = Tip(0, GENESIS)
_ONWARDS: Final = raw_rows().where(log_table.c.number >= bindparam("tip")).order_by(log_table.c.number).limit(_BATCH)


class Follower:
    """The newest digest of every (subject, digest key) of one log, for the threads of one process.

    It begins after `start`, number 0 or a row that was verified before, with the `digests` known there. What it has
    not seen yet it reads in the caller's connection, then verifies: numbers without gap, previous hash, hash and MAC.
    It does not go past a row that fails: every later call stops there too.

    100,000 rows take about two seconds, a digest 200 bytes, a call that finds nothing new one look-up by primary key.
    """

    def __init__(self, start: Tip = _ORIGIN, digests: Mapping[bytes, bytes] | None = None) -> None:
        self._tip, self._start, self._digests = start, start.number, dict(digests or {})
        # (number, place, the digest before it): what an older view of the log needs to be undone.
        self._replaced: deque[tuple[int, bytes, bytes | None]] = deque()
        self._lock = Lock()

    @property
    def number(self) -> int:
        """The number it has verified up to."""
        return self._tip.number

    def known(self) -> tuple[Tip, dict[bytes, bytes]]:
        """All it needs to begin again from where it stands."""
        with self._lock:
            return self._tip, dict(self._digests)

    def follow(self, connection: Connection, mac: Mac, floor: int | None = None) -> int:
        """Verify up to the end of the log as `connection` sees it, and return the number there. Errors: LogBroken.

        Without `floor` the connection sees the present: a log that ends before what was verified is a cut log. A view
        opened earlier may end before it; `floor` is the number that was verified when it was opened.
        """
        with self._lock:
            return self._follow(connection, mac, floor)

    def last_digest(
        self, connection: Connection, mac: Mac, subject: uuid.UUID, key: str, floor: int | None = None
    ) -> bytes | None:
        """The digest newest logged under `key` for `subject` as `connection` sees the log; None if never. As `follow`."""
        return self.digest_at(self.follow(connection, mac, floor), subject, key)

    def digest_at(self, number: int, subject: uuid.UUID, key: str) -> bytes | None:
        """The digest newest logged up to this number, one that `follow` gave for a view that is still open."""
        where = place(subject, key)
        with self._lock:
            digest = self._digests.get(where)
            for at, replaced, before in reversed(self._replaced):
                if at <= number:
                    break
                if replaced == where:
                    digest = before
        return digest

    def _follow(self, connection: Connection, mac: Mac, floor: int | None) -> int:
        if is_undecided(connection):
            raise RuntimeError("the log was appended to in this transaction: its end is not to be believed yet")
        while rows := connection.execute(_ONWARDS, {"tip": self._tip.number}).all():
            self._believe(rows, mac)
            if len(rows) < _BATCH:
                return self._tip.number
        return self._earlier(connection, floor)

    def _believe(self, rows: Sequence[Row[Any]], mac: Mac) -> None:
        for row in rows:
            if row is rows[0] and row.number == self._tip.number > 0:
                _require(row.hash == self._tip.hash, row)
                continue
            require_authentic(row, mac)
            _require((row.number, row.previous) == (self._tip.number + 1, self._tip.hash), row)
            self._keep(row)

    def _keep(self, row: Row[Any]) -> None:
        found = _digest(row.body)
        if found is not None:
            where, digest = found
            self._replaced.append((row.number, where, self._digests.get(where)))
            self._digests[where] = digest
        self._tip = Tip(row.number, row.hash)
        while self._replaced and self._replaced[0][0] <= row.number - HORIZON:
            self._replaced.popleft()

    def _earlier(self, connection: Connection, floor: int | None) -> int:
        """The number a view that ends before the tip ends at."""
        end: int = connection.execute(select(func.coalesce(func.max(log_table.c.number), 0))).scalar_one()
        oldest = max(self._start, self._tip.number - HORIZON)
        if end < self._tip.number and (floor is None or end < max(floor, oldest)):
            raise LogBroken(f"the log ends at {end}, and {self._tip.number} was verified")
        return end


def place(subject: uuid.UUID, key: str) -> bytes:
    """Where the digest of a subject under a key is kept: 32 bytes, whatever the key."""
    return hashlib.sha256(subject.bytes + key.encode()).digest()


def _require(holds: object, row: Row[Any]) -> None:
    if not holds:
        raise LogBroken(f"row {row.number} does not continue what was verified")


def _digest(body: bytes) -> tuple[bytes, bytes] | None:
    """Where and what, from an authentic body: the columns beside it prove nothing."""
    if b'"digest:' not in body:
        return None
    values = {key: str(value) for key, value in json.loads(body)["values"].items()}
    if SUBJECT not in values:
        return None
    key = next(key for key, value in values.items() if value.startswith("digest:"))
    subject = uuid.UUID(values[SUBJECT].removeprefix("uuid:"))
    return place(subject, key), bytes.fromhex(values[key].removeprefix("digest:"))
