"""What is measured of a page in a browser: width, cut words, size of targets, length of lines, colours; bytes and hosts on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

from tests.web.test_theme import contrast

TARGET = 44  # px
LINE = 70  # characters
TEXT, EDGE = 7.0, 3.0  # contrast of words, of what shows where a control is

# Elements that do not fit: beyond the window, or wider than a box that hides or scrolls what overflows.
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth > window.innerWidth;
  const shown = [...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility({ visibilityProperty: true }));
  const apart = (e) => e.matches('input, textarea') || e.closest('.visually-hidden, .skip, thead');
  const beyond = wide ? shown.filter((e) => !apart(e) && e.getBoundingClientRect().right > window.innerWidth + 1) : [];
  const cut = shown.filter((e) => !apart(e) && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1);
  return [...(wide && !beyond.length ? [document.documentElement] : beyond), ...cut].map((e) => e.outerHTML.slice(0, 200));
}"""

# Targets smaller than that either way. A link in a sentence is exempt (WCAG 2.2, 2.5.8); a box is as large as its label.
SMALL = """(least) => {
  const inSentence = (e) => (e.matches('.term') || e.matches('a') && getComputedStyle(e).display === 'inline')
    && e.closest('p, li, dt, dd, td, th, h2, h3, label').textContent.trim() !== e.textContent.trim();
  const target = (e) => (e.matches('[type=checkbox], [type=radio]') ? e.closest('.form-check, td, label') || e : e);
  return [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
    .filter((e) => e.checkVisibility() && !e.matches('.skip, .visually-hidden') && !inSentence(e))
    .map((e) => [target(e).getBoundingClientRect(), e])
    .filter(([box]) => Math.min(box.width, box.height) < least - 0.5)
    .map(([box, e]) => `${Math.round(box.width)} × ${Math.round(box.height)} ${e.outerHTML.slice(0, 200)}`);
}"""

# Lines of running text longer than that, in characters.
LONG = """(most) => {
  const found = [];
  for (const block of document.querySelectorAll('main p, main li, main dd, main legend, main label, footer p')) {
    if (!block.checkVisibility() || block.textContent.trim().length <= most) continue;
    if (getComputedStyle(block).display === 'flex' || block.querySelector('p, li, table')) continue;
    const lines = new Map();
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.checkVisibility()) continue;
      for (const word of node.data.matchAll(/\\S+\\s?/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].trimEnd().length);
        const line = Math.round(range.getBoundingClientRect().bottom / 8);
        lines.set(line, (lines.get(line) || '') + word[0]);
      }
    }
    for (const line of lines.values()) if (line.trim().length > most) found.push(`${line.trim().length}: ${line.trim()}`);
  }
  return found;
}"""

# Colours that meet: of words on their ground, of the edges of controls beside what surrounds them; with an example.
COLOURS = """() => {
  const style = (e) => getComputedStyle(e);
  const two = (n) => Math.round(n).toString(16).padStart(2, '0');
  const hex = (rgb) => '#' + rgb.match(/[\\d.]+/g).slice(0, 3).map(two).join('');
  const clear = (colour) => /, 0\\)$/.test(colour);
  const ground = (e) => {
    while (e && clear(style(e).backgroundColor)) e = e.parentElement;
    return e ? hex(style(e).backgroundColor) : '#ffffff';
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!node.data.trim() || !around.checkVisibility() || around.closest('script, option, .visually-hidden')) continue;
    found[`text ${hex(style(around).color)} ${ground(around)}`] = node.data.trim().slice(0, 60);
  }
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea, .btn')) {
    if (!e.checkVisibility() || e.matches('.visually-hidden')) continue;
    const edge = style(e).borderTopColor;
    found[`edge ${clear(edge) ? ground(e) : hex(edge)} ${ground(e.parentElement)}`] = e.outerHTML.slice(0, 60);
  }
  return Object.entries(found).map(([key, example]) => [...key.split(' '), example]);
}"""

# Sizes of letters, in px: of the page, and the smallest.
LETTERS = """() => {
  const size = (e) => parseFloat(getComputedStyle(e).fontSize);
  const speaks = (e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return [size(document.body), Math.min(...[...document.body.querySelectorAll('*')].filter(speaks).map(size))];
}"""


class Weak(NamedTuple):
    """Two colours too near."""

    kind: str
    colours: tuple[str, str]
    ratio: float
    example: str


@dataclass
class Wire:
    """What one tab fetched: bytes as they travelled, of pages, files and pictures; what came from elsewhere; what the console said."""

    page: Page
    base: str
    pages: int = 0
    files: int = 0
    pictures: int = 0
    elsewhere: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _kinds: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        session = self.page.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        self.page.on("request", self._host)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _asked(self, event: dict[str, Any]) -> None:
        self._kinds[event["requestId"]] = {"Document": "pages", "Image": "pictures"}.get(event["type"], "files")

    def _came(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"], "pages")
        setattr(self, kind, getattr(self, kind) + int(event["encodedDataLength"]))

    def _host(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.base:
            self.elsewhere.append(request.url)

    def taken(self) -> tuple[int, int, int]:
        """The bytes of pages, of files and of pictures since the last time."""
        found = self.pages, self.files, self.pictures
        self.pages = self.files = self.pictures = 0
        return found


def at_width(page: Page, width: int, script: str, given: object = None) -> list[str]:
    """What a script finds at this width."""
    page.set_viewport_size({"width": width, "height": 900})
    found: list[str] = page.evaluate(script, given)
    return found


def weak(page: Page) -> Iterator[Weak]:
    """Colours that meet on the page with less contrast than is promised."""
    for kind, one, other, example in page.evaluate(COLOURS):
        ratio = contrast(one, other)
        if ratio < (TEXT if kind == "text" else EDGE):
            yield Weak(kind, (one, other), round(ratio, 2), example)
