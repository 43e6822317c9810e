"""The engine: who can read, which moves are possible, what a move does to the clear life, what is due; all from
the charter's records.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casework.kernel.clock import add_months
from casework.kernel.life import Actor, Life, Part, Party, Principal, Slot
from casework.kernel.records import SITUATION, Basis, Charter, Clock, Derived, Grant, HolderKind, Move, Relation, Take


class IllegalMove(Exception):
    """The move is not open to this actor, at this step, with these values; `code` is one of seat, step, mark,
    relation, take, reason.
    """

    def __init__(self, move: str, code: str) -> None:
        super().__init__(f"{move}: {code}")
        self.move, self.code = move, code


@dataclass(frozen=True, slots=True)
class Given:
    """The clear values that come with a move, by kind of take, and what the written contents derived."""

    takes: Mapping[Take, Any] = field(default_factory=dict)
    derived: Derived = field(default_factory=Derived)
    part: UUID | None = None  # the part it bears on, or the id of the part it creates
    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # never read by the engine


def slots(charter: Charter, life: Life) -> list[Slot]:
    """Every compartment this situation can hold now, its own and those of its parts."""
    own = [Slot(c.name) for c in charter.compartments if c.machine == SITUATION]
    return own + [Slot(c.name, p.id) for p in life.parts for c in charter.compartments if c.machine == p.machine]


def readers(charter: Charter, life: Life) -> dict[Slot, frozenset[Principal]]:
    """Who may read each compartment at this point of this life (F33-16): the one truth of pages, keys and checker."""
    return {slot: frozenset(_holders_of(charter, life, slot)) for slot in slots(charter, life)}


def _holders_of(charter: Charter, life: Life, slot: Slot) -> Iterator[Principal]:
    part = life.part(slot.part) if slot.part else None
    for grant in charter.grants:
        if slot.compartment in grant.compartments and _open_now(grant, life, part):
            yield from _holders(grant, life, part)


def _open_now(grant: Grant, life: Life, part: Part | None) -> bool:
    step = part.step if part else life.step
    return (
        step in grant.steps
        and (not grant.cases or life.step in grant.cases)
        and life.marks.issuperset(grant.requires)
        and (part.marks if part else frozenset()).issuperset(grant.part_requires)
    )


def _holders(grant: Grant, life: Life, part: Part | None) -> Iterator[Principal]:
    if grant.holder is HolderKind.ESCROW:
        yield Principal.escrow()
    elif grant.holder is HolderKind.APART:
        yield from (Principal.apart(seat) for seat in grant.seats)
    elif grant.holder is HolderKind.SEAT:
        yield from (Principal.of_seat(seat) for seat in grant.seats)
    elif grant.holder is HolderKind.ORGANISATION:
        if part and part.recipient:
            yield from (Principal.of_organisation(seat, part.recipient) for seat in grant.seats)
    else:
        yield from (Principal.member(person) for person in _persons(grant, life, part))


def _persons(grant: Grant, life: Life, part: Part | None) -> Iterator[UUID]:
    if grant.relation is Relation.OWNER:
        if part and part.owner:
            yield part.owner
        return
    parties = (life.author,) if grant.relation is Relation.OWN else life.convened
    for party in parties:
        if party.seat in grant.seats and stands(grant.relation, party, life, part):
            yield party.person


def stands(relation: Relation, party: Party, life: Life, part: Part | None = None) -> bool:
    """Whether this party stands in this relation to the situation (or to one of its parts)."""
    if relation is Relation.ADDRESSED:
        return part is not None and part.recipient == party.organisation
    if relation is Relation.OWNER:
        return part is not None and part.owner == party.person
    if relation in (Relation.ANY, Relation.OWN):
        return relation is Relation.ANY or party == life.author
    sits = party in life.convened and party.person not in life.recused
    own = relation is Relation.CONVENED or party.organisation in (life.school, life.sender.organisation)
    return sits and own


def available(charter: Charter, actor: Actor, life: Life, part: UUID | None = None) -> list[Move]:
    """The moves open to this actor now, on the situation or on one of its parts, in the charter's order (the likeliest first)."""
    machine, _ = life.machine_step(part)
    return [m for m in charter.moves if m.machine == machine and m.sources and refusal(m, actor, life, part) is None]


