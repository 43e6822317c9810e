"""Floors: what one request did is recorded once, then only its cryptographic calls, its statements, its template and its commits are done again."""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CellType, FrameType, FunctionType
from typing import Any

from flask import Flask, template_rendered
from jinja2 import Template
from sqlalchemy import Engine, event

CRYPTO = str(Path(__file__).parents[2] / "crypto")
INSERTED = re.compile(r'INSERT INTO "?(\w+)"? \(([^)]+)\) VALUES')
LOG = "audit_log"


@dataclass
class Work:
    """What one request did: calls into `crypto` from outside it, distinct statements by store in order, the templates it rendered."""

    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = field(default_factory=list)
    statements: list[tuple[str, str, Any]] = field(default_factory=list)  # store, statement, parameters
    pages: list[tuple[Template, dict[str, Any]]] = field(default_factory=list)

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """The statements that change something."""
        return [item for item in self.statements if not item[1].lstrip().startswith("SELECT")]


class Recorder:
    """Notes the work of the one request that runs in this thread."""

    def __init__(self, engines: dict[str, Engine]) -> None:
        self.work, self._thread, self._rendering = Work(), threading.get_ident(), False
        self._engines = engines

    @contextmanager
    def recording(self, app: Flask) -> Iterator[Work]:
        """Everything the application does meanwhile in this thread."""
        listeners = [(engine, self._statement(name)) for name, engine in self._engines.items()]
        for engine, listener in listeners:
            event.listen(engine, "before_cursor_execute", listener)
        template_rendered.connect(self._rendered, app)
        sys.setprofile(self._profile)
        try:
            yield self.work
        finally:
            sys.setprofile(None)
            template_rendered.disconnect(self._rendered, app)
            for engine, listener in listeners:
                event.remove(engine, "before_cursor_execute", listener)

    def _statement(self, store: str) -> Callable[..., None]:
        def listener(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
            found = (store, statement, parameters)
            if (
                threading.get_ident() == self._thread
                and not statement.startswith("BEGIN")
                and found not in self.work.statements
            ):
                self.work.statements.append(found)

        return listener

    def _rendered(self, _app: Flask, template: Template, context: dict[str, Any], **_: Any) -> None:
        self.work.pages.append((template, dict(context)))

    def _profile(self, frame: FrameType, kind: str, _argument: Any) -> None:
        code, caller = frame.f_code, frame.f_back
        if kind != "call" or not code.co_filename.startswith(CRYPTO) or caller is None or code.co_flags & 0x20:
            return
        if not caller.f_code.co_filename.startswith(CRYPTO) and not _templating(caller):
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            self.work.calls.append((_again(frame), tuple(frame.f_locals[name] for name in names)))


def _templating(frame: FrameType | None) -> bool:
    """Whether a template asked for it: rendering it again will ask again."""
    while frame is not None:
        if frame.f_code.co_filename.endswith(".html"):
            return True
        frame = frame.f_back
    return False


def _again(frame: FrameType) -> Callable[..., Any]:
    """A function that runs the code of a call again, whatever it was bound to."""
    code = frame.f_code
    positional = code.co_argcount
    function = FunctionType(code, frame.f_globals, code.co_name, None, _cells(frame))

    def again(*values: Any) -> Any:
        names = code.co_varnames[positional : positional + code.co_kwonlyargcount]
        return function(*values[:positional], **dict(zip(names, values[positional:], strict=True)))

    return again


def _cells(frame: FrameType) -> tuple[Any, ...] | None:
    names = frame.f_code.co_freevars
    return tuple(CellType(frame.f_locals[name]) for name in names) if names else None


class Floor:
    """The recorded work, done again on raw connections; rows that were inserted are taken away before, unmeasured."""

    def __init__(self, app: Flask, work: Work, engines: dict[str, Engine], keys: dict[str, tuple[str, ...]]) -> None:
        self._app, self._work, self._keys = app, work, keys
        self._raw = {name: engine.raw_connection() for name, engine in engines.items()}
        self._mark = {name: "?" if engine.dialect.name == "sqlite" else "%s" for name, engine in engines.items()}
        self._number = 0

    def prepare(self) -> None:
        """Make room for the rows that will be inserted again."""
        for store, statement, parameters in reversed(self._work.writes):
            found = INSERTED.match(statement)
            if not found or found[1] == LOG:
                continue
            columns = [name.strip(' "') for name in found[2].split(",")]
            where = " AND ".join(f'"{name}" = {self._mark[store]}' for name in self._keys[found[1]])
            for row in parameters if isinstance(parameters, list) else [parameters]:
                values = _positional(columns, row)
                former = f'DELETE FROM "{found[1]}" WHERE {where}'  # noqa: S608 - names of our tables
                self._run(store, former, tuple(values[n] for n in self._keys[found[1]]))
        for raw in self._raw.values():
            raw.commit()
        self._number = max(self._number, self._last())

    def run(self) -> str:
        """Calls, statements, one durable commit for each store that is written, and the page."""
        for function, values in self._work.calls:
            function(*values)
        written = {store for store, _, _ in self._work.writes}
        for store in written:
            if self._mark[store] == "?":
                self._run(store, "BEGIN IMMEDIATE", ())
        for store, statement, parameters in self._work.statements:
            found = INSERTED.match(statement)
            self._run(store, statement, self._logged(parameters, found[2]) if found and found[1] == LOG else parameters)
        for store, raw in self._raw.items():
            raw.commit() if store in written else raw.rollback()
        return "".join(template.render(context) for template, context in self._work.pages)

    def _run(self, store: str, statement: str, parameters: Any) -> None:
        cursor = self._raw[store].cursor()
        if isinstance(parameters, list):
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, parameters)
        if cursor.description is not None:
            cursor.fetchall()
        cursor.close()

    def _last(self) -> int:
        cursor = self._raw["case"].cursor()
        cursor.execute(f"SELECT max(number) FROM {LOG}")  # noqa: S608 - a constant
        (number,) = cursor.fetchone()
        cursor.close()
        self._raw["case"].rollback()
        return int(number)

    def _logged(self, parameters: Any, names: str) -> Any:
        """The same entries under the next numbers: the log has one of each."""
        columns = [name.strip(' "') for name in names.split(",")]
        rows = []
        for row in parameters if isinstance(parameters, list) else [parameters]:
            self._number += 1
            values = _positional(columns, row)
            rows.append(
                values | {"number": self._number}
                if isinstance(row, dict)
                else tuple((values | {"number": self._number})[c] for c in columns)
            )
        return rows if isinstance(parameters, list) else rows[0]


def _positional(columns: list[str], row: Any) -> dict[str, Any]:
    return dict(row) if isinstance(row, dict) else dict(zip(columns, row, strict=True))
