"""The process under measure: the application and its floors behind the same server, each answer with the CPU time of its thread."""

import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from casework import create_app
from casework.config import open_house
from casework.kernel.clock import at
from casework.running.serving import options, workers
from casework.store.base import CaseBase, KeyBase
from casework.store.engines import open_engine
from casework.store.house import House
from tools.bench.floor import Floor, Recorder
from tools.bench.world import World

CPU = "X-Cpu"  # seconds
MOMENT = "X-Moment"
FLOOR = "X-Floor"  # record: note what this request does; run: do the noted work again
Start = Callable[..., Any]


class Measured:
    """The application, and beside each request the same work without it."""

    def __init__(self, app: Flask, house: House, world: World) -> None:
        self._app, self._engines = app, {"case": house.stores.case, "key": house.stores.key}
        urls = {"case": world.floor_case_url, "key": world.floor_key_url}
        self._copies = {name: open_engine(url) for name, url in urls.items() if url}
        tables = {**CaseBase.metadata.tables, **KeyBase.metadata.tables}
        self._keys = {name: tuple(column.name for column in table.primary_key) for name, table in tables.items()}
        self._floors: dict[str, Floor] = {}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        moment = environ.get("HTTP_X_MOMENT")
        with at(datetime.fromisoformat(moment)) if moment else nullcontext():
            asked, name = environ.get("HTTP_X_FLOOR", ""), environ["REQUEST_METHOD"] + environ["PATH_INFO"]
            if asked == "run":
                return self._floor(name, environ, start)
            if asked == "record":
                return self._record(name, environ, start)
            return self._timed(lambda: self._answer(environ), start)

    def _answer(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        said: list[Any] = []
        chunks = self._app(environ, lambda status, headers, _=None: said.extend((status, headers)))
        body = b"".join(chunks)
        close = getattr(chunks, "close", None)
        if close:
            close()
        return said[0], said[1], body

    def _timed(self, answer: Callable[[], tuple[str, list[tuple[str, str]], bytes]], start: Start) -> list[bytes]:
        begun = time.thread_time()
        status, headers, body = answer()
        start(status, [*headers, (CPU, f"{time.thread_time() - begun:.6f}")])
        return [body]

    def _record(self, name: str, environ: dict[str, Any], start: Start) -> list[bytes]:
        recorder = Recorder(self._engines)
        with recorder.recording(self._app) as work:
            status, headers, body = self._answer(environ)
        self._floors[name] = Floor(self._app, work, self._copies, self._keys)
        start(status, [*headers, ("X-Calls", str(len(work.calls))), ("X-Statements", str(len(work.statements)))])
        return [body]

    def _floor(self, name: str, environ: dict[str, Any], start: Start) -> list[bytes]:
        floor = self._floors[name]
        floor.prepare()
        with self._app.request_context(environ):
            return self._timed(lambda: ("200 OK", [("Content-Type", "text/html")], floor.run().encode()), start)


def main(folder: str, port: str, number: str) -> None:
    """Serve this world with so many processes, as an installation is served, until told to stop."""
    world = World.load(Path(folder))
    settings = world.settings()
    house = open_house(settings)
    app = Measured(create_app(settings, house), house, world)
    house.stores.close()
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=1024)
    with listener, workers(app, listener, options(settings), int(number)) as watch:
        watch(lambda: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
