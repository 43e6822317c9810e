"""The key property, computed from the stores: which principal's private key really opens which compartment."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from sqlalchemy import select

from casework.cases import heads, sealed
from casework.kernel.engine import readers
from casework.kernel.life import Principal, Slot
from casework.store.directory import Directory, load_directory
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import LockedKeyRow, SealRow
from casework.store.tables import CiphertextRow
from crypto.errors import CryptoError
from crypto.identity import unlock
from crypto.sealing import unseal

Opens = set[tuple[Slot, UUID]]


def private_keys(house: House, everybody: list[Acting], escrow: bytes) -> dict[UUID, bytes]:
    """Every principal's private key, through the persons who hold it; the escrow's from its shares."""
    found: dict[UUID, bytes] = {}
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
    for acting in everybody:
        for principal_id in acting.keys.holdable(directory, acting.actor):
            try:
                found[principal_id] = acting.keys.private(house, principal_id)
            except NoKey:
                continue
    found[_id(directory, Principal.escrow())] = escrow
    return found


def _id(directory: Directory, principal: Principal) -> UUID:
    known = directory.id_of(principal)
    assert known
    return known


def who_opens(house: House, case: UUID, keys: dict[UUID, bytes]) -> Opens:
    """(slot, principal) for every envelope of the case store that a seal of the key store really opens."""
    opens: Opens = set()
    with house.stores.case_reading() as cases, house.stores.key_reading() as stored:
        head = heads.load(house, cases, load_directory(house, cases), case)
        rows = cases.scalars(select(CiphertextRow).where(CiphertextRow.case == case)).all()
        seals = stored.scalars(select(SealRow).where(SealRow.case == case)).all()
        locks = stored.scalars(select(LockedKeyRow)).all()
    assert head
    for row in rows:
        slot = Slot(row.compartment, row.part if row.part.int else None)
        for seal in seals:
            private = keys.get(seal.principal)
            if private is None:
                raise AssertionError("a seal for somebody who is nobody")
            for key in _keys(house, case, slot, row.key_id, private, seal, locks):
                if _reads(house, case, slot, row, head.held[slot].version, key):
                    opens.add((slot, seal.principal))
    return opens


def _keys(
    house: House, case: UUID, slot: Slot, key_id: UUID, private: bytes, seal: SealRow, locks: Sequence[LockedKeyRow]
) -> Iterator[bytes]:
    """What this private key gets out of a seal for this compartment: the key itself, or one locked under the seal's secret."""
    own = sealed.seal_context(house, case, slot, key_id, seal.principal)
    with suppress(CryptoError):
        yield unseal(private, seal.sealed, own)
    with suppress(CryptoError):
        secret = unseal(private, seal.sealed, sealed.bundle_context(house, case, seal.key_id, seal.principal))
        for row in locks:
            with suppress(CryptoError):
                yield unlock(secret, row.locked, own.bound())


def _reads(house: House, case: UUID, slot: Slot, row: CiphertextRow, version: int, key: bytes) -> bool:
    try:
        sealed.read(house, case, slot, row.key_id, version, key, row.envelope)
    except NoKey:
        return False
    return True


def who_may(house: House, case: UUID) -> Opens:
    """(slot, principal) that the charter grants at this point of this life, for the compartments that exist."""
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
        head = heads.load(house, session, directory, case)
    assert head
    granted = readers(house.charter, head.life)
    return {
        (slot, known) for slot in head.held for item in granted[slot] if (known := directory.id_of(item)) is not None
    }
