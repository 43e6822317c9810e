"""Changing one's password: both factors again, new locks over the same keys, new recovery codes, one new session instead of all (A-02)."""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete

from casework.accounts.errors import AccountError
from casework.accounts.limits import forgive
from casework.accounts.login import Typed, burn, prove
from casework.accounts.members import GENERATIONS, forget_generations, lock_bundle, locks_hash, store_rows
from casework.accounts.passwords import strong
from casework.accounts.people import open_contact, person_row
from casework.accounts.sessions import begin_session
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import PersonRow, SessionRow


@dataclass(frozen=True, repr=False)
class Wanted:
    """What the form sends: the present password, a one-time code that did not serve yet, the new password."""

    password: str
    code: str
    new: str
    device: bytes | None = None


@dataclass(frozen=True, repr=False)
class Changed:
    """`token` for the session's cookie; the recovery codes that replace the former ones, shown once."""

    token: bytes
    codes: tuple[str, ...]


def change_password(house: House, acting: Acting, wanted: Wanted, address: bytes) -> Changed:
    """Errors: Limited; AccountError "wrong", "busy", "password_weak", "changed"."""
    login = open_contact(house, _present(house, acting)).login
    if not strong(wanted.new, login):
        raise AccountError("password_weak")
    proof, drawn = prove(house, Typed(login, wanted.password, wanted.code, device=wanted.device), address)
    person, generation = proof.person.id, secrets.randbelow(GENERATIONS) + 1
    rows, codes = lock_bundle(house, person, generation, wanted.new, proof.bundle)
    store_rows(house, person, generation, rows)
    with house.writing() as writing:
        burn(writing, proof, acting.actor)
        row = person_row(house, writing.session, person)
        if row is None or row.generation != proof.person.generation:
            raise AccountError("changed")
        row.generation, row.used_codes = generation, 0
        forgive(writing.session, drawn)
        writing.session.execute(delete(SessionRow).where(SessionRow.person == person))
        token = begin_session(house, writing.session, proof.bundle, person, acting.tenure)
        digest = locks_hash({lock.slot: lock.locked for lock in rows}, 0)
        writing.log(house.events.member_changed, acting.actor, subject=person, row=digest)
    forget_generations(house, person, but=generation)
    return Changed(token, tuple(codes))


def _present(house: House, acting: Acting) -> PersonRow:
    with house.stores.case_reading() as session:
        row = person_row(house, session, acting.keys.person)
    if row is None:
        raise AccountError("wrong")
    return row
