"""R-08: what was deleted leaves the files of both stores, and not only their tables."""

from contextlib import suppress

from sqlalchemy import Engine, MetaData, text
from sqlalchemy.exc import OperationalError

from casework.store.base import CaseBase, KeyBase
from casework.store.engines import Stores

# PostgreSQL keeps samples of the values of every column, and with them pieces of rows that are gone.
SAMPLES = "pg_statistic"


def expunge(stores: Stores) -> None:
    """Overwrite the write-ahead logs of SQLite, write the tables of PostgreSQL anew; a reader at work defers it to the next call."""
    for engine, tables in ((stores.case, CaseBase.metadata), (stores.key, KeyBase.metadata)):
        if engine.dialect.name == "sqlite":
            _truncate(engine)
        else:
            _rewrite(engine, tables)


def _truncate(engine: Engine) -> None:
    connection = engine.raw_connection()  # no transaction: a checkpoint inside one is refused
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()


def _rewrite(engine: Engine, tables: MetaData) -> None:
    """A plain VACUUM frees the place of a dead row and leaves its bytes there. The log only grows: it is not written anew."""
    with suppress(OperationalError), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # what is set here must not go back to the pool
        # Everybody else waits behind us for a table that somebody reads for long, such as a backup.
        connection.execute(text("SET lock_timeout = '2s'"))
        for name in tables.tables:
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{name}"'))
        connection.execute(text(f"VACUUM FULL {SAMPLES}"))
