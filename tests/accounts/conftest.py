"""An empty house, and a town whose instance is open."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.kernel.clock import at
from casework.store.house import House
from tests.accounts.pages import Browser, app_of
from tests.house import START, Town, close, copy_house, make_house, open_town


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with at(START):
        made = make_house(tmp_path)
        yield made
    close(made)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Town, Path]:
    """One ceremony for the whole run; tests work on copies."""
    folder = tmp_path_factory.mktemp("model")
    with at(START):
        return open_town(make_house(folder)), folder


@pytest.fixture
def town(model: tuple[Town, Path], tmp_path: Path) -> Iterator[Town]:
    opened, folder = model
    house = copy_house(opened.house, folder, tmp_path)
    with at(opened.moment):
        yield replace(opened, house=house, people=dict(opened.people), organisations=dict(opened.organisations))
    close(house)


@pytest.fixture
def browser(town: Town) -> Browser:
    return Browser(town, app_of(town.house).test_client())
