"""Worlds that are served: a process for each, its port, and somebody who enters."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from tools.bench.browsing import Browser
from tools.bench.world import World

_entered = count(1)


@dataclass(frozen=True)
class Place:
    """A world, and the port where it is served."""

    world: World
    port: int


@contextmanager
def served(world: World, workers: int = 1) -> Iterator[Place]:
    """A server of this world on a free port of this computer. Floors are recorded in one process, and asked for from it."""
    port = free_port()
    with started([sys.executable, "-m", "tools.bench.serving", world.folder, str(port), str(workers)], port):
        yield Place(world, port)


@contextmanager
def started(
    line: Sequence[str], port: int, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server's process, from its first answer to its end."""
    process = subprocess.Popen(line, env={**os.environ, "PYTHONWARNINGS": "ignore", **(environ or {})})
    try:
        wait_for(port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Until it can be reached. Errors: TimeoutError after two minutes."""
    for _ in range(12_000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise TimeoutError("the server does not answer")


def entered(place: Place, seat: str) -> Browser:
    """Somebody of this seat, logged in."""
    apart = timedelta(hours=3 * next(_entered))  # a code serves once, and the log-ins of one address are counted
    browser = Browser(place.port, datetime.fromisoformat(place.world.moment) + apart)
    browser.log_in(*place.world.logins[seat])
    return browser
