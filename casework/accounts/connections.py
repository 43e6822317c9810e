"""Where somebody is logged in, and closing it from afar; nothing is kept of a browser or an address, the hours tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.accounts.sessions import is_over, token_hash
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import SessionRow


@dataclass(frozen=True, slots=True)
class Connection:
    """An open session of mine. `handle` names it on a page and opens nothing; `here`: the one that asks."""

    handle: str
    tenure: UUID
    began_at: datetime
    seen_at: datetime
    here: bool


def connections(house: House, acting: Acting, token: bytes) -> list[Connection]:
    """Mine, this one first, then the last used."""
    here = token_hash(house, token)
    with house.stores.case_reading() as session:
        rows = _open_rows(house, session, acting)
    found = [
        Connection(_handle(house, row), row.tenure, row.began_at, row.seen_at, row.token_hash == here) for row in rows
    ]
    return sorted(found, key=lambda item: (item.here, item.seen_at), reverse=True)


def close(house: House, acting: Acting, token: bytes, handle: str | None = None) -> int:
    """Close one of my other sessions, or all of them: refused at their next request. How many."""
    here = token_hash(house, token)
    with house.writing() as writing:
        others = [row for row in _open_rows(house, writing.session, acting) if row.token_hash != here]
        gone = [row.token_hash for row in others if handle is None or _handle(house, row) == handle]
        if gone:
            writing.session.execute(delete(SessionRow).where(SessionRow.token_hash.in_(gone)))
            writing.log(house.events.closed, acting.actor, count=len(gone))
    return len(gone)


def _open_rows(house: House, session: Session, acting: Acting) -> Sequence[SessionRow]:
    mine = select(SessionRow).where(SessionRow.instance == house.instance, SessionRow.person == acting.keys.person)
    return [row for row in session.scalars(mine) if not is_over(row)]


def _handle(house: House, row: SessionRow) -> str:
    return house.provider.lookup("session-handle", row.token_hash.hex()).hex()
