"""Named points between durable steps; a test may stop the process at each of them, production passes through."""

from collections.abc import Callable
from contextvars import ContextVar

at_point: ContextVar[Callable[[str], None] | None] = ContextVar("fault point", default=None)


def point(name: str) -> None:
    """Say that this point is reached."""
    reached = at_point.get()
    if reached:
        reached(name)
