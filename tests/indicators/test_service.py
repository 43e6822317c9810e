"""Indicators: counted from facts, exact totals, no breakdown that shows too few persons."""

from pathlib import Path
from typing import Any

import pytest

from casework.cases import facts
from casework.indicators.service import HIDDEN_BELOW, figures
from casework.kernel.clock import today
from casework.store.house import House
from casework.store.tables import FactRow
from tests.house import make_house


def add(house: House, kind: str, number: int, **dimensions: Any) -> None:
    with house.stores.case_writing() as session:
        for _ in range(number):
            columns, _counted = facts.row(house, facts.Made(kind, dimensions), frozenset())
            session.add(FactRow(**columns))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path)


@pytest.mark.clause("S-02")
@pytest.mark.parametrize("small", [1, HIDDEN_BELOW - 1])
def test_one_small_count_of_persons_hides_its_whole_breakdown(house: House, small: int) -> None:
    add(house, "orientation_made", 9, type="crip75")
    add(house, "orientation_made", small, type="school")
    found = {figure.label: figure for figure in figures(house, today().year)}["Répartition des orientations"]
    assert found.hidden
    assert found.parts == ()
    assert found.total == 9 + small


@pytest.mark.clause("S-02")
def test_a_breakdown_without_small_count_and_activity_counts_are_shown(house: House) -> None:
    add(house, "orientation_made", HIDDEN_BELOW, type="crip75")
    add(house, "meeting_held", 1, held="held_on_date")
    found = {figure.label: figure for figure in figures(house, today().year)}
    assert found["Répartition des orientations"].parts == (("CRIP 75", HIDDEN_BELOW),)
    assert found["Respect du calendrier"].parts == (("Tenue à la date prévue", 1),)
    assert found["Nombre de réunions tenues dans l’année"].total == 1


@pytest.mark.clause("S-01")
def test_a_fact_says_whether_it_is_the_first_of_the_person_this_year_and_no_day(house: House) -> None:
    counted, firsts = frozenset[str](), []
    for _ in range(2):
        columns, counted = facts.row(house, facts.Made("situation_examined", {}), counted)
        with house.stores.case_writing() as session:
            session.add(FactRow(**columns))
            session.flush()
            firsts = list(facts.all_facts(house, session))
    assert sorted(fact["first"] for fact in firsts) == [False, True]
    assert {name for fact in firsts for name in fact} == {"kind", "year", "quarter", "first"}
    with pytest.raises(ValueError, match="exactly its declared dimensions"):
        facts.row(house, facts.Made("situation_examined", {"reference": "ABCDEFGH"}), counted)


@pytest.mark.clause("F33-11")
def test_facts_of_another_year_are_not_counted(house: House) -> None:
    add(house, "steering_committee", 2)
    assert [f.total for f in figures(house, today().year) if f.label.startswith("Comités")] == [2]
    assert [f.total for f in figures(house, today().year - 1) if f.label.startswith("Comités")] == [0]
