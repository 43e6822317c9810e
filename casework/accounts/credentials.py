"""Changing password or telephone: both factors again, new recovery codes proved from paper, then new locks over the same keys (A-02)."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from casework.accounts import totp
from casework.accounts.acceptance import Setup
from casework.accounts.carried import Ready, carried, draw, opened
from casework.accounts.errors import AccountError
from casework.accounts.limits import forgive
from casework.accounts.login import Proof, Typed, burn, prove
from casework.accounts.members import (
    GENERATIONS,
    Bundle,
    lock_bundle,
    locks_hash,
    store_rows,
)
from casework.accounts.passwords import require_strong
from casework.accounts.people import Contact, open_contact, person_row
from casework.accounts.sessions import begin_session
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.removals import DEPARTURES, finish, former_locks
from casework.store.tables import PersonRow, SessionRow
from crypto.framing import frame

TELEPHONE, CHANGE = "telephone", "credentials-ready"


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


def prepare_password(house: House, acting: Acting, token: bytes, wanted: Wanted, address: bytes) -> Ready:
    """Codes for a new password; the present ones serve until `finish_change`. Errors: Limited; Weak; AccountError "wrong", "busy"."""
    login = own_contact(house, acting).login
    require_strong(wanted.new, login)
    proof = _proved(house, acting, Typed(login, wanted.password, wanted.code, device=wanted.device), address)
    return draw(house, _pages(token), wanted.new, proof.bundle.totp, proof.person.generation)


def new_telephone(house: House, acting: Acting) -> Setup:
    """A second factor to enter in the new telephone; nothing is stored."""
    contact, secret = own_contact(house, acting), totp.new_secret()
    blob = house.provider.seal(TELEPHONE, secret, _bound(acting))
    return Setup(blob.hex(), totp.readable(secret), totp.uri(secret, contact.login, "Casework"), contact)


def prepare_telephone(house: House, acting: Acting, token: bytes, wanted: Telephone, address: bytes) -> Ready:
    """Codes for a new telephone; the former one serves until `finish_change`. Errors: Limited; AccountError "totp", "wrong", "busy", "changed"."""
    secret = opened(house, (TELEPHONE, _bound(acting)), wanted.blob, "changed")
    step = totp.step_of(secret, wanted.fresh)
    if step is None:
        raise AccountError("totp")
    login = own_contact(house, acting).login
    proof = _proved(house, acting, Typed(login, wanted.password, wanted.code, device=wanted.device), address)
    if proof.without_password:  # it must lock the keys again
        raise AccountError("wrong")
    return draw(house, _pages(token), wanted.password, secret, proof.person.generation, step)


def prepared(house: House, token: bytes, blob: str) -> Ready:
    """What this session prepared, as it comes back from a page. Errors: AccountError "changed"."""
    return carried(house, _pages(token), blob, "changed")


def finish_change(house: House, acting: Acting, token: bytes, blob: str, typed: str) -> bytes:
    """New locks, and one session instead of all: its token. `typed` is one of the new codes, which it does not use up.

    Errors: AccountError "recovery", or "changed" when this session prepared nothing, or another change came first.
    """
    ready, person = prepared(house, token, blob), acting.keys.person
    ready.require(typed)
    bundle = Bundle(acting.keys.member_id, acting.keys.opening, acting.keys.signing, ready.totp)
    generation = secrets.randbelow(GENERATIONS) + 1
    rows = lock_bundle(house, person, generation, ready.password, bundle, ready.codes)
    store_rows(house, person, generation, rows)
    with house.writing() as writing:
        _replace(writing.session, person, ready, generation)
        writing.session.execute(delete(SessionRow).where(SessionRow.person == person))
        begun = begin_session(house, writing.session, bundle, person, acting.tenure)
        digest = locks_hash({lock.slot: lock.locked for lock in rows}, 0)
        writing.log(house.events.member_changed, acting.actor, subject=person, row=digest)
        writing.session.add(former_locks(person))
    finish(house, DEPARTURES)
    return begun


def own_contact(house: House, acting: Acting) -> Contact:
    """How the person who acts is called and reached. Errors: AccountError "wrong"."""
    with house.stores.case_reading() as session:
        row = person_row(house, session, acting.keys.person)
    if row is None:
        raise AccountError("wrong")
    return open_contact(house, row)


def _replace(session: Session, person: UUID, ready: Ready, generation: int) -> None:
    """Of two changes at once, one goes through; the new telephone's code must not serve again. Errors: AccountError "changed"."""
    present = update(PersonRow).where(PersonRow.id == person, PersonRow.generation == ready.generation)
    new = present.values(generation=generation, used_codes=0, last_step=ready.step or PersonRow.last_step)
    if session.scalar(new.returning(PersonRow.id)) is None:
        raise AccountError("changed")


def _proved(house: House, acting: Acting, words: Typed, address: bytes) -> Proof:
    """Both factors; the code that proved one serves no more, whether the change is finished or not."""
    proof, drawn = prove(house, words, address)
    with house.writing() as writing:
        burn(writing, proof, acting.actor)
        forgive(writing.session, drawn)
    return proof


def _pages(token: bytes) -> tuple[str, bytes]:
    """The pages of one change belong to the session that began it."""
    return CHANGE, frame(b"casework/change/1", token)


def _bound(acting: Acting) -> bytes:
    return frame(b"casework/telephone/1", acting.keys.person.bytes, acting.keys.member_id.bytes)
