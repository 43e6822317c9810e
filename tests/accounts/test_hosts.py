"""A flood of log-ins does not take all the memory of the host."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from casework.accounts import hosts
from casework.accounts.errors import AccountError
from casework.accounts.hosts import hash_slot


@pytest.fixture(autouse=True)
def a_host_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr(hosts, "_WAIT", 0.05)
    return tmp_path


@pytest.mark.clause("A-03")
@pytest.mark.parametrize(("processors", "at_once"), [(1, 1), (2, 1), (3, 2)])
def test_one_processor_stays_with_those_who_read(
    monkeypatch: pytest.MonkeyPatch, processors: int, at_once: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    with ExitStack() as running:
        for _ in range(at_once):
            running.enter_context(hash_slot())
        with pytest.raises(AccountError, match="busy"), hash_slot():
            pass
    with hash_slot():
        pass


def test_a_folder_laid_by_somebody_else_is_not_used(tmp_path: Path) -> None:
    with hash_slot():
        pass
    [folder] = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    elsewhere = folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(elsewhere)
    with pytest.raises(AccountError, match="busy"), hash_slot():
        pass
