"""The towns of tests/cases, for contracts too."""

from tests.cases.conftest import lives, town_of_all

__all__ = ["lives", "town_of_all"]
