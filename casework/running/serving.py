"""The server of an installation: processes that share a port and speak HTTP to the web server in front, which speaks TLS (decision 18)."""

import gc
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import wait
from typing import Any, NoReturn

from waitress.channel import HTTPChannel
from waitress.server import create_server

from casework import create_app
from casework.config import Settings, Unsafe, open_house
from casework.mail.mailer import Mailer
from casework.running import ticking
from casework.store.house import House

FORWARDED = {"x-forwarded-for", "x-forwarded-proto"}
THREADS = 8  # of each process
WORKERS = min(4, max(2, os.cpu_count() or 1))
GRACE = 8.0  # seconds given to the answers under way
LOOK = 300.0  # seconds between two looks at the clocks
LIMITS = {
    "connection_limit": 500,  # of each process: who is slow waits aside; the threads are for whole requests
    "channel_timeout": 20,  # seconds, for a whole request
    "cleanup_interval": 5,  # seconds
    "asyncore_use_poll": True,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 1024 * 1024,  # beyond what the application itself refuses, in words
}
FORK = multiprocessing.get_context("fork")
App = Callable[..., Any]
Watch = Callable[[Callable[[], None]], None]  # what it is given is done now and then


class Stopped(Exception):
    """A process of the server ended by itself: all of them stop, and whoever watches the service starts it again."""


class Punctual(HTTPChannel):
    """A connection on which a request that does not end ages from its first byte: one more byte now and then keeps no place."""

    def handle_read(self) -> None:
        """Take what came."""
        began = self.last_activity if self.request is not None else None
        super().handle_read()
        if began is not None and self.request is not None:
            self.last_activity = began


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped. Errors: Unsafe when anybody but the web server in front could reach us, or the port is taken; Stopped."""
    if not settings.proxy and not ipaddress.ip_address(host).is_loopback:
        raise Unsafe(f"{host} can be reached from other computers, and no proxy is set: listen on 127.0.0.1")
    house = open_house(settings)
    app = create_app(settings, house)
    house.stores.close()  # a connection must not be shared by two processes; each opens its own
    logging.basicConfig()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a flood would write a line for each request
    with _listener(host, port) as listener, workers(app, listener, options(settings)) as watch:
        watch(partial(_clocks, house, settings.mailer))


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise Unsafe(f"{host}:{port} cannot be listened on: {os.strerror(error.errno or 0)}") from None


def listening(app: App, **told: Any) -> Any:
    """A server that listens, not yet at work."""
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, **told)
    for each in sockets.values():
        each.channel_class = Punctual
    return server


def options(settings: Settings) -> dict[str, Any]:
    """How the server listens: only the web server in front is believed when it says who asks."""
    common = {"threads": THREADS, "ident": "", "clear_untrusted_proxy_headers": True, **LIMITS}
    if not settings.proxy:
        return common
    return common | {"trusted_proxy": settings.proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": FORWARDED}


@contextmanager
def workers(app: App, listener: socket.socket, how: dict[str, Any], number: int = WORKERS) -> Iterator[Watch]:
    """Processes that answer on this listener, until the block ends. What it yields waits for SIGTERM, or raises Stopped when one of them ends.

    No connection to a store may be open, nor a thread run, when this begins, nor when they are watched.
    """
    gc.collect()
    gc.freeze()  # what every process shares is not looked at by their collectors, and stays shared
    signal.signal(signal.SIGTERM, _stop)
    processes = [FORK.Process(target=_work, args=(app, listener, how), name=f"pages-{n}") for n in range(number)]
    for process in processes:
        process.start()

    def watch(meanwhile: Callable[[], None]) -> None:
        while not wait([process.sentinel for process in processes], 0):
            meanwhile()
            wait([process.sentinel for process in processes], LOOK)
        raise Stopped(
            "a process of the server ended by itself: start the server again, and see what the system says of memory"
        )

    try:
        yield watch
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(GRACE)
            process.kill()


def _clocks(house: House, mailer: Mailer | None) -> None:
    """The turn that no timer took, in a process of its own: what it needs of memory and connections goes with it."""
    if ticking.due_now(house):
        turn = FORK.Process(target=ticking.take_turn, args=(house, mailer), name="clocks")
        turn.start()
        turn.join()


def _work(app: App, listener: socket.socket, how: dict[str, Any]) -> None:
    threading.Thread(target=_outlive_nobody, daemon=True).start()
    listening(app, sockets=[listener], **how).run()


def _outlive_nobody() -> None:
    """A server that was killed must not leave processes that hold its port."""
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(*_: Any) -> NoReturn:
    raise SystemExit(0)
