"""The towns of tests/cases, for contracts too; one cell at its browsers for a whole run, whose clock nobody moves."""

import pytest

from tests.cases.conftest import lives, town_of_all
from tests.contracts.cell import Cell, make_cell
from tests.contracts.telling import Teller

__all__ = ["lives", "town_of_all"]


@pytest.fixture(scope="session")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Cell:
    return make_cell(tmp_path_factory.mktemp("cell"))


@pytest.fixture
def teller(cell: Cell, caplog: pytest.LogCaptureFixture) -> Teller:
    caplog.set_level("INFO", "casework")
    return Teller(cell, caplog)
