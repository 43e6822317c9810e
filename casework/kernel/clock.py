"""The one clock: every instant the application uses comes from `now()`; tests and the demo world move it with
`at()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SKEW = timedelta(minutes=5)  # what lies further ahead than this was written by a clock that was ahead
_moved: ContextVar[datetime | None] = ContextVar("moved clock", default=None)


def now() -> datetime:
    """The present instant, timezone-aware, in UTC."""
    return _moved.get() or datetime.now(UTC)


def today() -> date:
    """The present day in Paris, where deadlines are counted."""
    return now().astimezone(PARIS).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let this context live at `moment` (timezone-aware): used to build past lives, never by a request."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs a timezone-aware moment")
    token = _moved.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(years, month + 1, 1)
    following = date(years + month // 11, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
