"""Who was given which key of a situation or draft, and taking it back: sealed itself, or locked with others under one sealed secret (decision 17)."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from casework.store.keytables import LockedKeyRow, SealRow


class Given(NamedTuple):
    """One key that one principal was given. `locked` is None when `sealed` holds the key itself, and `bundle` is then its id."""

    case: UUID
    key_id: UUID
    principal: UUID
    bundle: UUID
    sealed: bytes
    locked: bytes | None


_KEY = func.coalesce(LockedKeyRow.key_id, SealRow.key_id)
_ALL = (
    select(SealRow.case, _KEY, SealRow.principal, SealRow.key_id, SealRow.sealed, LockedKeyRow.locked)
    .select_from(SealRow)
    .outerjoin(LockedKeyRow, LockedKeyRow.bundle == SealRow.key_id)
)
_TO = _ALL.where(
    SealRow.case.in_(bindparam("cases", expanding=True)),
    SealRow.principal.in_(bindparam("principals", expanding=True)),
    _KEY.in_(bindparam("keys", expanding=True)),
)


def given(session: Session, cases: Collection[UUID]) -> list[Given]:
    """Every key of these situations or drafts, once for each principal that was given it."""
    return [Given(*row) for row in session.execute(_ALL.where(SealRow.case.in_(cases)))]


def given_to(
    session: Session, principals: Collection[UUID], cases: Collection[UUID], keys: Collection[UUID]
) -> list[Given]:
    """Those of these keys that any of these principals was given."""
    asked = {"cases": list(cases), "principals": list(principals), "keys": list(keys)}
    return [Given(*row) for row in session.execute(_TO, asked)]


def drop_all(session: Session, cases: Collection[UUID]) -> None:
    """Nobody has any key of these situations or drafts any more."""
    sealed = select(SealRow.key_id).where(SealRow.case.in_(cases))
    session.execute(delete(LockedKeyRow).where(LockedKeyRow.bundle.in_(sealed)))
    session.execute(delete(SealRow).where(SealRow.case.in_(cases)))


def drop(session: Session, case: UUID, key_id: UUID, principal: UUID | None = None) -> None:
    """This principal, or nobody, has this key any more; a bundle goes with the last key it locks."""
    theirs = SealRow.case == case
    if principal is not None:
        theirs = and_(theirs, SealRow.principal == principal)
    locks = LockedKeyRow.key_id == key_id
    bundles = session.scalars(
        select(LockedKeyRow.bundle).where(locks, LockedKeyRow.bundle.in_(select(SealRow.key_id).where(theirs)))
    ).all()
    session.execute(delete(LockedKeyRow).where(locks, LockedKeyRow.bundle.in_(bundles)))
    emptied = and_(SealRow.key_id.in_(bundles), ~exists().where(LockedKeyRow.bundle == SealRow.key_id))
    session.execute(delete(SealRow).where(theirs, or_(SealRow.key_id == key_id, emptied)))
