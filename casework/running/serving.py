"""The server of an installation: it speaks HTTP to the web server in front, which speaks TLS to the world."""

import ipaddress
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server

from casework import create_app
from casework.config import Settings, Unsafe, open_house
from casework.mail.mailer import Mailer
from casework.running import ticking
from casework.store.house import House

FORWARDED = {"x-forwarded-for", "x-forwarded-proto"}
THREADS = 8
LIMITS = {
    "connection_limit": 500,  # who is slow waits aside; the threads are for whole requests
    "channel_timeout": 20,  # seconds, for a whole request
    "cleanup_interval": 5,  # seconds
    "asyncore_use_poll": True,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 1024 * 1024,  # beyond what the application itself refuses, in words
}


class Punctual(HTTPChannel):
    """A connection on which a request that does not end ages from its first byte: one more byte now and then keeps no place."""

    def handle_read(self) -> None:
        """Take what came."""
        began = self.last_activity if self.request is not None else None
        super().handle_read()
        if began is not None and self.request is not None:
            self.last_activity = began


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped. Errors: Unsafe when anybody but the web server in front could reach us."""
    if not settings.proxy and not ipaddress.ip_address(host).is_loopback:
        raise Unsafe(f"{host} can be reached from other computers, and no proxy is set: listen on 127.0.0.1")
    house = open_house(settings)
    app = create_app(settings, house)
    with _keeping(house, settings.mailer):
        logging.basicConfig()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a flood would write a line for each request
        server = listening(app, host=host, port=port, **options(settings))
        server.print_listen("Serving on http://{}:{}")
        server.run()


def listening(app: Flask, **told: Any) -> Any:
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
def _keeping(house: House, mailer: Mailer | None) -> Iterator[None]:
    stop = threading.Event()
    keeper = threading.Thread(target=ticking.keep, args=(house, mailer, stop), name="clocks", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
