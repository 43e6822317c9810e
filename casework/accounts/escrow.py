"""What two of the three share-holders can do together: open the escrow, and make a new keeper; every use is logged."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from casework.accounts.admission import confirm_list, publish_draft, require_keeper, store_copies
from casework.accounts.ceremony import escrow_bound
from casework.accounts.errors import AccountError
from casework.accounts.grants import Draft, member_row
from casework.kernel.life import Principal
from casework.store.directory import Directory, DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.keyring import ADMISSION, ESCROW, LOCK, ROOT, SHARE, Acting, copied_private, open_copy
from casework.store.keytables import CopyRow
from casework.store.listing import Entry, Listing, Tenure, keys_hash
from crypto.errors import CryptoError
from crypto.identity import unlock
from crypto.sealing import public_of
from crypto.shares import join

SHARE_SEATS = ("controller", "dpo")  # beside a keeper


def my_share(house: House, acting: Acting) -> bytes:
    """The share of the escrow of this holder, as a SLIP-39 sentence. Errors: AccountError "shares"."""
    escrow = _escrow_entry(_listing(house))
    with house.stores.key_reading() as session:
        row = session.get(CopyRow, (escrow.id, acting.keys.member_id, SHARE))
    if row is None:
        raise AccountError("shares")
    with house.writing() as writing:
        writing.log(house.events.share_shown, acting.actor, subject=acting.keys.person)
    return open_copy(house, row, acting.keys.opening)


def share_holders(house: House, directory: Directory) -> dict[UUID, UUID]:
    """Member and tenure of each share whose holder still sits as coordinator, controller's representative or DPO; three when all is well.

    Rights that lapsed are one confirmation away: such a holder still has its share.
    """
    escrow, members = directory.id_of(Principal.escrow()), dict[UUID, UUID]()
    with house.stores.key_reading() as session:
        rows = set(session.scalars(select(CopyRow.holder).where(CopyRow.principal == escrow, CopyRow.purpose == SHARE)))
    for tenure in directory.listing.tenures.values():
        member = directory.listing.find("member", person=tenure.person)
        gone = member is None or not directory.suspended.isdisjoint((member.id, tenure.id))
        if member and not gone and member.id in rows and share_seat(house, tenure.seat):
            members.setdefault(member.id, tenure.id)
    return members


def share_seat(house: House, seat: str) -> bool:
    """Whether holders of this seat may hold a share."""
    return seat in SHARE_SEATS or house.charter.seat(seat).keeper


def recover_escrow(house: House, shares: Sequence[bytes]) -> bytes:
    """The private key of the escrow, from two or three shares. Errors: AccountError "shares"."""
    escrow = _escrow_entry(_listing(house))
    with house.stores.key_reading() as session:
        row = session.get(CopyRow, (escrow.id, escrow.id, LOCK))
    try:
        private = unlock(join(shares), row.sealed if row else b"", escrow_bound(house, escrow.id))
    except CryptoError:
        raise AccountError("shares") from None
    if keys_hash(public_of(private), None) != escrow.keys:
        raise AccountError("shares")
    return private


def uncertified(house: House) -> list[Tenure]:
    """Those admitted to a keeper's seat whom no shares made a keeper yet, or who have new keys since; none before the opening."""
    with house.stores.case_reading() as session:
        try:
            directory = load_directory(house, session)
        except DirectoryMissing:
            return []
    sitting = (item for item in directory.tenures.values() if house.charter.seat(item.seat).keeper)
    return [item for item in sitting if directory.id_of(Principal.member(item.person)) not in directory.listing.keepers]


def certify_keeper(house: House, acting: Acting, tenure: UUID, shares: Sequence[bytes]) -> int:
    """Make an admitted holder of a keeper's seat a keeper, under the root key; the number of the new list.

    Errors: AccountError "shares", "seat" or "not_allowed".
    """
    private = recover_escrow(house, shares)
    with house.stores.case_reading() as session:
        listing = require_keeper(house, session, acting)
        chosen, escrow = listing.tenures.get(tenure), _escrow_entry(listing)
        if chosen is None or not house.charter.seat(chosen.seat).keeper:
            raise AccountError("seat")
        entry = next(item for item in listing.entries.values() if item.kind == ADMISSION)
        admission = copied_private(house, entry, (escrow.id, private), ESCROW)
        draft = Draft(house, session, listing.next(acting.keys.member_id), (entry.id, admission))
        draft.certify(member_row(house, session, chosen.person), _root(house, escrow, private))
    store_copies(house, draft)
    with house.writing() as writing:
        publish_draft(writing, acting, draft)
        writing.log(house.events.keeper_certified, acting.actor, subject=chosen.person, tenure=tenure)
    confirm_list(house)
    return draft.listing.number


def _root(house: House, escrow: Entry, private: bytes) -> bytes:
    with house.stores.key_reading() as session:
        row = session.get(CopyRow, (house.instance, escrow.id, ROOT))
    if row is None:
        raise AccountError("shares")
    return open_copy(house, row, private)


def _listing(house: House) -> Listing:
    with house.stores.case_reading() as session:
        return load_directory(house, session).listing


def _escrow_entry(listing: Listing) -> Entry:
    return next(entry for entry in listing.entries.values() if entry.kind == ESCROW)
