"""The directory: the one verified, numbered, signed list of key pairs and seats; nothing is sealed to what is not in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from audit.entry import Tip
from audit.log import LogBroken
from casework.kernel.clock import today
from casework.kernel.life import Actor, Party, Principal
from casework.store.house import House, Writing
from casework.store.listing import ADMISSION, Listing, Tenure, keeper_message, keys_hash, parse
from casework.store.removals import departure
from casework.store.suspensions import SuspensionsBroken, suspended
from casework.store.tables import DirectoryRow, InstanceRow, PrincipalRow
from crypto.errors import CryptoError
from crypto.primitives import digest
from crypto.signing import check_signature

PIN = "directory"
# Built once: to build a statement, and the key under which it was compiled, costs as much as to run it.
_NEWEST = (
    select(DirectoryRow.number, DirectoryRow.signature)
    .where(DirectoryRow.instance == bindparam("instance"))
    .order_by(DirectoryRow.number.desc())
    .limit(1)
)
Keys: TypeAlias = Mapping[UUID, tuple[bytes, bytes | None]]


class DirectoryBroken(Exception):
    """The directory does not prove itself: nothing may be sealed or shown; ids and numbers only, no content."""


class DirectoryMissing(DirectoryBroken):
    """The instance is not open yet: there is no list."""


@dataclass(frozen=True)
class Directory:
    """A list that proved itself, less what is suspended or lapsed. `keys` holds (HPKE public, Ed25519 public) by principal id."""

    listing: Listing
    keys: Keys = field(repr=False)
    suspended: frozenset[UUID]
    lapsed: frozenset[UUID]
    _ids: Mapping[Principal, UUID] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        living = (
            e
            for e in self.listing.entries.values()
            if e.kind != ADMISSION and not e.ended and e.id not in self.suspended
        )
        persons = {tenure.person for tenure in self.tenures.values()}
        usable = {e.principal(): e.id for e in living if e.person is None or e.person in persons}
        object.__setattr__(self, "_ids", usable)

    @property
    def number(self) -> int:
        """The number of the list."""
        return self.listing.number

    @property
    def tenures(self) -> dict[UUID, Tenure]:
        """Every admitted tenure that is neither suspended nor lapsed, by id."""
        out = self.suspended | self.lapsed
        return {key: value for key, value in self.listing.tenures.items() if key not in out}

    @property
    def admission(self) -> UUID:
        """The principal of the admission key, which the first list holds."""
        return next(entry.id for entry in self.listing.entries.values() if entry.kind == ADMISSION)

    def id_of(self, principal: Principal) -> UUID | None:
        """The id of this principal, when admitted, not suspended and not ended."""
        return self._ids.get(principal)

    def public(self, principal_id: UUID) -> bytes:
        """The HPKE public key of a living principal. Errors: KeyError when it is not listed."""
        if principal_id not in self._ids.values() and principal_id != self.admission:
            raise KeyError(principal_id)
        return self.keys[principal_id][0]

    def signing(self, principal_id: UUID) -> bytes:
        """The Ed25519 public key of a signer, departed ones included. Errors: KeyError when it never signed."""
        found = self.keys[principal_id][1]
        if found is None:
            raise KeyError(principal_id)
        return found

    def principal(self, principal_id: UUID) -> Principal:
        """What a listed id stands for. Errors: KeyError."""
        return self.listing.entries[principal_id].principal()

    def party(self, tenure: UUID) -> Party | None:
        """The party of an admitted tenure; None once it is removed, suspended or lapsed."""
        found = self.tenures.get(tenure)
        return Party(found.person, found.seat, found.organisation) if found else None

    def parties(self) -> dict[UUID, Party]:
        """The party of every admitted tenure, by tenure id."""
        return {key: Party(item.person, item.seat, item.organisation) for key, item in self.tenures.items()}

    def staffed(self, seat: str, organisation: UUID) -> bool:
        """Whether somebody admitted holds this seat for this organisation: others cannot be chosen as recipients."""
        return any((item.seat, item.organisation) == (seat, organisation) for item in self.tenures.values())

    def is_keeper(self, principal_id: UUID) -> bool:
        """Whether this member may sign lists."""
        return principal_id in self.listing.keepers and principal_id in self._ids.values()


@dataclass(frozen=True)
class _Verified:
    mark: tuple[int, bytes]
    tip: Tip
    listing: Listing
    keys: Keys
    derived: dict[tuple[frozenset[UUID], date, bool], Directory] = field(default_factory=dict)

    def less(self, house: House, gone: frozenset[UUID]) -> Directory:
        """What stands today without those suspended; worked out once for each day and each set of them."""
        key = (gone, today(), house.lapses)
        found = self.derived.get(key)
        if found is None:
            found = Directory(self.listing, self.keys, gone, _lapsed(house, self.listing, gone))
            self.derived.clear()
            self.derived[key] = found
        return found


_cache: dict[tuple[UUID, UUID], _Verified] = {}


def load_directory(house: House, session: Session) -> Directory:
    """The directory of this instance. Errors: DirectoryMissing before the opening, DirectoryBroken when anything does not hold."""
    try:
        return _load(house, session)
    except DirectoryMissing:
        raise
    except DirectoryBroken:
        # A list published between two statements of a writer, or since a reader's view began: a later view tells.
        with house.stores.case_reading() as later:
            return _load(house, later)


def _load(house: House, session: Session) -> Directory:
    # Before the list is read: another process may publish and pin one in between.
    pinned = house.pins.read().get(PIN)
    found = session.execute(_NEWEST, {"instance": house.instance}).first()
    if found is None:
        raise (DirectoryBroken if pinned else DirectoryMissing)("no list")
    mark, place = (found.number, found.signature), (house.provider.id, house.instance)
    held = _cache.get(place)
    if held is None or held.mark != mark:
        listing = _verify(house, session, pinned)
        tip = Tip(listing.number, digest(listing.body()))
        held = _cache[place] = _Verified(mark, tip, listing, _keys(session, listing))
    try:
        _check_logged(house, session, held.tip)
        _check_pin(house, pinned, held.tip)
        return held.less(house, suspended(house, session))
    except (LogBroken, SuspensionsBroken) as error:
        raise DirectoryBroken(str(error)) from None


def _lapsed(house: House, listing: Listing, gone: frozenset[UUID]) -> frozenset[UUID]:
    keeping = [seat.name for seat in house.charter.seats if seat.keeper]
    return listing.lapsed(today(), keeping, gone) if house.lapses else frozenset()


def publish(writing: Writing, listing: Listing, signature: bytes) -> None:
    """Store a list its signer just signed, and log its hash in the same transaction."""
    house, body = writing.house, listing.body()
    writing.session.add_all(departure(item) for item in _departed(writing.session, listing))
    writing.session.add(DirectoryRow(instance=house.instance, number=listing.number, body=body, signature=signature))
    nobody = Actor(house.instance, None)
    writing.log(house.events.directory_signed, nobody, subject=house.instance, number=listing.number, list=digest(body))


def _departed(session: Session, after: Listing) -> set[UUID]:
    """The members whose keys this list ends: a backup must not bring them back. Tenures that end are suspended, which says so."""
    former = session.get(DirectoryRow, (after.instance, after.number - 1))
    if former is None:
        return set()
    before = parse(former.body)
    ended = {key for key, entry in before.entries.items() if entry.kind == "member" and not entry.ended}
    living = {key for key, entry in after.entries.items() if not entry.ended}
    return ended - living


def _verify(house: House, session: Session, pinned: Tip | None) -> Listing:
    query = select(DirectoryRow).where(DirectoryRow.instance == house.instance).order_by(DirectoryRow.number)
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    try:
        listings = [parse(row.body) for row in rows]
        _check_root(house, session, listings[0])
        _check_chain(house, rows, listings)
        _check_pinned_passed(pinned, rows)
    except (CryptoError, LogBroken, ValueError, KeyError, TypeError) as error:
        raise DirectoryBroken(f"a list does not hold ({type(error).__name__})") from None
    return listings[-1]


def _check_logged(house: House, session: Session, tip: Tip) -> None:
    """Nothing newer was published: asked at each load, for the row of a newer list can be deleted under a verified one."""
    if house.last_digest(session, house.instance, "list") != tip.hash:
        raise DirectoryBroken("the newest list is not the one last logged")


def _check_root(house: House, session: Session, first: Listing) -> None:
    """The root is the one logged at the opening, and the one the instance claims."""
    claimed = session.scalar(select(InstanceRow.root_public).where(InstanceRow.id == house.instance)) or b""
    logged = house.last_digest(session, house.instance, "root")
    if claimed.hex() != first.root or logged != digest(claimed):
        raise DirectoryBroken("another root")


def _check_chain(house: House, rows: Sequence[DirectoryRow], listings: Sequence[Listing]) -> None:
    """Numbers follow, hashes chain, and each list is signed by a keeper of the list before it."""
    before, previous = listings[0], ""
    for number, (row, listing) in enumerate(zip(rows, listings, strict=True), start=1):
        placed = (listing.instance, listing.number, row.number, listing.previous, listing.root)
        if placed != (house.instance, number, number, previous, listings[0].root):
            raise DirectoryBroken("a list out of place")
        _check_signer(before, listing, row)
        before, previous = listing, digest(row.body).hex()


def _check_signer(before: Listing, listing: Listing, row: DirectoryRow) -> None:
    certificate = bytes.fromhex(before.keepers[listing.signer])
    signing = certificate[:32]
    message = keeper_message(listing.instance, listing.signer, signing)
    check_signature(bytes.fromhex(listing.root), "keeper", message, certificate[32:])
    check_signature(signing, "directory", row.body, row.signature)


def _keys(session: Session, listing: Listing) -> Keys:
    """The public keys of every entry, each against its hash in the list."""
    columns = select(PrincipalRow.id, PrincipalRow.public, PrincipalRow.signing)
    rows = session.execute(columns.where(PrincipalRow.instance == listing.instance)).all()
    found = {row.id: (row.public, row.signing) for row in rows if row.id in listing.entries}
    for entry in listing.entries.values():
        if entry.id not in found or keys_hash(*found[entry.id]) != entry.keys:
            raise DirectoryBroken(f"the keys of principal {entry.id} are not those listed")
    return found


def _check_pin(house: House, pinned: Tip | None, tip: Tip) -> None:
    """The list is not older than the one this host saw."""
    if pinned == tip:
        return
    if pinned and tip.number <= pinned.number:
        raise DirectoryBroken(f"list {tip.number} is not the one pinned")
    house.pins.advance_unless_passed(PIN, tip)


def _check_pinned_passed(pinned: Tip | None, rows: Sequence[DirectoryRow]) -> None:
    """The list this host saw last is part of the chain: without it, another history could overtake the pin."""
    if pinned and (len(rows) < pinned.number or digest(rows[pinned.number - 1].body) != pinned.hash):
        raise DirectoryBroken("the pinned list is not in the chain")
