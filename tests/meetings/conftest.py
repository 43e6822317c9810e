"""One open instance for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.meetings.world import World, build


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """On SQLite, unless the test is marked for both."""
    made = build(tmp_path, getattr(request, "param", "sqlite"))
    yield made
    databases.drop(made.house.stores)
