"""The town of every seat."""

from tests.cases.conftest import town_of_all

__all__ = ["town_of_all"]
