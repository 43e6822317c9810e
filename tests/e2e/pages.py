"""Every page that every seat is given, found by asking all routes and following all links; one of each shape; the cell served to browsers."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext

from casework.kernel.clock import at
from casework.web.session import SESSION
from tests.cases.pages import Reader
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.crawling import LINK, wanted
from tests.contracts.places import KINDS, Places
from tests.contracts.test_every_route import address
from tests.e2e.browsing import served_app, shape

NOBODY = ""  # who has no session
ABSENT = "/absent"
NO_PAGE = ("/sante", "/static/<path:filename>")
ASKS = ("input class", "select", "textarea")  # what is hidden has no class


@dataclass(frozen=True)
class Found:
    """A page as it was given to a seat."""

    seat: str
    url: str
    html: str
    headers: Mapping[str, str]

    @property
    def shape(self) -> frozenset[str]:
        """The kinds of elements of its content."""
        return shape(self.html)

    @property
    def asks(self) -> bool:
        """Whether it has a form with something to fill in."""
        return any(kind.startswith(ASKS) for kind in self.shape)


def every_page(places: Places) -> list[Found]:
    """What each seat is given, and who has no session."""
    outside = Reader(places.cell.app, places.cell.lives)
    found = list(_given(NOBODY, outside, _starts(places, NOBODY)))
    for name in golden.SEATS.values():
        found += _given(name, places.cell.readers[name], _starts(places, name))
    return found


def _starts(places: Places, name: str) -> list[str]:
    """The URLs of what this seat has of its own."""
    column = f"`{name}`" if name else "sans session"
    asked = (path for path, row in golden.ROUTES.items() if "GET" in row["verbes"] and row[column])
    kinds = {path: KINDS[path](places, name or "coordinator") for path in asked if path not in NO_PAGE}
    return [address(path, kind["own"]) for path, kind in kinds.items() if "own" in kind] + [ABSENT]


def _given(name: str, reader: Reader, waiting: list[str]) -> Iterator[Found]:
    seen = set[str]()
    while waiting:
        url = waiting.pop(0)
        if url in seen or not (wanted(url) or url.startswith("/invitation/")):
            continue
        seen.add(url)
        answer = reader.get(url)
        if answer.status_code == (404 if url == ABSENT else 200) and answer.mimetype == "text/html":
            yield Found(name, url, answer.text, dict(answer.headers))
            waiting += LINK.findall(answer.text)


def one_of_each(found: Iterable[Found]) -> list[Found]:
    """The first page of each shape."""
    return list({page.shape: page for page in reversed(list(found))}.values())[::-1]


@contextmanager
def serving(cell: Cell) -> Iterator[str]:
    """The cell on a free port, at its own moment."""

    def then(environ: dict[str, Any], start: Any) -> Any:
        with at(cell.lives.town.moment):
            return cell.app(environ, start)

    with served_app(then) as base:
        yield base


def become(context: BrowserContext, base: str, cell: Cell, name: str) -> None:
    """Take the session that this seat has in the cell, or none."""
    context.clear_cookies()
    cookie = cell.readers[name].client.get_cookie(SESSION, domain="localhost") if name else None
    if cookie:
        safe = base.replace("http:", "https:")  # the cookie is Secure; a browser sends it to localhost all the same
        context.add_cookies([{"name": SESSION, "value": cookie.value, "url": safe, "secure": True}])
