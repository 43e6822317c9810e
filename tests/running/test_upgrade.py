"""An installation made by the code of before (frozen/README.md) is migrated by the command, then opened, read, acted in and kept."""

import base64
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, create_engine, insert, make_url, select, text

from audit.verify import verify
from casework import create_app
from casework.accounts.totp import totp_now
from casework.config import FILE, Settings, Unsafe, open_house
from casework.kernel.clock import at
from casework.store.migrations import STORES, Store, steps
from tests import databases
from tests.cases.pages import BASE, HIDDEN
from tests.demo.shell import Shell, said

FROZEN, PLACE = Path(__file__).parent / "frozen" / "case_0005.tar.xz", "/FOLDER"
TEXT = "Récit fictif : {}, seul sans cartable."
LATER = timedelta(minutes=2)  # than the last log-in of before: a code serves once


@dataclass
class Before:
    """The installation: where it lies, what was told of it, and the commands that are typed there at its moment."""

    folder: Path
    told: Mapping[str, Any]
    urls: Mapping[str, str]

    @property
    def environ(self) -> dict[str, str]:
        return {FILE: str(self.folder / "keys" / "casework.toml"), **self.urls}

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.told["moment"]) + LATER

    def run(self, *words: str) -> tuple[int, str]:
        """Exit code, and what was said on one line."""
        with at(self.moment):
            done = Shell(self.environ).run(*words)
        return done.exit_code, said(done.output)

    def case(self, name: str) -> str:
        return f"/situations/{self.told['situations'][name]['case']}"


@pytest.fixture(params=databases.DIALECTS)
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Before]:
    """Unpacked; on PostgreSQL, each row of its files stands in a database of the same shape."""
    with tarfile.open(FROZEN) as archive:
        archive.extractall(tmp_path, filter="data")
    for name in ("data", "keys"):
        (tmp_path / name).chmod(0o700)  # the filter of `tarfile` opens folders
    settings = tmp_path / "keys" / "casework.toml"
    settings.write_text(settings.read_text().replace(PLACE, str(tmp_path)))
    urls = {}
    if request.param == "postgresql":
        urls = {f"CASEWORK_{name.upper()}_URL": poured(tmp_path / "data" / f"{name}.db", name) for name in STORES}
    yield Before(tmp_path, json.loads((tmp_path / "told.json").read_text()), urls)
    for url in urls.values():
        databases.drop_database(str(make_url(url).database))


def poured(path: Path, store: Store) -> str:
    """The address of a new database with the rows of a file."""
    url = databases.new_database()
    source, target = create_engine(f"sqlite:///{path}"), create_engine(url)
    with source.connect() as rows, target.begin() as place:
        shape = rows.scalar(text("SELECT version_num FROM alembic_version"))
        assert shape in {"case_0005", "key_0001"}
        command.upgrade(steps(store, place), str(shape))
        pour(rows, place)
    source.dispose()
    target.dispose()
    return url


def pour(source: Connection, target: Connection) -> None:
    known = MetaData()
    known.reflect(target)
    known.remove(known.tables["alembic_version"])
    for table in known.sorted_tables:
        for column in table.columns:
            column.type = column.type.as_generic()
        rows = [in_utc(row._mapping) for row in source.execute(select(table))]
        if rows:
            target.execute(insert(table), rows)


def in_utc(row: Mapping[Any, Any]) -> dict[str, Any]:
    """SQLite keeps no zone: what was written there is in UTC."""
    return {
        str(name): value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for name, value in row.items()
    }


class Browser:
    """Somebody of the installation, who logs in by the page."""

    def __init__(self, app: Any, before: Before, name: str) -> None:
        self.client, self.moment = app.test_client(), before.moment
        somebody = before.told["people"][name]
        with at(self.moment):
            code = totp_now(base64.b32decode(somebody["secret"]))
        came = self.post("/connexion", login=somebody["login"], password=somebody["password"], code=code)
        assert came.status_code == 303, came.text
        if self.get("/").location == "/charte":
            assert self.post("/charte", agreed="1").status_code == 303

    def get(self, path: str) -> Any:
        with at(self.moment):
            return self.client.get(path, base_url=BASE, buffered=True)

    def post(self, path: str, **form: str) -> Any:
        """Fetch the page, then send its form with these values."""
        hidden = dict(HIDDEN.findall(self.get(path).text))
        with at(self.moment):
            return self.client.post(path, data={**hidden, **form}, base_url=BASE)


@contextmanager
def served(before: Before) -> Iterator[Any]:
    """The application over the installation, as `casework serve` makes it."""
    settings = Settings.read(before.environ)
    with at(before.moment):
        house = open_house(settings)
        yield create_app(settings, house)
    house.stores.close()


def proven(before: Before) -> int:
    """How many entries of the log the stand-alone verifier finds sound, up to the pin."""
    with at(before.moment):
        house = open_house(Settings.read(before.environ))
    with house.stores.case_reading() as session:
        report = verify(session.connection(), house.provider.mac, house.pins.read()["log"])
    house.stores.close()
    assert report.problems == []
    return report.count


def test_an_installation_of_before_is_migrated_and_lives_on(before: Before) -> None:
    with pytest.raises(Unsafe, match="run `casework migrate`"), served(before):
        pass
    assert before.run("migrate") == (0, "Both stores are up to date.")
    entries = proven(before)
    assert entries > 100
    with served(before) as app:
        coordinator, prosecutor, dsol, school, recipient = (
            Browser(app, before, name) for name in ("coordinator", "prosecutor", "dsol", "head_of_school", "recipient")
        )
        for name, surname in (("sent", "Envoyée"), ("followed", "Suivie"), ("exchanged", "Échangée")):
            assert TEXT.format(surname) in shown(coordinator.get(before.case(name)).text), name
        assert "Note fictive : Échangée." in shown(prosecutor.get(before.case("exchanged")).text)
        assert "Échangée" in dsol.get(before.case("exchanged")).text
        assert "Récit fictif" not in dsol.get(before.case("exchanged")).text
        assert "Un récit commencé." in school.get("/situations/nouvelle/refer").text
        assert "Suivie" in recipient.get(before.case("followed")).text

        assert prosecutor.get(before.case("sent")).status_code == 404
        played = coordinator.post(f"{before.case('sent')}/actes/transmit")
        assert played.status_code == 303, played.text
        assert TEXT.format("Envoyée") in shown(prosecutor.get(before.case("sent")).text)
    assert before.run("tick")[0] == 0
    code, found = before.run("doctor")
    assert (code, "FAIL" in found) == (0, False), found
    assert proven(before) > entries + 10


def shown(page: str) -> str:
    """The words of a page, whatever spaces French typography puts there."""
    return page.replace("\u00a0", " ").replace("\u202f", " ")
