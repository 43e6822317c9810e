"""One clock, moved only inside a context, and months by the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.kernel.clock import add_months, at, now, today


def test_the_clock_is_moved_only_inside_its_context() -> None:
    moment = datetime(2020, 6, 30, 22, 30, tzinfo=UTC)
    with at(moment):
        assert now() == moment
        assert today() == date(2020, 7, 1)  # already tomorrow in Paris
    assert datetime.now(UTC) - now() < timedelta(minutes=1)


def test_a_moment_without_timezone_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone"), at(datetime(2020, 1, 1)):  # noqa: DTZ001
        pass


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-120, 400))
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
