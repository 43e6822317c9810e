"""The small abstract world in which the checker plays a charter: one person per seat, two schools, one recipient per
mark; it invents the values that moves take and decides no rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

from casework.kernel.engine import Given
from casework.kernel.life import Actor, Life, Part, Party
from casework.kernel.records import SITUATION, Charter, Derived, Grant, Kind, Move, Relation, Take

DAY = date(2026, 1, 5)
NOWHERE = UUID(int=0)
INSTANCE = UUID(int=1)
CASE = UUID(int=2)
SCHOOL = UUID(int=11)
OTHER_SCHOOL = UUID(int=12)
NOBODY = Party(NOWHERE, "", NOWHERE)
SCHOOLS = (SCHOOL, OTHER_SCHOOL)
SITTING = {Relation.CONVENED, Relation.OWN_SCHOOL}


@dataclass(frozen=True, slots=True)
class Universe:
    """The parties of the abstract world, and the id that each (machine, mark) gives to its only part."""

    charter: Charter
    parties: tuple[Party, ...]
    organisations: dict[str, UUID]  # by mark of recipient
    parts: dict[tuple[str, str], UUID]
    typical: dict[Take, frozenset[UUID]]  # one person per kind of seat that a recusal or a sheet can tell apart
    members: tuple[Party, ...]
    derivations: dict[str, list[Derived]]

    def actors(self, move: Move) -> list[Actor]:
        """Everybody who could play this move, the clock alone when it is timed."""
        if move.timed:
            return [Actor(INSTANCE, None)]
        return [Actor(INSTANCE, party) for party in self.parties if party.seat in move.seats]

    def seat_of(self, person: UUID | None) -> str:
        """The seat of a person of this world."""
        return next(party.seat for party in self.parties if party.person == person)

    def givens(self, move: Move, actor: Actor, life: Life | None) -> Iterator[Given]:
        """Every set of values this actor could bring to this move."""
        derived = self.derivations[move.name]
        for values in product(*(self._options(take, move, actor, life) for take in move.takes)):
            takes = dict(zip(move.takes, values, strict=True))
            for part, one in product(self._parts(move, takes, life), derived):
                yield Given(takes, one, part)

    def _options(self, take: Take, move: Move, actor: Actor, life: Life | None) -> Sequence[Any]:
        convened = [party.person for party in life.convened] if life else []
        own = [actor.party.person] if actor.party else []
        own_only = move.relation is Relation.CONVENED
        options: dict[Take, Sequence[Any]] = {
            Take.MEETING: [NOWHERE],
            Take.CONVENED: [self.members],
            Take.WINDOW: [DAY],
            Take.PERSON: [] if life and life.recused else self._distinct(Take.PERSON, own if own_only else convened),
            Take.RECIPIENT: [(organisation, mark) for mark, organisation in self.organisations.items()],
            Take.OWNER: self._distinct(Take.OWNER, [*own, *convened]),
            Take.DUE: [DAY],
            Take.REASON: [item.value for item in move.reasons.values[:1]] if move.reasons else [],
            Take.OTHER: [NOWHERE],
        }
        return options[take]

    def _distinct(self, take: Take, persons: list[UUID]) -> list[UUID]:
        """Of the persons whose seats no record tells apart, the first alone: the others' lives are the same."""
        return [person for person in dict.fromkeys(persons) if person in self.typical[take]]

    def _parts(self, move: Move, takes: dict[Take, Any], life: Life | None) -> list[UUID | None]:
        present = {part.id: part for part in life.parts} if life else {}
        if move.spawns:
            made = self.parts[move.spawns, takes.get(Take.RECIPIENT, (None, ""))[1]]
            return [] if made in present else [made]
        if move.machine != SITUATION:
            return [part.id for part in present.values() if part.machine == move.machine]
        return [None]


def _derived(charter: Charter, move: Move) -> Iterator[Derived]:
    """What contents may derive: in each written compartment no mark or any single one, and the school."""
    written = [charter.compartment(write.compartment) for write in move.writes]
    school = SCHOOL if any(f.kind is Kind.SCHOOL for c in written for f in c.fields) else None
    groups = [marks for name, marks in charter.derivable.items() if name in {c.name for c in written}]
    for chosen in product(*((None, *marks) for marks in groups)):
        yield Derived(marks={mark: mark in chosen for marks in groups for mark in marks}, school=school)


def _by_id(part: Part) -> UUID:
    return part.id


def universe(charter: Charter) -> Universe:
    """The abstract world of this charter."""
    addressed = {seat for move in charter.moves if move.relation is Relation.ADDRESSED for seat in move.seats}
    marks = sorted({recipient.mark for recipient in charter.recipients.values()})
    organisations = {mark: UUID(int=101 + number) for number, mark in enumerate(marks)}
    places: list[tuple[str, UUID]] = []
    for number, seat in enumerate(charter.seats):
        if seat.name in addressed:
            places += [(seat.name, organisation) for organisation in organisations.values()]
        elif seat.name == charter.schools:
            places += [(seat.name, SCHOOL), (seat.name, OTHER_SCHOOL)]
        else:
            places += [(seat.name, UUID(int=201 + number))]
    parties = tuple(Party(UUID(int=1001 + n), seat, place) for n, (seat, place) in enumerate(places))
    spawned = [(machine, mark) for machine in sorted({m.spawns for m in charter.moves}) for mark in ("", *marks)]
    typical = {
        Take.PERSON: _typical(charter, parties, SITTING),
        Take.OWNER: _typical(charter, parties, {Relation.OWNER}),
    }
    members = tuple(party for party in parties if charter.seat(party.seat).member)
    derivations = {move.name: list(_derived(charter, move)) for move in charter.moves}
    ids = {key: UUID(int=2001 + n) for n, key in enumerate(spawned)}
    return Universe(charter, parties, organisations, ids, typical, members, derivations)


