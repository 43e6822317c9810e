"""Indicators: counted from facts, exact totals, and nothing more of persons than two looks, or a small number, may tell."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.cases import facts
from casework.indicators.service import HIDDEN_BELOW, OPEN, SMALL, Figure, figures, years
from casework.kernel.clock import at
from casework.store.house import House
from casework.store.tables import FactRow
from tests.house import make_house

TYPE = "orientations_by_type"
LIVED, NEXT = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2027, 1, 1, 9, tzinfo=UTC)


def add(house: House, kind: str, number: int, counted: frozenset[str] = frozenset(), **dimensions: Any) -> None:
    """Facts of as many persons; with `counted`, of a person counted already."""
    declared = next(fact for fact in house.charter.facts if fact.name == kind)
    weeks = dimensions.pop("weeks", 3) if declared.since else None
    with house.stores.case_writing() as session:
        for _ in range(number):
            columns, _counted = facts.row(house, facts.Made(kind, dimensions, weeks), counted)
            session.add(FactRow(**columns))


def told(house: House, year: int = 2026) -> dict[str, Figure]:
    return {figure.item.name: figure for figure in figures(house, year)}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with at(LIVED):
        yield make_house(tmp_path)


@pytest.mark.clause("S-02")
@pytest.mark.parametrize("small", [1, HIDDEN_BELOW - 1])
def test_one_small_count_of_persons_hides_its_whole_breakdown(house: House, small: int) -> None:
    add(house, "orientation_made", 9, type="crip75")
    add(house, "orientation_made", small, type="school")
    with at(NEXT):
        found = told(house)[TYPE]
    assert (found.hidden, found.parts, found.total) == (SMALL, (), 9 + small)


@pytest.mark.clause("S-02")
def test_many_acts_for_few_persons_hide_their_breakdown(house: House) -> None:
    add(house, "orientation_made", 9, type="crip75")
    add(house, "orientation_made", HIDDEN_BELOW - 1, type="school")
    add(house, "orientation_made", HIDDEN_BELOW, frozenset({"orientation_made:2026"}), type="school")
    with at(NEXT):
        assert told(house)[TYPE].hidden == SMALL


@pytest.mark.clause("S-03")
def test_a_breakdown_that_says_the_same_of_everybody_is_not_shown(house: House) -> None:
    add(house, "orientation_made", 12, type="crip75")
    with at(NEXT):
        assert told(house)[TYPE].hidden == SMALL
    add(house, "orientation_made", HIDDEN_BELOW, type="school")
    with at(NEXT):
        assert told(house)[TYPE].parts == (("CRIP 75", 12), ("Établissement scolaire", HIDDEN_BELOW))


@pytest.mark.clause("F33-08", "S-02")
def test_counts_of_activity_are_exact_at_once_and_quarters_shown_once_over(house: House) -> None:
    with at(datetime(2026, 2, 2, tzinfo=UTC)):
        add(house, "meeting_held", 1, held="held_on_date")
        add(house, "meeting_held", 1, held="not_held")
    found = told(house)
    assert found["calendar"].parts == (("Tenue à la date prévue", 1), ("Non tenue", 1))
    assert (found["meetings"].total, found["meetings"].quarters) == (1, (1, None, None, None))
    with at(NEXT):
        assert told(house)["meetings"].quarters == (1, 0, 0, 0)


@pytest.mark.clause("S-01")
def test_a_fact_says_whether_it_is_the_first_of_the_person_this_year_how_long_it_took_and_no_day(house: House) -> None:
    counted, firsts = frozenset[str](), []
    for _ in range(2):
        columns, counted = facts.row(house, facts.Made("situation_examined", {}, 7), counted)
        with house.stores.case_writing() as session:
            session.add(FactRow(**columns))
            session.flush()
            firsts = list(facts.all_facts(house, session))
    assert sorted(fact["first"] for fact in firsts) == [False, True]
    assert {name for fact in firsts for name in fact} == {"kind", "year", "quarter", "first", "weeks"}
    for wrong in (facts.Made("situation_examined", {"reference": "ABCDEFGH"}, 7), facts.Made("situation_examined", {})):
        with pytest.raises(ValueError, match="exactly its declared dimensions"):
            facts.row(house, wrong, counted)


@pytest.mark.clause("F33-11")
def test_facts_of_another_year_are_not_counted_and_this_year_is_always_there(house: House) -> None:
    with at(datetime(2025, 12, 31, 12, tzinfo=UTC)):
        add(house, "referral_made", 2, origin="school", family="school", age_band="13_15")
    assert (told(house)["referrals"].total, told(house, 2025)["referrals"].total) == (0, 2)
    assert years(house) == [2026, 2025]


def test_a_year_that_did_not_begin_is_not_offered(house: House) -> None:
    made, _ = facts.row(house, facts.Made("meeting_held", {"held": "not_held"}, day=NEXT.date()), frozenset())
    with house.stores.case_writing() as session:
        session.add(FactRow(**made))
    assert years(house) == [2026]
    with at(NEXT):
        assert years(house) == [2027]


@pytest.mark.clause("F33-11", "S-02")
def test_a_delay_is_the_median_of_five_situations_or_more_each_counted_once(house: House) -> None:
    for weeks in (1, 2, 9, 40):
        add(house, "situation_retained", 1, weeks=weeks)
    add(house, "situation_retained", 3, frozenset({"situation_retained:2026"}), weeks=0)
    with at(NEXT):
        assert (told(house)["until_retained"].weeks, told(house)["until_retained"].hidden) == (None, SMALL)
    add(house, "situation_retained", 1, weeks=5)
    assert (told(house)["until_retained"].weeks, told(house)["until_retained"].hidden) == (None, OPEN)
    with at(NEXT):
        assert told(house)["until_retained"].weeks == 5


QUARTER = st.dictionaries(st.sampled_from(["crip75", "school", "social_service"]), st.integers(1, 7), max_size=3)


@pytest.fixture(scope="module")
def paper_house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("figures"))


@pytest.mark.clause("S-03")
@settings(max_examples=20, deadline=None)
@given(lived=st.lists(QUARTER, min_size=4, max_size=4))
def test_no_look_at_any_moment_tells_more_than_the_totals_and_the_last_look(
    paper_house: House, lived: list[dict[str, int]]
) -> None:
    """The attack: a look after each quarter, then every difference between two looks, and between a year and its quarters."""
    house, looks = paper_house, []
    with house.stores.case_writing() as session:
        session.query(FactRow).delete()
    for month, quarter in zip((2, 5, 8, 11), lived, strict=True):
        with at(datetime(2026, month, 2, tzinfo=UTC)):
            for kind, number in quarter.items():
                add(house, "orientation_made", number, type=kind)
            looks.append(told(house))
    with at(NEXT):
        last = told(house)
    assert {(look[TYPE].parts, look["orientations"].quarters, look["until_orientation"].weeks) for look in looks} == {
        ((), (), None)
    }
    parts, quarters = [count for _, count in last[TYPE].parts], [count or 0 for count in last["orientations"].quarters]
    assert [count for count in (*parts, *quarters) if 0 < count < HIDDEN_BELOW] == []
    assert {sum(counts) for counts in (parts, quarters) if counts} <= {last["orientations"].total}
