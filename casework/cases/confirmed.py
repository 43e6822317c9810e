"""What the log says this person did: a page that confirms an act tells nothing else, whatever its address says."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from audit.entry import EventType
from audit.log import Record, entries
from casework.store.house import House
from casework.store.keyring import Acting


def own(house: House, acting: Acting, case: UUID, move: str) -> Record | None:
    """The newest time this person, in this seat, played this move on this situation; None when it never did."""
    found = _done(house, acting, house.events.moved, case)
    return next((record for record in found if record.values["move"] == move), None)


def last(house: House, acting: Acting, case: UUID) -> Record | None:
    """The newest move of this situation, when this person, in this seat, played it; None when somebody else did."""
    with house.stores.case_reading() as session:
        found = entries(session.connection(), house.provider.mac, subject=case, types=[house.events.moved], limit=1)
    return next(
        (record for record in found if record.actor == acting.keys.person and _here(house, acting, record)), None
    )


def played(house: House, case: UUID, move: str) -> bool:
    """Whether anybody ever played this move on this situation."""
    with house.stores.case_reading() as session:
        found = entries(session.connection(), house.provider.mac, subject=case, types=[house.events.moved], limit=200)
    return any(record.values["move"] == move for record in found)


def told(house: House, acting: Acting, move: str, among: Sequence[str]) -> str:
    """The move this person played last and its situation, in words; empty when it is not this one, or none of these."""
    record = next(_done(house, acting, house.events.moved, limit=1), None) if move in among else None
    if record is None or record.values["move"] != move:
        return ""
    return f"Situation {record.values['reference']!s}. {house.charter.move(move).done}"


def changed(house: House, acting: Acting, meeting: UUID) -> frozenset[str]:
    """The changes this person, in this seat, made to this meeting."""
    return frozenset(str(record.values["change"]) for record in _done(house, acting, house.events.meeting, meeting))


def _done(
    house: House, acting: Acting, kind: EventType, subject: UUID | None = None, limit: int = 200
) -> Iterator[Record]:
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(),
            house.provider.mac,
            subject=subject,
            actor=acting.keys.person,
            types=[kind],
            limit=limit,
        )
    return (record for record in found if _here(house, acting, record))


def _here(house: House, acting: Acting, record: Record) -> bool:
    return (record.instance, record.seat) == (house.instance, acting.actor.seat)
