"""Disks that are full, stores that somebody else holds or that cannot be written: by what the system and the databases really answer then."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from casework.store.faults import at_point
from tests.databases import administrator

# What a standby answers: an ordinary server lets each transaction say that it writes all the same.
REFUSE = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'read-only' USING ERRCODE = 'read_only_sql_transaction'; END $$"""
SHORT = 200  # ms: who waits for a lock gives up sooner than in a town hall


@contextmanager
def full() -> Iterator[None]:
    """Meanwhile no file of this process can grow or be written, whichever disk it is on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full_from(point: str) -> Iterator[None]:
    """The disks are full when a move reaches this point between its durable steps; from the beginning when it is named so."""
    with ExitStack() as until:

        def reached(here: str) -> None:
            if here == point:
                until.enter_context(full())

        reached("")
        token = at_point.set(reached)
        try:
            yield
        finally:
            at_point.reset(token)


@contextmanager
def changed(engine: Engine, *statements: str) -> Iterator[None]:
    """Every connection of this engine begins with these statements; those of before are closed, and so are these afterwards."""

    def begin(connection: Any, *_: Any) -> None:
        with closing(connection.cursor()) as cursor:
            for each in statements:
                cursor.execute(each)
        if engine.dialect.name == "postgresql":
            connection.commit()

    engine.dispose()
    event.listen(engine, "connect", begin)
    try:
        yield
    finally:
        event.remove(engine, "connect", begin)
        engine.dispose()


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Somebody else writes in this store and does not end."""
    if engine.dialect.name == "sqlite":
        with (
            changed(engine, f"PRAGMA busy_timeout={SHORT}"),
            closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as other,
        ):
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    stranger = create_engine(engine.url)
    with changed(engine, f"SET lock_timeout = {SHORT}"), stranger.connect() as other:
        for name in _tables(other):
            other.execute(text(f'LOCK TABLE "{name}" IN EXCLUSIVE MODE'))
        yield
        other.rollback()
    stranger.dispose()


@contextmanager
def read_only(engine: Engine) -> Iterator[None]:
    """The store answers and takes nothing."""
    if engine.dialect.name == "sqlite":
        with changed(engine, "PRAGMA query_only = ON"):
            yield
        return
    with administrator(str(engine.url.database)) as owner:
        owner.execute(text(REFUSE))
        for name in _tables(owner):
            owner.execute(
                text(f'CREATE TRIGGER a_refuse BEFORE INSERT OR UPDATE OR DELETE ON "{name}" EXECUTE FUNCTION refuse()')
            )
        yield
        owner.execute(text("DROP FUNCTION refuse CASCADE"))


def _tables(connection: Connection) -> list[str]:
    return list(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


Trouble = Callable[[Engine], Any]
TROUBLES: dict[str, Trouble] = {"held": held, "read only": read_only}
