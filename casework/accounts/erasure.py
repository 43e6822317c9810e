"""Erasing who left and who never came: names, addresses and log-ins go, random ids stay for what they signed; part of every tick."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.kernel.clock import add_months, now, today
from casework.kernel.life import Actor
from casework.store.directory import DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.tables import InvitationRow, PersonRow, TenureRow

# As long as a keeper may want to invite the same person again.
UNANSWERED = timedelta(days=30)
_HASH = 32


def sweep_people(house: House) -> int:
    """Forget invitations that served or were never answered, erase the contact of persons who left long ago. How many persons."""
    with house.writing() as writing:
        _forget_invitations(house, writing.session)
        gone = _departed(house, writing.session)
        for row in gone:
            # Nobody types a random hash, and an empty contact has no name to show.
            row.contact, row.login_hash, row.state = b"", secrets.token_bytes(_HASH), "erased"
            writing.log(house.events.contact_erased, Actor(house.instance, None), subject=row.id)
    return len(gone)


def _forget_invitations(house: House, session: Session) -> None:
    mine = select(PersonRow.id).where(PersonRow.instance == house.instance)
    served = delete(InvitationRow).where(InvitationRow.person.in_(mine), InvitationRow.used_at.is_not(None))
    session.execute(served)
    late = InvitationRow.expires_at <= now() - UNANSWERED
    persons = session.scalars(select(InvitationRow.person).where(InvitationRow.person.in_(mine), late)).all()
    session.execute(delete(InvitationRow).where(InvitationRow.person.in_(persons)))
    session.execute(delete(TenureRow).where(TenureRow.person.in_(persons), TenureRow.state == "invited"))
    seated = select(TenureRow.person)
    session.execute(
        delete(PersonRow).where(PersonRow.id.in_(persons), PersonRow.state == "invited", PersonRow.id.not_in(seated))
    )


def _departed(house: House, session: Session) -> Sequence[PersonRow]:
    """Persons whose last seat ended as long ago as the log lasts: until then the data protection officer can still ask who an id was."""
    months = house.setting("log_months")
    before = add_months(today(), -months)
    query = select(PersonRow).where(PersonRow.instance == house.instance, PersonRow.state == "left")
    listed = _listed(house, session)
    return [row for row in session.scalars(query) if row.id not in listed and _left(session, row.id, before)]


def _left(session: Session, person: UUID, before: date) -> bool:
    rows = session.scalars(select(TenureRow).where(TenureRow.person == person)).all()
    return all(row.state == "ended" and row.ended_at and row.ended_at.date() <= before for row in rows)


def _listed(house: House, session: Session) -> set[UUID]:
    try:
        return {tenure.person for tenure in load_directory(house, session).listing.tenures.values()}
    except DirectoryMissing:
        return set()
