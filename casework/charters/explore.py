"""Every life a charter allows in the abstract world, played by the engine itself, with the shortest path to each; it
knows no promise.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from uuid import UUID

from casework.charters.universe import CASE, DAY, Memory, Universe, universe
from casework.kernel.engine import IllegalMove, begin, play, readers, refusal
from casework.kernel.life import Actor, Life, Party, Principal, Slot
from casework.kernel.records import SITUATION, Charter, HolderKind, Move

START = -1  # the source of the moves that begin a situation


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One move that was played. `rewritten` slots get a new key; `touched` ones keep fields the actor must know."""

    source: int
    target: int
    move: Move
    actor: Actor
    written: frozenset[Slot]
    rewritten: frozenset[Slot]
    touched: frozenset[Slot]


@dataclass(slots=True)
class Graph:
    """The reachable lives (states), the moves between them, who reads in each, and which slots can exist in each."""

    charter: Charter
    world: Universe
    lives: list[Life] = field(default_factory=list)
    readers: list[Mapping[Slot, frozenset[Principal]]] = field(default_factory=list)
    read: list[frozenset[Slot]] = field(default_factory=list)  # what somebody reads in each life: the rest is destroyed
    edges: dict[int, list[Edge]] = field(default_factory=lambda: {START: []})
    existing: list[set[Slot]] = field(default_factory=list)

    def all_edges(self) -> Iterator[Edge]:
        """Every move played, from every life."""
        for edges in self.edges.values():
            yield from edges

    def path(
        self, slot: Slot | None, states: Collection[int] = (), edges: Collection[Edge] = ()
    ) -> tuple[str, ...] | None:
        """The shortest sequence of moves to one of these states, or through one of these edges, where `slot` exists."""
        begun: tuple[str, ...] = ()
        todo = deque([(START, slot is None, begun)])
        seen: set[tuple[int, bool]] = set()
        while todo:
            here, exists, names = todo.popleft()
            for edge in self.edges[here]:
                after = slot is None or ((exists or slot in edge.written) and slot in self.read[edge.target])
                longer = (*names, edge.move.name)
                if (exists and edge in edges) or (after and edge.target in states):
                    return longer
                if (edge.target, after) not in seen:
                    seen.add((edge.target, after))
                    todo.append((edge.target, after, longer))
        return None


def holds(principal: Principal, party: Party | None) -> bool:
    """Whether this party can open what is sealed to this principal."""
    if party is None or principal.kind is HolderKind.ESCROW:
        return False
    if principal.kind is HolderKind.MEMBER:
        return principal.person == party.person
    return principal.seat == party.seat and principal.organisation in (None, party.organisation)


def explore(charter: Charter) -> Graph:
    """All the lives of this charter, breadth first."""
    graph = Graph(charter, universe(charter))
    memory, numbers, todo = Memory(charter), dict[Life, int](), deque([START])
    written = cache(partial(_written, charter))
    while todo:
        source = todo.popleft()
        for move, actor, life, part in _successors(graph, source):
            kept = memory.keep(life)
            number = numbers.setdefault(kept, len(graph.lives))
            if number == len(graph.lives):
                _add(graph, kept)
                todo.append(number)
            graph.edges[source].append(Edge(source, number, move, actor, *written(move.name, part)))
    _spread(graph)
    return graph


def _add(graph: Graph, life: Life) -> None:
    granted = readers(graph.charter, life)
    graph.edges[len(graph.lives)] = []
    graph.lives.append(life)
    graph.readers.append(granted)
    graph.read.append(frozenset(slot for slot, principals in granted.items() if principals))


def _successors(graph: Graph, source: int) -> Iterator[tuple[Move, Actor, Life, UUID | None]]:
    life = graph.lives[source] if source != START else None
    steps = {life.step, *(part.step for part in life.parts)} if life else set[str]()
    for move in graph.charter.moves:
        if (steps & set(move.sources)) if life else not move.sources:
            for actor in graph.world.actors(move):
                if life and move.machine == SITUATION and refusal(move, actor, life):
                    continue
                for given in graph.world.givens(move, actor, life):
                    try:
                        after = (
                            play(graph.charter, actor, move.name, life, given, DAY)
                            if life
                            else begin(graph.charter, actor, move.name, CASE, given, DAY)
                        )
                    except IllegalMove:
                        continue
                    yield move, actor, after, given.part


def _written(charter: Charter, name: str, part: UUID | None) -> tuple[frozenset[Slot], ...]:
    """The slots that this move writes, gives a new key, touches."""
    machines, writes = {c.name: c.machine for c in charter.compartments}, charter.move(name).writes

    def slots(names: Collection[str]) -> frozenset[Slot]:
        return frozenset(Slot(name, None if machines[name] == SITUATION else part) for name in names)

    own = [w.compartment for w in writes]
    computed = [c.name for c in charter.compartments if c.computed and own]
    rewritten = [w.compartment for w in writes if not w.optional]
    return slots([*own, *computed]), slots(rewritten), slots([w.compartment for w in writes if w.fields])


def _spread(graph: Graph) -> None:
    """Let each life know every slot that some path to it has written and that somebody read ever since: the rest is destroyed."""
    graph.existing = [set() for _ in graph.lives]
    todo = deque([START, *range(len(graph.lives))])
    while todo:
        source = todo.popleft()
        here = graph.existing[source] if source != START else set[Slot]()
        for edge in graph.edges[source]:
            kept = (here | edge.written) & graph.read[edge.target]
            if not graph.existing[edge.target] >= kept:
                graph.existing[edge.target] |= kept
                todo.append(edge.target)
