"""Markers, and every place at rest where one could hide: files and their names, disguised or not, rows as they read, copies of a live database."""

import base64
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from casework.store.engines import Stores

STEM = "canari"
PATTERN = rf"{STEM}[0-9a-f]{{16}}"


def marker() -> str:
    """A word that stands nowhere else."""
    return f"{STEM}{secrets.token_hex(8)}"


def markers(words: str) -> set[str]:
    """The markers in a text."""
    return set(re.findall(PATTERN, words.lower()))


def disguises(stem: str = STEM) -> Iterator[bytes]:
    """What a marker begins with once coded as other programs would: hexadecimal, base64 at each offset, UTF-16."""
    for word in (stem, stem.title()):
        yield word.encode().hex().encode()
        yield word.encode("utf-16-le")
        for offset in range(3):
            coded = base64.b64encode(bytes(offset) + word.encode())
            yield coded[(offset * 8 + 5) // 6 : (offset + len(word)) * 8 // 6]


def found(content: bytes) -> set[str]:
    """The markers in some bytes, and the disguises under which one stands there."""
    plain = {word.decode() for word in re.findall(PATTERN.encode(), content.lower())}
    return plain | {f"disguised as {form!r}" for form in disguises() if form in content}


def at_rest(folder: Path) -> dict[str, set[str]]:
    """What stands in files or in their names, by the name of the file."""
    files = {str(path): path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: words for name, content in files.items() if (words := found(content))}


def in_letter(content: bytes, to: str) -> set[str]:
    """What stands in a letter, coded or not, but the address of who receives it."""
    letter = message_from_bytes(content, policy=default)
    read = "\n".join([*map(str, letter.values()), *(part.get_content() for part in letter.walk())])
    return found(content.replace(to.encode(), b"")) | markers(read.replace(to, ""))


def in_rows(engine: Engine) -> dict[str, set[str]]:
    """What stands in the values of a database, by table: a value cut over two pages is whole here."""
    seen: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()  # noqa: S608 - names of our own tables
            values = (value for row in rows for value in row)
            content = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
            if words := found(content):
                seen[table] = words
    return seen


def copied(stores: Stores, folder: Path) -> None:
    """A backup of both databases while they serve, as SQLite makes it and as somebody copies files, write-ahead logs included."""
    folder.mkdir()
    for engine in (stores.case, stores.key):
        path = Path(str(engine.url.database))
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(folder / path.name)) as copy:
            live.backup(copy)
        for beside in path.parent.glob(f"{path.name}*"):
            shutil.copy(beside, folder / f"copied-{beside.name}")
