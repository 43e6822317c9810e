"""`casework init`: on PostgreSQL by flags, what it refuses, and what it does when it was cut and is run again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from casework.accounts.acceptance import begin_acceptance
from casework.accounts.errors import AccountError
from casework.config import FILE, Settings, open_house
from casework.running import installing, welcoming
from casework.store.house import House
from tests import databases
from tests.demo.shell import Shell, said
from tests.house import accept, open_town
from tests.mail.servers import SENDER, Box, nobody, serving
from tests.running.made import INVITED, PEOPLE, answers

LINK = re.compile(r"/invitation/([0-9a-f]{64})")
SECRET = "Mot-de-passe-des-bases"
ROLES = ("case_owner", "key_owner")


def again(folder: Path, *words: str) -> tuple[int, str]:
    """The command run once more, told where the settings are: exit code, and what was said on one line."""
    done = Shell({FILE: str(folder / "keys" / "casework.toml")}).run("init", "--copied", *words)
    return done.exit_code, said(done.output)


def first(folder: Path, *words: str) -> tuple[int, str]:
    done = Shell({FILE: ""}).run("init", *answers(folder), *words)
    return done.exit_code, said(done.output)


def house_of(folder: Path) -> House:
    return open_house(Settings.read({FILE: str(folder / "keys" / "casework.toml")}))


def opening(house: House, token: str) -> bool:
    """Whether a link opens."""
    try:
        return bool(begin_acceptance(house, token))
    except AccountError:
        return False


# --- Run again ------------------------------------------------------------------------------------------------------


def test_init_makes_no_second_key_file_and_gives_new_links_until_the_ceremony(tmp_path: Path) -> None:
    _, told = first(tmp_path, *INVITED)
    before = (tmp_path / "keys" / "provider.json").read_bytes()
    code, refused = first(tmp_path, *INVITED)
    assert (code, "casework.toml is there already" in refused) == (1, True)
    house = house_of(tmp_path)
    accept(house, LINK.findall(told)[0])
    code, once_more = again(tmp_path)
    assert (code, (tmp_path / "keys" / "provider.json").read_bytes()) == (0, before)
    assert len(LINK.findall(once_more)) == len(PEOPLE) - 1
    assert [opening(house, token) for token in LINK.findall(told)] == [False] * len(PEOPLE)
    assert all(opening(house, token) for token in LINK.findall(once_more))
    house.stores.close()


def test_init_writes_the_settings_where_the_environment_says_that_they_are(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "casework.toml"
    made = Shell({FILE: str(place)}).run("init", *answers(tmp_path), *INVITED)
    assert (made.exit_code, place.stat().st_mode & 0o777) == (0, 0o600), made.output
    assert Shell({FILE: str(place)}).run("tick").exit_code == 0


@pytest.mark.clause("F-02")
def test_init_does_nothing_once_the_ceremony_was_held(tmp_path: Path) -> None:
    assert first(tmp_path, *INVITED)[0] == 0
    house = house_of(tmp_path)
    open_town(house)
    house.stores.close()
    code, told = again(tmp_path, *INVITED)
    assert (code, "serves a body already" in told, LINK.findall(told)) == (1, True, [])


def test_lost_pins_are_not_made_anew(tmp_path: Path) -> None:
    assert first(tmp_path, *INVITED)[0] == 0
    (tmp_path / "keys" / "pins.json").unlink()
    code, told = again(tmp_path)
    assert (code, "its pins are missing" in told) == (1, True)


STEPS = [
    (installing, "require_servers"),
    (installing, "_provider"),
    (installing, "upgrade"),
    (installing, "_found"),
    (installing, "_finish"),
    (welcoming, "_place"),
    (welcoming, "invite"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_init_that_was_cut_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, name, cut_after(getattr(module, name)))
        assert first(tmp_path, *INVITED)[0] == 1
    settled = (tmp_path / "keys" / "casework.toml").exists()
    code, told = again(tmp_path, *INVITED) if settled else first(tmp_path, *INVITED)
    assert (code, len(LINK.findall(told)), "To be invited still" in told) == (0, len(PEOPLE), False), told
    house = house_of(tmp_path)
    assert all(opening(house, token) for token in LINK.findall(told))
    house.stores.close()
    assert [path.name for path in (tmp_path / "keys").iterdir() if path.suffix in (".draft", ".tmp")] == []


def cut_after(step: Callable[..., Any]) -> Callable[..., Any]:
    """The process is killed once it took this step."""

    def killed(*given: Any, **more: Any) -> None:
        step(*given, **more)
        raise KeyboardInterrupt

    return killed


def test_a_key_file_that_was_cut_is_made_anew_when_nothing_was_made_with_it_and_only_then(tmp_path: Path) -> None:
    assert first(tmp_path, *INVITED)[0] == 0
    provider = tmp_path / "keys" / "provider.json"
    provider.write_bytes(provider.read_bytes()[:40])
    (tmp_path / "keys" / "pins.json").unlink()
    told = again(tmp_path)[1]
    assert ("Restore it from its backup" in told, "Nothing was made" in told) == (True, False)
    for path in (tmp_path / "data").iterdir():
        path.unlink()
    code, told = again(tmp_path)
    assert (code, "Nothing was made with it yet: remove it" in told) == (1, True)
    provider.unlink()
    assert again(tmp_path, *INVITED)[0] == 0


def test_init_says_who_is_to_be_invited_still_and_leaves_the_links_of_the_others(tmp_path: Path) -> None:
    handed = LINK.findall(first(tmp_path, *INVITED[:8])[1])
    one = LINK.findall(again(tmp_path, *INVITED[8:12])[1])
    house = house_of(tmp_path)
    assert (len(handed), len(one)) == (2, 1)
    assert all(opening(house, token) for token in (*handed, *one))
    house.stores.close()
    assert "To be invited still, by `casework init --person SEAT NAME E-MAIL`: controller, dpo." in again(tmp_path)[1]


def test_the_links_leave_by_mail_when_a_server_takes_them(tmp_path: Path) -> None:
    box = Box({"dpo@exemple.invalid": "550 no such box", "gaelle@exemple.invalid": "550 no such box"})
    with serving(box) as port:
        code, told = first(tmp_path, *INVITED, "--smtp", f"smtp://localhost:{port}", "--mail-from", SENDER)
    assert (code, told.count(" mailed"), told.count(" not mailed")) == (0, len(PEOPLE), 1)
    assert sorted(box.recipients) == sorted(email for _, _, email in PEOPLE[:-1])
    for letter in box.letters:
        (token,) = LINK.findall(letter.get_content())
        assert token in told
    settings = tmp_path / "keys" / "casework.toml"
    settings.write_text(re.sub(r"localhost:\d+", f"localhost:{nobody()}", settings.read_text()))
    assert again(tmp_path)[1].count(" not mailed") == len(PEOPLE)


# --- Refused --------------------------------------------------------------------------------------------------------


def test_databases_of_a_lost_key_file_are_left_as_they_are(tmp_path: Path) -> None:
    assert first(tmp_path, *INVITED)[0] == 0
    before = (tmp_path / "data" / "case.db").read_bytes()
    keys = tmp_path / "other"
    code, told = first(tmp_path, "--keys", str(keys), *INVITED)
    assert (code, "the databases are not empty" in told) == (1, True)
    assert (keys / "provider.json").exists() is False
    assert (tmp_path / "data" / "case.db").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--keys", "{folder}/data"], "PROVIDER lies in the directory of a database"),
        (["--keys", "{folder}/data/keys"], "PROVIDER lies in the directory of a database"),
        (["--case-url", "sqlite:///{folder}/a.db"], "give both --case-url and --key-url"),
        (["--case-url", "sqlite:///{folder}/a.db", "--key-url", "sqlite:///{folder}/a.db"], "must be two stores"),
        (["--case-url", "postgresql://a/b", "--key-url", "postgresql://a/c"], "postgresql+psycopg://"),
        (["--case-url", "secret", "--key-url", "mysql://u:secret@a/c"], "postgresql+psycopg://"),
        (["--host", "*"], "name each host"),
        (["--smtp", "smtp://localhost"], "MAIL_FROM"),
    ],
)
def test_answers_that_are_not_safe_leave_nothing_behind(tmp_path: Path, words: list[str], told: str) -> None:
    given = [word.format(folder=tmp_path) for word in words]
    code, output = first(tmp_path, *given, *INVITED)
    assert (code, told in output, "secret" in output) == (1, True, False), output
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("word", ["keys\0", "keys\udcff"])
def test_what_is_no_text_is_refused_as_an_argument_and_as_an_answer(tmp_path: Path, word: str) -> None:
    code, output = first(tmp_path, "--keys", str(tmp_path / word), *INVITED)
    assert (code, "holds what is no character" in output) == (2, True)
    asked = Shell({FILE: ""}).run("init", "--host", "a", "--town", "b", typed=f"{tmp_path}/data\n{tmp_path}/keys\0\n")
    assert (asked.exit_code, "holds what is no character" in asked.output) == (1, True)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_was_there_in_the_folder_of_the_databases_stays(tmp_path: Path) -> None:
    (tmp_path / "data" / "lost+found").mkdir(parents=True)
    (tmp_path / "data").chmod(0o700)
    assert first(tmp_path, *INVITED)[0] == 0
    assert (tmp_path / "data" / "lost+found").is_dir()


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """Two databases, each owned by an account of its own that comes in with a password."""

    urls: dict[str, str]

    def flags(self, **changes: str) -> list[str]:
        urls = self.urls | changes
        return ["--case-url", urls["case"], "--key-url", urls["key"]]

    def changed(self, store: str, **parts: Any) -> list[str]:
        other = make_url(self.urls[store]).set(**parts).render_as_string(hide_password=False)
        return self.flags(**{store: other})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    urls = dict(zip(databases.STORES, (make_url(databases.new_database()) for _ in databases.STORES), strict=True))
    with databases.administrator() as connection:
        path = Path(str(connection.scalar(text("SHOW hba_file"))))
        rules = path.read_text()
        path.write_text(f"local all {','.join(ROLES)} scram-sha-256\n{rules}")
        for role, url in zip(ROLES, urls.values(), strict=True):
            connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'"))
            connection.execute(text(f"ALTER DATABASE {url.database} OWNER TO {role}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield Server(
        {
            store: url.set(username=role, password=SECRET).render_as_string(hide_password=False)
            for (store, url), role in zip(urls.items(), ROLES, strict=True)
        }
    )
    for url in urls.values():
        databases.drop_database(str(url.database))
    path.write_text(rules)
    with databases.administrator() as connection:
        for role in ROLES:
            connection.execute(text(f"DROP ROLE {role}"))
        connection.execute(text("SELECT pg_reload_conf()"))


@pytest.mark.parametrize("store", databases.STORES)
@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ({"password": "autre-secret"}, "password authentication failed"),
        ({"username": "nobody"}, 'role "nobody" does not exist'),
        ({"query": {"host": "/nowhere"}}, "No such file or directory"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_before_anything_is_made(
    server: Server, tmp_path: Path, store: str, parts: dict[str, Any], told: str
) -> None:
    code, output = first(tmp_path, *server.changed(store, **parts), *INVITED)
    assert (code, told in output, f"{store.upper()}_URL" in output) == (1, True, True), output
    assert ("Traceback" in output, SECRET in output, "autre-secret" in output) == (False, False, False)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_init_on_postgresql_by_flags_alone(server: Server, tmp_path: Path) -> None:
    code, told = first(tmp_path, *server.flags(), *INVITED)
    assert (code, len(LINK.findall(told)), SECRET in told) == (0, len(PEOPLE), False), told
    assert list((tmp_path / "data").iterdir()) == []
    shell = Shell({FILE: str(tmp_path / "keys" / "casework.toml")})
    assert shell.run("tick").exit_code == 0
    found = shell.run("doctor").output
    assert ("FAIL" in found, SECRET in found) == (False, False), found
    assert "pg_dump" in shell.run("backup", str(tmp_path / "kept")).output
    code, told = again(tmp_path)
    assert (code, len(LINK.findall(told))) == (0, len(PEOPLE))
    code, told = first(tmp_path / "elsewhere", *server.flags(), *INVITED)
    assert (code, "the databases are not empty" in told) == (1, True)
