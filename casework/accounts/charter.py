"""The charter of the cell that each person signs before opening anything (C-07); a new version asks again."""

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.accounts.errors import AccountError
from casework.accounts.people import person_row
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import PersonRow

_SIGNED = select(PersonRow.charter_signed).where(
    PersonRow.instance == bindparam("instance"), PersonRow.id == bindparam("person")
)


def sign_charter(house: House, acting: Acting, version: str) -> None:
    """Record that this person signed the version it was shown. Errors: AccountError "changed" when it is not the current one."""
    if version != house.charter.version:
        raise AccountError("changed")
    with house.writing() as writing:
        row = person_row(house, writing.session, acting.keys.person)
        if row is None:
            raise AccountError("pending")
        row.charter_signed = version
        writing.log(house.events.charter_signed, acting.actor, subject=row.id)


def version_signed(house: House, session: Session, person: UUID) -> str:
    """The version this person signed last; empty when it signed none."""
    return session.scalar(_SIGNED, {"instance": house.instance, "person": person}) or ""


def charter_signed(house: House, acting: Acting) -> bool:
    """Whether this person had signed the current version when its request began."""
    return acting.signed == house.charter.version
