"""What a seat reads, when and on which condition, in words: made from the grants of the charter alone (F33-16)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework.kernel.records import Charter, Grant, Relation

CONDITIONS = {
    Relation.ANY: "toutes les situations",
    Relation.OWN: "vos envois seulement",
    Relation.OWN_SCHOOL: "les élèves de votre établissement, si vous êtes convoqué",
    Relation.ADDRESSED: "ce qui est adressé à votre organisme",
    Relation.OWNER: "les actions qui vous sont confiées",
    Relation.CONVENED: "les situations pour lesquelles vous êtes convoqué",
}

MARKS = {"social": "les orientations vers les services sociaux"}  # F33-04


@dataclass(frozen=True, slots=True)
class Reading:
    """What a seat reads during the same steps and on the same condition."""

    condition: str
    when: str
    compartments: Sequence[str]


def readings(charter: Charter, seat: str) -> list[Reading]:
    """What this seat reads, in the order of the grants."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for grant in _grants(charter, seat):
        shown = [charter.compartment(name) for name in grant.compartments]
        labels = dict.fromkeys(item.label for item in shown if not item.computed)
        found.setdefault((_condition(grant), _when(charter, grant)), {}).update(labels)
    return [Reading(*key, list(labels)) for key, labels in found.items()]


def never(charter: Charter, seat: str) -> list[str]:
    """The compartments this seat reads at no time, by label."""
    read = {name for grant in _grants(charter, seat) for name in grant.compartments}
    return [item.label for item in charter.compartments if not item.computed and item.name not in read]


def _condition(grant: Grant) -> str:
    marks = [MARKS[name] for name in grant.part_requires if name in MARKS]
    return marks[0] if marks else CONDITIONS[grant.relation]


def _grants(charter: Charter, seat: str) -> Iterable[Grant]:
    return (grant for grant in charter.grants if seat in grant.seats)


def _when(charter: Charter, grant: Grant) -> str:
    """Its steps, a run of them as « de … à … »."""
    machine = charter.compartment(grant.compartments[0]).machine
    order = [step.name for step in charter.steps if step.machine == machine]
    places = sorted(order.index(name) for name in grant.steps)
    return " ou ".join(_run(charter, [order[place] for place in run], machine) for run in _runs(places))


def _runs(places: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for place in places:
        if found and found[-1][-1] + 1 == place:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def _run(charter: Charter, names: Sequence[str], machine: str) -> str:
    first, last = (charter.step(name, machine).label for name in (names[0], names[-1]))
    return f"à l’étape « {first} »" if len(names) == 1 else f"de « {first} » à « {last} »"
