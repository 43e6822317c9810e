"""Every tenure with its state, organisation by organisation, for those who invite and those who remove: professionals, never a situation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from casework.accounts.confirming import Due, due
from casework.accounts.people import Names
from casework.accounts.service import mark
from casework.kernel.clock import now
from casework.store.directory import Directory, DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.tables import InvitationRow, OrganisationRow, TenureRow
from casework.web.french import order

WAITING, EXPIRED, ACCEPTED, ADMITTED, SUSPENDED = (
    "Invitation en attente",
    "Invitation expirée",
    "Invitation acceptée, à admettre",
    "Admise",
    "Suspendue",
)
STATES = {"pending": ACCEPTED, "ended": SUSPENDED}


@dataclass(frozen=True, slots=True)
class Line:
    """One tenure: ids, a state in French, when its invitation ends, and what is due when it is to be confirmed soon (A-01).

    `way` is the mark of its person's last invitation.
    A `listed` one can be removed, and suspended unless it is already.
    """

    tenure: UUID
    person: UUID
    seat: str
    organisation: UUID
    state: str
    way: str
    until: datetime | None
    due: Due | None
    listed: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation, its kind in French, and who sits for it: a deputy is one more person in the same seat."""

    name: str
    kind: str
    lines: Sequence[Line]


def places(house: House, known: Names) -> list[Place]:
    """Every organisation by name, its tenures by seat then by person."""
    with house.stores.case_reading() as session:
        found = session.execute(
            select(OrganisationRow.id, OrganisationRow.kind).where(OrganisationRow.instance == house.instance)
        ).all()
    kinds = {value.value: value.label for value in house.charter.organisations.values}
    lines = sorted(tenures(house), key=lambda line: order(f"{known.seat(line.seat)} {known.person(line.person)}"))
    made = (
        Place(known.organisation(row.id), kinds[row.kind], [line for line in lines if line.organisation == row.id])
        for row in found
    )
    return sorted(made, key=lambda place: order(place.name))


def tenures(house: House) -> list[Line]:
    """The tenures that did not end; a suspended one stays until a keeper removes it."""
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
    until = {person: way.expires_at for person, way in ways.items() if way.used_at is None}
    ends = {item.tenure: item for item in due(house)}
    out = cut | (directory.lapsed if directory else frozenset())
    return [
        Line(
            tenure=row.id,
            person=row.person,
            seat=row.seat,
            organisation=row.organisation,
            state=SUSPENDED if row.id in out & listed else _state(row, until.get(row.person)),
            way=mark(ways.get(row.person)),
            until=until.get(row.person),
            due=ends.get(row.id),
            listed=row.id in listed,
            suspended=row.id in cut & listed,
        )
        for row in rows
    ]


def _directory(house: House, session: Session) -> Directory | None:
    try:
        return load_directory(house, session)
    except DirectoryMissing:
        return None


def _state(row: TenureRow, until: datetime | None) -> str:
    if row.state == "invited":
        return WAITING if until is not None and until > now() else EXPIRED
    return STATES.get(row.state, ADMITTED)
