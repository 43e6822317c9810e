"""Failures of log-in, counted before anything is checked (A-03), by keyed hash of account, address or known device."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from casework.kernel.clock import SKEW, now
from casework.store.house import House
from casework.store.tables import AttemptRow

SPAN = timedelta(hours=24)
_FIRST_DELAY = timedelta(minutes=1)
_DOUBLINGS = 6
_NONCE = 16
_HOLD = timedelta(
    seconds=10
)  # a refusal is repeated that long from memory: a flood of attempts costs neither reads nor entries
_MOST_HELD = 10_000


@dataclass(frozen=True)
class Allowance:
    """`free` failures without delay, `most` attempts in one span (docs/decisions/0011)."""

    free: int
    most: int


ACCOUNT = Allowance(5, 25)
ADDRESS = Allowance(25, 250)  # a town hall or a school is one address


class Limited(Exception):
    """Too many failures on `key`; `until` is when an attempt is looked at again. `again`: this process said so a moment ago, nothing was read."""

    def __init__(self, key: bytes, until: datetime, *, again: bool = False) -> None:
        super().__init__("limited")
        self.key, self.until, self.again = key, until, again


@dataclass(frozen=True)
class Budget:
    """The counters one attempt draws on: those of `owned` start afresh on success, those of `shared` get one back."""

    owned: tuple[bytes, ...]
    shared: tuple[bytes, ...]


def budget(house: House, login: str, address: bytes, device: bytes | None) -> Budget:
    """A device that logged in before has a budget of its own, so that a stranger cannot lock anyone out (A-03)."""
    if device is not None and known_device(house, login, device):
        return Budget((_key(house, "device", device.hex()),), ())
    return Budget((_key(house, "account", login),), (_key(house, "address", address.hex()),))


def new_device(house: House, login: str) -> bytes:
    """What a browser keeps to prove that this account logged in from it."""
    nonce = os.urandom(_NONCE)
    return nonce + _device_mark(house, login, nonce)


def known_device(house: House, login: str, device: bytes) -> bool:
    """Whether the device was marked for this account."""
    return device[_NONCE:] == _device_mark(house, login, device[:_NONCE])


def count_attempt(house: House, drawn: Budget) -> None:
    """Count one attempt on every counter, committed before the secret is looked at. Errors: Limited."""
    allowances = dict.fromkeys(drawn.owned, ACCOUNT) | dict.fromkeys(drawn.shared, ADDRESS)
    _require_not_held(house, allowances)
    try:
        try:
            _count(house, allowances)
        except IntegrityError:
            # Another process counted the first failure of the same key at the same instant.
            _count(house, allowances)
    except Limited as refused:
        _hold(house, refused)
        raise


def _require_not_held(house: House, keys: Iterable[bytes]) -> None:
    for key in keys:
        said, until = house.refused.get(key, (now() - _HOLD, now()))
        if timedelta(0) <= now() - said < _HOLD and now() < until:
            raise Limited(key, until, again=True)


def _hold(house: House, refused: Limited) -> None:
    """`house.refused`, by key: when this process read that it is refused, until when it is."""
    if len(house.refused) >= _MOST_HELD:
        house.refused.clear()
    house.refused[refused.key] = (now(), refused.until)


def forgive(session: Session, drawn: Budget) -> None:
    """After a success: the account's failures are forgotten, the shared address gets this attempt back."""
    session.execute(delete(AttemptRow).where(AttemptRow.key.in_(drawn.owned)))
    for row in _rows(session, drawn.shared):
        row.count = max(0, row.count - 1)


def sweep_attempts(house: House) -> None:
    """Forget the counters that count for nothing any more: their 24 hours are over, or were never begun."""
    over = or_(AttemptRow.first_at <= now() - SPAN, AttemptRow.last_at > now() + SKEW)
    with house.stores.case_writing() as session:
        session.execute(delete(AttemptRow).where(over))


def _count(house: House, allowances: Mapping[bytes, Allowance]) -> None:
    with house.stores.case_writing() as session:
        held = {row.key: row for row in _rows(session, list(allowances))}
        for key, allowance in sorted(allowances.items(), key=lambda item: item[0]):
            row = held.get(key)
            if row is None or _over(row):
                _start(session, key, row)
            else:
                _one_more(row, allowance)


def _rows(session: Session, keys: Sequence[bytes]) -> list[AttemptRow]:
    query = select(AttemptRow).where(AttemptRow.key.in_(keys)).order_by(AttemptRow.key)
    return list(session.scalars(query.with_for_update()))


def _start(session: Session, key: bytes, row: AttemptRow | None) -> None:
    fresh = row or AttemptRow(key=key)
    fresh.count, fresh.first_at, fresh.last_at = 1, now(), now()
    session.add(fresh)


def _over(row: AttemptRow) -> bool:
    """Whether its 24 hours are over; a clock that was ahead would otherwise close the door until time has caught up with it."""
    return row.first_at + SPAN <= now() or row.last_at > now() + SKEW


def _one_more(row: AttemptRow, allowance: Allowance) -> None:
    """A refused attempt is not counted: repeating it must not push the end of the delay away."""
    until = _until(row, allowance)
    if until is not None and now() < until:
        raise Limited(row.key, until)
    row.count, row.last_at = row.count + 1, now()


def _until(row: AttemptRow, allowance: Allowance) -> datetime | None:
    if row.count >= allowance.most:
        return row.first_at + SPAN
    if row.count < allowance.free:
        return None
    return row.last_at + _FIRST_DELAY * (1 << min(row.count - allowance.free, _DOUBLINGS))


def _key(house: House, kind: str, value: str) -> bytes:
    return house.provider.lookup(f"attempt-{kind}", f"{house.instance}:{value}")


def _device_mark(house: House, login: str, nonce: bytes) -> bytes:
    return house.provider.lookup("device", f"{house.instance}:{nonce.hex()}:{login}")
