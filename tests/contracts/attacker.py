"""Somebody with the password of both databases and no key of the provider, and the state such a person finds again afterwards."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Engine, text

from casework.store import directory
from casework.store.engines import Stores
from casework.store.house import House
from tests.cases.conftest import Lives
from tests.databases import put_back

PutBack: TypeAlias = Callable[[], None]


class Writer:
    """Writes as it likes, but in files outside both databases."""

    def __init__(self, lives: Lives) -> None:
        self.lives = lives

    @property
    def house(self) -> House:
        """The house attacked."""
        return self.lives.house

    def case(self, statement: str, **values: Any) -> Any:
        """Run one statement on the case store."""
        return self._run(self.house.stores.case, statement, values)

    def key(self, statement: str, **values: Any) -> Any:
        """Run one statement on the key store."""
        return self._run(self.house.stores.key, statement, values)

    def _run(self, engine: Engine, statement: str, values: dict[str, Any]) -> Any:
        files = engine.dialect.name == "sqlite"
        clean = {name: value.hex if files and isinstance(value, UUID) else value for name, value in values.items()}
        with engine.begin() as connection:
            connection.execute(text("PRAGMA foreign_keys=OFF" if files else "SET CONSTRAINTS ALL DEFERRED"))
            found = connection.execute(text(statement), clean)
            return found.fetchall() if found.returns_rows else None

    def open_the_log(self) -> None:
        """Take away what refuses changes of the log: whoever owns the database may."""
        if self.house.stores.case.dialect.name == "postgresql":
            self.case("alter table audit_log disable trigger user")
            return
        for (name,) in self.case("select name from sqlite_master where type = 'trigger'"):
            self.case(f"drop trigger {name}")

    def hide(self, event: str) -> None:
        """Delete the newest entry of this type, which other entries follow, from a log whose triggers are dropped."""
        self.open_the_log()
        ((number, last),) = self.case(
            "select max(number), (select max(number) from audit_log) from audit_log where type = :t", t=event
        )
        assert number < last
        self.case("delete from audit_log where number = :n", n=number)

    def keep(self, engine: Engine, table: str, column: str, value: UUID) -> PutBack:
        """Rows as they are now, to be put in the place of what they become."""
        where = f'from "{table}" where "{column}" = ?'
        with _opened(engine) as connection:
            rows = connection.execute(f"select * {where}", [value.hex]).fetchall()

        def put_back() -> None:
            with _opened(engine) as connection:
                connection.execute(f"delete {where}", [value.hex])
                for row in rows:
                    connection.execute(f'insert into "{table}" values ({", ".join("?" * len(row))})', row)  # noqa: S608

        return put_back


@contextmanager
def _opened(engine: Engine) -> Iterator[sqlite3.Connection]:
    """The file itself, where nothing checks references."""
    with closing(sqlite3.connect(str(engine.url.database))) as connection, connection:
        yield connection


def another_process(lives: Lives) -> None:
    """What a process that starts now knows of both stores: nothing."""
    stores = lives.house.stores
    lives.town.house = replace(lives.house, stores=Stores(stores.case, stores.key))
    directory._cache.clear()


@contextmanager
def attacking(lives: Lives) -> Iterator[Writer]:
    """An attacker; both databases are put back afterwards from a copy, and nobody remembers."""
    pins = lives.house.pins.path
    pinned = pins.read_bytes()
    with put_back(lives.house.stores.case), put_back(lives.house.stores.key):
        another_process(lives)
        yield Writer(lives)
    pins.write_bytes(pinned)
