"""Whether the stores are older than what this host has seen: start-up and every command ask before anything else."""

from collections.abc import Iterator
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.pins import PinError
from audit.table import log_table
from casework.cases.heads import Head, HeadBroken
from casework.config import ADVICE, Unsafe
from casework.store import seals
from casework.store.directory import PIN as DIRECTORY
from casework.store.house import House
from casework.store.register import NIL, Gone, Loss, RegisterBroken
from casework.store.tables import DirectoryRow, HeadRow, RemovalRow
from crypto.primitives import digest

LOG = "log"
_Taken: TypeAlias = tuple[UUID, Loss, UUID, UUID]
LOST = "the pin file is missing: nothing tells what this computer has seen last"


def found(house: House) -> list[str]:
    """How the stores are behind, one sentence each; nothing when they are not. Errors: RegisterBroken, PinError (malformed)."""
    if not house.pins.path.exists():
        return [LOST]
    gone = house.register.read()
    with house.stores.case_reading() as session:
        return [*_log(house, session), *_directory(house, session), *_keys(house, session, gone)]


def require_current(house: House) -> None:
    """Errors: Unsafe, with what to do, when a store is behind or the register or the pins do not hold."""
    try:
        behind = found(house)
    except (RegisterBroken, PinError) as error:
        raise Unsafe(f"{error}. Nothing is served without it.") from None
    if behind:
        raise Unsafe(f"{'; '.join(behind)}. {ADVICE}")


def _log(house: House, session: Session) -> Iterator[str]:
    pinned = house.pins.read().get(LOG)
    if pinned is None:
        return
    held = session.scalar(select(log_table.c.hash).where(log_table.c.number == pinned.number))
    if held != pinned.hash:
        last = session.scalar(select(func.max(log_table.c.number))) or 0
        yield f"the log ends at entry {last} or is another one: this computer has seen entry {pinned.number}"


def _directory(house: House, session: Session) -> Iterator[str]:
    pinned = house.pins.read().get(DIRECTORY)
    row = session.get(DirectoryRow, (house.instance, pinned.number)) if pinned else None
    if pinned and (row is None or digest(row.body) != pinned.hash):
        yield f"list {pinned.number} of the directory, which this computer has seen, is not there"


def _keys(house: House, session: Session, gone: list[Gone]) -> Iterator[str]:
    """Keys that were deleted and are there again: the key store is the older one, or was put back by hand."""
    pending, mine = set(session.scalars(select(RemovalRow.case))), {_key(item) for item in gone}
    with house.stores.key_reading() as keys:
        stored = seals.given(keys, {item.subject for item in gone if item.loss is not Loss.DEPARTED} - pending)
    back = {row.case for row in stored if _came_back(session, mine, row.case, (row.key_id, row.principal))}
    if back:
        yield f"deleted keys of {len(back)} situation(s) are in the key store again"


def _key(item: Gone) -> _Taken:
    return item.subject, item.loss, item.key, item.principal


def _came_back(session: Session, gone: set[_Taken], case: UUID, seal: tuple[UUID, UUID]) -> bool:
    if gone & {(case, Loss.DESTROYED, NIL, NIL), (case, Loss.EMPTIED, seal[0], NIL)}:
        return True
    return (case, Loss.LOST, *seal) in gone and not _given(session, case, seal)


def _given(session: Session, case: UUID, seal: tuple[UUID, UUID]) -> bool:
    """Whether the last head gives this very key to this reader: it was lost, then given again."""
    newest = select(HeadRow.body).where(HeadRow.case == case).order_by(HeadRow.sequence.desc()).limit(1)
    try:
        held = Head.parse(session.scalar(newest) or b"").held.values()
    except HeadBroken:
        return False
    return any(item.key_id == seal[0] and seal[1] in item.principals for item in held)
