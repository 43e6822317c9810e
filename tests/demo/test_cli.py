"""The command line: an installation from nothing to its first invitation, the demo from its first start to its reset."""

import base64
import re
import socket
from pathlib import Path
from typing import Any

import pytest
import waitress

from casework.accounts.totp import step_of
from casework.charters import document
from casework.charters.check import Broken, Report
from casework.demo.place import Place
from casework.store.engines import open_engine
from tests import databases
from tests.demo.shell import Shell, new_shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return new_shell(tmp_path)


class FakeServer:
    """Stands for the server: notes what it was asked to serve, and stops at once."""

    def __init__(self) -> None:
        self.status: list[int] = []

    def __call__(self, app: Any, **_options: Any) -> None:
        self.status.append(app.test_client().get("/connexion", base_url="https://127.0.0.1").status_code)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    fake = FakeServer()
    monkeypatch.setattr(waitress, "serve", fake)
    return fake


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_without_settings_a_command_says_what_to_set() -> None:
    done = Shell({"CASEWORK_CASE_URL": ""}).run("tick")
    assert done.exit_code == 1
    assert "set CASEWORK_CASE_URL" in done.output
    assert "Traceback" not in done.output


def test_an_installation_opens_from_nothing(shell: Shell) -> None:
    before = shell.run("tick")
    assert (before.exit_code, "keys" in before.output.lower() or "provider" in before.output.lower()) == (1, True)
    begun = shell.run("init", typed="n\ny\n")
    assert begun.exit_code == 0, begun.output
    assert "Copy it now" in begun.output
    assert shell.run("migrate").exit_code == 0


def test_an_installation_opens_and_lives_on_postgresql(tmp_path: Path) -> None:
    shell = new_shell(tmp_path, databases.new_database(), databases.new_database())
    before = shell.run("tick")
    assert (before.exit_code, "Traceback" in before.output) == (1, False)
    assert shell.run("init", typed="y\n").exit_code == 0
    assert "up to date" in shell.run("migrate").output
    made = shell.run("organisation", "add", "dpmp", "Circonscription fictive").output.strip()
    assert made in shell.run("organisation", "list").output
    done = shell.run("tick")
    assert (done.exit_code, done.output.split()[:2]) == (0, ["moved", "0,"])


def test_migrating_begins_no_store_in_the_place_of_one_that_is_missing(shell: Shell, tmp_path: Path) -> None:
    shell.run("init", typed="y\n")
    (tmp_path / "key.sqlite").unlink()
    refused = shell.run("migrate")
    assert (refused.exit_code, "KEY_URL: there is no file" in refused.output) == (1, True)
    assert not (tmp_path / "key.sqlite").exists()


def test_organisations_and_invitations_come_before_the_ceremony(shell: Shell) -> None:
    shell.run("init", typed="y\n")
    made = shell.run("organisation", "add", "dpmp", "Circonscription fictive").output.strip()
    assert shell.run("organisation", "list").output.split() == [made, "dpmp", "Circonscription", "fictive"]
    words = ("--name", "Claire Exemple", "--email", "claire@exemple.invalid", "--organisation", made)
    invited = shell.run("invite", "claire", *words, "--seat", "coordinator")
    assert re.search(r"/invitation/[0-9a-f]{64}", invited.output), invited.output
    wrong = shell.run("invite", "paul", *words, "--seat", "prosecutor")
    assert (wrong.exit_code, "seat" in wrong.output) == (1, True)
    assert shell.run("organisation", "add", "castle", "Château").exit_code == 1
    assert "coordinator" in shell.run("organisation", "kinds").output


def test_stores_of_another_version_are_not_used(shell: Shell) -> None:
    shell.run("init", typed="y\n")
    engine = open_engine(shell.environ["CASEWORK_KEY_URL"])
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    engine.dispose()
    late = shell.run("tick")
    assert (late.exit_code, "casework migrate" in late.output) == (1, True)


def test_the_code_of_a_log_in_is_the_one_its_telephone_would_show(place: Place) -> None:
    shown = Shell(place=place).run("demo", "code", "mairie")
    secret = base64.b32decode(next(item.totp for item in place.load() if item.login == "mairie"))
    assert step_of(secret, shown.output) is not None
    unknown = Shell(place=place).run("demo", "code", "personne")
    assert (unknown.exit_code, "personne" in unknown.output) == (1, True)


def test_a_second_start_reuses_the_demo(place: Place, server: FakeServer) -> None:
    before = place.accounts.read_bytes()
    again = Shell(place=place).run("demo", "--port", str(free_port()))
    assert again.exit_code == 0, again.output
    assert server.status == [200]
    assert "Building" not in again.output
    assert before == place.accounts.read_bytes()
    for account in place.load():
        assert re.search(
            rf"^{account.login} .*{re.escape(account.password)}.*{account.seat}", again.output, re.MULTILINE
        )


def test_a_taken_port_is_said_before_anything_is_built(nowhere: Place, server: FakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = Shell(place=nowhere).run("demo", "--port", str(taken.getsockname()[1]))
    assert (refused.exit_code, "is taken" in refused.output, server.status) == (1, True, [])
    assert not nowhere.folder.exists()


def test_reset_leaves_neither_data_nor_keys(nowhere: Place) -> None:
    nowhere.create()
    assert Shell(place=nowhere).run("demo", "reset").exit_code == 0
    assert list(nowhere.folder.iterdir()) == []
    assert Shell(place=nowhere).run("demo", "code", "mairie").exit_code == 1


@pytest.mark.parametrize(("broken", "code"), [((), 0), ((Broken("F33-04", "fictive"),), 1)])
def test_a_broken_promise_of_the_charter_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, broken: tuple[Broken, ...], code: int
) -> None:
    monkeypatch.setattr(document, "check", lambda _charter: Report(1, 1, (), broken))
    done = Shell().run("charter", "check")
    assert (done.exit_code, "BROKEN F33-04" in done.output) == (code, bool(broken))
