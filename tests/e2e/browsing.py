"""Seats of the demo at real browsers: each page met is checked by our promises, one of each shape by axe, and kept for the Nu checker."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Response
from waitress import wasyncore
from waitress.server import create_server

from casework import create_app
from casework.demo import service
from casework.demo.place import Account, Place
from tests.axe import axe_check
from tests.browser import assert_page

Words = tuple[str, str, str]
UNREAD = 700  # ms: app.js takes no key before half a second
CASE = re.compile(r"/situations/([0-9a-f-]{36})")
KIND = re.compile(r'<(\w+(?: class="[^"]*")?)')
_checked: set[frozenset[str]] = set()


def shape(html: str) -> frozenset[str]:
    """The kinds of elements of the content of a page."""
    return frozenset(KIND.findall(html.partition("<main")[2].partition("</main")[0]))


def served(place: Place) -> AbstractContextManager[str]:
    """The demo on a free port."""
    return served_app(create_app(place.settings()))


@contextmanager
def served_app(app: Callable[..., Any]) -> Iterator[str]:
    """The application on a free port of this computer, until the end of the test."""
    listening = socket.create_server(("127.0.0.1", 0))
    server: Any = create_server(app, sockets=[listening])
    thread = threading.Thread(target=_run, args=(server,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listening.getsockname()[1]}"
    finally:
        wasyncore.close_all(server._map, ignore_all=True)  # browsers keep their connections open
        thread.join(5)


def _run(server: Any) -> None:
    try:
        server.run()
    except (OSError, ValueError):  # closed while it was waiting
        return


class Seat:
    """One person of the demo, logged in through the page. Without script, axe cannot run either."""

    def __init__(
        self, browser: Browser, base: str, words: Words, pages: list[tuple[str, str]], *, script: bool = True
    ) -> None:
        self.base, self.login, self.pages, self.meeting, self.script = base, words[0], pages, "", script
        self.page: Page = browser.new_context(java_script_enabled=script).new_page()
        self.page.set_default_timeout(15_000)
        self.come_in(words)

    def come_in(self, words: Words) -> str:
        """Through the page of log-in."""
        self.open("/connexion")
        self.fill(**dict(zip(("login", "password", "code"), words, strict=True)))
        return self.press("Se connecter")

    def open(self, path: str) -> str:
        """Go to a page and check it."""
        return self._met(self.page.goto(self.base + path))

    def press(self, label: str) -> str:
        """Press the button of this name and check the page that follows."""
        with self.page.expect_navigation() as following:
            self.page.get_by_role("button", name=label, exact=False).first.click()
        return self._met(following.value)

    def fill(self, **values: str) -> None:
        """Type in fields, by the names they are posted under."""
        for name, value in values.items():
            self.page.fill(f"[name='{name}']", value)

    def tick(self, **values: str) -> None:
        """Tick radios and boxes: the value, by the name it is posted under."""
        for name, value in values.items():
            self.page.check(f"[name='{name}'][value^='{value}']")

    def choose(self, **values: str) -> None:
        """Choose in selects, by the names they are posted under."""
        for name, value in values.items():
            self.page.select_option(f"[name='{name}']", value)

    def strike(self, key: str) -> str:
        """Press the key of an act, once the page can have been read, and check the page that follows."""
        self.page.wait_for_timeout(UNREAD)
        with self.page.expect_navigation() as following:
            self.page.keyboard.press(key)
        return self._met(following.value)

    def follow(self, label: str) -> str:
        """Follow the link of this name and check the page it leads to."""
        with self.page.expect_navigation() as following:
            self.page.get_by_role("link", name=label).first.click()
        return self._met(following.value)

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.page.url.removeprefix(self.base)

    def _met(self, response: Response | None) -> str:
        assert response
        html = response.text()
        assert_page(html, dict(response.headers), response.status)
        if self.script and shape(html) not in _checked:
            assert axe_check(self.page) == [], f"{self.login} on {self.path}"
            _checked.add(shape(html))
        self.pages.append((f"{self.login} {self.path}", html))
        return html


def schedule(coordinator: Seat, case: str) -> str:
    """Put a retained situation on the agenda of the meeting that can still take one; the path of the meeting."""
    coordinator.open("/reunions")
    links = coordinator.page.locator("main a[href^='/reunions/']")
    paths = links.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    meeting: str = next(path for path in paths if _is_of_today(coordinator, path))
    form = coordinator.page.locator(f"form[action$='{case}']")
    with coordinator.page.expect_navigation():
        form.get_by_role("button").click()
    return meeting


def _is_of_today(coordinator: Seat, path: str) -> bool:
    if path.count("/") != len(("", "reunions", "id")) - 1 or path.endswith("nouvelle"):
        return False
    if "(aujourd’hui)" not in coordinator.open(path):
        return False
    return "Situations en attente d’une réunion" in coordinator.open(f"{path}/ordre-du-jour")


@contextmanager
def everybody(
    browser: Browser, place: Place, pages: list[tuple[str, str]], *logins: str, script: bool = True
) -> Iterator[dict[str, Seat]]:
    """These seats of the demo, logged in, each in a browser context of its own."""
    accounts = {account.login: account for account in place.load()}
    with served(place) as base:
        yield {login: Seat(browser, base, words(place, accounts[login]), pages, script=script) for login in logins}


def words(place: Place, account: Account) -> Words:
    """What this account types to come in, at this moment."""
    return account.login, account.password, service.code(place, account.login)