def beginnings(charter: Charter, actor: Actor) -> list[Move]:
    """The moves by which this actor may begin a situation."""
    return [
        m for m in charter.moves if m.machine == SITUATION and not m.sources and not m.spawns and actor.seat in m.seats
    ]


def refusal(move: Move, actor: Actor, life: Life, part: UUID | None = None) -> str | None:
    """Why this move is closed to this actor now (a code), or None when it is open."""
    found = life.part(part) if part and not move.spawns else None
    step, machine = (found.step, found.machine) if found else (life.step, SITUATION)
    if move.timed != (actor.party is None) or (actor.party and actor.seat not in move.seats):
        return "seat"
    if machine != move.machine or step not in move.sources or (move.cases and life.step not in move.cases):
        return "step"
    if not _marks_allow(move, life, found):
        return "mark"
    if actor.party and not stands(move.relation, actor.party, life, found):
        return "relation"
    return None


def _marks_allow(move: Move, life: Life, part: Part | None) -> bool:
    return (
        life.marks.issuperset(move.requires)
        and not life.marks.intersection(move.forbids)
        and (part is None or part.marks.issuperset(move.part_requires))
    )


def begin(charter: Charter, actor: Actor, name: str, case: UUID, given: Given, today: date) -> Life:
    """The first life of a situation. Errors: IllegalMove."""
    move = charter.move(name)
    if actor.party is None or move.sources or move.machine != SITUATION or actor.seat not in move.seats:
        raise IllegalMove(name, "seat")
    life = Life(case, actor.instance, move.target, today, today, actor.party, actor.party)
    return _effects(charter, move, actor, life, given, today)


def play(charter: Charter, actor: Actor, name: str, life: Life, given: Given, today: date) -> Life:
    """The life after this move. Errors: IllegalMove with the reason of the refusal; nothing is ever ignored."""
    move = charter.move(name)
    part = given.part if move.machine != SITUATION else None
    if not move.sources or part not in (None, *(item.id for item in life.parts)):
        raise IllegalMove(name, "step")
    if given.part and part is None and not move.spawns:
        raise IllegalMove(name, "take")
    code = refusal(move, actor, life, part)
    if code:
        raise IllegalMove(name, code)
    if move.machine != SITUATION and part is not None:
        found = life.part(part)
        life = life.with_part(replace(found, step=move.target or found.step, since=today))
    elif move.target and move.target != life.step:
        life = replace(life, step=move.target, since=today)
    return _effects(charter, move, actor, life, given, today)


def _effects(charter: Charter, move: Move, actor: Actor, life: Life, given: Given, today: date) -> Life:
    _check_takes(move, given)
    derived = given.derived
    marks = (life.marks | {m for m, on in derived.marks.items() if on}) - {
        m for m, on in derived.marks.items() if not on
    }
    life = replace(
        life,
        marks=(marks | frozenset(move.sets)) - frozenset(move.clears),
        school=derived.school or life.school,
        majority=derived.majority or life.majority,
        cap=min(filter(None, (derived.cap, life.cap)), default=None),
        asked=today if move.asks_opinion else life.asked,
        author=actor.party if move.adopts and actor.party else life.author,
        reason=move.reason or given.takes.get(Take.REASON, life.reason if charter.step(life.step).closed else ""),
    )
    if move.forgets_meeting:
        life = replace(life, meeting=None, window=None, convened=(), recused=frozenset())
    _check_persons(charter, move, actor, life, given)
    life = _takes(life, given.takes)
    return _spawn(charter, move, life, given, today) if move.spawns else life


def _check_takes(move: Move, given: Given) -> None:
    if set(given.takes) != set(move.takes):
        raise IllegalMove(move.name, "take")
    reason = given.takes.get(Take.REASON)
    if reason is not None and (move.reasons is None or reason not in move.reasons):
        raise IllegalMove(move.name, "reason")


