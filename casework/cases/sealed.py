"""Between contents and ciphertexts: the envelope of a compartment, its key, and the seals of that key to principals."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from casework.kernel.life import Slot
from casework.kernel.records import Charter, Compartment
from casework.store import seals
from casework.store.base import insert_all, no_part
from casework.store.directory import Directory
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import LockedKeyRow, SealRow
from casework.store.seals import Given
from crypto.envelope import NIL, EnvelopeContext, new_key, open_content, seal_content
from crypto.errors import CryptoError
from crypto.identity import lock, unlock
from crypto.sealing import SealContext, seal, unseal

PURPOSE, BUNDLE = "compartment-key", "bundle-key"


def schema(charter: Charter, compartment: Compartment) -> bytes:
    """The digest of a compartment's name, bound into its envelopes: an envelope never opens as another compartment."""
    return hashlib.sha256(f"{charter.name}/{compartment.name}".encode()).digest()


def envelope_context(house: House, case: UUID, slot: Slot, key_id: UUID, version: int) -> EnvelopeContext:
    """What an envelope is bound to."""
    compartment = house.charter.compartment(slot.compartment)
    return EnvelopeContext(
        house.instance, case, slot.compartment, no_part(slot.part), key_id, schema(house.charter, compartment), version
    )


def seal_context(house: House, case: UUID, slot: Slot, key_id: UUID, principal: UUID) -> SealContext:
    """What a sealed or locked key is bound to."""
    return SealContext(PURPOSE, house.instance, case, slot.compartment, no_part(slot.part), key_id, principal)


def bundle_context(house: House, case: UUID, bundle: UUID, principal: UUID) -> SealContext:
    """What the sealed secret of a bundle is bound to."""
    return SealContext(BUNDLE, house.instance, case, "", NIL, bundle, principal)


def make(house: House, case: UUID, slot: Slot, version: int, content: Mapping[str, Any]) -> tuple[UUID, bytes, bytes]:
    """(key id, key, envelope) of new content under a new key. Errors: crypto.errors.Oversize."""
    key_id, key = uuid4(), new_key()
    plaintext = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    size = house.charter.compartment(slot.compartment).size
    return key_id, key, seal_content(key, plaintext, size, envelope_context(house, case, slot, key_id, version))


def read(
    house: House, case: UUID, slot: Slot, key_id: UUID, version: int, key: bytes, envelope: bytes
) -> dict[str, Any]:
    """The content of an envelope. Errors: NoKey, never an empty content: no key, no read."""
    try:
        opened: dict[str, Any] = json.loads(
            open_content(key, envelope, envelope_context(house, case, slot, key_id, version))
        )
    except (CryptoError, ValueError) as error:
        raise NoKey("the envelope does not open") from error
    return opened


@dataclass(frozen=True, slots=True)
class Handed:
    """A compartment's key, and the principals that one move gives it to."""

    slot: Slot
    key_id: UUID
    key: bytes
    principals: frozenset[UUID]


def give(session: Session, house: House, directory: Directory, case: UUID, handed: Sequence[Handed]) -> None:
    """Give these keys to principals of the directory: one encapsulation for each principal, however many keys (decision 17)."""
    seals_made, locks = list[dict[str, Any]](), list[dict[str, Any]]()
    for principal in sorted(frozenset[UUID]().union(*(item.principals for item in handed))):
        public, theirs = directory.public(principal), [item for item in handed if principal in item.principals]
        if len(theirs) == 1:
            key_id, secret = theirs[0].key_id, theirs[0].key
            context = seal_context(house, case, theirs[0].slot, key_id, principal)
        else:
            key_id, secret = uuid4(), new_key()
            context = bundle_context(house, case, key_id, principal)
            for item in theirs:
                bound = seal_context(house, case, item.slot, item.key_id, principal).bound()
                locks.append({"bundle": key_id, "key_id": item.key_id, "locked": lock(secret, item.key, bound)})
        given = {"key_id": key_id, "principal": principal, "case": case, "sealed": seal(public, secret, context)}
        seals_made.append(given)
    insert_all(session, SealRow, seals_made)
    insert_all(session, LockedKeyRow, locks)


def key_of(
    house: House, acting: Acting, directory: Directory, case: UUID, slot: Slot, key_id: UUID, among: Iterable[UUID]
) -> bytes:
    """The compartment's key, through any of the principals `among` that this actor can use. Errors: NoKey."""
    found = keys_of(house, acting, directory, [Sealed(case, slot, key_id, frozenset(among))])
    if key_id not in found:
        raise NoKey("no sealed key for this actor")
    return found[key_id]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A compartment whose key is asked for, and the principals its head says it is sealed to."""

    case: UUID
    slot: Slot
    key_id: UUID
    principals: frozenset[UUID]


def keys_of(house: House, acting: Acting, directory: Directory, asked: Sequence[Sealed]) -> dict[UUID, bytes]:
    """The keys of several compartments, by id, as far as this actor can open them: one query for all."""
    usable, by_key = acting.keys.holdable(directory, acting.actor), {item.key_id: item for item in asked}
    with house.stores.key_reading() as session:
        rows = seals.given_to(session, usable, {item.case for item in asked}, by_key)
    keys, secrets = dict[UUID, bytes](), dict[UUID, bytes]()
    for row in rows:
        item = by_key[row.key_id]
        if row.key_id not in keys and row.principal in item.principals:
            with suppress(CryptoError, NoKey):
                keys[row.key_id] = _opened(house, acting, item, row, secrets)
    return keys


def _opened(house: House, acting: Acting, item: Sealed, row: Given, secrets: dict[UUID, bytes]) -> bytes:
    """The key of one row; `secrets` keeps those of the bundles that are open. Errors: CryptoError, NoKey."""
    own = seal_context(house, item.case, item.slot, row.key_id, row.principal)
    if row.locked is None:
        return unseal(acting.keys.private(house, row.principal), row.sealed, own)
    if row.bundle not in secrets:
        context = bundle_context(house, item.case, row.bundle, row.principal)
        secrets[row.bundle] = unseal(acting.keys.private(house, row.principal), row.sealed, context)
    return unlock(secrets[row.bundle], row.locked, own.bound())
