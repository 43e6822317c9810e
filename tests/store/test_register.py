"""The deletion register: chained, pinned, whole after a crash, forgotten after its time."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from audit.entry import Tip
from audit.pins import PinFile
from casework.cases.clocks import tick
from casework.kernel.clock import add_months, at, today
from casework.store.register import PIN, Gone, Loss, Register, RegisterBroken
from crypto.provider import FileProvider
from tests.house import Town, make_house, open_town

pytestmark = pytest.mark.clause("R-08")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deletions.jsonl"


@pytest.fixture
def pins(tmp_path: Path) -> PinFile:
    return PinFile.create(tmp_path / "pins.json")


@pytest.fixture
def register(tmp_path: Path, path: Path, pins: PinFile) -> Register:
    return Register(path, FileProvider.create(tmp_path / "provider.json"), pins)


def some(count: int = 1) -> list[Gone]:
    return [Gone(Loss.LOST, uuid4(), 3, "ab" * 32, "identity", uuid4(), uuid4(), uuid4()) for _ in range(count)]


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_what_is_registered_is_read_back_by_its_owner_alone(register: Register, path: Path) -> None:
    assert register.read() == []
    register.append([])
    assert not path.exists()
    first, second = some(2), [Gone(Loss.DEPARTED, uuid4())]
    register.append(first)
    register.append(second)
    assert register.read() == first + second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Gone.decode(first[0].encode()) == first[0]


def test_a_line_left_unfinished_by_a_crash_promised_nothing(register: Register, path: Path) -> None:
    kept, later = some(2), some()
    register.append(kept)
    with path.open("ab") as file:
        file.write(b'{"day":"2026-03-02","gone":{"comp')
    assert register.read() == kept
    register.append(later)
    assert register.read() == kept + later


def test_a_line_written_before_the_pin_moved_is_kept(register: Register, pins: PinFile) -> None:
    register.append(some())
    before = pins.read()
    register.append(some())
    pins.put(before)
    register.append(some())
    assert len(register.read()) == 3
    assert pins.read()[PIN].number == 3


def test_writers_at_once_make_one_chain(register: Register) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: register.append(some(2)), range(12)))
    assert len(register.read()) == 24


def test_a_register_of_another_provider_does_not_hold(
    register: Register, path: Path, pins: PinFile, tmp_path: Path
) -> None:
    register.append(some())
    other = Register(path, FileProvider.create(tmp_path / "other.json"), pins)
    with pytest.raises(RegisterBroken):
        other.read()


@pytest.mark.parametrize("line", [b"[]\n", b"{}\n", b"\n", b'{"hash":"00","mac":"00","number":0}\n'])
def test_what_is_not_a_line_of_ours_is_refused(register: Register, path: Path, line: bytes) -> None:
    path.write_bytes(line)
    with pytest.raises(RegisterBroken):
        register.read()


@pytest.mark.parametrize("old", [0, 2, 3])
def test_what_is_older_than_any_backup_is_forgotten_and_the_chain_still_holds(register: Register, old: int) -> None:
    gone, day = some(3), date(2026, 3, 2)
    for number, item in enumerate(gone):
        with at(on(day if number < old else add_months(day, 2))):
            register.append([item])
    assert register.prune(add_months(day, 1)) == old
    assert register.read() == gone[old:]
    assert register.prune(add_months(day, 1)) == 0
    more = some()
    with at(on(add_months(day, 3))):
        register.append(more)
    assert register.read() == gone[old:] + more
    assert register.prune(add_months(day, 4)) == 3 - old + 1
    assert register.read() == []


def test_a_start_of_ones_own_making_does_not_hide_the_lines_before_it(register: Register, path: Path) -> None:
    register.append(some(3))
    lines = path.read_bytes().splitlines(keepends=True)
    mac = lines[0].split(b'"mac":"')[1][:64].decode()
    path.write_bytes(f'{{"hash":"{mac}","mac":"{"0" * 64}","number":1}}\n'.encode() + b"".join(lines[1:]))
    with pytest.raises(RegisterBroken):
        register.read()


def test_the_pin_names_another_history(register: Register, pins: PinFile) -> None:
    register.append(some())
    pins.put({PIN: Tip(1, bytes(32))})
    for use in (register.read, lambda: register.append(some()), lambda: register.prune(today())):
        with pytest.raises(RegisterBroken):
            use()


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return open_town(make_house(tmp_path))


@pytest.mark.parametrize("months", [13, 18])
def test_tick_forgets_removals_after_the_time_that_is_set(
    town: Town, monkeypatch: pytest.MonkeyPatch, months: int
) -> None:
    if months != town.house.charter.setting("register_months").default:
        monkeypatch.setitem(town.house.settings, "register_months", months)
    with at(town.moment):
        town.house.register.append(some())
        last = add_months(today(), months)
    with at(on(last)):
        tick(town.house)
        assert len(town.house.register.read()) == 1
    with at(on(date.fromordinal(last.toordinal() + 1))):
        tick(town.house)
        assert town.house.register.read() == []


def test_lines_of_two_histories_do_not_make_a_third(register: Register, path: Path, pins: PinFile) -> None:
    register.append(some())
    kept, before = path.read_bytes(), pins.read()
    register.append(some())
    [first, second] = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(kept)
    pins.put(before)
    register.append(some())
    register.append(some())
    path.write_bytes(first + second + path.read_bytes().splitlines(keepends=True)[2])
    with pytest.raises(RegisterBroken):
        register.read()
