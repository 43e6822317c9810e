"""Changing one's password: new locks over the same keys, new recovery codes, and every session ends (A-02)."""

import secrets

from sqlalchemy import delete

from casework.accounts.errors import AccountError
from casework.accounts.members import (
    GENERATIONS,
    forget_generations,
    lock_bundle,
    locks_hash,
    locks_hold,
    locks_of,
    open_by_password,
    store_rows,
)
from casework.accounts.passwords import strong
from casework.accounts.people import open_contact, person_row
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import PersonRow, SessionRow


def change_password(house: House, acting: Acting, old: str, new: str) -> tuple[str, ...]:
    """The new recovery codes, shown once. Errors: AccountError "wrong" or "password_weak".

    The view counts the attempt as a log-in does: the old password is a secret one could guess.
    """
    person = _present(house, acting)
    locks = locks_of(house, person)
    bundle = open_by_password(house, person.id, old, locks)
    if bundle is None or not locks_hold(house, person, locks):
        raise AccountError("wrong")
    if not strong(new, open_contact(house, person).login):
        raise AccountError("password_weak")
    generation = secrets.randbelow(GENERATIONS) + 1
    rows, codes = lock_bundle(house, person.id, generation, new, bundle)
    store_rows(house, person.id, generation, rows)
    with house.writing() as writing:
        row = person_row(house, writing.session, person.id)
        if row is None or row.generation != person.generation:
            raise AccountError("changed")
        row.generation, row.used_codes = generation, 0
        writing.session.execute(delete(SessionRow).where(SessionRow.person == person.id))
        digest = locks_hash({lock.slot: lock.locked for lock in rows}, 0)
        writing.log(house.events.member_changed, acting.actor, subject=person.id, row=digest)
    forget_generations(house, person.id, but=generation)
    return tuple(codes)


def _present(house: House, acting: Acting) -> PersonRow:
    with house.stores.case_reading() as session:
        row = person_row(house, session, acting.keys.person)
    if row is None:
        raise AccountError("wrong")
    return row
