"""The towns of tests/cases and the cell of tests/contracts, under stress."""

from tests.cases.conftest import lives, town_of_all
from tests.contracts.conftest import cell, teller

__all__ = ["cell", "lives", "teller", "town_of_all"]
