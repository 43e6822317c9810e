"""The table of F33-16: which seat ever reads which compartment, in which relation, at which steps, as explored."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.charters.explore import Graph
from casework.charters.universe import Universe
from casework.kernel.life import Principal
from casework.kernel.records import Grant, HolderKind, Relation


@dataclass(frozen=True, slots=True)
class Reading:
    """One row. `steps` are of the compartment's own machine; `cases` the situation's steps meanwhile, for parts.

    `requires` are marks of the situation or of the part.
    """

    seat: str
    compartment: str
    relation: Relation
    holder: HolderKind
    steps: tuple[str, ...]
    cases: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


def seat_of(world: Universe, principal: Principal) -> str:
    """The seat in which this principal reads; empty for the escrow."""
    return principal.seat if principal.person is None else world.seat_of(principal.person)


def readings(graph: Graph) -> list[Reading]:
    """The rows, in the order of the seats and compartments of the charter."""
    seen = _seen(graph)
    rows = []
    for seat in graph.charter.seats:
        for compartment in graph.charter.compartments:
            for relation, holder, requires in dict.fromkeys(_title(grant) for grant in graph.charter.grants):
                grants = [
                    grant
                    for grant in graph.charter.grants
                    if seat.name in grant.seats and compartment.name in grant.compartments
                    if _title(grant) == (relation, holder, requires)
                ]
                key = ("" if relation is Relation.OWNER else seat.name, compartment.name, holder)
                found = [
                    pair
                    for pair in seen.get(key, ())
                    if any(pair[0] in g.steps and (not g.cases or pair[1] in g.cases) for g in grants)
                ]
                rows += [
                    Reading(seat.name, compartment.name, relation, holder, steps, cases, requires)
                    for steps, cases in _spans(graph, found)
                ]
    return rows


def _spans(graph: Graph, found: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """These (step, step of the situation) as products, so that a row says neither more nor less."""
    order = [step.name for step in graph.charter.steps]
    meanwhile: dict[str, set[str]] = {}
    for step, case in found:
        meanwhile.setdefault(step, set()).update({case} - {step})
    spans: dict[tuple[str, ...], list[str]] = {}
    for step in sorted(meanwhile, key=order.index):
        spans.setdefault(tuple(sorted(meanwhile[step], key=order.index)), []).append(step)
    return [(tuple(steps), cases) for cases, steps in spans.items()]


def _title(grant: Grant) -> tuple[Relation, HolderKind, tuple[str, ...]]:
    return grant.relation, grant.holder, (*grant.requires, *grant.part_requires)


def _seen(graph: Graph) -> dict[tuple[str, str, HolderKind], set[tuple[str, str]]]:
    """(step of the compartment's machine, step of the situation) where a seat reads; under no seat, where any does."""
    seen: dict[tuple[str, str, HolderKind], set[tuple[str, str]]] = {}
    for life, granted, existing in zip(graph.lives, graph.readers, graph.existing, strict=True):
        for slot in existing & granted.keys():
            step = life.part(slot.part).step if slot.part else life.step
            for principal in granted[slot]:
                for seat in ("", seat_of(graph.world, principal)) if principal.kind is not HolderKind.ESCROW else ():
                    seen.setdefault((seat, slot.compartment, principal.kind), set()).add((step, life.step))
    return seen
