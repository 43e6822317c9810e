"""Reading holds by itself when the clock's work is late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from audit.log import entries
from casework.cases import reading, sealed
from casework.cases.comparing import same_person
from casework.kernel.clock import at
from casework.kernel.life import Slot
from tests.cases.conftest import Lives
from tests.databases import on_both


@pytest.mark.clause("F33-16")
def test_a_window_that_ended_is_closed_even_before_the_clock_plays(lives: Lives) -> None:
    head = lives.in_session("police_station")
    assert lives.reads("police_station", head) == {"identity", "reason", "account"}
    assert head.life.window
    lives.town.moment += head.life.window - lives.town.moment.date() + timedelta(days=1)
    assert lives.open("police_station", head) is None
    assert lives.reads("coordinator", head) == {"identity", "reason", "account"}


@pytest.mark.clause("C-10")
@pytest.mark.clause("A-05")
def test_a_comparison_logs_each_pair_shown_and_opens_nothing_else(lives: Lives) -> None:
    first, second = lives.refer(), lives.refer("pjj", surname="FICTIF")
    lives.refer(surname="Autre", first_name="Dominique", birth_date="2010-01-01")
    with at(lives.town.moment):
        pairs = same_person(lives.house, lives.acting["coordinator"])
    assert [{pair.left.life.case, pair.right.life.case} for pair in pairs] == [{first.life.case, second.life.case}]
    events = lives.house.events
    with lives.house.stores.case_reading() as session:
        logged = entries(
            session.connection(), lives.house.provider.mac, types=[events.compared, events.opened, events.read]
        )
    left, right = pairs[0].cases
    assert [(item.type, item.subject, item.values["other"]) for item in logged] == [
        ("SituationsCompared", right, left),
        ("SituationsCompared", left, right),
    ]


@pytest.mark.clause("C-10")
def test_nobody_but_the_coordinator_has_anything_to_compare(lives: Lives) -> None:
    lives.refer()
    lives.refer("pjj")
    for who in set(lives.acting) - {"coordinator"}:
        assert same_person(lives.house, lives.acting[who]) == []


def while_opening(lives: Lives, monkeypatch: pytest.MonkeyPatch, acts: Callable[[], Any]) -> None:
    """Have this happen between the look at a situation and the search for its first key."""
    find = sealed.keys_of

    def overtaken(*args: Any) -> Any:
        monkeypatch.setattr(sealed, "keys_of", find)
        acts()
        return find(*args)

    monkeypatch.setattr(sealed, "keys_of", overtaken)


def test_a_situation_that_closes_while_it_is_being_opened_is_missing(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = town_of_all
    head = lives.play(lives.refer(), "coordinator", "transmit")
    while_opening(lives, monkeypatch, lambda: lives.play(head, "prosecutor", "not_retain"))
    assert lives.open("prosecutor", head) is None


def test_a_situation_written_again_while_it_is_being_opened_is_read_as_it_has_become(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives, told = town_of_all, {"informed_how": "by_phone", "informed_on": "2026-02-27"}
    head = lives.play(lives.refer(), "coordinator", "transmit")
    while_opening(lives, monkeypatch, lambda: lives.play(head, "coordinator", "inform", {"identity": told}))
    opened = lives.open("prosecutor", head)
    assert opened
    assert opened.contents[Slot("identity")]["informed_how"] == "by_phone"


def test_a_list_is_the_same_whether_its_reader_reads_many_or_few(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = town_of_all
    for number in range(3):
        lives.retained(surname=f"Fictif{number}")
    for who in ("coordinator", "prosecutor", "head_of_school", "landlord"):
        few = reading.lines(lives.house, lives.acting[who])
        with monkeypatch.context() as patched:
            patched.setattr(reading, "MANY", 1)
            assert reading.lines(lives.house, lives.acting[who]) == few


@on_both("lives")
def test_a_view_asks_the_log_for_its_end_once_and_keeps_to_it(lives: Lives) -> None:
    head, house, asked = lives.refer(), lives.house, list[str]()

    def noted(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.extend(["log"] * ("FROM audit_log" in statement))

    event.listen(house.stores.case, "before_cursor_execute", noted)
    with house.stores.case_reading() as session:
        before = house.last_digest(session, head.life.case, "head")
        lives.play(head, "coordinator", "transmit")
        asked.clear()
        assert [house.last_digest(session, head.life.case, "head") for _ in range(3)] == [before] * 3
        assert asked == []
    with house.stores.case_writing() as session:
        assert house.last_digest(session, head.life.case, "head") not in (None, before)
    event.remove(house.stores.case, "before_cursor_execute", noted)
