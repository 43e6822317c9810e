"""A member's locked keys: one bundle under the password and under each recovery code; log-in decides which may serve."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from casework.accounts.hosts import cost, hash_slot
from casework.store.house import House
from casework.store.keytables import MemberRow
from casework.store.tables import PersonRow
from crypto.errors import CryptoError, Malformed
from crypto.framing import frame
from crypto.identity import (
    SALT,
    lock,
    lock_by_password,
    new_recovery_code,
    new_salt,
    password_key,
    recovery_key,
    unlock,
)
from crypto.identity import unlock_by_password as unlock_blob
from crypto.primitives import digest
from crypto.sealing import new_sealing_pair
from crypto.signing import new_signing_pair

PASSWORD_SLOT = 0
CODES = 10
GENERATIONS = 2**31 - 1  # a random one each time, so that two writers never share rows
_ID, _KEY = 16, 32


@dataclass(frozen=True, repr=False)
class Bundle:
    """What a member's locks hold."""

    member: UUID
    opening: bytes
    signing: bytes
    totp: bytes

    def encode(self) -> bytes:
        """Id, HPKE private, Ed25519 private, TOTP secret."""
        return self.member.bytes + self.opening + self.signing + self.totp

    @classmethod
    def decode(cls, data: bytes) -> "Bundle":
        """The inverse of `encode`."""
        keys = data[_ID:]
        return cls(UUID(bytes=data[:_ID]), keys[:_KEY], keys[_KEY : 2 * _KEY], keys[2 * _KEY :])


@dataclass(frozen=True, repr=False)
class NewMember:
    """A bundle just born, with its public halves."""

    bundle: Bundle
    public: bytes
    verifying: bytes


def new_member(member: UUID, totp: bytes) -> NewMember:
    """New key pairs for one person."""
    (opening, public), (signing, verifying) = new_sealing_pair(), new_signing_pair()
    return NewMember(Bundle(member, opening, signing, totp), public, verifying)


def new_codes() -> list[str]:
    """Ten recovery codes, to be shown and kept on paper."""
    return [new_recovery_code() for _ in range(CODES)]


def lock_bundle(
    house: House, person: UUID, generation: int, password: str, bundle: Bundle, codes: Sequence[str]
) -> list[MemberRow]:
    """Slot 0 by password, slots 1 to 10 by recovery code."""
    secret = bundle.encode()
    with hash_slot():
        aad = _aad(house, person, PASSWORD_SLOT)
        blobs = {PASSWORD_SLOT: lock_by_password(password, secret, aad, house.provider.pepper, cost(house))}
    for slot, code in enumerate(codes, start=1):
        salt = new_salt()
        blobs[slot] = salt + lock(recovery_key(code, salt, house.provider.pepper), secret, _aad(house, person, slot))
    return [MemberRow(person=person, generation=generation, slot=slot, locked=blob) for slot, blob in blobs.items()]


def store_rows(house: House, person: UUID, generation: int, rows: Sequence[MemberRow]) -> None:
    """Put a generation in the key store; it counts once the case store names it and the log holds its hash."""
    with house.stores.key_writing() as session:
        session.execute(delete(MemberRow).where(MemberRow.person == person, MemberRow.generation == generation))
        session.add_all(rows)


def forget_generations(house: House, person: UUID) -> None:
    """Delete all that locks somebody's keys."""
    with house.stores.key_writing() as session:
        session.execute(delete(MemberRow).where(MemberRow.person == person))


def locks_of(house: House, person: PersonRow) -> dict[int, bytes]:
    """The present locks of a person, by slot."""
    query = select(MemberRow).where(MemberRow.person == person.id, MemberRow.generation == person.generation)
    with house.stores.key_reading() as session:
        return {row.slot: row.locked for row in session.scalars(query)}


def locks_hash(locks: Mapping[int, bytes], used_codes: int) -> bytes:
    """What the log holds of a member's locks: an old password or a used recovery code put back changes it."""
    parts = [part for slot, blob in sorted(locks.items()) for part in (bytes([slot]), blob)]
    return digest(frame(b"casework/member-locks/1", used_codes.to_bytes(2, "big"), *parts))


def locks_hold(house: House, person: PersonRow, locks: Mapping[int, bytes]) -> bool:
    """Whether these locks are the last logged."""
    with house.stores.case_reading() as session:
        logged = house.last_digest(session, person.id, "row")
    return logged is not None and logged == locks_hash(locks, person.used_codes)


def locks_changed(house: House, person: PersonRow) -> bool:
    """Whether this person's locks changed since the row was read: a password, or a recovery code used at another door."""
    with house.stores.case_reading() as session:
        row = session.get(PersonRow, person.id)
    return row is None or (row.generation, row.used_codes) != (person.generation, person.used_codes)


def open_by_password(house: House, person: UUID, password: str, locks: Mapping[int, bytes]) -> Bundle | None:
    """The bundle, or None; somebody unknown (no locks) costs the same work."""
    pepper, blob = house.provider.pepper, locks.get(PASSWORD_SLOT)
    try:
        with hash_slot():
            if blob is None:
                password_key(password, new_salt(), cost(house), pepper)
                return None
            return Bundle.decode(unlock_blob(password, blob, _aad(house, person, PASSWORD_SLOT), pepper))
    except CryptoError:
        return None


def open_by_code(house: House, person: PersonRow, code: str, locks: Mapping[int, bytes]) -> tuple[int, Bundle] | None:
    """(slot, bundle) of an unused recovery code, or None."""
    for slot, blob in locks.items():
        if slot == PASSWORD_SLOT or person.used_codes >> slot & 1:
            continue
        try:
            key = recovery_key(code, blob[:SALT], house.provider.pepper)
            return slot, Bundle.decode(unlock(key, blob[SALT:], _aad(house, person.id, slot)))
        except CryptoError:
            continue
    return None


def is_code(text: str) -> bool:
    """Whether this has the shape of a recovery code."""
    return _letters(text) is not None


def same_code(typed: str, code: str) -> bool:
    """Whether somebody typed this recovery code, whatever the case, spaces and dashes."""
    return hmac.compare_digest(_letters(typed) or b"", _letters(code) or b"-")


def _letters(text: str) -> bytes | None:
    """Something that depends on the letters alone, to compare codes by; None for anything else."""
    try:
        return recovery_key(text, bytes(SALT), bytes)
    except Malformed:
        return None


def _aad(house: House, person: UUID, slot: int) -> bytes:
    return frame(b"casework/member/1", house.instance.bytes, person.bytes, bytes([slot]))
