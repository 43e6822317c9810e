"""An installation as an administrator makes it: settings in one file, keys apart, backups, the wheel outside the checkout."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy.pool import QueuePool
from waitress.server import create_server

from casework.config import FILE, Settings, Unsafe, open_house
from casework.running import backup as backups
from casework.running import serving, ticking
from casework.store.house import House
from tests.demo.shell import Shell
from tests.running.made import INVITED, PEOPLE, answers

ROOT = Path(__file__).parents[2]


@pytest.mark.clause("F-02")
def test_init_makes_settings_keys_and_stores_that_others_cannot_read_and_invites_who_opens(folder: Path) -> None:
    told = (folder / "said").read_text()
    assert len(set(re.findall(r"https://localhost/invitation/[0-9a-f]{64}", told))) == len(PEOPLE)
    made = [path for part in ("data", "keys") for path in (folder / part, *(folder / part).iterdir())]
    assert {path.name for path in made} >= {"casework.toml", "provider.json", "pins.json", "case.db", "key.db"}
    assert [path for path in made if path.stat().st_mode & 0o077] == []
    assert Settings.read({FILE: str(folder / "keys" / "casework.toml")}).town == "Mairie « du 6e »"


def test_init_asks_what_no_flag_gave(tmp_path: Path) -> None:
    typed = [str(tmp_path / "data"), str(tmp_path / "keys"), "localhost", "Mairie fictive", "n", "y"]
    typed += [word for _, name, email in PEOPLE for word in (name, email)]
    done = Shell({FILE: ""}).run("init", typed="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert ("Copy it now" in done.output, done.output.count("/invitation/")) == (True, 5)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('colour = "red"\n', "no setting is called colour"),
        ("town = 6\n", "town is not of the kind expected"),
        ("trusted_hosts = 'localhost'\n", "trusted_hosts is not of the kind"),
        ("town = \n", "cannot be read"),
        ('demo = "1"\n', "demo is not of the kind"),
    ],
)
def test_a_file_of_settings_that_is_not_understood_is_refused(folder: Path, change: str, told: str) -> None:
    path = folder / "keys" / "casework.toml"
    name = change.split(" = ", maxsplit=1)[0]
    kept = [line for line in path.read_text().splitlines() if not line.startswith(f"{name} ")]
    path.write_text("\n".join([*kept, change]))
    with pytest.raises(Unsafe, match=re.escape(told)):
        Settings.read({FILE: str(path)})


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_of_settings_that_others_can_read_or_change_is_refused(folder: Path, mode: int) -> None:
    path = folder / "keys" / "casework.toml"
    path.chmod(mode)
    with pytest.raises(Unsafe, match="chmod 640"):
        Settings.read({FILE: str(path)})
    path.chmod(0o640)
    assert Settings.read({FILE: str(path), "CASEWORK_TOWN": "Autre mairie"}).town == "Autre mairie"


# --- Serving ------------------------------------------------------------------------------------------------------


def test_a_turn_that_fails_in_the_server_is_said_in_one_line_without_what_it_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("Camille Fictif")

    monkeypatch.setattr(ticking, "run", fail)
    house = open_house(Settings.read({FILE: str(folder / "keys" / "casework.toml")}))
    ticking.take_turn(house, None)
    assert ("Camille" in caplog.text, "RuntimeError" in caplog.text) == (False, True)
    house.stores.close()


def test_the_server_takes_the_turn_that_no_timer_took_and_no_other(folder: Path) -> None:
    settings, mark = Settings.read({FILE: str(folder / "keys" / "casework.toml")}), folder / "keys" / "last-tick"
    house = open_house(settings)
    house.stores.close()
    serving._clocks(house, None)
    first = mark.stat().st_mtime_ns
    serving._clocks(house, None)
    assert mark.stat().st_mtime_ns == first
    for other in (time.time() - 7_200, time.time() + 86_400):  # hours ago, and of a clock that was set back since
        os.utime(mark, (other, other))
        serving._clocks(house, None)
        assert abs(mark.stat().st_mtime - time.time()) < 60


def test_no_connection_to_a_store_is_open_when_processes_are_made_of_the_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses: list[House] = []

    def opened(settings: Settings) -> House:
        houses.append(open_house(settings))
        return houses[0]

    def parted(*_: Any) -> NoReturn:
        for engine in (houses[0].stores.case, houses[0].stores.key):
            assert isinstance(engine.pool, QueuePool)
            assert engine.pool.checkedin() + engine.pool.checkedout() == 0
        raise KeyboardInterrupt

    monkeypatch.setattr(serving, "open_house", opened)
    monkeypatch.setattr(serving, "workers", parted)
    with pytest.raises(KeyboardInterrupt):
        serving.serve(Settings.read({FILE: str(folder / "keys" / "casework.toml")}), "127.0.0.1", 0)


# --- Outside the checkout -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked where nothing of the checkout is."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    (wheel,) = folder.glob("casework-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", folder / "site", wheel], check=True)
    return folder / "site"


def command(installed: Path, folder: Path, *words: str) -> list[str]:
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); from casework.cli import main; main()"
    assert folder.is_dir()
    return [sys.executable, "-c", code, *words]


@contextmanager
def running(line: list[str], folder: Path, environ: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(line, cwd=folder, env=environ, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def asked(port: int) -> tuple[int, str]:
    for _ in range(100):
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            try:
                connection.request("GET", "/connexion", headers={"Host": "localhost"})
            except ConnectionRefusedError:
                time.sleep(0.2)
                continue
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
    raise AssertionError("the server does not answer")


def test_the_wheel_installs_serves_and_keeps_the_clocks_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environ = {"PATH": os.environ["PATH"], FILE: str(tmp_path / "keys" / "casework.toml")}
    made = {name: value for name, value in environ.items() if name != FILE}
    init = command(installed, tmp_path, "init", *answers(tmp_path), *INVITED)
    subprocess.run(init, cwd=tmp_path, env=made, check=True, capture_output=True)
    with running(command(installed, tmp_path, "serve", "--port", str(port)), tmp_path, environ):
        status, page = asked(port)
        assert (status, "Mairie « du 6e »" in page) == (200, True)
        for _ in range(100):
            if (tmp_path / "keys" / "last-tick").exists():
                break
            time.sleep(0.2)
        assert (tmp_path / "keys" / "last-tick").exists()
    assert list(Path(installed, "casework", "migrations").glob("*/*.py"))


def test_the_server_listens_to_this_computer_alone_unless_a_proxy_is_named(folder: Path, shell: Shell) -> None:
    path = folder / "keys" / "casework.toml"
    path.write_text(path.read_text().replace("proxy", "# proxy"))
    refused = shell.run("serve", "--host", "0.0.0.0")  # noqa: S104 - what is refused
    assert (refused.exit_code, "listen on 127.0.0.1" in refused.output) == (1, True)


@pytest.mark.parametrize(
    ("proxy", "told", "believed"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("192.0.2.1", "203.0.113.7", "127.0.0.1"),
        ("", "203.0.113.7", "127.0.0.1"),
    ],
)
def test_only_the_web_server_in_front_says_who_asks(folder: Path, proxy: str, told: str, believed: str) -> None:
    settings = Settings.read({FILE: str(folder / "keys" / "casework.toml")})
    server: Any = create_server(who_asks, port=0, **serving.options(replace(settings, proxy=proxy)))
    threading.Thread(target=run_until_closed, args=(server,), daemon=True).start()
    with closing(HTTPConnection("127.0.0.1", server.effective_port, timeout=10)) as connection:
        connection.request("GET", "/", headers={"X-Forwarded-For": told})
        assert connection.getresponse().read().decode() == believed
    server.close()


def run_until_closed(server: Any) -> None:
    with suppress(OSError):
        server.run()


def who_asks(environ: dict[str, Any], start: Any) -> list[bytes]:
    """An application that says whom it takes the question to be from."""
    start("200 OK", [])
    return [environ["REMOTE_ADDR"].encode()]


# --- Backups --------------------------------------------------------------------------------------------------------


def test_a_backup_is_put_back_and_serves(folder: Path, shell: Shell) -> None:
    assert shell.run("backup", str(folder / "kept")).exit_code == 0
    (kept,) = (folder / "kept").iterdir()
    copies = sorted(kept.iterdir())
    assert [(path.name, path.stat().st_mode & 0o777) for path in copies] == [("case.db", 0o600), ("key.db", 0o600)]
    for path in copies:
        shutil.copy(path, folder / "data" / path.name)
    assert shell.run("tick").exit_code == 0


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(folder: Path, shell: Shell) -> None:
    refused = shell.run("backup", str(folder / "keys" / "casework.toml" / "kept"))
    assert (refused.exit_code, "Not a directory" in refused.output) == (1, True)


def test_no_act_falls_between_the_copies_of_the_two_stores(
    folder: Path, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, seen = backups.copy_file, []

    def copy_while_somebody_acts(source: Path, target: Path) -> None:
        copy(source, target)
        with closing(sqlite3.connect(folder / "data" / "case.db", timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            seen.append(source.name)

    monkeypatch.setattr(backups, "copy_file", copy_while_somebody_acts)
    assert shell.run("backup", str(folder / "kept")).exit_code == 0
    assert seen == ["case.db", "key.db"]


def test_a_backup_that_was_cut_is_not_taken_for_one_and_postgresql_has_its_own(folder: Path, shell: Shell) -> None:
    (folder / "data" / "key.db").write_bytes(b"rubbish" * 1_000)
    assert shell.run("backup", str(folder / "kept")).exit_code == 1
    assert [path.suffix for path in (folder / "kept").iterdir()] == [".partial"]
    path = folder / "keys" / "casework.toml"
    path.write_text(re.sub(r'sqlite:[^"]+key.db', "postgresql+psycopg://nobody@127.0.0.1:1/none", path.read_text()))
    assert "pg_dump" in shell.run("backup", str(folder / "kept")).output
