"""Rights are confirmed every twelve months by a keeper, never by oneself, or they are suspended until one does (A-01)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from casework.accounts.admission import confirm_list, require_keeper, set_admitted
from casework.accounts.errors import AccountError
from casework.accounts.people import tenure_row
from casework.kernel.clock import today
from casework.kernel.life import Actor
from casework.store.directory import Directory, DirectoryMissing, load_directory, publish
from casework.store.house import House
from casework.store.instances import take_turn
from casework.store.keyring import Acting
from casework.store.listing import Tenure
from casework.store.tables import SessionRow

REMINDED = timedelta(days=30)
LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Due:
    """A tenure to confirm. `late`: its day is over, `out`: and it is suspended; the keepers confirmed last stay in office."""

    tenure: UUID
    person: UUID
    seat: str
    confirmed: date
    until: date
    late: bool
    out: bool


def due(house: House) -> list[Due]:
    """What is to be confirmed within thirty days, or should have been, soonest first."""
    with house.stores.case_reading() as session:
        directory = _directory(house, session)
    if directory is None:
        return []
    soon = [item for item in _left(directory) if item.until <= today() + REMINDED]
    return [_due(directory, item) for item in sorted(soon, key=lambda item: (item.until, item.id))]


def lasting(house: House, tenure: UUID) -> date | None:
    """The day the rights of a tenure last until; None before the opening."""
    with house.stores.case_reading() as session:
        directory = _directory(house, session)
    found = directory.listing.tenures.get(tenure) if directory else None
    return found.until if found else None


def confirm(house: House, acting: Acting, tenure: UUID) -> date:
    """Vouch for somebody else's tenure in a new list; the day it lasts until.

    Errors: AccountError "not_allowed", "own_seat", or "seat" for one that is not listed any more or was suspended.
    """
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        listing = require_keeper(house, writing.session, acting)
        directory = load_directory(house, writing.session)
        found = next((item for item in _left(directory) if item.id == tenure), None)
        if found is None:
            raise AccountError("seat")
        if found.person == acting.keys.person:
            raise AccountError("own_seat")
        renewed = replace(found, confirmed=today())
        after = listing.next(acting.keys.member_id).with_tenure(renewed)
        publish(writing, after, acting.keys.sign("directory", after.body()))
        set_admitted(writing.session, tenure)
        writing.log(house.events.confirmed, acting.actor, subject=found.person, tenure=tenure, number=after.number)
    confirm_list(house)
    return renewed.until


def sweep_lapsed(house: House) -> int:
    """Say in the log, once, whose rights lapsed, and end their sessions: the list and the calendar suspended them already. How many."""
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        directory = _directory(house, writing.session)
        gone = list(_newly(house, writing.session, directory)) if directory else []
        for item in gone:
            writing.log(house.events.lapsed, Actor(house.instance, None), subject=item.person, tenure=item.id)
    return len(gone)


def _newly(house: House, session: Session, directory: Directory) -> Iterable[Tenure]:
    for key in sorted(directory.lapsed - directory.suspended):
        row = tenure_row(house, session, key)
        if row is not None and row.state != LAPSED:
            row.state = LAPSED
            session.execute(delete(SessionRow).where(SessionRow.tenure == key))
            yield directory.listing.tenures[key]


def _left(directory: Directory) -> list[Tenure]:
    """Whoever is listed and was not suspended by hand."""
    return [item for key, item in directory.listing.tenures.items() if key not in directory.suspended]


def _due(directory: Directory, item: Tenure) -> Due:
    late, out = item.until <= today(), item.id in directory.lapsed
    return Due(item.id, item.person, item.seat, item.confirmed, item.until, late, out)


def _directory(house: House, session: Session) -> Directory | None:
    try:
        return load_directory(house, session)
    except DirectoryMissing:
        return None
