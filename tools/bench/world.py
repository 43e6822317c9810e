"""A town for the bench: real situations made through the services, then copies of their rows up to any number, with a log that proves itself."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from audit.entry import Entry, Reference, new_reference
from casework.cases import heads
from casework.cases.heads import Head
from casework.config import Settings
from casework.kernel.life import Actor
from casework.store.engines import Stores
from casework.store.house import House
from casework.store.keytables import LockedKeyRow, SealRow
from casework.store.tables import CaseRow, CiphertextRow, HeadRow, ReaderRow
from tests import databases
from tests.cases.conftest import make_lives
from tests.house import APART, DATA, PINS, PROVIDER

Tables: TypeAlias = tuple[tuple[str, type[Any]], ...]
BATCH = 2_000
CASES: Tables = (("situation", CaseRow), ("head", HeadRow), ("ciphertext", CiphertextRow), ("reader", ReaderRow))
KEYS: Tables = (("seal", SealRow), ("locked_key", LockedKeyRow))
REAL = 60  # situations made through the services, opened by the bench


@dataclass(frozen=True)
class World:
    """Where a world is, and what a browser needs to enter it."""

    case_url: str
    key_url: str
    floor_case_url: str  # copies, on which floors write what no log would take; empty when there are none
    floor_key_url: str
    folder: str
    moment: str
    logins: Mapping[str, Sequence[str]]  # seat: log-in, TOTP secret in hexadecimal
    cases: Sequence[str]  # real ones, retained, that the coordinator opens

    def settings(self) -> Settings:
        """Those of a server of this world."""
        apart = Path(self.folder) / APART
        return Settings(self.case_url, self.key_url, apart / PROVIDER, apart / PINS, ("localhost",), "Banc d’essai")

    def save(self) -> None:
        """For the process that serves it."""
        (Path(self.folder) / "world.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "World":
        """The world that was saved there."""
        return cls(**json.loads((folder / "world.json").read_text(encoding="utf-8")))


def build(folder: Path, number: int, dialect: str = "sqlite", *, floors: bool = True) -> World:
    """A world of `number` situations; argon2 at its production cost. Without `floors` it has no copy to write on."""
    folder.mkdir(mode=0o700, parents=True)
    lives = make_lives(folder, dialect, {})
    made = [lives.retained(surname=f"Fictif{index}", first_name="Banc") for index in range(REAL)]
    fill(lives.house, made[: REAL // 2], number - REAL)
    lives.house.follow()  # as a turn of the clocks has done: no start verifies a whole town
    lives.house.remember()
    _count(lives.house.stores)
    people, stores = lives.town.people, lives.house.stores
    stores.close()
    floor = ("", "")
    if floors:
        shutil.copytree(folder / DATA, folder / "floor")
        copies = databases.copy(stores, folder / "floor")
        floor = _urls(copies)
        copies.close()
    world = World(
        *_urls(stores),
        *floor,
        str(folder),
        lives.town.moment.isoformat(),
        {name: (item.login, item.secret.hex()) for name, item in people.items()},
        [str(head.life.case) for head in made],
    )
    world.save()
    return world


def _count(stores: Stores) -> None:
    """What PostgreSQL does by itself some minutes after so many rows: until then it would read whole tables."""
    for engine in (stores.case, stores.key):
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))


def _urls(stores: Stores) -> tuple[str, str]:
    case, key = (engine.url.render_as_string(hide_password=False) for engine in (stores.case, stores.key))
    return case, key


def fill(house: House, sources: Sequence[Head], number: int) -> None:
    """Copy the rows of these situations under new ids until there are `number` more: never opened, counted and sorted by every query."""
    with house.stores.case_reading() as session, house.stores.key_reading() as keys:
        models = [_rows(session, keys, head.life.case) for head in sources]
        first = max(session.scalars(select(CaseRow.number)).all(), default=0) + 1
    for begin in range(0, number, BATCH):
        chunk = [_copy(models[n % len(models)], first + n) for n in range(begin, min(begin + BATCH, number))]
        with house.stores.key_writing() as keys:
            for name, table in KEYS:
                keys.execute(insert(table), [row for item in chunk for row in item[name]])
        with house.writing() as writing:
            for name, table in CASES:
                writing.session.execute(insert(table), [row for item in chunk for row in item[name]])
            writing.entries.extend(entry for item in chunk for entry in _entries(house, item))


def _rows(session: Session, keys: Session, case: UUID) -> dict[str, list[dict[str, Any]]]:
    def of(where: Session, table: type[Any], which: Any) -> list[dict[str, Any]]:
        found = where.scalars(select(table).where(which)).all()
        return [{item.key: getattr(row, item.key) for item in table.__table__.columns} for row in found]

    bundles = select(SealRow.key_id).where(SealRow.case == case)
    rows = {name: of(session, table, table.case == case) for name, table in CASES if table is not CaseRow}
    return rows | {
        "situation": of(session, CaseRow, CaseRow.id == case),
        "seal": of(keys, SealRow, SealRow.case == case),
        "locked_key": of(keys, LockedKeyRow, LockedKeyRow.bundle.in_(bundles)),
    }


def _copy(model: Mapping[str, list[dict[str, Any]]], number: int) -> dict[str, list[dict[str, Any]]]:
    case, renamed = uuid4(), dict[UUID, UUID]()
    copied = {
        name: [row | ({"case": case} if "case" in row else {}) for row in rows]
        for name, rows in model.items()
        if name != "situation"
    }
    for row in (*copied["ciphertext"], *copied["seal"], *copied["locked_key"]):
        for column in {"key_id", "bundle"} & set(row):
            row[column] = renamed.setdefault(row[column], uuid4())
    own = {"id": case, "reference": str(new_reference()), "number": number, "once": uuid4()}
    return copied | {"situation": [model["situation"][0] | own]}


def _entries(house: House, rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[Entry]:
    row, moves, actor = rows["situation"][0], house.events.moves, Actor(house.instance, None)
    for head, move in zip(rows["head"], ("refer", "transmit", "retain"), strict=True):
        yield house.entry(
            house.events.moved, actor, subject=row["id"], reference=Reference(row["reference"]), move=moves[move],
            sequence=head["sequence"], head=heads.digest(head["body"]),
        )  # fmt: skip
