"""The towns of tests/cases, where situations live."""

from tests.cases.conftest import lives, town_of_all

__all__ = ["lives", "town_of_all"]
