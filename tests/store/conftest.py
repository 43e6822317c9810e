"""An empty house, and a town whose instance is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.kernel.clock import at
from casework.store.house import House
from tests.house import START, Town, make_house, open_town


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with at(START):
        made = make_house(tmp_path)
        yield made
    made.stores.case.dispose()
    made.stores.key.dispose()


@pytest.fixture
def town(house: House) -> Town:
    return open_town(house)
