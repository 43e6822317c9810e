"""Every tenure with its state, for those who invite and those who remove; names are opened by people.py."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.accounts.service import mark
from casework.kernel.clock import now
from casework.store.directory import Directory, DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.tables import InvitationRow, TenureRow
from casework.web.french import short_day

STATES = {
    "pending": "En attente d’admission",
    "admitted": "Admise",
    "ended": "Terminée",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One tenure: ids, a state in French, the mark of its person's last invitation. A `listed` one can be removed, and suspended
    unless it is already.
    """

    tenure: UUID
    person: UUID
    seat: str
    organisation: UUID
    state: str
    way: str
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
        ways = {
            way.person: way for way in session.scalars(select(InvitationRow).where(InvitationRow.person.in_(people)))
        }
    return [_line(row, ways.get(row.person), row.id in listed, row.id in cut) for row in rows]


def _directory(house: House, session: Session) -> Directory | None:
    try:
        return load_directory(house, session)
    except DirectoryMissing:
        return None


def _line(row: TenureRow, way: InvitationRow | None, listed: bool, cut: bool) -> Line:  # noqa: FBT001 - two facts of a row
    state = "Suspendue" if listed and cut else _state(row, way)
    return Line(row.id, row.person, row.seat, row.organisation, state, mark(way), listed, listed and cut)


def _state(row: TenureRow, way: InvitationRow | None) -> str:
    """What a person of the list is waited for; a link that still opens is told beside what the tenure is."""
    opens = way is not None and way.used_at is None and way.expires_at > now()
    last = f"jusqu’au {short_day(way.expires_at)}" if way and opens else ""
    if row.state == "invited":
        return f"Invitation envoyée, valable {last}" if opens else "Invitation expirée"
    return f"{STATES[row.state]}. Nouveau lien envoyé, valable {last}" if opens else STATES[row.state]
