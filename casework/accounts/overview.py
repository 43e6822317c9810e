"""Every tenure with the state of its invitation, for those who invite; names are opened by people.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from casework.kernel.clock import now
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
    """One tenure: ids, a state in French, and when its invitation ends."""

    tenure: UUID
    person: UUID
    seat: str
    organisation: UUID
    state: str
    until: datetime | None


def tenures(house: House) -> list[Line]:
    """The tenures of this instance that did not end, by seat."""
    query = select(TenureRow).where(TenureRow.instance == house.instance, TenureRow.state != "ended")
    with house.stores.case_reading() as session:
        rows = session.scalars(query.order_by(TenureRow.seat, TenureRow.id)).all()
        people = [row.person for row in rows]
        open_ways = select(InvitationRow).where(InvitationRow.person.in_(people), InvitationRow.used_at.is_(None))
        until = {way.person: way.expires_at for way in session.scalars(open_ways)}
    return [
        Line(row.id, row.person, row.seat, row.organisation, _state(row, until.get(row.person)), until.get(row.person))
        for row in rows
    ]


def _state(row: TenureRow, until: datetime | None) -> str:
    if row.state == "invited" and (until is None or until <= now()):
        return "Invitation expirée"
    return STATES[row.state]
