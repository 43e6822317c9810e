"""Replaying the deletion register on restored stores: departures, destructions, lost readers and recusals; it only takes away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.accounts.members import forget_generations
from casework.cases import heads
from casework.cases.act import replay_recusal
from casework.cases.clocks import destroy, repair
from casework.cases.heads import Head, HeadBroken
from casework.kernel.life import Slot
from casework.store import seals
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import NoKey
from casework.store.keytables import CopyRow
from casework.store.register import NIL, Gone, Loss
from casework.store.removals import DEPARTURES, finish
from casework.store.suspensions import suspend
from casework.store.tables import CaseRow, HeadRow, InvitationRow, PersonRow, SessionRow


@dataclass
class Replayed:
    """What was taken away again; references of situations that lack keys or do not hold, and of recusals to ask for again."""

    destroyed: int = 0
    departed: int = 0
    recused: int = 0
    incomplete: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    to_recuse: list[str] = field(default_factory=list)


def replay(house: House, gone: Sequence[Gone]) -> Replayed:
    """Safe to repeat after an interruption. `house` has its pins set aside: the stores are still behind those of the host."""
    done, lost = Replayed(), defaultdict[UUID, list[Gone]](list)
    for item in gone:
        lost[item.subject].append(item)
    _forget_sessions(house)
    finish(house)
    done.departed = _depart(house, {item.subject for item in gone if item.loss is Loss.DEPARTED})
    for case in sorted({item.subject for item in gone if item.loss is Loss.DESTROYED}):
        _destroy_again(house, case, done)
    with house.stores.case_reading() as session:
        rows = session.execute(select(CaseRow.id, CaseRow.reference).where(CaseRow.instance == house.instance)).all()
    for case, reference in rows:
        try:
            _take_away(house, case, reference, lost[case], done)
        except (HeadBroken, NoKey):
            done.broken.append(reference)
    return done


def _forget_sessions(house: House) -> None:
    """Sessions and invitations of the past: people log in again, invitations are sent again."""
    with house.stores.case_writing() as session:
        mine = select(PersonRow.id).where(PersonRow.instance == house.instance)
        session.execute(delete(SessionRow).where(SessionRow.instance == house.instance))
        session.execute(delete(InvitationRow).where(InvitationRow.person.in_(mine)))


def _depart(house: House, departed: set[UUID]) -> int:
    """Tenures and keys that ended since the backup are suspended; a keeper removes them later. How many."""
    with house.writing() as writing:
        directory = load_directory(house, writing.session)
        back = departed & {*directory.listing.tenures, *directory.listing.entries} - directory.suspended
        if back:
            suspend(writing, back)
        members = select(PersonRow.id).where(PersonRow.instance == house.instance, PersonRow.member.in_(departed))
        persons = writing.session.scalars(members).all()
    finish(house, DEPARTURES)
    with house.stores.key_writing() as keys:
        keys.execute(delete(CopyRow).where(CopyRow.holder.in_(departed)))
    for person in persons:
        forget_generations(house, person)
    return len(back)


def _destroy_again(house: House, case: UUID, done: Replayed) -> None:
    """Keys first, whatever the state of the rows."""
    with house.stores.key_writing() as keys:
        seals.drop_all(keys, [case])
    with house.stores.case_reading() as session:
        there = session.get(CaseRow, case)
    if there is None:
        return
    try:
        destroy(house, case)
        done.destroyed += 1
    except HeadBroken:
        done.broken.append(there.reference)


def _take_away(house: House, case: UUID, reference: str, gone: Sequence[Gone], done: Replayed) -> None:
    with house.stores.case_reading() as session:
        head = heads.load(house, session, load_directory(house, session), case)
        later = [item for item in gone if not _reflected(session, item)]
    if head is None:
        return
    _delete_seals(house, head, later)
    for person in sorted({item.principal for item in later if item.loss is Loss.RECUSED}):
        if replay_recusal(house, case, person):
            done.recused += 1
        else:
            done.to_recuse.append(reference)
    _, missing = repair(house, case)
    if missing:
        done.incomplete.append(reference)


def _reflected(session: Session, item: Gone) -> bool:
    """Whether the restored situation went through the very move that took this away."""
    row = session.get(HeadRow, (item.subject, item.sequence))
    return row is not None and heads.digest(row.body).hex() == item.head


def _delete_seals(house: House, head: Head, later: Sequence[Gone]) -> None:
    """Whatever key the compartment has in the backup, the reader who lost it since must not open it."""
    with house.stores.key_writing() as keys:
        for item in later:
            held = head.held.get(Slot(item.compartment, item.part if item.part != NIL else None))
            if held is not None and item.loss in (Loss.LOST, Loss.EMPTIED):
                seals.drop(keys, head.life.case, held.key_id, item.principal if item.loss is Loss.LOST else None)
