"""Names and addresses of professionals, under the provider: sealed here, opened here, for pages and mail; every SELECT is of one instance."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from casework.store.house import House
from casework.store.tables import OrganisationRow, PersonRow, TenureRow
from crypto.framing import frame

T = TypeVar("T")
_CONTACT, _NAME = 2_048, 512  # bytes: three lines and one line of the longest that a form takes
_INSTANCE: BindParameter[UUID] = bindparam("instance")
_PERSONS = select(PersonRow.id, PersonRow.contact).where(PersonRow.instance == _INSTANCE, PersonRow.contact != b"")
_ORGANISATIONS = select(OrganisationRow.id, OrganisationRow.name).where(OrganisationRow.instance == _INSTANCE)
_TENURES = select(TenureRow.id, TenureRow.person, TenureRow.seat, TenureRow.organisation).where(
    TenureRow.instance == _INSTANCE
)


@dataclass(frozen=True, repr=False)
class Contact:
    """How a professional is called and reached; `login` is the e-mail address or another name."""

    login: str
    name: str
    email: str


@dataclass(frozen=True, repr=False)
class Names:
    """What pages call persons, organisations and tenures; an id that left is "personne partie" or "organisme supprimé"."""

    persons: Mapping[UUID, Contact] = field(default_factory=dict)
    organisations: Mapping[UUID, str] = field(default_factory=dict)
    tenures: Mapping[UUID, tuple[UUID, str, UUID]] = field(default_factory=dict)  # person, seat, organisation
    seats: Mapping[str, str] = field(default_factory=dict)

    def person(self, person: UUID) -> str:
        """The name of a person."""
        found = self.persons.get(person)
        return found.name if found else "personne partie"

    def organisation(self, organisation: UUID) -> str:
        """The name of an organisation."""
        return self.organisations.get(organisation, "organisme supprimé")

    def seat(self, seat: str) -> str:
        """The French label of a seat."""
        return self.seats.get(seat, seat)

    def seat_of(self, tenure: UUID) -> str:
        """Seat and organisation of a tenure."""
        if tenure not in self.tenures:
            return "qualité terminée"
        _, seat, organisation = self.tenures[tenure]
        return f"{self.seat(seat)} ({self.organisation(organisation)})"

    def tenure(self, tenure: UUID) -> str:
        """Person, seat and organisation of a tenure, on one line."""
        if tenure not in self.tenures:
            return "personne partie"
        person, seat, organisation = self.tenures[tenure]
        return f"{self.person(person)}, {self.seat(seat)} ({self.organisation(organisation)})"


class _Stored(Mapping[UUID, T]):
    """Rows by id, read when one of them is asked for, and opened then alone: a page names few of those an instance knows."""

    def __init__(self, house: House, query: Select[*tuple[Any, ...]], opening: Callable[[Any], T]) -> None:
        self._house, self._query, self._opening, self._opened = house, query, opening, dict[UUID, T]()

    @cached_property
    def _rows(self) -> dict[UUID, Any]:
        with self._house.stores.case_reading() as session:
            return {row.id: row for row in session.execute(self._query, {"instance": self._house.instance})}

    def __getitem__(self, key: UUID) -> T:
        if key not in self._opened:
            self._opened[key] = self._opening(self._rows[key])
        return self._opened[key]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def names(house: House) -> Names:
    """Every name of the instance but those that were erased, read and opened when asked for. Errors, then: DoesNotOpen for a row that was altered."""
    return Names(
        _Stored(house, _PERSONS, partial(open_contact, house)),
        _Stored(house, _ORGANISATIONS, partial(open_name, house)),
        _Stored(house, _TENURES, lambda row: tuple(row)[1:]),
        {seat.name: seat.label for seat in house.charter.seats},
    )


def has_account(house: House, person: UUID) -> bool:
    """Whether a person accepted an invitation, and has keys."""
    with house.stores.case_reading() as session:
        row = person_row(house, session, person)
    return row is not None and row.member is not None


def mail_address(house: House, person: UUID) -> str:
    """Where a person is written to; empty when erased or unknown. Errors: DoesNotOpen."""
    with house.stores.case_reading() as session:
        row = person_row(house, session, person)
    return open_contact(house, row).email if row and row.contact else ""


def seal_contact(house: House, person: UUID, contact: Contact) -> bytes:
    """The contact of a person, always the same size."""
    clear = json.dumps([contact.login, contact.name, contact.email], ensure_ascii=False).encode()
    return house.provider.seal("contact", clear, _bound(house, b"person", person), size=_CONTACT)


def open_contact(house: House, row: PersonRow) -> Contact:
    """The contact of a person. Errors: DoesNotOpen."""
    return Contact(*json.loads(house.provider.open("contact", row.contact, _bound(house, b"person", row.id))))


def seal_name(house: House, organisation: UUID, name: str) -> bytes:
    """The name of an organisation, always the same size."""
    return house.provider.seal("contact", name.encode(), _bound(house, b"organisation", organisation), size=_NAME)


def open_name(house: House, row: OrganisationRow) -> str:
    """The name of an organisation. Errors: DoesNotOpen."""
    return house.provider.open("contact", row.name, _bound(house, b"organisation", row.id)).decode()


def login_hash(house: House, login: str) -> bytes:
    """How log-in finds its row."""
    return house.provider.lookup("login", f"{house.instance}:{login.strip()}")


def person_by_login(house: House, session: Session, login: str) -> PersonRow | None:
    """The account of this log-in in this instance."""
    query = select(PersonRow).where(
        PersonRow.instance == house.instance, PersonRow.login_hash == login_hash(house, login)
    )
    return session.scalar(query)


def known_as(house: House, login: str) -> str:
    """The name of whoever this log-in is of; empty when it is nobody's. Errors: DoesNotOpen."""
    with house.stores.case_reading() as session:
        row = person_by_login(house, session, login)
    return open_contact(house, row).name if row and row.contact else ""


def person_row(house: House, session: Session, person: UUID) -> PersonRow | None:
    """A person of this instance."""
    return session.scalar(select(PersonRow).where(PersonRow.instance == house.instance, PersonRow.id == person))


def tenure_row(house: House, session: Session, tenure: UUID) -> TenureRow | None:
    """A tenure of this instance."""
    return session.scalar(select(TenureRow).where(TenureRow.instance == house.instance, TenureRow.id == tenure))


def tenures_of(house: House, session: Session, person: UUID) -> list[TenureRow]:
    """The tenures of a person that did not end."""
    query = select(TenureRow).where(TenureRow.instance == house.instance, TenureRow.person == person)
    return list(session.scalars(query.where(TenureRow.state != "ended").order_by(TenureRow.id)))


def _bound(house: House, kind: bytes, key: UUID) -> bytes:
    return frame(kind, house.instance.bytes, key.bytes)
