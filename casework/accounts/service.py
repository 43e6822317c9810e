"""Organisations and invitations: who may come to have an account; accepting is in acceptance.py, admission to a seat in admission.py."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.accounts.errors import AccountError
from casework.accounts.people import (
    Contact,
    login_hash,
    open_name,
    person_by_login,
    person_row,
    seal_contact,
    seal_name,
    tenures_of,
)
from casework.kernel.clock import now
from casework.kernel.life import Actor
from casework.store.house import House
from casework.store.instances import take_turn
from casework.store.tables import InvitationRow, OrganisationRow, PersonRow, TenureRow

VALID = timedelta(hours=72)
MARK = 8  # bytes of a keyed hash
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Invited:
    """What an invitation made. `token` is None when the person has an account already: a keeper admits the new seat."""

    person: UUID
    tenure: UUID
    token: str | None


def create_organisation(house: House, kind: str, name: str, by: Actor | None = None) -> UUID:
    """A new organisation. Errors: AccountError "organisation" for an unknown kind, "known" for one that is there, "not_allowed"."""
    _require_inviter(house, by)
    if kind not in house.charter.organisations or not name.strip():
        raise AccountError("organisation")
    key = uuid4()
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        _require_unknown(house, writing.session, kind, name)
        writing.session.add(
            OrganisationRow(id=key, instance=house.instance, kind=kind, name=seal_name(house, key, name.strip()))
        )
        writing.log(house.events.created, by or _nobody(house), subject=key)
    return key


def invite(house: House, contact: Contact, seat: str, organisation: UUID, by: Actor | None = None) -> Invited:
    """A way into a seat: 72 hours, single use (A-01). Errors: AccountError "seat", "organisation", "invited", "not_allowed"."""
    _require_inviter(house, by)
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        _require_seat(house, writing.session, seat, organisation)
        person = person_by_login(house, writing.session, contact.login) or _new_person(house, writing.session, contact)
        if any(
            (row.seat, row.organisation) == (seat, organisation)
            for row in tenures_of(house, writing.session, person.id)
        ):
            raise AccountError("invited")
        tenure = TenureRow(id=uuid4(), instance=house.instance, person=person.id, organisation=organisation, seat=seat)
        tenure.state = "invited" if person.member is None else "pending"
        writing.session.add(tenure)
        token = _new_token(house, writing.session, person) if person.member is None else None
        writing.log(house.events.invited, by or _nobody(house), subject=person.id)
    return Invited(person.id, tenure.id, token)


def reinvite(house: House, person: UUID, by: Actor | None = None, seen: str | None = None) -> str:
    """A token for somebody who lost the way in: accepting makes new keys, that a keeper must admit again.

    `seen`: the mark of the invitation that the form was written after, None for whatever it is now; the same form sent again is
    "changed", so that the link already handed over still opens.
    """
    _require_inviter(house, by)
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        row = person_row(house, writing.session, person)
        if row is None or not row.contact:
            raise AccountError("invitation")
        former = writing.session.scalar(select(InvitationRow).where(InvitationRow.person == person))
        if seen not in (None, mark(former)):
            raise AccountError("changed")
        token = _new_token(house, writing.session, row)
        writing.log(house.events.invited, by or _nobody(house), subject=person)
    return token


def uninvite(house: House, person: UUID, by: Actor | None = None) -> None:
    """Take back the invitation of somebody who has no account: the link opens nothing. Errors: AccountError "invitation", "not_allowed"."""
    _require_inviter(house, by)
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        row = person_row(house, writing.session, person)
        waiting = tenures_of(house, writing.session, person)
        if row is None or row.member is not None or not waiting:
            raise AccountError("invitation")
        for tenure in waiting:
            tenure.state, tenure.ended_at = "ended", now()
        row.state = "left"
        writing.session.execute(delete(InvitationRow).where(InvitationRow.person == person))
        writing.log(house.events.suspended, by or _nobody(house), subject=person)


def mark(invitation: InvitationRow | None) -> str:
    """What tells an invitation from the next one, and opens nothing."""
    return invitation.token_hash[:MARK].hex() if invitation else ""


def _require_inviter(house: House, by: Actor | None) -> None:
    """Keepers and the technical administrator invite; None is the command line."""
    if by is None:
        return
    if by.party is None or not (house.charter.seat(by.seat).keeper or by.seat == ADMINISTRATOR):
        raise AccountError("not_allowed")


def _require_seat(house: House, session: Session, seat: str, organisation: UUID) -> None:
    query = select(OrganisationRow.kind).where(OrganisationRow.instance == house.instance)
    kind = session.scalar(query.where(OrganisationRow.id == organisation))
    if kind is None:
        raise AccountError("organisation")
    if kind not in next((item.organisations for item in house.charter.seats if item.name == seat), ()):
        raise AccountError("seat")


def _require_unknown(house: House, session: Session, kind: str, name: str) -> None:
    same = select(OrganisationRow).where(OrganisationRow.instance == house.instance, OrganisationRow.kind == kind)
    if name.strip().casefold() in {open_name(house, row).casefold() for row in session.scalars(same)}:
        raise AccountError("known")


def _new_person(house: House, session: Session, contact: Contact) -> PersonRow:
    row = PersonRow(id=uuid4(), instance=house.instance, login_hash=login_hash(house, contact.login), charter_signed="")
    row.contact, row.last_step, row.generation, row.used_codes = seal_contact(house, row.id, contact), 0, 0, 0
    row.state = "invited"
    session.add(row)
    session.flush()
    return row


def _new_token(house: House, session: Session, person: PersonRow) -> str:
    """A token; those given before no longer open."""
    session.execute(delete(InvitationRow).where(InvitationRow.person == person.id))
    token = secrets.token_hex(32)
    session.add(InvitationRow(token_hash=token_hash(house, token), person=person.id, expires_at=now() + VALID))
    return token


def token_hash(house: House, token: str) -> bytes:
    """How an invitation is found."""
    return house.provider.lookup("invitation", f"{house.instance}:{token}")


def _nobody(house: House) -> Actor:
    return Actor(house.instance, None)
