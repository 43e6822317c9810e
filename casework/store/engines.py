"""Engines of the two stores, on SQLite or PostgreSQL, and the one way to open a transaction."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from audit.follower import Follower

FLOOR = "log floor"
DRIVERS = ("sqlite", "postgresql+psycopg")
PATIENCE = 10  # seconds a writer waits for the one before it
_CONNECTING = 5  # seconds
_VIEW: Mapping[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


class StoreDown(Exception):
    """A store does not answer, or not as one of ours; `store` says which. What was not committed is not there."""

    def __init__(self, store: str) -> None:
        super().__init__(f"the {store} store does not answer")
        self.store = store


class FileDown(StoreDown):
    """A file beside the stores cannot be read or written, as when its disk is full; `store` names it."""

    def __init__(self, name: str) -> None:
        Exception.__init__(self, f"the {name} cannot be read or written: is its disk full?")
        self.store = name


@contextmanager
def writable(name: str) -> Iterator[None]:
    """Whatever the system refuses about this file is told as a store that is down. Errors: FileDown."""
    try:
        yield
    except OSError as error:
        raise FileDown(name) from error


def open_engine(url: str) -> Engine:
    """An engine for `url`. SQLite: write-ahead log, full durability, secure deletion. On both, writers queue ten seconds."""
    # No upper number: a thread may read beside its own transaction, and must not wait for another thread's connection.
    options: dict[str, Any] = {"hide_parameters": True, "max_overflow": -1}
    if make_url(url).get_backend_name() == "postgresql":
        waiting = {"connect_timeout": _CONNECTING, "options": f"-c lock_timeout={PATIENCE}s"}
        return create_engine(url, **options, pool_pre_ping=True, connect_args=waiting)
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    path = database_file(url)
    if path:
        _keep_to_one_file(engine, path)
    return engine


def understood(address: str) -> bool:
    """Whether this is the address of a database of ours, whether or not one is there."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return False
    return bool(url.database) and url.drivername in DRIVERS


def database_file(address: str) -> Path | None:
    """The file of a database that is one."""
    url = make_url(address)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={PATIENCE * 1000}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    mode = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if mode else "BEGIN IMMEDIATE")


def _keep_to_one_file(engine: Engine, path: Path) -> None:
    """A file taken away or replaced under us no longer answers: SQLite would write on into the lost one, or begin an empty one."""
    first: list[tuple[int, int]] = []

    def here() -> list[tuple[int, int]]:
        return [(found.st_dev, found.st_ino) for found in [path.stat()]] if path.exists() else []

    def check(*_: Any) -> None:
        if first and here() != first:
            raise sqlite3.OperationalError("the file of this store was taken away or replaced")

    def connected(*_: Any) -> None:
        first[:] = first or here()

    event.listen(engine, "do_connect", check)
    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", check)


@contextmanager
def _answering(store: str) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError):  # it answers: what was written did not fit
        raise
    except (DBAPIError, NoConnection) as error:
        raise StoreDown(store) from error


@contextmanager
def _writing(engine: Engine, store: str) -> Iterator[Session]:
    with _answering(store), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _reading(engine: Engine, store: str, info: Mapping[str, Any] | None = None) -> Iterator[Session]:
    """PostgreSQL would give each statement a view of its own; SQLite's view holds for the whole transaction."""
    with _answering(store), Session(engine, expire_on_commit=False, info=dict(info or {})) as session:
        session.connection(execution_options=_VIEW[engine.dialect.name])
        yield session


@dataclass(frozen=True, slots=True)
class Stores:
    """The two stores; they never commit together. What this process verified of the case store's log is kept with them.

    Errors of every transaction: StoreDown.
    """

    case: Engine
    key: Engine
    follower: Follower = field(default_factory=Follower, compare=False)

    def case_writing(self) -> AbstractContextManager[Session]:
        """One case transaction; committed at the end, rolled back on any error."""
        return _writing(self.case, "case")

    def case_reading(self) -> AbstractContextManager[Session]:
        """One view of the case store, whatever others commit meanwhile; nothing is written. Its `FLOOR` is what the log must at least hold there."""
        return _reading(self.case, "case", {FLOOR: self.follower.number})

    def key_writing(self) -> AbstractContextManager[Session]:
        """One key-store transaction, committed at the end."""
        return _writing(self.key, "key")

    def key_reading(self) -> AbstractContextManager[Session]:
        """One view of the key store."""
        return _reading(self.key, "key")

    def close(self) -> None:
        """Give the connections back."""
        self.case.dispose()
        self.key.dispose()
