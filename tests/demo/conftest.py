"""One demo, built once for all these tests: it takes seconds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.demo import service
from casework.demo.place import Place
from casework.store.house import House


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    built = Place(tmp_path_factory.mktemp("demo") / "var")
    service.build(built)
    return built


@pytest.fixture
def copied(place: Place, tmp_path: Path) -> Place:
    """A copy to act in: the other tests look at the demo as it was built."""
    shutil.copytree(place.folder, tmp_path / "var")
    return Place(tmp_path / "var")


@pytest.fixture
def house(place: Place) -> Iterator[House]:
    with place.house() as opened:
        yield opened


@pytest.fixture
def nowhere(tmp_path: Path) -> Place:
    return Place(tmp_path / "var")
