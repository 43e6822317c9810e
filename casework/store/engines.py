"""Engines of the two stores, on SQLite or PostgreSQL, and the one way to open a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from audit.follower import Follower

FLOOR = "log floor"


def open_engine(url: str) -> Engine:
    """An engine for `url`. SQLite: write-ahead log, full durability, secure deletion, writers queue ten seconds."""
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    mode = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if mode else "BEGIN IMMEDIATE")


@dataclass(frozen=True, slots=True)
class Stores:
    """The two stores; they never commit together. What this process verified of the case store's log is kept with them."""

    case: Engine
    key: Engine
    follower: Follower = field(default_factory=Follower, compare=False)

    @contextmanager
    def case_writing(self) -> Iterator[Session]:
        """One case transaction; committed at the end, rolled back on any error."""
        with Session(self.case, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def case_reading(self) -> Iterator[Session]:
        """A consistent view of the case store; nothing is committed. Its `FLOOR` is what the log must at least hold there."""
        engine, info = self.case.execution_options(read_only=True), {FLOOR: self.follower.number}
        with Session(engine, expire_on_commit=False, info=info) as session:
            if engine.dialect.name == "postgresql":  # where each statement would have a view of its own
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def key_writing(self) -> Iterator[Session]:
        """One key-store transaction, committed at the end."""
        with Session(self.key, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def key_reading(self) -> Iterator[Session]:
        """A consistent view of the key store."""
        with Session(self.key.execution_options(read_only=True), expire_on_commit=False) as session:
            yield session


def truncate_write_ahead(stores: Stores) -> None:
    """R-08: what was deleted leaves SQLite's write-ahead logs too; a reader at work defers it to the next call."""
    for engine in (stores.case, stores.key):
        if engine.dialect.name == "sqlite":
            connection = engine.raw_connection()  # no transaction: a checkpoint inside one is refused
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                connection.close()
