"""A copy of both stores as they were at one instant: whoever writes, an entry of the log included, waits for its end."""

import sqlite3
from contextlib import closing
from pathlib import Path

from casework.config import Settings, Unsafe, require_files
from casework.kernel.clock import now
from casework.running.installing import files
from casework.store.engines import Stores, open_engine

PRIVATE = 0o600


def backup(settings: Settings, folder: Path) -> Path:
    """The folder, named by the instant, in which the two copies are. Errors: Unsafe; a copy that was cut is not there."""
    require_files(settings)
    paths = files(settings)
    if len(paths) != len(("case", "key")):
        raise Unsafe("on PostgreSQL: stop the server, copy both databases with pg_dump, start it again")
    place = folder / f"casework-{now():%Y%m%dT%H%M%SZ}"
    unfinished = place.with_suffix(".partial")
    unfinished.mkdir(mode=0o700, parents=True)
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
    try:
        with stores.case_writing() as session:
            session.connection()  # takes the lock that an act holds from its first seal to its last row
            for path in paths:
                copy_file(path, unfinished / path.name)
    finally:
        stores.close()
    return unfinished.rename(place)


def copy_file(source: Path, target: Path) -> None:
    """One store as its last commit left it, in one file of mode 0600. Errors: Unsafe when it is damaged."""
    target.touch(mode=PRIVATE)
    try:
        with closing(sqlite3.connect(source)) as store, closing(sqlite3.connect(target)) as copy:
            store.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file to carry away
            (found,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise Unsafe(f"{source} is damaged ({found}): keep the former copies, and see `casework doctor`")
