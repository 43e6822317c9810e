"""Every tenure with its state, for those who invite and those who remove; names are opened by people.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.kernel.clock import now
from casework.store.directory import Directory, DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.tables import InvitationRow, TenureRow

STATES = {
    "invited": "Invitation envoyée",
    "pending": "En attente d’admission",
    "admitted": "Admise",
    "ended": "Terminée",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One tenure: ids, a state in French, and when its invitation ends. A `listed` one can be removed, and suspended unless it is already."""

    tenure: UUID
    person: UUID
    seat: str
    organisation: UUID
    state: str
    until: datetime | None
    listed: bool
    suspended: bool


def tenures(house: House) -> list[Line]:
    """The tenures that did not end, by seat; a suspended one stays until a keeper removes it."""
    with house.stores.case_reading() as session:
        directory = _directory(house, session)
        listed = set(directory.listing.tenures) if directory else set()
        cut = directory.suspended if directory else frozenset()
        query = select(TenureRow).where(TenureRow.instance == house.instance)
        query = query.where(or_(TenureRow.state != "ended", TenureRow.id.in_(listed)))
        rows = session.scalars(query.order_by(TenureRow.seat, TenureRow.id)).all()
        people = [row.person for row in rows]
        open_ways = select(InvitationRow).where(InvitationRow.person.in_(people), InvitationRow.used_at.is_(None))
        until = {way.person: way.expires_at for way in session.scalars(open_ways)}
    return [_line(row, until.get(row.person), row.id in listed, row.id in cut) for row in rows]


def _directory(house: House, session: Session) -> Directory | None:
    try:
        return load_directory(house, session)
    except DirectoryMissing:
        return None


def _line(row: TenureRow, until: datetime | None, listed: bool, cut: bool) -> Line:  # noqa: FBT001 - two facts of a row
    state = "Suspendue" if listed and cut else _state(row, until)
    return Line(row.id, row.person, row.seat, row.organisation, state, until, listed, listed and cut)


def _state(row: TenureRow, until: datetime | None) -> str:
    if row.state == "invited" and (until is None or until <= now()):
        return "Invitation expirée"
    return STATES[row.state]
