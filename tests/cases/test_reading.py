"""Reading holds by itself when the clock's work is late."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from casework.cases import sealed
from casework.kernel.life import Slot
from tests.cases.conftest import Lives


@pytest.mark.clause("F33-16")
def test_a_window_that_ended_is_closed_even_before_the_clock_plays(lives: Lives) -> None:
    head = lives.in_session("police_station")
    assert lives.reads("police_station", head) == {"identity", "reason", "account"}
    assert head.life.window
    lives.town.moment += head.life.window - lives.town.moment.date() + timedelta(days=1)
    assert lives.open("police_station", head) is None
    assert lives.reads("coordinator", head) == {"identity", "reason", "account"}


def while_opening(lives: Lives, monkeypatch: pytest.MonkeyPatch, acts: Callable[[], Any]) -> None:
    """Have this happen between the look at a situation and the search for its first key."""
    find = sealed.key_of

    def overtaken(*args: Any) -> bytes:
        monkeypatch.setattr(sealed, "key_of", find)
        acts()
        return find(*args)

    monkeypatch.setattr(sealed, "key_of", overtaken)


def test_a_situation_that_closes_while_it_is_being_opened_is_missing(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives = town_of_all
    head = lives.play(lives.refer(), "coordinator", "transmit")
    while_opening(lives, monkeypatch, lambda: lives.play(head, "prosecutor", "not_retain", {"judicial": {}}))
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
