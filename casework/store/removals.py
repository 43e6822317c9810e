"""Finishing what a move promised: delete the sealed keys named by committed intents, then the intents; repeated by acts and by tick."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.store.faults import point
from casework.store.house import House
from casework.store.keytables import SealRow
from casework.store.tables import CaseRow, RemovalRow


def finish(house: House, case: UUID | None = None) -> int:
    """Carry out the intents of one situation, or of all. Returns how many; safe to repeat."""
    query = select(RemovalRow.case).distinct()
    with house.stores.case_reading() as session:
        waiting = session.scalars(query.where(RemovalRow.case == case) if case else query).all()
    return sum(_finish_one(house, found) for found in waiting)


def _finish_one(house: House, case: UUID) -> int:
    with house.stores.case_writing() as session:
        session.scalar(select(CaseRow.id).where(CaseRow.id == case).with_for_update())
        return carry_out(house, session, case)


def carry_out(house: House, session: Session, case: UUID) -> int:
    """The same for whoever holds the situation's lock: without it, a key given again meanwhile would be deleted for an older intent."""
    intents = session.scalars(select(RemovalRow).where(RemovalRow.case == case)).all()
    if not intents:
        return 0
    with house.stores.key_writing() as keys:
        for intent in intents:
            gone = delete(SealRow).where(SealRow.key_id == intent.key_id)
            keys.execute(gone.where(SealRow.principal == intent.principal) if intent.principal else gone)
    point("keys-removed")
    session.execute(delete(RemovalRow).where(RemovalRow.id.in_([intent.id for intent in intents])))
    return len(intents)
