"""Checks a whole log from its rows, a MAC key and a pin; it shares constants with the writer, and no code."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, column, select, table

from audit.entry import GENESIS, HASH_TAG, MAC_TAG, SUBJECT, Tip

_COPIED = ("instance", "at", "subject", "actor", "type", "digest_key")
# Untyped columns: what a forger left there is compared, never converted.
_LOG = table("audit_log", *(column(name) for name in ("number", *_COPIED, "body", "previous", "hash", "mac")))
_BATCH = 500


class Problem(StrEnum):
    """What is wrong at a number."""

    GAP = "gap"
    MALFORMED = "malformed"
    EDITED = "edited"
    MAC = "mac"
    PREVIOUS = "previous"
    MISFILED = "misfiled"
    TAIL = "tail"
    PIN = "pin"


@dataclass(frozen=True)
class Report:
    """`tip` is the last row that holds by itself; pin it only if the report is `sound`."""

    count: int
    tip: Tip | None
    problems: list[tuple[int, Problem]]

    @property
    def sound(self) -> bool:
        return not self.problems


def verify(connection: Connection, mac: Callable[[bytes], bytes], pin: Tip | None = None) -> Report:
    """Read every row, in order. Without a pin, a tail cut off is not seen."""
    count, tip, before = 0, None, Tip(0, GENESIS)
    pinned = before.hash if pin is not None and pin.number == before.number else None
    problems: list[tuple[int, Problem]] = []
    query = select(_LOG).order_by(_LOG.c.number).execution_options(yield_per=_BATCH)
    for row in connection.execute(query):
        count += 1
        if not _is_well_formed(row):
            problems.append((before.number + 1, Problem.MALFORMED))
            continue
        found = list(_problems(row, before, mac))
        problems += found
        before = Tip(row.number, row.hash)
        tip = tip if found else before
        if pin is not None and row.number == pin.number:
            pinned = row.hash
    if pin is not None and pinned != pin.hash:
        problems.append((pin.number, Problem.PIN if pinned else Problem.TAIL))
    return Report(count, tip, problems)


def _is_well_formed(row: Row[Any]) -> bool:
    numbered = type(row.number) is int and row.number >= 1
    hashes = all(type(part) is bytes and len(part) == len(GENESIS) for part in (row.previous, row.hash, row.mac))
    return numbered and hashes and type(row.body) is bytes


def _problems(row: Row[Any], before: Tip, mac: Callable[[bytes], bytes]) -> Iterator[tuple[int, Problem]]:
    if row.number != before.number + 1:
        yield before.number + 1, Problem.GAP
    if row.previous != before.hash:
        yield row.number, Problem.PREVIOUS
    covered = HASH_TAG + row.number.to_bytes(8, "big") + row.previous + row.body
    if hashlib.sha256(covered).digest() != row.hash:
        yield row.number, Problem.EDITED
    elif not hmac.compare_digest(mac(MAC_TAG + row.hash), row.mac):
        yield row.number, Problem.MAC
    elif [_plain(row, name) for name in _COPIED] != _copied(json.loads(row.body)):
        yield row.number, Problem.MISFILED


def _plain(row: Row[Any], name: str) -> str | None:
    """A copied column as text, whatever the driver made of it."""
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, UUID):
        return value.hex
    return None if value is None else str(value)


def _copied(body: dict[str, Any]) -> list[str | None]:
    """What the copied columns must say, from the authenticated body, in the order of `_COPIED`."""
    values: dict[str, object] = body["values"]
    digests = (key for key, value in values.items() if str(value).startswith("digest:"))
    return [
        _hex(body["instance"]),
        body["at"].replace("T", " ").removesuffix("Z"),
        _hex(values[SUBJECT]) if SUBJECT in values else None,
        _hex(body["actor"]) if body["actor"] else None,
        body["type"],
        next(digests, None),
    ]


def _hex(value: object) -> str:
    return str(value).removeprefix("uuid:").replace("-", "")
