"""Reading holds by itself when the clock's work is late."""

from datetime import timedelta

import pytest

from tests.cases.conftest import Lives


@pytest.mark.clause("F33-16")
def test_a_window_that_ended_is_closed_even_before_the_clock_plays(lives: Lives) -> None:
    head = lives.in_session("police_station")
    assert lives.reads("police_station", head) == {"identity", "reason", "account"}
    assert head.life.window
    lives.town.moment += head.life.window - lives.town.moment.date() + timedelta(days=1)
    assert lives.open("police_station", head) is None
    assert lives.reads("coordinator", head) == {"identity", "reason", "account"}
