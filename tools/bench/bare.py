"""What everything stands on, alone: a Flask application of one page behind the same server, the hash of a password, durable commits."""

import multiprocessing
import os
import signal
import socket
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.connection import wait
from pathlib import Path

import waitress
from flask import Flask

THREADS = 8  # as casework.running.serving, which must not be imported here: its weight is what is compared
ROW = 2_000  # bytes


def application() -> Flask:
    """One page without anything."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>Rien</title>")
    return app


def main(port: str, number: str) -> None:
    """Serve the page with so many processes, until killed."""
    app, listener = application(), socket.create_server(("127.0.0.1", int(port)), backlog=1024)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # and the others with it
    fork = multiprocessing.get_context("fork")
    for _ in range(int(number)):
        fork.Process(
            target=waitress.serve, args=(app,), kwargs={"sockets": [listener], "threads": THREADS}, daemon=True
        ).start()
    wait([process.sentinel for process in multiprocessing.active_children()])


def commits(folder: Path, writers: int, each: int) -> float:
    """Durable commits a second of one row of two kilobytes, by so many writers on one file."""
    path = folder / f"commits-{writers}.sqlite"
    with closing(_open(path)) as connection:
        connection.execute("CREATE TABLE row (body BLOB)")

    def write(_: int) -> None:
        with closing(_open(path)) as connection:
            for _turn in range(each):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO row VALUES (?)", [os.urandom(ROW)])
                connection.execute("COMMIT")

    begun = time.perf_counter()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    return writers * each / (time.perf_counter() - begun)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    return connection


if __name__ == "__main__":
    main(*sys.argv[1:])
