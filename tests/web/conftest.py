"""The small application of shell.py, one per test."""

from pathlib import Path

import pytest

from tests.web.shell import Shell, new_house


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(new_house(tmp_path))


@pytest.fixture(scope="module")
def shell_for_all(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """One shell for every example of a property."""
    return Shell(new_house(tmp_path_factory.mktemp("house")))
