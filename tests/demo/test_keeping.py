"""What is kept outside the databases and in time: the pin file is never made anew by itself, the log's memory is, counters are forgotten."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, select

from audit.pins import PinFile
from audit.table import log_table
from casework.accounts.limits import ACCOUNT, SPAN
from casework.config import Settings, open_house, unverified_house
from casework.kernel.clock import now
from casework.store.house import memory_path
from casework.store.tables import AttemptRow
from tests.demo.shell import Shell, new_shell, said


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """An installation with two entries in its log, and its memory."""
    made = new_shell(tmp_path)
    assert made.run("init", typed="y\n").exit_code == 0
    for name in ("Première", "Seconde"):
        assert made.run("organisation", "add", "dpmp", name).exit_code == 0
    assert made.run("tick").exit_code == 0
    return made


@pytest.fixture
def pins(shell: Shell) -> PinFile:
    return PinFile(Path(shell.environ["CASEWORK_PINS"]))


@pytest.fixture
def engine(shell: Shell) -> Engine:
    return create_engine(shell.environ["CASEWORK_CASE_URL"])


def cut(engine: Engine, above: int) -> None:
    with engine.begin() as connection:
        for name in ("no_update", "no_delete", "next_number"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_log_{name}")
        connection.execute(log_table.delete().where(log_table.c.number > above))


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(log_table.c.type).order_by(log_table.c.number)))


def test_without_its_pin_file_an_installation_does_nothing_and_says_what_to_do(shell: Shell, pins: PinFile) -> None:
    pins.path.unlink()
    for command in (["tick"], ["organisation", "list"]):
        refused = shell.run(*command)
        assert refused.exit_code == 1
        assert "pin file is missing: restore it" in said(refused.output)
        assert "casework restore accept" in said(refused.output)
    again = shell.run("init", typed="y\n")
    assert (again.exit_code, "serves a body already" in again.output, pins.path.exists()) == (1, True, False)


def test_a_log_that_does_not_prove_itself_is_not_served(shell: Shell, pins: PinFile, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_delete")
        connection.execute(log_table.delete().where(log_table.c.number == 1))
    memory_path(pins.path).unlink()
    refused = shell.run("tick")
    assert (refused.exit_code, "the log does not prove itself" in said(refused.output)) == (1, True)


def test_a_log_behind_its_pin_is_not_served(shell: Shell, pins: PinFile, engine: Engine) -> None:
    memory_path(pins.path).unlink()
    cut(engine, 1)
    refused = shell.run("tick")
    assert (refused.exit_code, "the pinned row 2 is not in the log" in said(refused.output)) == (1, True)


def test_a_log_behind_what_was_remembered_is_not_served(shell: Shell, pins: PinFile, engine: Engine) -> None:
    cut(engine, 1)
    refused = shell.run("tick")
    assert (refused.exit_code, "ends at 1, and 2 was verified" in said(refused.output)) == (1, True)


def test_an_installation_that_never_opened_has_no_holder_to_accept_it(shell: Shell, pins: PinFile) -> None:
    pins.path.unlink()
    refused = shell.run("restore", "accept", typed="a\nb\n123456\nc\nd\n123456\n")
    assert (refused.exit_code, pins.path.exists()) == (1, False), refused.output


def test_a_tick_keeps_what_was_verified_and_the_next_start_begins_there(shell: Shell, pins: PinFile) -> None:
    settings = Settings.read(shell.environ)
    kept = memory_path(settings.pins)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert unverified_house(settings, pins, remembering=True).stores.follower.number == 2
    assert unverified_house(settings, pins).stores.follower.number == 0
    kept.write_bytes(b"not this")
    assert open_house(settings).stores.follower.number == 2


def test_a_tick_forgets_counters_of_attempts_after_a_day_and_not_before(shell: Shell, engine: Engine) -> None:
    old, young = uuid4().bytes * 2, uuid4().bytes * 2
    with engine.begin() as connection:
        for key, age in ((old, SPAN + timedelta(minutes=1)), (young, SPAN - timedelta(minutes=1))):
            row = {"key": key, "count": ACCOUNT.most, "first_at": now() - age, "last_at": now() - age}
            connection.execute(AttemptRow.__table__.insert(), row)  # type: ignore[attr-defined]
    assert shell.run("tick").exit_code == 0
    with engine.connect() as connection:
        assert list(connection.scalars(select(AttemptRow.key))) == [young]
