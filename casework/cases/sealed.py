"""Between contents and ciphertexts: the envelope of a compartment, its key, and the seals of that key to principals."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casework.kernel.life import Slot
from casework.kernel.records import Charter, Compartment
from casework.store.base import no_part
from casework.store.directory import Directory
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import SealRow
from crypto.envelope import EnvelopeContext, new_key, open_content, seal_content
from crypto.errors import CryptoError
from crypto.sealing import SealContext, seal, unseal

PURPOSE = "compartment-key"


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
    """What a sealed key is bound to."""
    return SealContext(PURPOSE, house.instance, case, slot.compartment, no_part(slot.part), key_id, principal)


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


def seals(
    house: House, directory: Directory, case: UUID, slot: Slot, key_id: UUID, key: bytes, principals: Iterable[UUID]
) -> list[SealRow]:
    """The rows that give a compartment's key to principals of the directory."""
    return [
        SealRow(
            key_id=key_id,
            principal=item,
            case=case,
            sealed=seal(directory.public(item), key, seal_context(house, case, slot, key_id, item)),
        )
        for item in sorted(principals)
    ]


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
    usable = list(acting.keys.holdable(directory, acting.actor))
    query = select(SealRow).where(SealRow.key_id.in_([item.key_id for item in asked]), SealRow.principal.in_(usable))
    with house.stores.key_reading() as session:
        rows = session.scalars(query).all()
    by_key = {item.key_id: item for item in asked}
    keys: dict[UUID, bytes] = {}
    for row in rows:
        item = by_key[row.key_id]
        if row.key_id not in keys and row.principal in item.principals:
            with suppress(CryptoError, NoKey):
                context = seal_context(house, item.case, item.slot, row.key_id, row.principal)
                keys[row.key_id] = unseal(acting.keys.private(house, row.principal), row.sealed, context)
    return keys
