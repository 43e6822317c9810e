"""What the log says this person did to situations: a page that confirms an act tells nothing else, whatever its address says."""

from uuid import UUID

from audit.log import Record, entries
from casework.store.house import House
from casework.store.keyring import Acting


def own(house: House, acting: Acting, case: UUID, move: str) -> Record | None:
    """The newest time this person, in this seat, played this move on this situation; None when it never did."""
    return next((record for record in _played(house, acting, case) if record.values["move"] == move), None)


def last(house: House, acting: Acting) -> str:
    """The move this person played last, on any situation; empty when there is none."""
    return next((str(record.values["move"]) for record in _played(house, acting, None, limit=1)), "")


def _played(house: House, acting: Acting, case: UUID | None, limit: int = 200) -> list[Record]:
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(),
            house.provider.mac,
            subject=case,
            actor=acting.keys.person,
            types=[house.events.moved],
            limit=limit,
        )
    return [record for record in found if (record.instance, record.seat) == (house.instance, acting.actor.seat)]