def _check_persons(charter: Charter, move: Move, actor: Actor, life: Life, given: Given) -> None:
    """Only members are convened (F33-02); only a convened person is recused, and by a convened person only itself;
    only the actor or a convened person, in a seat that may read its sheet, is an owner (F33-15).
    """
    takes = given.takes
    if not all(charter.seat(item.seat).member for item in takes.get(Take.CONVENED, ())):
        raise IllegalMove(move.name, "take")
    if Take.PERSON in takes or Take.OWNER in takes:
        sitting = [item for item in life.convened if stands(Relation.CONVENED, item, life)]
        own = [actor.party] if actor.party else []
        themselves = own if move.relation is Relation.CONVENED else sitting
        if Take.PERSON in takes and takes[Take.PERSON] not in {item.person for item in themselves}:
            raise IllegalMove(move.name, "take")
        seats = _owner_seats(charter, move.spawns)
        owners = {item.person for item in (*sitting, *own) if item.seat in seats}
        if Take.OWNER in takes and takes[Take.OWNER] not in owners:
            raise IllegalMove(move.name, "take")


def _owner_seats(charter: Charter, machine: str) -> set[str]:
    owned = {item.name for item in charter.compartments if item.machine == machine}
    grants = [grant for grant in charter.grants if grant.relation is Relation.OWNER and owned & set(grant.compartments)]
    return {seat for grant in grants for seat in grant.seats}


def _takes(life: Life, takes: Mapping[Take, Any]) -> Life:
    if Take.MEETING in takes:
        life = replace(life, meeting=takes[Take.MEETING])
    if Take.CONVENED in takes:
        life = replace(life, convened=tuple(sorted(set(takes[Take.CONVENED]))), recused=frozenset())
    if Take.WINDOW in takes:
        life = replace(life, window=takes[Take.WINDOW])
    if Take.PERSON in takes:
        life = replace(life, recused=life.recused | {takes[Take.PERSON]})
    if Take.OTHER in takes:
        life = replace(life, links=life.links ^ {takes[Take.OTHER]})
    return life


def _spawn(charter: Charter, move: Move, life: Life, given: Given, today: date) -> Life:
    if given.part is None or any(item.id == given.part for item in life.parts):
        raise IllegalMove(move.name, "take")
    first = next(step for step in charter.steps if step.machine == move.spawns)
    recipient = given.takes.get(Take.RECIPIENT)
    marks = frozenset({recipient[1]}) if recipient else frozenset()
    if not marks.issuperset(move.part_requires):
        raise IllegalMove(move.name, "take")
    return life.with_part(
        Part(
            id=given.part,
            machine=move.spawns,
            step=first.name,
            since=today,
            recipient=recipient[0] if recipient else None,
            owner=given.takes.get(Take.OWNER),
            due=given.takes.get(Take.DUE),
            marks=marks,
        )
    )


def due(
    charter: Charter, life: Life, today: date, settings: Mapping[str, int], meetings: Sequence[date]
) -> list[Clock]:
    """The running clocks of this situation that are due. `meetings`: days of the meetings held in the instance;
    `settings` by name.
    """
    return [
        c
        for c in charter.clocks
        if c.running and c.move and life.step in c.steps
        if life.marks.issuperset(charter.move(c.move).requires) and _is_due(c, life, today, settings, meetings)
    ]


def _is_due(clock: Clock, life: Life, today: date, settings: Mapping[str, int], meetings: Sequence[date]) -> bool:
    amount = settings.get(clock.setting, clock.amount)
    if clock.basis is Basis.STEP:
        return today >= (
            add_months(life.since, amount) if clock.unit == "months" else life.since + timedelta(days=amount)
        )
    if clock.basis is Basis.WINDOW:
        return life.window is not None and today > life.window
    if clock.basis is Basis.MAJORITY:
        return life.majority is not None and today >= life.majority
    if clock.basis is Basis.CAP:
        return life.cap is not None and today >= life.cap
    return life.asked is not None and sum(1 for day in meetings if day > life.asked) >= amount


def may_read(charter: Charter, actor: Actor, life: Life, slot: Slot) -> bool:
    """Whether this actor, in its present seat, may read this compartment; a person's two seats never lend each
    other rights (F33-01).
    """
    party, part = actor.party, life.part(slot.part) if slot.part else None
    return party is not None and any(
        slot.compartment in grant.compartments
        and party.seat in grant.seats
        and _open_now(grant, life, part)
        and stands(grant.relation, party, life, part)
        for grant in charter.grants
    )
