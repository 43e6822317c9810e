"""Every page of every seat in a real browser: nothing for axe or Nu to say, nothing cut at 320 px, targets, lines, colours, weight."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.axe import axe_check
from tests.browser import assert_page
from tests.cases.pages import Reader
from tests.chromium import chromium
from tests.contracts.cell import make_cell
from tests.contracts.places import Places, make_places
from tests.e2e.keyboard import astray, refused, unseen, walk
from tests.e2e.measuring import LETTERS, LINE, LONG, OVERFLOW, SMALL, TARGET, Wire, at_width, weak
from tests.e2e.pages import Found, become, every_page, one_of_each, serving
from tests.nu import nu_check

FIRST, NEXT = 150_000, 20_000  # bytes
WIDTHS = {"a desk": 1280, "200 %": 640, "320 px": 320}
pytestmark = pytest.mark.e2e


@dataclass
class Measured:
    """What was found, by claim: (seat, URL, what)."""

    wrong: dict[str, list[tuple[str, str, object]]] = field(default_factory=lambda: defaultdict(list))
    pages: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    letters: set[tuple[float, ...]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def add(self, page: Found, claim: str, found: Iterable[object]) -> None:
        """Keep what a page does against a claim."""
        self.wrong[claim] += [(page.seat, page.url, item) for item in found]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    return make_places(make_cell(tmp_path_factory.mktemp("cell")))


@pytest.fixture(scope="module")
def found(places: Places) -> list[Found]:
    return every_page(places)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def base(places: Places) -> Iterator[str]:
    with serving(places.cell) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def measured(places: Places, found: list[Found], context: BrowserContext, base: str) -> Measured:
    """One pass over one page of each shape; forms are walked by the keyboard, and sent last, since some acts need no more."""
    result, page = Measured(), context.new_page()
    wire, each = Wire(page, base), one_of_each(found)
    for item in each:
        become(context, base, places.cell, item.seat)
        page.goto(base + item.url)
        measure(result, item, page)
        weigh(result, item, wire)
    for item in each:
        if item.asks:
            become(context, base, places.cell, item.seat)
            page.goto(base + item.url)
            send(result, item, page)
    return result


def measure(result: Measured, item: Found, page: Page) -> None:
    result.add(item, "axe", axe_check(page, colours=False))
    if not page.locator("body.room").count():  # what a room reads from afar has its own sizes
        result.letters.add(tuple(page.evaluate(LETTERS)))
        result.add(item, "line", page.evaluate(LONG, LINE))
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        result.add(item, scheme, weak(page))
    if item.asks:
        walked = walk(page)
        result.add(item, "focus", astray(walked))
        result.add(item, "ring", unseen(walked))
    fit(result, item, page)


def fit(result: Measured, item: Found, page: Page) -> None:
    for name, width in WIDTHS.items():
        result.add(item, name, at_width(page, width, OVERFLOW))
    result.add(item, "target", page.evaluate(SMALL, TARGET))
    page.set_viewport_size({"width": 1280, "height": 900})


def weigh(result: Measured, item: Found, wire: Wire) -> None:
    page, files, pictures = wire.taken()
    result.pages.append(page)
    result.files.append(files)
    result.pictures.append(pictures)
    result.add(item, "heavy", [page] if page > NEXT else [])
    result.add(item, "host", wire.elsewhere)
    result.add(item, "console", [said for said in wire.said if not said.startswith(("[DOM]", "Failed to load"))])
    wire.elsewhere.clear()
    wire.said.clear()


def send(result: Measured, item: Found, page: Page) -> None:
    unsaid = refused(page)
    if unsaid is not None:
        result.refused.append(item.url)
        result.add(item, "errors", unsaid)
        result.add(item, "axe", axe_check(page, colours=False))


CLAIMS = {
    "axe": "axe finds nothing, on refused forms either",
    "320 px": "nothing scrolls sideways and no word is cut on the narrowest screen",
    "200 %": "nor at twice the size",
    "a desk": "nor at a desk",
    "target": "what is pressed is at least 44 px either way on a phone",
    "line": "a line has 70 characters at most",
    "light": "words have a contrast of 7, edges of 3",
    "dark": "in dark mode too",
    "focus": "Tab follows the order of the text and of the eyes",
    "ring": "what has the focus is outlined by 3 px",
    "errors": "a refused form is announced, and each error is tied to its field",
    "heavy": "a page weighs 20 kB at most, once the files are there",
    "host": "nothing is asked of any other host",
    "console": "the page runs under its own policy",
}


@pytest.mark.parametrize("claim", CLAIMS, ids=list(CLAIMS.values()))
def test_on_every_page(measured: Measured, claim: str) -> None:
    wrong = [" · ".join(map(str, item)) for item in measured.wrong[claim]]
    assert not wrong, "\n".join(wrong)


def test_the_pass_met_enough_pages_and_refusals(measured: Measured) -> None:
    assert len(measured.pages) > 60
    assert len(measured.refused) > 15


def test_letters_are_of_18_pixels_and_none_is_under_16(measured: Measured) -> None:
    assert {size for size, _ in measured.letters} == {18}
    assert min(least for _, least in measured.letters) >= 16


def test_a_first_visit_weighs_150_kb_at_most_and_the_files_come_once(measured: Measured) -> None:
    assert max(measured.pages) + sum(measured.files) + max(measured.pictures) <= FIRST
    assert max(measured.pictures) > 0, "the pages of help show pictures"
    assert sum(measured.files[1:]) == 0


def test_every_page_of_every_seat_keeps_our_promises_and_one_of_each_is_valid(found: list[Found]) -> None:
    for item in {re.sub(r'value="[0-9a-f]{32,}"', "", item.html): item for item in found}.values():
        assert_page(item.html, item.headers)
    assert nu_check([(f"{item.seat} {item.url}", item.html) for item in one_of_each(found)]) == []


def test_no_page_repeats_words_of_its_address(places: Places, found: list[Found]) -> None:
    """Compression is safe on this condition (docs/decisions/0012-weight.md)."""
    mark, names = "motglisse", ("annee", "apres", "avant", "fait", "page", "situation", "step", "x")
    asked = "&".join(f"{name}={mark}" for name in names)
    for item in one_of_each(found):
        reader = places.cell.readers[item.seat] if item.seat else Reader(places.cell.app, places.cell.lives)
        url = item.url.partition("?")[0]
        assert mark not in reader.get(f"{url}?{asked}").text, url
