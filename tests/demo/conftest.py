"""The demo as these tests look at it, or act in a copy of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.demo.place import Place
from casework.store.house import House
from tests import demos


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return demos.copy_of(tmp_path_factory, tmp_path_factory.mktemp("demo"))


@pytest.fixture
def copied(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Place:
    """A copy to act in: the other tests look at the demo as it was made."""
    return demos.copy_of(tmp_path_factory, tmp_path)


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with place.house() as opened:
        yield opened


@pytest.fixture
def nowhere(tmp_path: Path) -> Place:
    return Place(tmp_path / "var")
