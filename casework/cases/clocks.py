"""Time and repair: timed moves, destruction, surplus and missing seals; `tick` may be repeated, stopped and restarted at any point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from audit.entry import Reference
from casework.cases import act, heads
from casework.cases.act import Conflict, Missing
from casework.cases.heads import HeadBroken
from casework.kernel.clock import add_months, now, today
from casework.kernel.engine import IllegalMove, due
from casework.kernel.life import Actor
from casework.store import seals
from casework.store.directory import load_directory
from casework.store.expunge import expunge
from casework.store.faults import point
from casework.store.house import House
from casework.store.instances import take_turn
from casework.store.keytables import SealRow
from casework.store.meetingtables import MeetingRow
from casework.store.register import Gone, Loss
from casework.store.removals import carry_out, finish, intent
from casework.store.tables import CaseRow, CiphertextRow, DraftRow, HeadRow, ReaderRow, SessionRow

HELD = ("held_on_date", "held_later", "held_urgent")
SESSION_AND_GRACE = timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: timed moves played, situations destroyed, drafts erased, intents finished, surplus and missing seals, broken heads."""

    moved: int
    destroyed: int
    drafts: int
    finished: int
    surplus: int
    missing: int
    broken: int


def tick(house: House) -> Ticked:
    """Finish what was interrupted, repair the key store, then play every running clock that is due."""
    finished = finish(house)
    with house.stores.case_reading() as session:
        cases = session.scalars(select(CaseRow.id).where(CaseRow.instance == house.instance)).all()
        meetings = session.scalars(
            select(MeetingRow.day).where(MeetingRow.instance == house.instance, MeetingRow.held.in_(HELD))
        ).all()
    counts = {"moved": 0, "destroyed": 0, "surplus": 0, "missing": 0, "broken": 0}
    for case in cases:
        try:
            _one(house, case, meetings, counts)
        except (Conflict, Missing):  # somebody acted meanwhile: the next tick looks again
            continue
        except (HeadBroken, IllegalMove):
            counts["broken"] += 1
            house.log([house.entry(house.events.tampering, _clock(house), subject=case)])
    orphans = _orphan_seals(house, set(cases))
    counts["surplus"] += orphans
    _expire_sessions(house)
    drafts = _expire_drafts(house)
    _expire_register(house)
    expunge(house.stores)
    return Ticked(drafts=drafts, finished=finished, **counts)


def _clock(house: House) -> Actor:
    return Actor(house.instance, None)


def _one(house: House, case: UUID, meetings: Sequence[date], counts: dict[str, int]) -> None:
    with house.stores.case_reading() as session:
        head = heads.load(house, session, load_directory(house, session), case)
    if head is None:
        return
    clock = next(iter(due(house.charter, head.life, today(), house.settings, meetings)), None)
    # Destruction comes before repair: interrupted, it leaves seals missing on purpose.
    if clock and house.charter.step(house.charter.move(clock.move).target or head.life.step).final:
        destroy(house, case, head.sequence)
        counts["destroyed"] += 1
        return
    surplus, missing = repair(house, case)
    counts["surplus"] += surplus
    counts["missing"] += missing
    if clock:
        act.play_clock(house, case, clock.move, head.sequence)
        counts["moved"] += 1


def repair(house: House, case: UUID) -> tuple[int, int]:
    """Under the case's lock: delete the seals its head does not know, report those it knows and the key store lacks: how many of each."""
    with house.writing() as writing:
        _, head = heads.lock(house, writing.session, case)
        if head is None:
            return 0, 0
        carry_out(house, writing.session, case)
        known = {(held.key_id, principal) for held in head.held.values() for principal in held.principals}
        with house.stores.key_writing() as keys:
            stored = {(row.key_id, row.principal) for row in seals.given(keys, [case])}
            for key_id, principal in stored - known:
                seals.drop(keys, case, key_id, principal)
        if stored - known:
            writing.log(house.events.seal_surplus, _clock(house), subject=case)
        if known - stored:
            writing.log(house.events.seal_missing, _clock(house), subject=case)
    return len(stored - known), len(known - stored)


def destroy(house: House, case: UUID, seen: int | None = None) -> None:
    """R-08: keys first, by intent, then rows; the certificate in the log names nobody. Repeatable after an interruption.

    Errors: Conflict when the situation is no longer the one seen, HeadBroken.
    """
    with house.writing() as writing:
        _, head = heads.lock(house, writing.session, case)
        if head is None:
            return
        if seen is not None and seen != head.sequence:
            raise Conflict(head)
        writing.session.add_all(intent(case, held.key_id) for held in head.held.values())
        writing.session.add(intent(case, gone=Gone(Loss.DESTROYED, case)))
    point("destruction-intended")
    with house.writing() as writing:
        if writing.session.get(CaseRow, case, with_for_update=True) is None:  # another one destroyed it meanwhile
            return
        carry_out(house, writing.session, case)
        point("destruction-keys-gone")
        for table in (CiphertextRow, ReaderRow, HeadRow):
            writing.session.execute(delete(table).where(table.case == case))
        writing.session.execute(delete(CaseRow).where(CaseRow.id == case))
        certificate = heads.digest(head.body())
        writing.log(
            house.events.destroyed, _clock(house), subject=case, reference=Reference(head.reference), head=certificate
        )
    point("destruction-done")


def _orphan_seals(house: House, cases: set[UUID]) -> int:
    """Seals of situations that never were committed."""
    with house.stores.case_writing() as session:
        take_turn(session, house.instance)  # beginnings and drafts hold it while their seals wait for a row
        known = set(session.scalars(select(CaseRow.id))) | set(session.scalars(select(DraftRow.id))) | cases
        with house.stores.key_writing() as keys:
            orphans = set(keys.scalars(select(SealRow.case).distinct())) - known
            seals.drop_all(keys, orphans)
    return len(orphans)


def _expire_drafts(house: House) -> int:
    """R-01: the key goes first. A draft of a day still to come was kept by a clock that was ahead: its days begin today."""
    days, ahead = house.setting("draft_days"), DraftRow.changed_on > today()
    with house.stores.case_writing() as session:
        session.execute(update(DraftRow).where(ahead).values(changed_on=today()))
    with house.stores.case_reading() as session:
        expired = session.scalars(
            select(DraftRow.id).where(DraftRow.changed_on <= today() - timedelta(days=days))
        ).all()
    with house.stores.key_writing() as keys:
        seals.drop_all(keys, expired)
    with house.stores.case_writing() as session:
        session.execute(delete(DraftRow).where(DraftRow.id.in_(expired)))
    return len(expired)


def _expire_register(house: House) -> None:
    """R-08: a removal is remembered as long as a backup from before it may exist."""
    months = house.setting("register_months")
    house.register.prune(add_months(today(), -months))


def _expire_sessions(house: House) -> None:
    with house.stores.case_writing() as session:
        session.execute(delete(SessionRow).where(SessionRow.began_at < now() - SESSION_AND_GRACE))
