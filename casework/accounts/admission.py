"""Admission: a keeper compares a fingerprint by voice, then signs the next list; nobody else can add a reader."""

import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.accounts.errors import AccountError
from casework.accounts.grants import Draft, apart_row, member_row
from casework.accounts.people import tenure_row, tenures_of
from casework.kernel.clock import today
from casework.kernel.life import Principal
from casework.kernel.records import HolderKind
from casework.store.directory import Directory, DirectoryMissing, load_directory, publish
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import ADMISSION, APART, Acting, Keyring, copied_private, seal_copy
from casework.store.keytables import CopyRow
from casework.store.listing import Listing
from casework.store.removals import DEPARTURES, finish
from casework.store.tables import PrincipalRow, TenureRow
from crypto.identity import fingerprint
from crypto.sealing import public_of
from crypto.signing import verification_key


@dataclass(frozen=True)
class Pending:
    """A tenure that waits for a keeper, with the fingerprint of its keys."""

    tenure: UUID
    person: UUID
    seat: str
    organisation: UUID
    fingerprint: str


def pending(house: House) -> list[Pending]:
    """Everybody who accepted an invitation and is not admitted yet."""
    query = select(TenureRow).where(TenureRow.instance == house.instance, TenureRow.state == "pending")
    with house.stores.case_reading() as session:
        rows = session.scalars(query.order_by(TenureRow.id)).all()
        return [
            Pending(row.id, row.person, row.seat, row.organisation, fingerprint_of(house, session, row)) for row in rows
        ]


def fingerprint_of(house: House, session: Session, tenure: TenureRow) -> str:
    """25 digits over instance, person, seat, organisation and keys: what newcomer and keeper read to each other."""
    member = member_row(house, session, tenure.person)
    apart = apart_row(house, session, tenure, listed(house, session))
    return _digits(house, tenure, (member.public, member.signing or b"", apart.public if apart else b""))


def own_fingerprints(house: House, keys: Keyring) -> dict[UUID, str]:
    """The same for each of one's own tenures that wait, from the keys in hand: keys swapped in the stores give other digits. Errors: NoKey."""
    own = (public_of(keys.opening), verification_key(keys.signing))
    with house.stores.case_reading() as session:
        waiting = [row for row in tenures_of(house, session, keys.person) if row.state == "pending"]
        brought = [apart_row(house, session, row, listed(house, session)) for row in waiting]
    return {
        row.id: _digits(house, row, (*own, public_of(keys.private(house, pair.id)) if pair else b""))
        for row, pair in zip(waiting, brought, strict=True)
    }


def _digits(house: House, tenure: TenureRow, keys: tuple[bytes, bytes, bytes]) -> str:
    place = (house.instance.bytes, tenure.person.bytes, tenure.seat.encode(), tenure.organisation.bytes)
    return fingerprint((*place, *keys))


def admit(house: House, acting: Acting, tenure: UUID, spoken: str) -> int:
    """Put a pending tenure in the directory; the number of the new list.

    `spoken` is the fingerprint the newcomer read out. Errors: AccountError "not_allowed", "fingerprint", "changed", "pending".
    """
    with house.stores.case_reading() as session:
        draft = _draft(house, session, acting)
        row = compared(house, session, tenure, spoken)
        draft.add_tenure(row)
    store_copies(house, draft)
    with house.writing() as writing:
        publish_draft(writing, acting, draft)
        set_admitted(writing.session, row.id)
        number = draft.listing.number
        for copy in draft.copies:
            writing.log(house.events.admission_key_used, acting.actor, subject=copy.principal)
        writing.log(house.events.admitted, acting.actor, subject=row.person, tenure=row.id, number=number)
    confirm_list(house)
    return number


def hand_apart(house: House, acting: Acting, tenure: UUID) -> None:
    """Give the separate key of one's seat to another admitted member of it. Errors: AccountError "not_allowed", NoKey."""
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
    party, entry = directory.party(tenure), directory.listing.find("apart", acting.party.seat)
    if (
        party is None
        or entry is None
        or party.seat != acting.party.seat
        or directory.party(acting.tenure) != acting.party
    ):
        raise AccountError("not_allowed")
    private = copied_private(house, entry, (acting.keys.member_id, acting.keys.opening), APART)
    member = directory.listing.find("member", person=party.person)
    if member is None:
        raise AccountError("pending")
    with house.writing() as writing:
        writing.log(house.events.apart_handed, acting.actor, subject=party.person, tenure=tenure)
    with house.stores.key_writing() as keys:
        keys.merge(seal_copy(house, private, entry.id, (member.id, directory.public(member.id)), APART))


