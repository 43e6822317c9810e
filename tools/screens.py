"""Pictures of every page of every seat, and of the ceremony, at two widths, light and dark, with an index, in build/screens."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from playwright.sync_api import Browser, Page, Response

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from casework.kernel.clock import at
from tests.accounts.pages import app_of
from tests.chromium import chromium
from tests.contracts import golden
from tests.contracts.cell import make_cell
from tests.contracts.places import Places, make_places
from tests.e2e.browsing import Seat, served_app
from tests.e2e.keyboard import refused
from tests.e2e.pages import ABSENT, Found, become, every_page, serving
from tests.e2e.test_keepers import keep, words
from tests.house import close, founders, make_house

OUT = Path(__file__).resolve().parents[1] / "build" / "screens"
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 900
LABELS = {name: label for label, name in golden.SEATS.items()} | {"": "Sans session"}


@dataclass(frozen=True)
class Shot:
    """One page of the index, and its four pictures."""

    seat: str
    address: str
    title: str
    files: tuple[str, ...]


class Album:
    """The pictures taken so far."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []

    def take(self, page: Page, seat: str, address: str, title: str) -> None:
        """The page as it is, at every width, light and dark."""
        name = f"{len(self.shots):03d}-{seat or 'nobody'}-{re.sub(r'[^a-z]+', '-', address).strip('-')}"
        files = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                files.append(f"{name}-{width}-{scheme}.png")
                page.screenshot(path=OUT / files[-1], full_page=True)
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        self.shots.append(Shot(LABELS.get(seat, seat), address, title, tuple(files)))

    def index(self) -> str:
        """A page of all pictures, in a table."""
        heads = "".join(f"<th scope=col>{width} px, {scheme}" for width in WIDTHS for scheme in SCHEMES)
        rows = "".join(self._row(shot) for shot in self.shots)
        style = "td{vertical-align:top;font:1rem system-ui}img{width:16rem;height:12rem;object-fit:cover;object-position:top}"
        return (
            f"<!doctype html><html lang=fr><meta charset=utf-8><title>Écrans</title><style>{style}</style><h1>Écrans</h1>"
            f"<table><thead><tr><th scope=col>Qualité<th scope=col>Adresse<th scope=col>Titre{heads}</thead>{rows}</table>"
        )

    @staticmethod
    def _row(shot: Shot) -> str:
        told = "".join(f"<td>{escape(text)}" for text in (shot.seat, shot.address, shot.title))
        seen = "".join(f'<td><a href="{f}"><img loading=lazy alt="" src="{f}"></a>' for f in map(escape, shot.files))
        return f"<tr>{told}{seen}</tr>"


class Pictured(Seat):
    """A seat that keeps a picture of each page it meets."""

    def __init__(self, album: Album, *given: Any) -> None:
        self.album = album
        super().__init__(*given)

    def _met(self, response: Response | None) -> str:
        self.album.take(self.page, "coordinator", re.sub(r"[0-9a-f-]{36}", "…", self.path), heading(self.page))
        return super()._met(response)


def heading(page: Page) -> str:
    """The h1 of the page."""
    return page.inner_text("h1")


def rule(places: Places, url: str) -> str:
    """The address as the routes write it."""
    if url == ABSENT:
        return url
    found, _ = places.cell.app.url_map.bind("localhost").match(url.partition("?")[0], return_rule=True)
    return found.rule


def chosen(places: Places, found: list[Found]) -> Iterator[tuple[str, Found]]:
    """Of each seat, each address in each shape."""
    seen = set[tuple[str, str, frozenset[str]]]()
    for item in found:
        address = rule(places, item.url)
        key = (item.seat, address, item.shape)
        if key not in seen:
            seen.add(key)
            yield address, item


def every_seat(album: Album, browser: Browser, folder: Path) -> None:
    """Every page as it is given, then forms as they are refused."""
    places = make_places(make_cell(folder))
    picked = list(chosen(places, every_page(places)))
    with serving(places.cell) as base, browser.new_context() as context:
        page = context.new_page()
        for address, item in picked:
            become(context, base, places.cell, item.seat)
            page.goto(base + item.url)
            album.take(page, item.seat, address, heading(page))
        forms = {item.shape: (address, item) for address, item in picked if item.asks}
        for address, item in forms.values():
            become(context, base, places.cell, item.seat)
            page.goto(base + item.url)
            if refused(page) is not None:
                album.take(page, item.seat, f"{address} (refusé)", heading(page))


def ceremony(album: Album, browser: Browser, folder: Path) -> None:
    """What a keeper meets before and after the opening."""
    with at(datetime.now(UTC)):
        town = founders(make_house(folder))[0]
    with served_app(app_of(town.house)) as base:
        keep(Pictured(album, browser, base, words(town, "coordinator"), []), town)
    close(town.house)


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """Two places for the stores, thrown away."""
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        yield Path(one), Path(two)


def main() -> None:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    album = Album()
    with folders() as (cell, keepers), chromium() as browser:
        ceremony(album, browser, keepers)
        every_seat(album, browser, cell)
    (OUT / "index.html").write_text(album.index(), encoding="utf-8")
    sys.stdout.write(
        f"{len(album.shots)} pages, {sum(len(s.files) for s in album.shots)} pictures in build/screens/index.html\n"
    )


if __name__ == "__main__":
    main()
