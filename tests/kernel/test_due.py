"""Which clocks are due, for each thing a clock can count from."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework.charters.cenomed import CENOMED
from casework.charters.universe import DAY
from casework.kernel.engine import Given, due, play
from casework.kernel.life import Life
from casework.kernel.records import Basis, Charter, Clock
from tests.kernel.lives import SESSION, actor, after


def names(life: Life, today: date, meetings: tuple[date, ...] = (), charter: Charter = CENOMED) -> list[str]:
    amounts = {setting.name: setting.default for setting in CENOMED.settings}
    return [clock.name for clock in due(charter, life, today, amounts, meetings)]


@pytest.mark.clause("R-02")
def test_a_dismissed_situation_is_due_on_its_thirtieth_day() -> None:
    life = replace(after("refer"), step="dismissed")
    assert names(life, DAY + timedelta(days=29)) == []
    assert names(life, DAY + timedelta(days=30)) == ["dismissed"]


@pytest.mark.clause("R-04")
def test_months_are_counted_by_the_calendar_and_stopped_clocks_do_not_run() -> None:
    life = replace(after("refer"), step="closed", since=date(2026, 1, 31))
    running = replace(CENOMED, clocks=tuple(replace(c, running=True) for c in CENOMED.clocks))
    assert names(life, date(2030, 1, 1)) == []
    assert names(life, date(2026, 4, 29), charter=running) == []
    assert names(life, date(2026, 4, 30), charter=running) == ["closed"]


@pytest.mark.clause("F33-16")
def test_the_window_ends_the_day_after_its_last_day_and_once() -> None:
    life = replace(after(*SESSION), window=DAY)
    assert names(life, DAY) == []
    assert names(life, DAY + timedelta(days=1)) == ["window"]
    assert names(replace(life, marks=frozenset()), DAY + timedelta(days=1)) == []
    assert names(replace(life, window=None), DAY + timedelta(days=1)) == []


@pytest.mark.clause("F33-10")
def test_silence_is_due_after_two_meetings_held_since_the_opinion_was_asked() -> None:
    life = after("refer", "transmit")
    held = (DAY, DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert names(life, DAY, held[:2]) == []
    assert names(life, DAY, held) == ["silence"]
    assert names(replace(life, step="clarifying", since=DAY + timedelta(days=3)), DAY, held) == ["silence"]
    assert names(replace(life, asked=None), DAY, held) == []


@pytest.mark.clause("F33-10")
def test_silence_is_counted_from_the_last_time_the_opinion_was_asked() -> None:
    refused, later = after("refer", "transmit", "not_retain"), DAY + timedelta(days=20)
    assert refused.asked == DAY
    again = play(CENOMED, actor("coordinator"), "screen_again", refused, Given(), later)
    assert again.asked == later
    assert names(again, later, (DAY + timedelta(days=1), DAY + timedelta(days=2))) == []
    assert play(CENOMED, actor("prosecutor"), "retain", again, Given(), later + timedelta(days=1)).asked == later


@pytest.mark.clause("F33-12")
def test_majority_is_due_on_its_day() -> None:
    life = replace(after("refer"), majority=DAY)
    assert names(life, DAY - timedelta(days=1)) == []
    assert names(life, DAY) == ["majority_early"]
    assert names(replace(life, majority=None), DAY) == []


@pytest.mark.clause("R-05")
def test_the_cap_is_due_on_its_day() -> None:
    running = replace(CENOMED, clocks=(Clock("cap", "Cap", "R-05", Basis.CAP, ("received",), move="cap"),))
    life = replace(after("refer"), cap=DAY)
    assert names(life, DAY - timedelta(days=1), charter=running) == []
    assert names(life, DAY, charter=running) == ["cap"]
    assert names(replace(life, cap=None), DAY, charter=running) == []
