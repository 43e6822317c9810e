"""Suspensions: tenures and principals taken out on the next request; the provider signs them, and the log holds their whole set."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from casework.kernel.clock import now
from casework.kernel.life import Actor
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.removals import departure
from casework.store.tables import SuspensionRow
from crypto.errors import CryptoError
from crypto.framing import frame
from crypto.primitives import digest
from crypto.signing import check_signature

DOMAIN = "suspension"
_ALL = select(SuspensionRow.subject, SuspensionRow.instance, SuspensionRow.signature).where(
    SuspensionRow.instance == bindparam("instance")
)


class SuspensionsBroken(Exception):
    """The suspensions do not prove themselves; ids only."""


def suspended(house: House, session: Session) -> frozenset[UUID]:
    """Every suspended id. Errors: SuspensionsBroken when a suspension was forged, altered or taken away."""
    rows = session.execute(_ALL, {"instance": house.instance}).all()
    found = frozenset(row.subject for row in rows)
    logged = house.last_digest(session, house.instance, "suspensions")
    if (logged or _set_hash(())) != _set_hash(found):
        raise SuspensionsBroken("the suspensions are not those last logged")
    for row in rows:
        _check(house, row)
    return found


def suspend(writing: Writing, subjects: Iterable[UUID]) -> None:
    """Take tenures or principals out, from the commit of this transaction on."""
    house = writing.house
    take_turn(writing.session, house.instance)  # the set that is logged holds those of everybody before
    already = suspended(house, writing.session)
    added = frozenset(subjects) - already
    writing.session.add_all(_signed(house, subject) for subject in added)
    writing.session.add_all(departure(subject) for subject in added)
    nobody = Actor(house.instance, None)
    writing.log(house.events.suspensions, nobody, subject=house.instance, suspensions=_set_hash(already | added))


def _signed(house: House, subject: UUID) -> SuspensionRow:
    signature = house.provider.sign_removal(DOMAIN, frame(house.instance.bytes, subject.bytes))
    return SuspensionRow(subject=subject, instance=house.instance, at=now(), signature=signature)


def _check(house: House, row: Row[UUID, UUID, bytes]) -> None:
    try:
        message = frame(row.instance.bytes, row.subject.bytes)
        check_signature(house.provider.removal_key, DOMAIN, message, row.signature)
    except CryptoError:
        raise SuspensionsBroken(f"the suspension of {row.subject} is not authentic") from None


def _set_hash(subjects: Iterable[UUID]) -> bytes:
    return digest(frame(b"casework/suspensions/1", *(subject.bytes for subject in sorted(subjects))))
