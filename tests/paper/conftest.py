"""The towns of tests/cases, for paper too."""

from tests.cases.conftest import town_of_all

__all__ = ["town_of_all"]
