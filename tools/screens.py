"""Pictures of every page a seat finds in its menu and one link further, in build/screens, at two widths, light and dark."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page
from waitress.server import create_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from casework import create_app
from casework.demo import service
from casework.demo.place import Account, Place
from tests.chromium import chromium

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screens"
WIDTHS, SCHEMES, PAGES = (1280, 390), ("light", "dark"), 14
SKIP = ("/deconnexion", "/static", "/bootstrap")


@contextmanager
def served(place: Place) -> Iterator[str]:
    """The demo on a free port of this computer."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = create_server(create_app(place.settings()), sockets=[listening])
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.close()


def links(page: Page, base: str) -> list[str]:
    """The pages of ours that this page leads to."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    paths = [urlsplit(url).path for url in found if url.startswith(base)]
    return [path for path in dict.fromkeys(paths) if not path.startswith(SKIP)]


def log_in(page: Page, base: str, place: Place, account: Account) -> None:
    """Through the page of log-in, as anybody."""
    page.goto(f"{base}/connexion")
    page.fill("[name=login]", account.login)
    page.fill("[name=password]", account.password)
    page.fill("[name=code]", service.code(place, account.login))
    page.click("button[type=submit]")
    seat = page.get_by_role("radio", name=account.organisation)
    if seat.count():  # somebody who sits twice
        seat.check()
        page.click("button[type=submit]")


def shoot(page: Page, name: str) -> list[str]:
    """The page at every width, light and dark: the names of the files."""
    files = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            files.append(f"{name}-{width}-{scheme}.png")
            page.screenshot(path=OUT / files[-1], full_page=True)
    return files


def tour(page: Page, base: str, account: Account) -> Iterator[str]:
    """Take the pictures of one seat, page after page."""
    seen: set[str] = set()
    waiting = ["/"]
    while waiting and len(seen) < PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page.goto(base + path)
        waiting += links(page, base)
        yield from shoot(page, f"{account.login}-{len(seen):02d}")


def main() -> None:
    """Every person of the demo, and an index of the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    place = Place(ROOT / "build" / "screens-demo")
    files: list[str] = []
    place.reset()
    with chromium() as browser:
        accounts = service.build(place)
        with served(place) as base:
            for account in {item.login: item for item in accounts}.values():  # a code serves once
                with browser.new_context() as context:
                    page = context.new_page()
                    log_in(page, base, place, account)
                    files += tour(page, base, account)
    rows = "".join(
        f'<figure><img src="{escape(f)}" width="360"><figcaption>{escape(f)}</figcaption></figure>' for f in files
    )
    (OUT / "index.html").write_text(f"<!doctype html><title>Screens</title>{rows}")
    sys.stdout.write(f"{len(files)} pictures in build/screens/index.html\n")


if __name__ == "__main__":
    main()
