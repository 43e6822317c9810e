"""Taking a seat away: effective on the next request; removing seals from situations is the work of cases."""

from uuid import UUID

from sqlalchemy import delete, select

from casework.accounts.admission import confirm_list, require_keeper
from casework.accounts.errors import AccountError
from casework.accounts.people import person_row, tenure_row, tenures_of
from casework.accounts.service import ADMINISTRATOR
from casework.kernel.clock import now
from casework.kernel.life import Actor
from casework.store.directory import load_directory, publish
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import ADMISSION, APART, SEAT, Acting
from casework.store.keytables import CopyRow
from casework.store.listing import Entry, Listing, Tenure
from casework.store.removals import DEPARTURES, finish, former_copy, former_locks
from casework.store.suspensions import suspend
from casework.store.tables import InvitationRow, RemovalRow, SessionRow


def remove_seat(house: House, acting: Acting, tenure: UUID) -> int:
    """End a tenure: new list without it, suspension, sessions and key copies deleted; the number of the list (C-07).

    Errors: AccountError "not_allowed", "seat", or "last_keeper" when nobody could admit anybody any more.
    """
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        listing = require_keeper(house, writing.session, acting)
        gone = listing.tenures.get(tenure)
        if gone is None:
            raise AccountError("seat")
        after = _without(house, listing.next(acting.keys.member_id), gone)
        publish(writing, after, acting.keys.sign("directory", after.body()))
        _cut(writing, gone)
        writing.session.add_all(_copies(house, listing, after, gone))
        if _leave(writing, gone.person):
            writing.session.add(former_locks(gone.person))
        writing.log(house.events.removed, acting.actor, subject=gone.person, tenure=tenure)
    confirm_list(house)
    finish(house, DEPARTURES)
    return after.number


def suspend_seat(house: House, by: Actor | None, tenure: UUID) -> None:
    """Cut a tenure off at once, by a keeper or the technical administrator (None: the command line); a keeper removes it later."""
    if by is not None and not (by.party and (house.charter.seat(by.seat).keeper or by.seat == ADMINISTRATOR)):
        raise AccountError("not_allowed")
    with house.writing() as writing:
        directory = load_directory(house, writing.session)
        gone = directory.listing.tenures.get(tenure)
        if gone is None or tenure in directory.suspended:
            raise AccountError("seat")
        _cut(writing, gone)
        writing.log(house.events.suspended, by or Actor(house.instance, None), subject=gone.person)
    finish(house, DEPARTURES)


def _without(house: House, listing: Listing, gone: Tenure) -> Listing:
    """The list without a tenure; a person's keys end with the last tenure. The last keeper stays."""
    after, member = listing.without_tenure(gone.id), listing.find("member", person=gone.person)
    left = [tenure for tenure in after.tenures.values() if tenure.person == gone.person]
    if member and not any(house.charter.seat(tenure.seat).keeper for tenure in left):
        after = after.without_keeper(member.id)
    if member and not left:
        after = after.without_entry(member.id)
    apart = after.find("apart", gone.seat)
    if apart and not any(tenure.seat == gone.seat for tenure in after.tenures.values()):
        after = after.without_entry(apart.id)
    if not after.keepers:
        raise AccountError("last_keeper")
    return after


def _cut(writing: Writing, gone: Tenure) -> None:
    suspend(writing, [gone.id])
    writing.session.execute(delete(SessionRow).where(SessionRow.tenure == gone.id))
    row = tenure_row(writing.house, writing.session, gone.id)
    if row:
        row.state, row.ended_at = "ended", now()
    _uninvite(writing, gone.person)


def _uninvite(writing: Writing, person: UUID) -> None:
    """The link of somebody who left opens nothing; whoever keeps another seat may still have lost its way into it."""
    if not tenures_of(writing.house, writing.session, person):
        writing.session.execute(delete(InvitationRow).where(InvitationRow.person == person))


def _leave(writing: Writing, person: UUID) -> bool:
    """Whether that was the person's last seat: the account has no keys any more, and another invitation would make new ones."""
    row = person_row(writing.house, writing.session, person)
    if row is None or tenures_of(writing.house, writing.session, person):
        return False
    row.member, row.state = None, "left"
    return True


def _copies(house: House, before: Listing, after: Listing, gone: Tenure) -> list[RemovalRow]:
    """The member's copies that no other tenure of the same person needs, to be deleted."""
    member = before.find("member", person=gone.person)
    kept = {key for item in after.tenures.values() if item.person == gone.person for key in _keys(after, item)}
    if member is None:
        return []
    query = select(CopyRow.principal).where(CopyRow.holder == member.id, CopyRow.principal.not_in(kept))
    with house.stores.key_reading() as session:
        found = session.scalars(query.where(CopyRow.purpose.in_(_purposes(house, after, gone)))).all()
    return [former_copy(principal, member.id) for principal in found]


def _purposes(house: House, after: Listing, gone: Tenure) -> list[str]:
    seats = {item.seat for item in after.tenures.values() if item.person == gone.person}
    keeps = any(house.charter.seat(seat).keeper for seat in seats)
    return [SEAT, APART] if keeps else [SEAT, APART, ADMISSION]


def _keys(listing: Listing, tenure: Tenure) -> set[UUID]:
    found: tuple[Entry | None, ...] = (
        listing.find("seat", tenure.seat),
        listing.find("organisation", tenure.seat, tenure.organisation),
        listing.find("apart", tenure.seat),
    )
    return {entry.id for entry in found if entry}
