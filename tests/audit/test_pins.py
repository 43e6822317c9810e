"""The pin file: forward only, whole or absent, never made up."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.entry import Tip
from audit.pins import PinError, PinFile

FIRST, SECOND = Tip(1, b"a" * 32), Tip(2, b"b" * 32)
FORKED = Tip(2, b"c" * 32)

CLIMB = """
import sys
from pathlib import Path
from audit.entry import Tip
from audit.pins import PinFile
for number in range(1, 31):
    PinFile(Path(sys.argv[1])).advance_unless_passed("log", Tip(number, number.to_bytes(32, "big")))
    PinFile(Path(sys.argv[1])).advance(sys.argv[2], Tip(number, bytes(32)))
"""


@pytest.fixture
def pins(tmp_path: Path) -> PinFile:
    return PinFile.create(tmp_path / "pins.json")


def test_a_pin_is_read_back_by_another_reader(pins: PinFile, tmp_path: Path) -> None:
    assert pins.read() == {}
    pins.advance("log", FIRST)
    pins.advance("directory", Tip(0, bytes(32)))
    pins.advance("log", SECOND)
    assert PinFile(tmp_path / "pins.json").read() == {"log": SECOND, "directory": Tip(0, bytes(32))}


def test_a_pin_does_not_go_back_nor_to_another_history(pins: PinFile) -> None:
    pins.advance("log", SECOND)
    with pytest.raises(PinError, match="number 1 is behind the pin 2"):
        pins.advance("log", FIRST)
    for move in (pins.advance, pins.advance_unless_passed):
        with pytest.raises(PinError, match="number 2 was seen with another hash"):
            move("log", FORKED)
        move("log", SECOND)
    pins.advance_unless_passed("log", FIRST)
    assert pins.read() == {"log": SECOND}


def test_the_files_are_for_their_owner_alone(pins: PinFile, tmp_path: Path) -> None:
    draft = tmp_path / "pins.json.tmp"
    draft.write_text("left by a killed process")
    draft.chmod(0o644)
    old = os.umask(0)
    try:
        pins.advance("log", FIRST)
    finally:
        os.umask(old)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "pins.json": 0o600,
        "pins.json.lock": 0o600,
    }


def good() -> dict[str, object]:
    return {"format": 1, "pins": {"log": {"number": 1, "hash": "00" * 32}}}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "[]",
        "3",
        "{}",
        json.dumps(good() | {"format": 2}),
        json.dumps(good() | {"more": 1}),
        json.dumps(good() | {"pins": []}),
        json.dumps(good() | {"pins": {"log": 3}}),
        json.dumps(good() | {"pins": {"log": {}}}),
        json.dumps(good() | {"pins": {"log": {"number": 1, "hash": "00"}}}),
        json.dumps(good() | {"pins": {"log": {"number": 1, "hash": 7}}}),
        json.dumps(good() | {"pins": {"log": {"number": "1", "hash": "00" * 32}}}),
        json.dumps(good() | {"pins": {"log": {"number": -1, "hash": "00" * 32}}}),
        "\x00",
        "é",
    ],
)
def test_a_malformed_file_is_an_error_and_stays_as_it_is(pins: PinFile, tmp_path: Path, content: str) -> None:
    path = tmp_path / "pins.json"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(PinError, match="malformed"):
        pins.read()
    with pytest.raises(PinError, match="malformed"):
        pins.advance("log", SECOND)
    assert path.read_text(encoding="latin-1") == content


def test_a_write_that_fails_leaves_the_old_pins(pins: PinFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pins.advance("log", FIRST)

    def full(_: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space left"):
            pins.advance("log", SECOND)
    assert pins.read() == {"log": FIRST}
    pins.advance("log", SECOND)
    assert pins.read() == {"log": SECOND}


def test_the_file_then_its_directory_are_on_disk_before_the_call_ends(
    pins: PinFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(stat.S_ISDIR(os.fstat(handle).st_mode)))
    pins.advance("log", FIRST)
    assert synced == [False, True]


def test_a_folder_in_its_place_is_an_error(pins: PinFile) -> None:
    pins.path.unlink()
    pins.path.mkdir()
    with pytest.raises(PinError, match="cannot be read"):
        pins.read()


def test_a_missing_file_is_an_error_and_is_not_made_anew(pins: PinFile, tmp_path: Path) -> None:
    pins.advance("log", SECOND)
    pins.path.unlink()
    with pytest.raises(PinError, match="missing: restore it"):
        pins.read()
    for move in (pins.advance, pins.advance_unless_passed):
        with pytest.raises(PinError, match="missing: restore it"):
            move("log", FIRST)
    assert not pins.path.exists()


def test_a_file_is_made_once_and_may_hold_pins_from_the_start(pins: PinFile, tmp_path: Path) -> None:
    with pytest.raises(PinError, match="already"):
        PinFile.create(pins.path)
    other = tmp_path / "other.json"
    assert PinFile.create(other, {"log": SECOND}).read() == PinFile(other).read() == {"log": SECOND}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(climb=st.lists(st.integers(0, 9), min_size=1))
def test_a_pin_holds_the_highest_number_it_was_given(tmp_path: Path, climb: list[int]) -> None:
    path = PinFile.create(tmp_path / f"{len(list(tmp_path.iterdir()))}.json").path
    for number in climb:
        PinFile(path).advance_unless_passed("log", Tip(number, bytes([number]) * 32))
    assert PinFile(path).read()["log"] == Tip(max(climb), bytes([max(climb)]) * 32)


def test_processes_at_once_lose_no_pin(pins: PinFile, tmp_path: Path) -> None:
    def climb(name: str) -> str:
        program = [sys.executable, "-c", CLIMB, str(tmp_path / "pins.json"), name]
        return subprocess.run(program, capture_output=True, text=True, timeout=60, check=False).stderr

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(climb, ["one", "two", "three"])) == ["", "", ""]
    held = pins.read()
    assert held.pop("log") == Tip(30, (30).to_bytes(32, "big"))
    assert held == dict.fromkeys(["one", "two", "three"], Tip(30, bytes(32)))


def test_a_restored_store_that_was_accepted_moves_its_pins_back_and_leaves_the_others(pins: PinFile) -> None:
    pins.advance("log", SECOND)
    pins.advance("directory", SECOND)
    pins.put({"log": FIRST})
    assert pins.read() == {"log": FIRST, "directory": SECOND}
