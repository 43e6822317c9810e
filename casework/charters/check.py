"""The checker: plays every sequence of moves of a charter and proves its promises, or shows the shortest path that
breaks one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from casework.charters.explore import START, Edge, Graph, explore, holds
from casework.charters.readings import seat_of
from casework.charters.universe import OTHER_SCHOOL
from casework.charters.wellformed import faults, texts
from casework.kernel.life import Principal, Slot
from casework.kernel.records import SITUATION, Before, Charter, HolderKind, Never, Relation


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that does not hold, and the shortest sequence of moves that shows it (empty when none is needed)."""

    rule: str
    text: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        by = f" by {' → '.join(self.path)}" if self.path else ""
        return f"BROKEN {self.rule}{by}: {self.text}"


@dataclass(frozen=True, slots=True)
class Report:
    """How much was explored (distinct lives, moves played), what was proved (rule, sentence) and what is broken."""

    states: int
    moves: int
    proved: tuple[tuple[str, str], ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One promise, and the search for what breaks it."""

    rule: str
    sentence: str
    search: Callable[[Graph], Iterable[Broken]]


def check(charter: Charter) -> Report:
    """Prove this charter. A charter that is not well formed is not explored."""
    wrong = tuple(Broken(rule, text) for rule, text in faults(charter))
    if wrong:
        return Report(0, 0, (), wrong)
    return check_graph(explore(charter))


def check_graph(graph: Graph) -> Report:
    """Prove a charter already explored."""
    proved = [("charter", "Chaque nom est déclaré, chaque liste est fermée, chaque réglage tient dans ses bornes")]
    broken: list[Broken] = []
    for proof in proofs(graph.charter):
        found = list(proof.search(graph))
        broken += found
        proved += [] if found else [(proof.rule, proof.sentence)]
    return Report(len(graph.lives), sum(1 for _ in graph.all_edges()), tuple(proved), tuple(broken))


def render(report: Report) -> str:
    """The report as lines of text."""
    lines = [f"{report.states} lives, {report.moves} moves"]
    lines += [f"proved {rule}: {sentence}" for rule, sentence in report.proved]
    return "\n".join([*lines, *map(str, report.broken)]) + "\n"


def proofs(charter: Charter) -> list[Proof]:
    """What is proved of every charter, and the promises of this one."""
    return [
        *(Proof(item.rule, item.name, _never(item)) for item in charter.nevers),
        *(Proof(item.rule, item.name, _before(item)) for item in charter.befores),
        Proof("F33-14", "Un chef d’établissement ne lit aucune situation d’un autre établissement", _schools),
        Proof("F33-16", "Nul ne donne à lire ce qu’il ne peut lire lui-même", _keys),
        Proof("F33-16", "Tout ce qui est écrit peut être lu par quelqu’un", _unread),
        Proof("F33-06", "Ce qu’écrit un destinataire ne contient aucun texte", _returns),
        Proof("R-10", "Une horloge retire des lectures et n’en ajoute jamais", _timed),
        Proof("R-08", "Toute situation peut atteindre sa destruction", _endless),
        Proof("R-08", "Rien n’est lisible après la destruction", _finals),
        Proof("charter", "Chaque étape peut être atteinte", _unreached),
        Proof("charter", "Chaque geste peut être fait", _unplayed),
    ]


def _shortest(graph: Graph, states: dict[Slot, set[int]]) -> tuple[Slot, tuple[str, ...]] | None:
    paths = [(slot, graph.path(slot, states=numbers)) for slot, numbers in states.items()]
    return min(((slot, path) for slot, path in paths if path), key=lambda pair: len(pair[1]), default=None)


def _readings(graph: Graph) -> Iterator[tuple[int, Slot, Principal]]:
    for number, granted in enumerate(graph.readers):
        for slot in granted.keys() & graph.existing[number]:
            for principal in granted[slot]:
                yield number, slot, principal


def _forbidden(graph: Graph, rule: str, text: str, wrong: Callable[[int, Slot, Principal], bool]) -> Iterator[Broken]:
    states: dict[Slot, set[int]] = {}
    for number, slot, principal in _readings(graph):
        if wrong(number, slot, principal):
            states.setdefault(slot, set()).add(number)
    found = _shortest(graph, states)
    if found:
        yield Broken(rule, f"{text} ({found[0].compartment})", found[1])


def _never(never: Never) -> Callable[[Graph], Iterator[Broken]]:
    def search(graph: Graph) -> Iterator[Broken]:
        names = {c.name for c in graph.charter.compartments if c.textual or not never.textual}
        names &= set(never.compartments) or names

        def wrong(number: int, slot: Slot, principal: Principal) -> bool:
            if slot.compartment not in names or seat_of(graph.world, principal) not in never.seats:
                return False
            life = graph.lives[number]
            return life.step not in never.unless_steps or principal != Principal.member(life.author.person)

        return _forbidden(graph, never.rule, never.name, wrong)

    return search


def _schools(graph: Graph) -> Iterator[Broken]:
    others = {party.person for party in graph.world.parties if party.organisation == OTHER_SCHOOL}

    def wrong(number: int, slot: Slot, principal: Principal) -> bool:
        life = graph.lives[number]
        owned = slot.part is not None and life.part(slot.part).owner == principal.person
        theirs = OTHER_SCHOOL in (life.school, life.sender.organisation)
        return principal.person in others and not owned and not theirs

    return _forbidden(graph, "F33-14", "un chef d’un autre établissement lirait", wrong)


def _finals(graph: Graph) -> Iterator[Broken]:
    final = {step.name for step in graph.charter.steps if step.final}
    return _forbidden(
        graph, "R-08", "encore lisible après la destruction", lambda number, *_: graph.lives[number].step in final
    )


def _before(before: Before) -> Callable[[Graph], Iterator[Broken]]:
    def wrong(graph: Graph, edge: Edge) -> bool:
        entered = graph.lives[edge.target].step == before.step
        stayed = edge.source != START and graph.lives[edge.source].step == before.step
        return entered and not stayed and before.mark not in graph.lives[edge.target].marks

    def search(graph: Graph) -> Iterator[Broken]:
        path = graph.path(None, edges={edge for edge in graph.all_edges() if wrong(graph, edge)})
        if path:
            yield Broken(before.rule, before.name, path)

    return search


def _gains(graph: Graph, *, timed: bool) -> Iterator[tuple[Edge, Slot]]:
    """Each move, of a person or of the clock, that adds a reader to a slot written before it, which it does not write anew."""
    for edge in graph.all_edges():
        if edge.source != START and edge.move.timed == timed:
            before, after = graph.readers[edge.source], graph.readers[edge.target]
            for slot in graph.existing[edge.source] - edge.rewritten:
                if after.get(slot, frozenset()) - before.get(slot, frozenset()):
                    yield edge, slot


def _by_edges(graph: Graph, rule: str, text: str, found: Iterable[tuple[Edge, Slot]]) -> Iterator[Broken]:
    """One breach for each (move, compartment), by its shortest path."""
    groups: dict[tuple[str, str], dict[Slot, set[Edge]]] = {}
    for edge, slot in found:
        group = groups.setdefault((edge.move.name, slot.compartment), {})
        group.setdefault(slot, set()).add(edge)
    for (_, compartment), slots in sorted(groups.items(), key=lambda item: item[0]):
        paths = [graph.path(slot, edges=edges) for slot, edges in slots.items()]
        yield Broken(rule, f"{text} ({compartment})", min((path for path in paths if path), key=len))


def _keys(graph: Graph) -> Iterator[Broken]:
    touched = ((e, slot) for e in graph.all_edges() for slot in e.touched if e.source != START)
    without = (
        (edge, slot)
        for edge, slot in (*_gains(graph, timed=False), *touched)
        if edge.actor.party and not any(holds(p, edge.actor.party) for p in graph.readers[edge.source].get(slot, ()))
    )
    return _by_edges(graph, "F33-16", "l’auteur du geste n’a pas la clé", without)


def _timed(graph: Graph) -> Iterator[Broken]:
    return _by_edges(graph, "R-10", "une horloge donne à lire", _gains(graph, timed=True))


def _unread(graph: Graph) -> Iterator[Broken]:
    """A compartment that nobody reads may only wait for a clock to end it."""
    read = {slot.compartment for _, slot, p in _readings(graph) if p.kind is not HolderKind.ESCROW}
    ended = {step for clock in graph.charter.clocks if clock.move for step in clock.steps}
    for compartment in graph.charter.compartments:
        steps = {
            life.step
            for life, slots in zip(graph.lives, graph.existing, strict=True)
            if any(slot.compartment == compartment.name for slot in slots)
        } - {step.name for step in graph.charter.steps if step.final}
        if compartment.name not in read and not (steps and steps <= ended):
            yield Broken(compartment.rule, f"nobody ever reads {compartment.name} and no clock ends it")


def _returns(graph: Graph) -> Iterator[Broken]:
    moves = graph.charter.moves
    seats = {seat for move in moves if move.relation is Relation.ADDRESSED for seat in move.seats}
    written = {w.compartment for move in moves if seats & set(move.seats) for w in move.writes}
    for name, item in texts(graph.charter, sorted(written)):
        yield Broken("F33-06", f"a return can hold words: {name}.{item.name}")


def _endless(graph: Graph) -> Iterator[Broken]:
    sources: dict[int, set[int]] = {}
    for edge in graph.all_edges():
        sources.setdefault(edge.target, set()).add(edge.source)
    ends = {step.name for step in graph.charter.steps if step.final}
    todo = [number for number, life in enumerate(graph.lives) if life.step in ends]
    saved = set(todo)
    while todo:
        fresh = sources.get(todo.pop(), set()) - saved
        saved |= fresh
        todo += fresh
    path = graph.path(None, states=set(range(len(graph.lives))) - saved)
    if path:
        yield Broken("R-08", "la situation ne peut plus atteindre sa destruction", path)


def _unreached(graph: Graph) -> Iterator[Broken]:
    seen = {(SITUATION, life.step) for life in graph.lives}
    seen |= {(part.machine, part.step) for life in graph.lives for part in life.parts}
    for step in graph.charter.steps:
        if (step.machine, step.name) not in seen:
            yield Broken(step.rule, f"the step {step.name} is never reached")


def _unplayed(graph: Graph) -> Iterator[Broken]:
    played = {edge.move.name for edge in graph.all_edges()}
    for move in graph.charter.moves:
        if move.name not in played:
            yield Broken(move.rule, f"the move {move.name} can never be played")
