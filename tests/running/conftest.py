"""An installation made by flags alone, and its command line."""

from pathlib import Path

import pytest

from casework.config import FILE
from tests.demo.shell import Shell
from tests.running.made import INVITED, answers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an installation was made by flags alone."""
    done = Shell({FILE: ""}).run("init", *answers(tmp_path), *INVITED)
    assert done.exit_code == 0, done.output
    (tmp_path / "said").write_text(done.output)
    return tmp_path


@pytest.fixture
def shell(folder: Path) -> Shell:
    return Shell({FILE: str(folder / "keys" / "casework.toml")})
