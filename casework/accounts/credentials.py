"""Changing password or telephone: both factors again, new locks over the same keys, new recovery codes, one session instead of all (A-02)."""

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import delete

from casework.accounts import totp
from casework.accounts.acceptance import Setup
from casework.accounts.errors import AccountError
from casework.accounts.limits import Budget, forgive
from casework.accounts.login import Proof, Typed, burn, prove
from casework.accounts.members import (
    GENERATIONS,
    Bundle,
    lock_bundle,
    locks_hash,
    new_codes,
    store_rows,
)
from casework.accounts.passwords import require_strong
from casework.accounts.people import Contact, open_contact, person_row
from casework.accounts.sessions import begin_session
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.removals import DEPARTURES, finish, former_locks
from casework.store.tables import SessionRow
from crypto.errors import CryptoError
from crypto.framing import frame

TELEPHONE = "telephone"


@dataclass(frozen=True, repr=False)
class Wanted:
    """What the form of a new password sends: the present password, a one-time code that did not serve yet, the new password."""

    password: str
    code: str
    new: str
    device: bytes | None = None


@dataclass(frozen=True, repr=False)
class Telephone:
    """What the form of a new telephone sends: password, a code of the former one or a recovery code, and a code of the new one."""

    password: str
    code: str
    blob: str
    fresh: str
    device: bytes | None = None


@dataclass(frozen=True, repr=False)
class Changed:
    """`token` for the session's cookie; the recovery codes that replace the former ones, shown once."""

    token: bytes
    codes: tuple[str, ...]


def change_password(house: House, acting: Acting, wanted: Wanted, address: bytes) -> Changed:
    """Errors: Limited; Weak; AccountError "wrong", "busy", "changed"."""
    login = own_contact(house, acting).login
    require_strong(wanted.new, login)
    proof, drawn = prove(house, Typed(login, wanted.password, wanted.code, device=wanted.device), address)
    return _lock_again(house, acting, (proof, drawn), wanted.new, proof.bundle)


def new_telephone(house: House, acting: Acting) -> Setup:
    """A second factor to enter in the new telephone; nothing is stored."""
    contact, secret = own_contact(house, acting), totp.new_secret()
    blob = house.provider.seal(TELEPHONE, secret, _bound(acting))
    return Setup(blob.hex(), totp.readable(secret), totp.uri(secret, contact.login, "Casework"), contact)


def change_telephone(house: House, acting: Acting, wanted: Telephone, address: bytes) -> Changed:
    """The former telephone's codes serve no more. Errors: Limited; AccountError "totp", "wrong", "busy", "changed"."""
    secret = _carried(house, acting, wanted.blob)
    step = totp.step_of(secret, wanted.fresh)
    if step is None:
        raise AccountError("totp")
    login = own_contact(house, acting).login
    proof, drawn = prove(house, Typed(login, wanted.password, wanted.code, device=wanted.device), address)
    if proof.without_password:  # it must lock the keys again
        raise AccountError("wrong")
    return _lock_again(house, acting, (proof, drawn), wanted.password, replace(proof.bundle, totp=secret), step)


def own_contact(house: House, acting: Acting) -> Contact:
    """How the person who acts is called and reached. Errors: AccountError "wrong"."""
    with house.stores.case_reading() as session:
        row = person_row(house, session, acting.keys.person)
    if row is None:
        raise AccountError("wrong")
    return open_contact(house, row)


def _lock_again(
    house: House, acting: Acting, proved: tuple[Proof, Budget], password: str, bundle: Bundle, step: int | None = None
) -> Changed:
    """`step` is the time step of the new telephone's code, which must not serve again."""
    (proof, drawn), codes = proved, new_codes()
    person, generation = proof.person.id, secrets.randbelow(GENERATIONS) + 1
    rows = lock_bundle(house, person, generation, password, bundle, codes)
    store_rows(house, person, generation, rows)
    with house.writing() as writing:
        burn(writing, proof, acting.actor)
        row = person_row(house, writing.session, person)
        if row is None or row.generation != proof.person.generation:
            raise AccountError("changed")
        row.generation, row.used_codes, row.last_step = generation, 0, step or row.last_step
        forgive(writing.session, drawn)
        writing.session.execute(delete(SessionRow).where(SessionRow.person == person))
        token = begin_session(house, writing.session, proof.bundle, person, acting.tenure)
        digest = locks_hash({lock.slot: lock.locked for lock in rows}, 0)
        writing.log(house.events.member_changed, acting.actor, subject=person, row=digest)
        writing.session.add(former_locks(person))
    finish(house, DEPARTURES)
    return Changed(token, tuple(codes))


def _carried(house: House, acting: Acting, blob: str) -> bytes:
    try:
        return house.provider.open(TELEPHONE, bytes.fromhex(blob), _bound(acting))
    except (CryptoError, ValueError):
        raise AccountError("changed") from None


def _bound(acting: Acting) -> bytes:
    return frame(b"casework/telephone/1", acting.keys.person.bytes, acting.keys.member_id.bytes)
