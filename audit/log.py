"""The log's only INSERT and its verified readings; checking the whole chain is the verifier's work."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from weakref import WeakSet

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RootTransaction,
    Row,
    Select,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from audit.entry import DIGEST_LENGTH, GENESIS, HASH_TAG, MAC_TAG, SUBJECT, Entry, EventType, Reference, Tip
from audit.table import log_table

Mac: TypeAlias = Callable[[bytes], bytes]

# Any constant will do: it names the one queue of the writers of this log.
_ADVISORY_KEY: Final = 0x6175646974_6C6F67
# Raw driver values: a row of a wrong type is a broken row, not a failure of conversion.
_RAW = tuple(type_coerce(log_table.c[name], NullType()).label(name) for name in ("body", "previous", "hash", "mac"))


# Transactions in which entries were appended: they alone can show rows that will not be.
_UNDECIDED: Final[WeakSet[RootTransaction | None]] = WeakSet()


class LogBroken(Exception):
    """A row does not prove itself, or the log is not the one that was pinned; the number only, no content."""


@dataclass(frozen=True, repr=False)
class Record:
    """One verified row. Codes come back as plain str; `at` is UTC."""

    number: int
    type: str
    at: datetime
    instance: uuid.UUID
    actor: uuid.UUID | None
    seat: str | None
    values: Mapping[str, uuid.UUID | int | Reference | bytes | str]

    @property
    def subject(self) -> uuid.UUID | None:
        value = self.values.get(SUBJECT)
        return value if isinstance(value, uuid.UUID) else None


def append(connection: Connection, entries: Sequence[Entry], mac: Mac, *, pin: Tip | None = None) -> Tip:
    """Extend the chain inside the caller's transaction; the entries hold once that transaction commits.

    On SQLite the caller's transaction began with BEGIN IMMEDIATE; on PostgreSQL it is READ COMMITTED.
    With `pin`, the row this host saw last must still be there: without it, a log rolled back and written
    on would overtake the pin unseen. LogBroken if the tip or the pinned row does not hold.
    """
    if not entries:
        raise ValueError("nothing to append")
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_KEY)))
    held = tip(connection, mac)
    if pin is not None:
        require_pinned(connection, pin)
    rows, last = [], held or Tip(0, GENESIS)
    for entry in entries:
        row = _row(entry, last, mac)
        rows.append(row)
        last = Tip(row["number"], row["hash"])
    connection.execute(insert(log_table), rows)
    _UNDECIDED.add(connection.get_transaction())
    return last


def is_undecided(connection: Connection) -> bool:
    """Whether entries were appended in the transaction in hand: until it commits, what it reads of the log may vanish."""
    return connection.get_transaction() in _UNDECIDED


def tip(connection: Connection, mac: Mac) -> Tip | None:
    """The last row's number and hash, its MAC checked (LogBroken); None for an empty log."""
    row = connection.execute(_TIP).first()
    return None if row is None else Tip(_verified(row, mac).number, row.hash)


def entries(  # noqa: PLR0913 - each narrows one look-up
    connection: Connection,
    mac: Mac,
    *,
    subject: uuid.UUID | None = None,
    actor: uuid.UUID | None = None,
    types: Collection[EventType] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Record]:
    """Verified rows, newest first, with a number below `before`, from the instant `start` and before `end` (both aware).

    LogBroken at the first that does not hold, or is not where the columns say.
    """
    asked = {
        "subject": None if subject is None else {subject},
        "actor": None if actor is None else {actor},
        "type": None if types is None else {kind.name for kind in types},
    }
    filters = {name: wanted for name, wanted in asked.items() if wanted is not None}
    bounds = _between(connection, start, end)
    if before is not None:
        bounds.append(log_table.c.number < before)
    searches = ((query.where(*bounds), values) for query, values in _searches(filters))
    rows = (row for query, values in searches for row in connection.execute(query, {**values, "limit": limit}))
    records = [_verified(row, mac) for row in sorted(rows, key=lambda row: row.number, reverse=True)[:limit]]
    for record in records:
        # The columns only find the row; what it says is in the body.
        if any(getattr(record, name) not in wanted for name, wanted in filters.items()):
            raise LogBroken(f"row {record.number} is filed under another subject, actor or type")
        if (start and record.at < start) or (end and record.at >= end):
            raise LogBroken(f"row {record.number} is filed under another day")
    return records


def _searches(filters: Mapping[str, Collection[Any]]) -> list[tuple[Select[Any], dict[str, Any]]]:
    """One look-up for each type where nothing else narrows the search: the newest of each, whatever their number."""
    if set(filters) == {"type"}:
        return [(_OF_TYPE, {"type": name}) for name in filters["type"]]
    return [(_filtered(frozenset(filters)), {name: list(wanted) for name, wanted in filters.items()})]


