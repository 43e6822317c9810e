"""Drafting the next list: members, seat pairs and the copies they need; signing and storing it is for admission and ceremony."""

from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.accounts.errors import AccountError
from casework.accounts.people import person_row
from casework.kernel.clock import today
from casework.store.house import House
from casework.store.keyring import ADMISSION, SEAT, copied_private, seal_copy
from casework.store.keytables import CopyRow
from casework.store.listing import Entry, Listing, Tenure, keeper_message, keys_hash
from casework.store.tables import OrganisationRow, PrincipalRow, TenureRow
from crypto.sealing import new_sealing_pair, public_of
from crypto.signing import sign


@dataclass(repr=False)
class Draft:
    """A list in the making, the rows it needs, and the private keys born with it. `admission` = (id, private key)."""

    house: House
    session: Session
    listing: Listing
    admission: tuple[UUID, bytes]
    rows: list[PrincipalRow] = field(default_factory=list)
    copies: list[CopyRow] = field(default_factory=list)
    born: dict[UUID, bytes] = field(default_factory=dict)

    def add_pair(self, kind: str, seat: str = "", organisation: UUID | None = None) -> tuple[UUID, bytes]:
        """(id, private key) of a new pair, listed."""
        private, public = new_sealing_pair()
        row = PrincipalRow(id=uuid4(), instance=self.house.instance, kind=kind, seat=seat, organisation=organisation)
        row.public = public
        self.rows.append(row)
        self.born[row.id] = private
        entry = Entry(row.id, kind, seat, organisation, None, keys_hash(public, None))
        self.listing = self.listing.with_entry(entry)
        return row.id, private

    def add_tenure(self, row: TenureRow) -> PrincipalRow:
        """List a person in a seat, with copies of the seat keys of all its tenures; the member's row."""
        member = self._list_member(row.person)
        organisations = select(OrganisationRow.kind).where(OrganisationRow.instance == self.house.instance)
        kind = self.session.scalar(organisations.where(OrganisationRow.id == row.organisation)) or ""
        if kind not in self.house.charter.seat(row.seat).organisations:
            raise AccountError("seat")
        listed = Tenure(row.id, row.person, row.seat, row.organisation, kind, today())
        self.listing = self.listing.with_tenure(listed)
        for tenure in self.listing.tenures.values():
            if tenure.person == row.person:
                self._give_seat(tenure, member)
        self._list_apart(row)
        return member

    def certify(self, member: PrincipalRow, root: bytes) -> None:
        """Make a member a keeper: the root's certificate, and a copy of the admission key."""
        signing = member.signing or b""
        signature = sign(root, "keeper", keeper_message(self.house.instance, member.id, signing))
        keepers = {**self.listing.keepers, member.id: (signing + signature).hex()}
        self.listing = replace(self.listing, keepers=keepers)
        key, private = self.admission
        self.copies.append(seal_copy(self.house, private, key, (member.id, member.public), ADMISSION))

    def _list_member(self, person: UUID) -> PrincipalRow:
        """The present key pair of a person takes the place of a former one."""
        row = member_row(self.house, self.session, person)
        former = self.listing.find("member", person=person)
        if former and former.id != row.id:
            self.listing = self.listing.without_entry(former.id).without_keeper(former.id)
        entry = Entry(row.id, "member", "", None, person, keys_hash(row.public, row.signing))
        self.listing = self.listing.with_entry(entry)
        return row

    def _give_seat(self, tenure: Tenure, member: PrincipalRow) -> None:
        key, private = self._seat_key(tenure)
        self.copies.append(seal_copy(self.house, private, key, (member.id, member.public), SEAT))

    def _seat_key(self, tenure: Tenure) -> tuple[UUID, bytes]:
        shared = self.house.charter.seat(tenure.seat).by_organisation
        wanted = ("organisation", tenure.seat, tenure.organisation) if shared else ("seat", tenure.seat, None)
        entry = self.listing.find(*wanted)
        if entry is None:
            key, private = self.add_pair(*wanted)
            admission, secret = self.admission
            self.copies.append(seal_copy(self.house, private, key, (admission, public_of(secret)), ADMISSION))
            return key, private
        if entry.id not in self.born:
            self.born[entry.id] = copied_private(self.house, entry, self.admission, ADMISSION)
        return entry.id, self.born[entry.id]

    def _list_apart(self, row: TenureRow) -> None:
        """A separate pair is lost with its last holder: the next member brings a new one; others wait for a copy."""
        listed = self.listing.find("apart", row.seat)
        if listed and self._held(listed.id):
            return
        pair = apart_row(self.house, self.session, row, self.listing)
        if pair:
            self.listing = self.listing.without_entry(listed.id) if listed else self.listing
            entry = Entry(pair.id, "apart", row.seat, None, None, keys_hash(pair.public, None))
            self.listing = self.listing.with_entry(entry)

    def _held(self, principal: UUID) -> bool:
        living = {entry.id for entry in self.listing.entries.values() if entry.kind == "member" and not entry.ended}
        with self.house.stores.key_reading() as session:
            holders = session.scalars(select(CopyRow.holder).where(CopyRow.principal == principal))
            return not living.isdisjoint(holders)


def member_row(house: House, session: Session, person: UUID) -> PrincipalRow:
    """The present key pair of a person. Errors: AccountError "pending" before the invitation is accepted."""
    row = person_row(house, session, person)
    found = session.get(PrincipalRow, row.member) if row and row.member else None
    if found is None or (found.instance, found.kind, found.person) != (house.instance, "member", person):
        raise AccountError("pending")
    return found


def apart_row(house: House, session: Session, tenure: TenureRow, listing: Listing | None) -> PrincipalRow | None:
    """The separate pair this person brought to this seat at the last acceptance, and that is not listed yet."""
    query = select(PrincipalRow).where(PrincipalRow.instance == house.instance, PrincipalRow.kind == "apart")
    rows = session.scalars(query.where(PrincipalRow.seat == tenure.seat, PrincipalRow.person == tenure.person))
    return next((row for row in rows if listing is None or row.id not in listing.entries), None)
