"""The yearly figures of F33-11: every one is a record of the charter counted over facts (S-01)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.cases.facts import all_facts
from casework.kernel.records import Charter, FactKind, Indicator
from casework.store.house import House

HIDDEN_BELOW = 5  # persons, on internal screens (S-02); one hidden cell hides its whole breakdown


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of a year. `parts` is (label, count); empty when there is no breakdown; `hidden` when it would show too few persons."""

    label: str
    total: int
    parts: tuple[tuple[str, int], ...] = ()
    hidden: bool = False


def years(house: House) -> list[int]:
    """The years that have facts, the latest first."""
    with house.stores.case_reading() as session:
        return sorted({fact["year"] for fact in all_facts(house, session)}, reverse=True)


def figures(house: House, year: int) -> list[Figure]:
    """The indicators of a year, exact totals (S-02: coordinator and mairie, on screen)."""
    with house.stores.case_reading() as session:
        found = [fact for fact in all_facts(house, session) if fact["year"] == year]
    return [
        _figure(house.charter, item, [fact for fact in found if _counts(item, fact)])
        for item in house.charter.indicators
    ]


def _counts(item: Indicator, fact: Mapping[str, Any]) -> bool:
    return fact["kind"] == item.fact and not set(item.without) & set(map(str, fact.values()))


def _figure(charter: Charter, item: Indicator, found: Sequence[Mapping[str, Any]]) -> Figure:
    if not item.by:
        return Figure(item.label, len(found))
    kind: FactKind = next(fact for fact in charter.facts if fact.name == item.fact)
    counts = Counter(fact[item.by] for fact in found)
    hidden = not kind.activity and any(0 < number < HIDDEN_BELOW for number in counts.values())
    parts = () if hidden else tuple((_label(charter, item, value), number) for value, number in counts.most_common())
    return Figure(item.label, len(found), parts, hidden)


def _label(charter: Charter, item: Indicator, value: str) -> str:
    choices = next(found for found in charter.lists if found.name == item.choices)
    return choices.label(value)
