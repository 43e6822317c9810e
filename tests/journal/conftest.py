"""The towns of tests/cases, where situations are read."""

from tests.cases.conftest import lives, town_of_all

__all__ = ["lives", "town_of_all"]