@cache  # built once for each set of filters, of which there are eight: building a look-up costs more than it does
def _filtered(names: frozenset[str]) -> Select[Any]:
    # Said of an expression, the type is no index: SQLite would take it before that of a subject, and read every entry of the kind.
    columns = {**log_table.c, "type": log_table.c.type.concat("")}
    return _SOME.where(*(columns[name].in_(bindparam(name, expanding=True)) for name in sorted(names)))


def _between(connection: Connection, start: datetime | None, end: datetime | None) -> list[ColumnElement[bool]]:
    """The rows of a span of time: its numbers are found first, so that an old day costs no more than today."""
    bounds = [log_table.c.at >= _naive(start)] if start else []
    bounds += [log_table.c.at < _naive(end)] if end else []
    if not bounds:
        return []
    low, high = connection.execute(
        select(func.min(log_table.c.number), func.max(log_table.c.number)).where(*bounds)
    ).one()
    return [*bounds, log_table.c.number.between(low, high)]


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


def raw_rows() -> Select[Any]:
    """Number, body, previous, hash and MAC of the rows, as they lie there."""
    return select(log_table.c.number, *_RAW)


_NEWEST: Final = raw_rows().order_by(log_table.c.number.desc())
_TIP: Final = _NEWEST.limit(1)
_SOME: Final = _NEWEST.limit(bindparam("limit", type_=Integer))
_OF_TYPE: Final = _SOME.where(log_table.c.type == bindparam("type"))
_PINNED: Final = select(type_coerce(log_table.c.hash, NullType())).where(log_table.c.number == bindparam("number"))


def require_pinned(connection: Connection, pin: Tip) -> None:
    """LogBroken if the row this host saw last is not there as it was."""
    if connection.execute(_PINNED, {"number": pin.number}).scalar() != pin.hash:
        raise LogBroken(f"the pinned row {pin.number} is not in the log")


def require_whole(connection: Connection, number: int) -> None:
    """LogBroken if a number up to this one, the last of this view, is missing: rows verified before, and taken away since."""
    # All of them, so that an index is enough: their bodies are long.
    if connection.execute(select(func.count()).select_from(log_table)).scalar_one() != number:
        raise LogBroken(f"rows are missing before {number}")


def _row(entry: Entry, last: Tip, mac: Mac) -> dict[str, Any]:
    number, body = last.number + 1, entry.canonical()
    digest = _chain_hash(number, last.hash, body)
    tag = mac(MAC_TAG + digest)
    if len(tag) != DIGEST_LENGTH:
        raise ValueError("a MAC has 32 bytes")
    return {
        "number": number,
        "instance": entry.instance,
        "at": _naive(entry.at),
        "subject": entry.subject,
        "actor": entry.actor,
        "type": entry.type.name,
        "digest_key": entry.type.digest_key,
        "body": body,
        "previous": last.hash,
        "hash": digest,
        "mac": tag,
    }


def _chain_hash(number: int, previous: bytes, body: bytes) -> bytes:
    return hashlib.sha256(HASH_TAG + number.to_bytes(8, "big") + previous + body).digest()


def require_authentic(row: Row[Any], mac: Mac) -> None:
    """LogBroken if a row of `raw_rows` was not written by whoever holds the key; where it stands in the chain is not looked at."""
    parts = (row.body, row.previous, row.hash, row.mac)
    if type(row.number) is not int or row.number < 1 or not all(type(part) is bytes for part in parts):
        raise LogBroken("a row is malformed")
    # The hash is recomputed: a good MAC over a hash that is not this body's would prove nothing.
    digest = _chain_hash(row.number, row.previous, row.body)
    if digest != row.hash or not hmac.compare_digest(mac(MAC_TAG + digest), row.mac):
        raise LogBroken(f"row {row.number} is not authentic")


def _verified(row: Row[Any], mac: Mac) -> Record:
    require_authentic(row, mac)
    body = json.loads(row.body)
    return Record(
        number=row.number,
        type=body["type"],
        at=datetime.fromisoformat(body["at"]),
        instance=uuid.UUID(body["instance"]),
        actor=None if body["actor"] is None else uuid.UUID(body["actor"]),
        seat=body["seat"],
        values=MappingProxyType({key: _decode(value) for key, value in body["values"].items()}),
    )


_DECODERS: Final[Mapping[str, Callable[[str], uuid.UUID | Reference | bytes | str]]] = {
    "uuid": uuid.UUID,
    "reference": Reference,
    "digest": bytes.fromhex,
    "code": str,
}


def _decode(value: str | int) -> uuid.UUID | int | Reference | bytes | str:
    if isinstance(value, int):
        return value
    kind, _, text = value.partition(":")
    return _DECODERS[kind](text)
