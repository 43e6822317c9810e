"""`act`: the one function through which every change of a situation passes, crash-safe between the two stores (security.md §2)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select

from audit.entry import new_reference
from casework.cases import facts, heads
from casework.cases.heads import Head
from casework.cases.plan import Plan, Unsealable
from casework.kernel import engine
from casework.kernel.clock import today
from casework.kernel.engine import Given, IllegalMove
from casework.kernel.life import Actor, Life, Slot
from casework.kernel.records import SITUATION, Field, Kind, Move, Take, Write
from casework.store.directory import Directory, load_directory
from casework.store.engines import StoreDown
from casework.store.faults import point
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import Acting
from casework.store.removals import carry_out, finish
from casework.store.tables import CaseRow

logger = logging.getLogger("casework")
_BEGUN = select(CaseRow.id).where(CaseRow.instance == bindparam("instance"), CaseRow.once == bindparam("once"))
_NUMBER = select(func.max(CaseRow.number)).where(CaseRow.instance == bindparam("instance"))
__all__ = ["Change", "Conflict", "Missing", "Unsealable", "act", "begin", "play_clock", "replay_recusal"]


class Conflict(Exception):
    """The situation moved since the person looked at it; `head` is what it is now. Nothing was written."""

    def __init__(self, head: Head) -> None:
        super().__init__("the situation has changed")
        self.head = head


class Missing(Exception):
    """No such situation in this instance."""


@dataclass(frozen=True, slots=True)
class Change:
    """One move with its data: contents by compartment, clear values by kind of take, the part it bears on or creates."""

    move: str
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    takes: Mapping[Take, Any] = field(default_factory=dict)
    part: UUID | None = None


def begin(house: House, acting: Acting, once: UUID, change: Change) -> Head:
    """Begin a situation; `once` identifies the form, so that sending it twice makes one situation. Errors: IllegalMove, Unsealable."""
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        known = writing.session.scalar(_BEGUN, {"instance": house.instance, "once": once})
        if known is not None:
            return _own(house, writing, acting, known)
        case = uuid4()
        given = _given(house, change, {}, today())
        life = engine.begin(house.charter, acting.actor, change.move, case, given, today())
        plan = Plan(house, writing, load_directory(house, writing.session), acting, None)
        number = writing.session.scalar(_NUMBER, {"instance": house.instance}) or 0
        plan.first_row = {"reference": str(new_reference()), "number": number + 1, "once": once}
        _play_one(house, plan, change, given, life, life)
        head = plan.commit(life, change.move)
    point("case-committed")
    return head


def _own(house: House, writing: Writing, acting: Acting, case: UUID) -> Head:
    _, head = heads.lock(house, writing.session, case)
    if head is None or head.life.sender != acting.actor.party:
        raise Missing
    return head


def act(house: House, acting: Acting, case: UUID, seen: int | None, *changes: Change) -> Head:
    """Play moves, in order and as one, on a situation the person saw at sequence `seen` (None: whatever it is now).

    Errors: Missing, Conflict, IllegalMove, NoKey, HeadBroken, Unsealable; nothing is half-written.
    """
    with house.writing() as writing:
        directory, head = _locked(house, writing, case, seen)
        plan, life = Plan(house, writing, directory, acting, head), head.life
        for change in changes:
            given = _given(house, change, plan.contents(life, _partial(house, change)), head.life.began)
            after = engine.play(house.charter, acting.actor, change.move, life, given, today())
            _play_one(house, plan, change, given, life, after)
            life = after
        head = plan.commit(life, *(change.move for change in changes))
    return _finished(house, head)


def play_clock(house: House, case: UUID, move: str, seen: int | None = None) -> Head:
    """Play a timed move: signed by the clock key, it can only remove readers. Errors: IllegalMove, Missing, Conflict, HeadBroken."""
    with house.writing() as writing:
        directory, head = _locked(house, writing, case, seen)
        life = engine.play(house.charter, Actor(house.instance, None), move, head.life, Given(), today())
        head = Plan(house, writing, directory, None, head).commit(life, move)
    return _finished(house, head)


def replay_recusal(house: House, case: UUID, person: UUID) -> bool:
    """Have somebody step back again after a backup was restored: signed by the clock key, it can only remove. False when nobody is there to remove.

    Errors: HeadBroken, NoKey.
    """
    with house.writing() as writing:
        directory, head = heads.lock(house, writing.session, case)
        if head is None or person not in {party.person for party in head.life.convened} - head.life.recused:
            return False
        carry_out(house, writing.session, case)
        move = next(item.name for item in house.charter.moves if Take.PERSON in item.takes)
        life = replace(head.life, recused=head.life.recused | {person})
        head = Plan(house, writing, directory, None, head).commit(life, move)
    _finished(house, head)
    return True


def _locked(house: House, writing: Writing, case: UUID, seen: int | None) -> tuple[Directory, Head]:
    """The situation as it is now, nobody else moving it; keys that a stopped move left behind are gone before any is given again."""
    directory, head = heads.lock(house, writing.session, case)
    if head is None:
        raise Missing
    if seen is not None and seen != head.sequence:
        raise Conflict(head)
    carry_out(house, writing.session, case)
    return directory, head


def _finished(house: House, head: Head) -> Head:
    point("case-committed")
    try:
        finish(house, head.life.case)
    except StoreDown as down:  # the move is done, and its intents say what remains
        logger.warning("%s: removed keys wait for the next act or tick", down)
    return head


def _partial(house: House, change: Change) -> list[Slot]:
    writes = house.charter.move(change.move).writes
    return [Slot(w.compartment) for w in writes if w.fields and w.compartment in change.contents]


def _given(house: House, change: Change, old: Mapping[Slot, Mapping[str, Any]], began: date) -> Given:
    """Check the data against what the move may write, merge partial writes, derive the clear marks."""
    move = house.charter.move(change.move)
    contents = {
        w.compartment: _merged(house, move, w, change, old)
        for w in move.writes
        if not (w.optional and w.compartment not in change.contents)
    }
    if set(change.contents) - set(contents):
        raise IllegalMove(move.name, "take")
    derived = house.charter.derive(contents, began)
    part = change.part or (uuid4() if move.spawns else None)
    return Given(change.takes, derived, part, {**contents, **derived.contents})


def _merged(
    house: House, move: Move, write: Write, change: Change, old: Mapping[Slot, Mapping[str, Any]]
) -> Mapping[str, Any]:
    new = change.contents.get(write.compartment)
    fields = house.charter.compartment(write.compartment).fields
    if new is None or (write.fields and set(new) - set(write.fields)) or _undeclared(fields, new):
        raise IllegalMove(move.name, "take")
    if not write.fields:
        return new
    kept = {name: value for name, value in old[Slot(write.compartment)].items() if name not in write.fields}
    return {**kept, **new}


def _undeclared(fields: Sequence[Field], content: Mapping[str, Any]) -> bool:
    """Whether a content says something that its compartment has no field for, in its repeated groups too."""
    known = {item.name: item for item in fields}
    groups = (name for name in content if name in known and known[name].kind is Kind.ROWS)
    return not set(content) <= set(known) or any(
        _undeclared(known[name].fields, row) for name in groups for row in content[name]
    )


def _play_one(house: House, plan: Plan, change: Change, given: Given, before: Life, after: Life) -> None:
    move = house.charter.move(change.move)
    for name, content in given.contents.items():
        own = house.charter.compartment(name).machine == SITUATION
        plan.write(Slot(name, None if own else given.part), content)
    if move.fact:
        dimensions = house.charter.dimensions(move.fact, given.contents, after.began)
        plan.facts.append(facts.Made(move.fact, dimensions, facts.weeks(house, move.fact, before, change.part)))
