"""The yearly figures of F33-11: every one is a record of the charter, counted over anonymous facts or typed once a year (S-01).

What is shown of persons beyond the total of the year belongs to years that are over: two looks never differ (docs/decisions/0013).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, TypeAlias

from casework.cases.facts import all_facts
from casework.indicators import typed
from casework.kernel.clock import today
from casework.kernel.records import FactKind, Indicator
from casework.store.house import House

HIDDEN_BELOW = 5  # persons, on internal screens (S-02); one hidden cell hides its whole breakdown
QUARTERS = range(1, 5)
OPEN, SMALL = "open", "small"  # why something is not shown: the year is not over; it would tell too much of too few
Fact: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of a year. `total`: None where it is not a number, or not typed yet.

    `parts`: (label, count), for a breakdown, under its `title`; `quarters`: None for one that is not over; `weeks`: the median delay;
    `hidden`: why parts, quarters or weeks are not shown.
    """

    item: Indicator
    total: int | None = None
    title: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    quarters: tuple[int | None, ...] = ()
    weeks: int | None = None
    text: str | None = None  # None where it is not a text
    hidden: str = ""
    persons: bool = False  # whether it counts persons, so that a small total stays on screen (S-02)

    @property
    def label(self) -> str:
        """Its name."""
        return self.item.label

    @property
    def small(self) -> bool:
        """Whether its total may not leave as it is."""
        return self.persons and self.total is not None and self.total < HIDDEN_BELOW


@dataclass(frozen=True, slots=True)
class _Year:
    house: House
    year: int
    facts: Sequence[Fact]
    typed: Mapping[str, Any]

    @property
    def over(self) -> bool:
        return self.year < today().year

    def ended(self, quarter: int) -> bool:
        day = today()
        return (self.year, quarter) < (day.year, (day.month + 2) // 3)


def years(house: House) -> list[int]:
    """The years that have figures, and this one, the latest first; one that a cancelled meeting was fixed in has not begun."""
    with house.stores.case_reading() as session:
        counted = {fact["year"] for fact in all_facts(house, session)}
    this = today().year
    return sorted({this, *(year for year in (*counted, *typed.years(house)) if year < this)}, reverse=True)


def figures(house: House, year: int) -> list[Figure]:
    """The indicators of a year, in the order of the charter; totals are exact (S-02: coordinator and mairie, on screen)."""
    with house.stores.case_reading() as session:
        found = [fact for fact in all_facts(house, session) if fact["year"] == year]
    of_year = _Year(house, year, found, typed.find(house, year).values)
    return [_figure(of_year, item) for item in house.charter.indicators]


def _figure(year: _Year, item: Indicator) -> Figure:
    if item.typed:
        return _typed(year, item)
    kind = next(fact for fact in year.house.charter.facts if fact.name == item.fact)
    found = [fact for fact in year.facts if fact["kind"] == kind.name and not set(item.without) & _values(fact)]
    if item.median:
        return _delay(year, item, found)
    make = _breakdown if item.by else _total
    return make(year, item, kind, found)


def _values(fact: Fact) -> set[str]:
    return set(map(str, fact.values()))


def _typed(year: _Year, item: Indicator) -> Figure:
    value = year.typed.get(item.typed, "")
    if next(field for field in year.house.charter.yearly if field.name == item.typed).textual:
        return Figure(item, text=value)
    return Figure(item, int(value) if value else None)


def _delay(year: _Year, item: Indicator, found: Sequence[Fact]) -> Figure:
    if not year.over:
        return Figure(item, hidden=OPEN, persons=True)
    waited = [fact["weeks"] for fact in found if fact.get("first") and "weeks" in fact]
    if len(waited) < HIDDEN_BELOW:
        return Figure(item, hidden=SMALL, persons=True)
    return Figure(item, weeks=median_low(waited), persons=True)


def _total(year: _Year, item: Indicator, kind: FactKind, found: Sequence[Fact]) -> Figure:
    if kind.activity:
        made = Counter(fact["quarter"] for fact in found)
        told = tuple(made[quarter] if year.ended(quarter) else None for quarter in QUARTERS)
        return Figure(item, len(found), quarters=told)
    hidden = _hidden(year, found, "quarter")
    counts = Counter(fact["quarter"] for fact in found)
    return Figure(
        item, len(found), quarters=() if hidden else tuple(counts[q] for q in QUARTERS), hidden=hidden, persons=True
    )


def _breakdown(year: _Year, item: Indicator, kind: FactKind, found: Sequence[Fact]) -> Figure:
    counts = Counter(fact[item.by] for fact in found)
    hidden = "" if kind.activity else _hidden(year, found, item.by) or (SMALL if len(counts) == 1 else "")
    listed = next(found for found in year.house.charter.lists if found.name == item.choices)
    parts = tuple((each.label, counts[each.value]) for each in listed.values if counts[each.value])
    shown = () if hidden else parts
    return Figure(item, len(found), listed.title, shown, hidden=hidden, persons=not kind.activity)


def _hidden(year: _Year, found: Sequence[Fact], by: str) -> str:
    """Why persons are not shown by this dimension. A person counts where its first fact of the year stands: never more often than it is."""
    if not year.over:
        return OPEN
    persons = Counter(fact[by] for fact in found if fact.get("first"))
    return SMALL if any(persons[value] < HIDDEN_BELOW for value in {fact[by] for fact in found}) else ""
