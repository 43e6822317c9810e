"""What a logged-in person can open: the person's own keys, and copies of seat keys; who may read what is the charter's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.kernel.life import Actor, Party, Principal
from casework.store.directory import Directory
from casework.store.house import House
from casework.store.keytables import CopyRow
from casework.store.listing import Entry, keys_hash
from crypto.envelope import NIL
from crypto.errors import CryptoError
from crypto.sealing import PRIVATE, SealContext, public_of, seal, unseal
from crypto.signing import sign

SEAT, ADMISSION, APART, ESCROW = "seat", "admission", "apart", "escrow"
SHARE, ROOT, LOCK = "share", "root", "lock"
# Of one principal a member holds one copy, for the purpose that its kind has.
_COPY = select(CopyRow).where(
    CopyRow.principal == bindparam("principal"),
    CopyRow.holder == bindparam("holder"),
    CopyRow.purpose.in_((SEAT, APART, ADMISSION)),
)


class NoKey(Exception):
    """This person holds no copy of this key, or the copy does not open; the id only."""


@dataclass(repr=False)
class Keyring:
    """The private keys of one member, for the time of a request. `member_id` is the principal id of the member."""

    person: UUID
    member_id: UUID
    opening: bytes
    signing: bytes
    _opened: dict[UUID, bytes] = field(default_factory=dict)

    def holdable(self, directory: Directory, actor: Actor) -> dict[UUID, Principal]:
        """The principals whose private key this person may use in this seat: own, seat, seat of the organisation, apart."""
        if actor.party is None or actor.party.person != self.person:
            return {}
        found = {directory.id_of(principal): principal for principal in _of(actor.party)}
        return {key: principal for key, principal in found.items() if key is not None}

    def private(self, house: House, principal_id: UUID) -> bytes:
        """The HPKE private key of this member or of a seat it holds. Errors: NoKey."""
        if principal_id == self.member_id:
            return self.opening
        if principal_id not in self._opened:
            with house.stores.key_reading() as session:
                self._opened[principal_id] = self._copy(house, session, principal_id)
        return self._opened[principal_id]

    def sign(self, domain: str, message: bytes) -> bytes:
        """A signature of this member, valid in this domain only."""
        return sign(self.signing, domain, message)

    def _copy(self, house: House, session: Session, principal_id: UUID) -> bytes:
        row = session.scalar(_COPY, {"principal": principal_id, "holder": self.member_id})
        if row is None:
            raise NoKey(str(principal_id))
        return open_copy(house, row, self.opening)


@dataclass(frozen=True)
class Acting:
    """Who acts, with which keys, in which admitted tenure: what every service receives after the house."""

    actor: Actor
    keys: Keyring
    tenure: UUID
    place: str = ""  # what the organisation is called, in a seat that several organisations hold
    signed: str = ""  # the version of the charter of the cell that this person signed last (C-07)

    @property
    def party(self) -> Party:
        """The party that acts; the clock never has keys."""
        party = self.actor.party
        if party is None:
            raise NoKey("the clock")
        return party


def holders(directory: Directory) -> dict[UUID, set[UUID]]:
    """The persons who use the private key of each living principal: the admitted ones, neither suspended nor lapsed."""
    found: dict[UUID, set[UUID]] = {}
    for party in directory.parties().values():
        for known in filter(None, map(directory.id_of, _of(party))):
            found.setdefault(known, set()).add(party.person)
    return found


def _of(party: Party) -> Iterable[Principal]:
    yield Principal.member(party.person)
    yield Principal.of_seat(party.seat)
    yield Principal.of_organisation(party.seat, party.organisation)
    yield Principal.apart(party.seat)


def copy_context(house: House, principal: UUID, holder: UUID, purpose: str) -> SealContext:
    """What a copy of `principal`'s private key is bound to."""
    return SealContext(f"copy-{purpose}", house.instance, NIL, "", NIL, principal, holder)


def seal_copy(house: House, secret: bytes, principal: UUID, holder: tuple[UUID, bytes], purpose: str) -> CopyRow:
    """A copy of a private key (or of a share) for `holder` = (principal id, HPKE public key)."""
    holder_id, public = holder
    sealed = seal(public, secret, copy_context(house, principal, holder_id, purpose))
    return CopyRow(principal=principal, holder=holder_id, purpose=purpose, sealed=sealed)


def open_copy(house: House, row: CopyRow, private: bytes) -> bytes:
    """What a copy holds, for the private key of its holder. Errors: NoKey when it does not open."""
    try:
        return unseal(private, row.sealed, copy_context(house, row.principal, row.holder, row.purpose))
    except CryptoError:
        raise NoKey(str(row.principal)) from None


def copied_private(house: House, entry: Entry, holder: tuple[UUID, bytes], purpose: str) -> bytes:
    """The private key of a listed entry from the copy of `holder` = (principal id, private key). Errors: NoKey."""
    with house.stores.key_reading() as session:
        row = session.get(CopyRow, (entry.id, holder[0], purpose))
    if row is None:
        raise NoKey(str(entry.id))
    private = open_copy(house, row, holder[1])
    # A copy proves nothing about who sealed it: a planted key must never be handed on.
    if len(private) != PRIVATE or keys_hash(public_of(private), None) != entry.keys:
        raise NoKey(str(entry.id))
    return private