def _typical(charter: Charter, parties: Sequence[Party], relations: set[Relation]) -> frozenset[UUID]:
    """The first person of each kind of seat that the records with these relations, and the promises, tell apart."""
    users: list[Grant | Move] = [*charter.grants, *charter.moves]
    named = [u.seats for u in users if u.relation in relations] + [n.seats for n in charter.nevers]
    kinds = {
        (party.organisation == OTHER_SCHOOL, *(party.seat in seats for seats in named)): party.person
        for party in reversed(parties)
    }
    return frozenset(kinds.values())


@dataclass(frozen=True, slots=True)
class _Needs:
    """What grants, moves and promises can still look at from one step of the situation on."""

    author: bool
    schools: bool
    sitting: bool
    convened: bool
    marks: frozenset[str]
    machines: frozenset[str]


class Memory:
    """What of a life can still matter from its step on; the rest is forgotten, so that lives alike are one state.

    Nothing forgotten changes who reads or what can be played: but for a recusal once nobody sits any more, whose only
    trace would be to refuse an owner; forgetting it allows more, never less.
    """

    def __init__(self, charter: Charter) -> None:
        self._charter = charter
        self._machines = {c.name: c.machine for c in charter.compartments}
        self._ahead: dict[tuple[str, str], frozenset[str]] = {}
        self._needs: dict[str, _Needs] = {}
        self._owned: dict[tuple[str, str], bool] = {}

    def keep(self, life: Life) -> Life:
        """The canonical form of this life."""
        if life.step not in self._needs:
            self._needs[life.step] = self._needed(self._reach(SITUATION, life.step))
        needs = self._needs[life.step]
        place = life.sender.organisation if needs.schools else NOWHERE
        if place == life.school or place not in SCHOOLS:
            place = NOWHERE
        return replace(
            life,
            author=life.author if needs.author else NOBODY,
            sender=replace(NOBODY, organisation=place),
            school=life.school if needs.schools else None,
            marks=life.marks & needs.marks,
            convened=life.convened if needs.convened else (),
            recused=life.recused if needs.sitting else frozenset(),
            asked=None,
            meeting=None,
            window=None,
            reason="",
            links=frozenset(),
            parts=tuple(sorted((self._part(p) for p in life.parts if p.machine in needs.machines), key=_by_id)),
        )

    def _needed(self, ahead: frozenset[str]) -> _Needs:
        grants = [g for g in self._charter.grants if self._grant_matters(g, ahead)]
        moves = [m for m in self._charter.moves if self._move_matters(m, ahead)]
        relations = {grant.relation for grant in grants} | {move.relation for move in moves}
        takes = {take for move in moves for take in move.takes}
        sitting = bool(relations & SITTING) or Take.PERSON in takes
        named = {mark for grant in grants for mark in grant.requires}
        named |= {mark for move in moves for mark in (*move.requires, *move.forbids)}
        return _Needs(
            author=Relation.OWN in relations or any(ahead & set(n.unless_steps) for n in self._charter.nevers),
            schools=Relation.OWN_SCHOOL in relations,
            sitting=sitting,
            convened=sitting or Take.OWNER in takes,
            marks=frozenset(named | {before.mark for before in self._charter.befores if before.step in ahead}),
            machines=frozenset(
                {self._machines[name] for grant in grants for name in grant.compartments}
                | {name for move in moves for name in (move.machine, move.spawns)}
            ),
        )

    def _part(self, part: Part) -> Part:
        key = (part.machine, part.step)
        if key not in self._owned:
            users: list[Grant | Move] = [*self._charter.grants, *self._charter.moves]
            steps = [u.steps if isinstance(u, Grant) else u.sources for u in users if u.relation is Relation.OWNER]
            self._owned[key] = any(self._reach(*key) & set(some) for some in steps)
        return part if self._owned[key] else replace(part, owner=None)

    def _grant_matters(self, grant: Grant, ahead: frozenset[str]) -> bool:
        parts = any(self._machines[name] != SITUATION for name in grant.compartments)
        return bool(ahead & set(grant.cases or grant.steps)) or (parts and not grant.cases)

    def _move_matters(self, move: Move, ahead: frozenset[str]) -> bool:
        return bool(ahead & set(move.cases or (move.sources if move.machine == SITUATION else ahead)))

    def _reach(self, machine: str, step: str) -> frozenset[str]:
        """The steps that could follow this one, itself included, whatever marks and persons say."""
        if (machine, step) not in self._ahead:
            found, todo = {step}, [step]
            while todo:
                here = todo.pop()
                moves = [m for m in self._charter.moves if m.machine == machine and here in m.sources]
                fresh = {move.target for move in moves if move.target} - found
                found |= fresh
                todo += fresh
            self._ahead[machine, step] = frozenset(found)
        return self._ahead[machine, step]
