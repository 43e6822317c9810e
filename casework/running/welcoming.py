"""The links of the persons who open an instance: made by `casework init`, and made anew by it as long as the ceremony was not held."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from casework.accounts.errors import AccountError
from casework.accounts.people import Contact, open_contact, tenures_of
from casework.accounts.service import create_organisation, invite, reinvite
from casework.mail.mailer import Mailer
from casework.mail.service import send_invitation
from casework.store.house import House
from casework.store.tables import OrganisationRow, PersonRow, TenureRow

OPENERS = ("administrator", "coordinator", "coordinator", "controller", "dpo")  # F-02: who must be there to open
Person = tuple[str, str, str]  # seat, name, e-mail address


@dataclass(frozen=True, repr=False, slots=True)
class Link:
    """The way in of one person; `mailed` is None when no mail server is set."""

    seat: str
    name: str
    path: str
    mailed: bool | None


def missing(house: House) -> list[str]:
    """The seats of those who open the instance to which nobody is invited yet."""
    with house.stores.case_reading() as session:
        held = session.scalars(select(TenureRow.seat).where(TenureRow.instance == house.instance)).all()
    return sorted((Counter(OPENERS) - Counter(held)).elements())


def welcome(house: House, people: Sequence[Person], mailer: Mailer | None) -> Iterator[Link]:
    """Invite `people`, and give each of them that has no account yet a link; without any, give everybody who waits a new one.

    The links given to them before no longer open. Errors: AccountError.
    """
    if not {seat for seat, _, _ in people} <= {seat.name for seat in house.charter.seats}:
        raise AccountError("seat")
    tokens = dict(filter(None, (_invited(house, *person) for person in people)))
    named = {email for _, _, email in people}
    for person, seat, contact in _waiting(house):
        if named and contact.login not in named:
            continue
        path = f"/invitation/{tokens.get(person) or reinvite(house, person)}"
        yield Link(seat, contact.name, path, send_invitation(mailer, contact.email, path) if mailer else None)


def _invited(house: House, seat: str, name: str, email: str) -> tuple[UUID, str] | None:
    """Who is invited now, with the token; None for whoever was already."""
    try:
        made = invite(
            house, Contact(email, name, email), seat, _place(house, house.charter.seat(seat).organisations[0])
        )
    except AccountError as error:
        if error.code != "invited":
            raise
        return None
    return (made.person, made.token) if made.token else None


def _place(house: House, kind: str) -> UUID:
    """An organisation of this kind, made when there is none."""
    known = select(OrganisationRow.id).where(OrganisationRow.instance == house.instance, OrganisationRow.kind == kind)
    with house.stores.case_reading() as session:
        found = session.scalars(known.order_by(OrganisationRow.id)).first()
    return found or create_organisation(house, kind, house.charter.organisations.label(kind))


def _waiting(house: House) -> list[tuple[UUID, str, Contact]]:
    """Who has no account yet: (person, seat, contact), by seat and name."""
    alone = select(PersonRow).where(PersonRow.instance == house.instance, PersonRow.member.is_(None))
    with house.stores.case_reading() as session:
        rows = [row for row in session.scalars(alone) if row.contact]
        seats = {
            row.id: min((tenure.seat for tenure in tenures_of(house, session, row.id)), default="") for row in rows
        }
    found = [(row.id, seats[row.id], open_contact(house, row)) for row in rows if seats[row.id]]
    return sorted(found, key=lambda item: (item[1], item[2].name))
