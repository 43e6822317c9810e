"""Finishing what a move promised: register what was taken away, delete the sealed keys, then the intents; repeated by acts and by tick."""

from uuid import UUID, uuid4

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from casework.store import seals
from casework.store.faults import point
from casework.store.house import House
from casework.store.keytables import CopyRow, MemberRow
from casework.store.register import NIL, Gone, Loss
from casework.store.tables import CaseRow, PersonRow, RemovalRow

DEPARTURES = NIL  # intents that concern no situation


def intent(case: UUID, key_id: UUID = NIL, principal: UUID | None = None, gone: Gone | None = None) -> RemovalRow:
    """To be committed with the move: a key to delete, for one principal or for all, and what the register will say of it."""
    said = gone.encode() if gone else None
    return RemovalRow(id=uuid4(), case=case, key_id=key_id, principal=principal, said=said)


def departure(subject: UUID) -> RemovalRow:
    """A tenure or a member's key pair that must not come back."""
    return intent(DEPARTURES, gone=Gone(Loss.DEPARTED, subject))


def former_copy(principal: UUID, holder: UUID) -> RemovalRow:
    """The copy of a key that somebody must not keep."""
    return intent(DEPARTURES, key_id=principal, principal=holder)


def former_locks(person: UUID) -> RemovalRow:
    """What locked somebody's keys before, or all of it once there are none."""
    return intent(DEPARTURES, key_id=person)


def finish(house: House, case: UUID | None = None) -> int:
    """Carry out the intents of one situation, or of all. Returns how many; safe to repeat. Errors: RegisterBroken, and no key is deleted."""
    query = select(RemovalRow.case).distinct()
    with house.stores.case_reading() as session:
        waiting = session.scalars(query.where(RemovalRow.case == case) if case is not None else query).all()
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
    house.register.append([Gone.decode(row.said) for row in intents if row.said])
    point("removals-registered")
    with house.stores.key_writing() as keys:
        for row in intents:
            if row.case == DEPARTURES:
                keys.execute(_of_members(session, row))
            else:
                seals.drop(keys, row.case, row.key_id, row.principal)
    point("keys-removed")
    session.execute(delete(RemovalRow).where(RemovalRow.id.in_([row.id for row in intents])))
    return len(intents)


def _of_members(session: Session, row: RemovalRow) -> Delete:
    """The copy, or the locks of former generations, that a departure takes away; nothing for one that is registered only."""
    if row.principal:
        return delete(CopyRow).where(CopyRow.principal == row.key_id, CopyRow.holder == row.principal)
    person = session.get(PersonRow, row.key_id)
    current = person.generation if person and person.member else -1
    return delete(MemberRow).where(MemberRow.person == row.key_id, MemberRow.generation != current)
