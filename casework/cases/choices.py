"""What a form lets choose that is not a closed list: schools, convened persons, recipients with somebody to read."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, select

from casework.accounts.people import names, open_name
from casework.kernel.life import Party
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.tables import OrganisationRow
from casework.web.forms import Pairs

_OF_KINDS = select(OrganisationRow).where(
    OrganisationRow.instance == bindparam("instance"), OrganisationRow.kind.in_(bindparam("kinds", expanding=True))
)


def _organisations(house: House, kinds: Iterable[str]) -> list[tuple[UUID, str, str]]:
    with house.stores.case_reading() as session:
        rows = session.scalars(_OF_KINDS, {"instance": house.instance, "kinds": list(kinds)}).all()
    return sorted(((row.id, row.kind, open_name(house, row)) for row in rows), key=lambda item: item[2])


def schools(house: House) -> Pairs:
    """The schools of the instance, by name."""
    kinds = house.charter.seat(house.charter.schools).organisations
    return [(str(found), label) for found, _, label in _organisations(house, kinds)]


def members(house: House, convened: Iterable[Party]) -> Pairs:
    """The convened persons an action may be confided to: those whose seat can read an owner's sheet (F33-15)."""
    known = names(house)
    owners = {seat for grant in house.charter.grants if grant.relation.value == "owner" for seat in grant.seats}
    found = [(str(p.person), f"{known.person(p.person)}, {known.seat(p.seat)}") for p in convened if p.seat in owners]
    return sorted(found, key=lambda item: item[1])


def people(house: House) -> Pairs:
    """Every person and what it is called: to show who was named, present or gone."""
    known = names(house)
    return [(str(person), f"{known.person(person)}, {known.seat(seat)}") for person, seat, _ in known.tenures.values()]


def recipients(house: House, orientation: str) -> list[tuple[UUID, str, str]]:
    """(organisation, mark, name) of those that can receive this type of orientation and have somebody admitted to read it (F33-05)."""
    kind = house.charter.recipients[house.charter.sent_to[orientation]]
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
    found = _organisations(house, kind.organisations)
    return [
        (organisation, kind.mark, name)
        for organisation, _, name in found
        if directory.staffed("recipient", organisation)
    ]
