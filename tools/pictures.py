"""Pictures of the demo that the pages of help and the README show: made again when a screen changes, looked at, and committed."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, FloatRect

from casework.demo import service
from casework.demo.place import Place
from tests.chromium import chromium
from tests.e2e.browsing import Seat, served, words

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "casework" / "static" / "guide"
README = ROOT / "docs" / "pictures" / "situation.png"
WIDTH, HEIGHT, QUALITY = 860, 560, 50


@dataclass(frozen=True)
class Picture:
    """One screen: the file it makes, who sees it, where, and the element at its top."""

    name: str
    login: str
    path: str
    top: str = "main"


PICTURES = (
    Picture("desk", "coordination", "/bureau"),
    Picture("prepare", "coordination", "/reunions"),
    Picture("refer", "college", "/situations/nouvelle/refer", "main form"),
    Picture("follow", "college", "/situations"),
    Picture("screen", "parquet", "/avis"),
    Picture("services", "dsol", "/situations"),
    Picture("answer", "social", "/"),
    Picture("three_states", "bailleur", "/situations"),
    Picture("journal", "dpo", "/journal"),
    Picture("accesses", "technique", "/administration"),
)


def shoot(browser: Browser, base: str, place: Place) -> Iterator[Path]:
    """Each picture, whoever sees several having come in once."""
    accounts = {account.login: account for account in place.load()}
    seats: dict[str, Seat] = {}
    for item in PICTURES:
        if item.login not in seats:
            seats[item.login] = Seat(browser, base, words(place, accounts[item.login]), [])
        page = seats[item.login].page
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.goto(base + item.path)
        box = page.locator(item.top).first.bounding_box() or {"y": 0}
        clip = FloatRect(x=0, y=box["y"], width=WIDTH, height=HEIGHT)
        page.screenshot(path=OUT / f"{item.name}.jpg", type="jpeg", quality=QUALITY, full_page=True, clip=clip)
        yield OUT / f"{item.name}.jpg"


def readme(browser: Browser, base: str, place: Place) -> Path:
    """What the README shows: a situation as the Parquet reads it."""
    account = next(account for account in place.load() if account.login == "parquet2")
    page = Seat(browser, base, words(place, account), []).page
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.goto(f"{base}/situations")
    page.locator("main tr:has-text('Retenue par le Parquet') th a").first.click()
    page.screenshot(path=README)
    return README


def main() -> None:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        place = Place(Path(folder) / "var")
        service.build(place)
        with served(place) as base:
            for path in (*shoot(browser, base, place), readme(browser, base, place)):
                sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
