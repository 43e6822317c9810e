"""Finishing what a move promised: delete the sealed keys named by committed intents, then the intents; repeated at start-up and by tick."""

from uuid import UUID

from sqlalchemy import delete, select

from casework.store.faults import point
from casework.store.house import House
from casework.store.keytables import SealRow
from casework.store.tables import RemovalRow


def finish(house: House, case: UUID | None = None) -> int:
    """Carry out the intents of one situation, or of all. Returns how many; safe to repeat."""
    with house.stores.case_reading() as session:
        query = select(RemovalRow)
        intents = session.scalars(query.where(RemovalRow.case == case) if case else query).all()
    if not intents:
        return 0
    with house.stores.key_writing() as keys:
        for intent in intents:
            gone = delete(SealRow).where(SealRow.key_id == intent.key_id)
            keys.execute(gone.where(SealRow.principal == intent.principal) if intent.principal else gone)
    point("keys-removed")
    with house.stores.case_writing() as session:
        session.execute(delete(RemovalRow).where(RemovalRow.id.in_([intent.id for intent in intents])))
    return len(intents)
