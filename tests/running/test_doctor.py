"""What the doctor of an installation finds, and what it says to do."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

from casework.config import FILE
from casework.running import doctor
from tests.demo.shell import Shell


def test_the_doctor_says_what_is_missing_and_is_content_once_it_is_there(folder: Path, shell: Shell) -> None:
    first = shell.run("doctor")
    assert first.exit_code == 1
    for words in ("never ran", "copy of the key file was never checked", "the instance is not open"):
        assert words in first.output
    assert shell.run("tick").exit_code == 0
    copy = shutil.copy(folder / "keys" / "provider.json", folder / "copy.json")
    assert shell.run("copied", str(copy)).exit_code == 0
    second = shell.run("doctor")
    assert (second.exit_code, "FAIL" in second.output) == (0, False), second.output
    assert "checked 0 days ago" in second.output


def test_a_copy_that_is_not_the_key_file_is_refused(folder: Path, shell: Shell) -> None:
    other = folder / "other.json"
    other.write_text("{}")
    for path in (other, folder / "keys" / "provider.json"):
        assert shell.run("copied", str(path)).exit_code == 1


def test_a_copy_that_the_account_may_not_open_is_checked_through_its_input(folder: Path) -> None:
    line = [str(Path(sys.executable).with_name("casework")), "copied", "-"]
    environ = {"PATH": os.environ["PATH"], FILE: str(folder / "keys" / "casework.toml")}
    copy = shutil.copy(folder / "keys" / "provider.json", folder / "copy.json")
    for path, code in ((copy, 0), (folder / "keys" / "provider.json", 1)):
        with Path(path).open("rb") as brought:
            assert subprocess.run(line, stdin=brought, env=environ, capture_output=True, check=False).returncode == code
    assert (folder / "keys" / "provider-copied").exists()
    with Path("/dev/zero").open("rb") as endless:
        assert subprocess.run(line, stdin=endless, env=environ, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize(
    ("names", "days", "told"),
    [
        (("provider-copied", "provider.json"), -400, "not checked for a year"),
        (("provider.json",), 1, "not checked since the key file changed"),
    ],
)
def test_a_copy_that_is_old_or_of_a_former_key_file_is_checked_again(
    folder: Path, shell: Shell, names: tuple[str, ...], days: int, told: str
) -> None:
    assert shell.run("copied", str(shutil.copy(folder / "keys" / "provider.json", folder / "copy.json"))).exit_code == 0
    moment = time.time() + days * 86_400
    for name in names:
        os.utime(folder / "keys" / name, (moment, moment))
    assert f"the copy of the key file was {told}" in shell.run("doctor").output


@pytest.mark.parametrize("name", ["keys/pins.json", "data/case.db", "data", "keys"])
def test_the_doctor_finds_what_others_can_read(folder: Path, shell: Shell, name: str) -> None:
    (folder / name).chmod(0o755)
    found = shell.run("doctor")
    assert found.exit_code == 1
    assert f"others can read or change {folder / name}" in found.output


def test_the_doctor_finds_an_old_turn_a_full_disk_and_a_clock_gone_back(
    folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell.run("tick").exit_code == 0
    hours = time.time() - 3 * 3_600
    os.utime(folder / "keys" / "last-tick", (hours, hours))
    monkeypatch.setattr(doctor, "ROOM", 2**60)
    monkeypatch.setattr(doctor, "SKEW", -doctor.COPY_AGE)
    found = shell.run("doctor").output
    for words in ("ran last 3 hours ago", "make room", "before the newest entry of the log"):
        assert words in found
    tomorrow = time.time() + 24 * 3_600
    os.utime(folder / "keys" / "last-tick", (tomorrow, tomorrow))
    assert "at a moment still to come" in shell.run("doctor").output


def test_the_doctor_says_which_file_to_put_back(folder: Path, shell: Shell) -> None:
    (folder / "keys" / "deletions.jsonl").write_bytes(b"x\n")
    (folder / "keys" / "deletions.jsonl").chmod(0o600)
    found = shell.run("doctor")
    assert (found.exit_code, "put the copy of that file back" in found.output) == (1, True)
    assert "error of the software" not in found.output


def test_the_doctor_says_which_folder_is_not_its_own(
    folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: Any) -> NoReturn:  # who tests is root, to whom nothing is closed
        raise PermissionError(13, "Permission denied", str(folder / "data" / "case.db"))

    monkeypatch.setattr(doctor, "_exposed", closed)
    found = shell.run("doctor")
    assert (found.exit_code, f"cannot reach {folder / 'data' / 'case.db'}" in found.output) == (1, True)


def test_the_doctor_asks_the_web_server_in_front(folder: Path, shell: Shell) -> None:
    path = folder / "keys" / "casework.toml"
    path.write_text(path.read_text().replace('["localhost"]', '["casework.invalid"]').replace("proxy", "# proxy"))
    found = shell.run("doctor").output
    assert "https://casework.invalid/ does not answer" in found
    assert "no proxy is set" in found


@pytest.mark.parametrize("store", ["case.db", "key.db"])
def test_the_doctor_says_why_an_installation_does_not_open(folder: Path, shell: Shell, store: str) -> None:
    (folder / "data" / store).write_bytes(b"rubbish")
    found = shell.run("doctor")
    assert (found.exit_code, "does not open" in found.output, "Traceback" in found.output) == (1, True, False)
