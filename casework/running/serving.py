"""The server of an installation: it speaks HTTP to the web server in front, which speaks TLS to the world."""

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import waitress

from casework import create_app
from casework.config import Settings, Unsafe, open_house
from casework.mail.mailer import Mailer
from casework.running import ticking
from casework.store.house import House

FORWARDED = {"x-forwarded-for", "x-forwarded-proto"}
THREADS = 8


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped. Errors: Unsafe when anybody but the web server in front could reach us."""
    if not settings.proxy and not ipaddress.ip_address(host).is_loopback:
        raise Unsafe(f"{host} can be reached from other computers, and no proxy is set: listen on 127.0.0.1")
    house = open_house(settings)
    app = create_app(settings, house)
    with _keeping(house, settings.mailer):
        waitress.serve(app, host=host, port=port, **options(settings))


def options(settings: Settings) -> dict[str, Any]:
    """How the server listens: only the web server in front is believed when it says who asks."""
    common = {"threads": THREADS, "ident": "", "clear_untrusted_proxy_headers": True}
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
