"""Engines of the two stores, on SQLite or PostgreSQL, and the one way to open a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session


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
    """The two stores; they never commit together."""

    case: Engine
    key: Engine

    @contextmanager
    def case_writing(self) -> Iterator[Session]:
        """One case transaction; committed at the end, rolled back on any error."""
        with Session(self.case, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def case_reading(self) -> Iterator[Session]:
        """A consistent view of the case store; nothing is committed."""
        with Session(self.case.execution_options(read_only=True), expire_on_commit=False) as session:
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