def has_apart(house: House, seat: str) -> bool:
    """Whether the charter gives this seat a separate key pair."""
    return any(grant.holder is HolderKind.APART and seat in grant.seats for grant in house.charter.grants)


def listed(house: House, session: Session) -> Listing | None:
    """The present list; None before the opening. Errors: DirectoryBroken."""
    try:
        return load_directory(house, session).listing
    except DirectoryMissing:
        return None


def drop_unlisted(house: House, session: Session, person: UUID) -> None:
    """Forget the key pairs a person made and that no list ever held."""
    listing = listed(house, session)
    query = select(PrincipalRow.id).where(PrincipalRow.instance == house.instance, PrincipalRow.person == person)
    unlisted = [key for key in session.scalars(query) if listing is None or key not in listing.entries]
    session.execute(delete(PrincipalRow).where(PrincipalRow.id.in_(unlisted)))
    with house.stores.key_writing() as keys:
        keys.execute(delete(CopyRow).where(CopyRow.principal.in_(unlisted)))


def compared(house: House, session: Session, tenure: UUID, spoken: str) -> TenureRow:
    """A pending tenure whose fingerprint was read out right. Errors: AccountError "pending" or "fingerprint"."""
    row = tenure_row(house, session, tenure)
    if row is None or row.state != "pending":
        raise AccountError("pending")
    digits = "".join(sign for sign in spoken if sign.isdecimal())
    expected = fingerprint_of(house, session, row).replace(" ", "")
    if not hmac.compare_digest(digits.encode(), expected.encode()):
        raise AccountError("fingerprint")
    return row


def require_keeper(house: House, session: Session, acting: Acting) -> Listing:
    """The present list, for a keeper in its seat. Errors: AccountError "not_allowed"."""
    directory = load_directory(house, session)
    allowed = directory.is_keeper(acting.keys.member_id) and directory.party(acting.tenure) == acting.party
    if not (allowed and house.charter.seat(acting.party.seat).keeper):
        raise AccountError("not_allowed")
    return directory.listing


def store_copies(house: House, draft: Draft) -> None:
    """Copies first: those of a list that is never signed open nothing that exists."""
    with house.stores.key_writing() as session:
        for copy in draft.copies:
            session.merge(copy)


def publish_draft(writing: Writing, acting: Acting, draft: Draft) -> None:
    """Sign and store the drafted list, unless another one came meanwhile. Errors: AccountError "changed"."""
    take_turn(writing.session, writing.house.instance)
    present = listed(writing.house, writing.session)
    if present and present.number + 1 != draft.listing.number:
        raise AccountError("changed")
    writing.session.add_all(draft.rows)
    publish(writing, draft.listing, acting.keys.sign("directory", draft.listing.body()))


def set_admitted(session: Session, tenure: UUID) -> None:
    """The projection that keepers see; the list decides."""
    row = session.get(TenureRow, tenure)
    if row:
        row.state, row.confirmed_on = "admitted", today()


def confirm_list(house: House) -> None:
    """Read the list back, which moves this host's pin to it; register who left."""
    with house.stores.case_reading() as session:
        load_directory(house, session)
    finish(house, DEPARTURES)


def _draft(house: House, session: Session, acting: Acting) -> Draft:
    listing = require_keeper(house, session, acting)
    entry = next(entry for entry in listing.entries.values() if entry.kind == ADMISSION)
    secret = copied_private(house, entry, (acting.keys.member_id, acting.keys.opening), ADMISSION)
    return Draft(house, session, listing.next(acting.keys.member_id), (entry.id, secret))


def has_keys(directory: Directory, person: UUID, member: UUID) -> bool:
    """Whether the directory lists this very key pair for the person."""
    return directory.id_of(Principal.member(person)) == member
