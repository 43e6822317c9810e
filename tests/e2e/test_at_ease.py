"""What people do under pressure: few gestures for the acts of every day, a session that ends in the middle, two seats in two tabs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from casework import create_app
from casework.demo.place import Place
from casework.kernel.clock import at
from tests import demos
from tests.chromium import chromium
from tests.e2e.browsing import UNREAD, Seat, served_app, words

TYPED = "Présente seule devant la gare, sans cartable, trois matins de suite."
pytestmark = pytest.mark.e2e


class Server:
    """The demo served at an hour of its own, `ahead` of ours."""

    def __init__(self, place: Place) -> None:
        self.place, self.ahead, self.app = place, timedelta(), create_app(place.settings())
        self.inner = self.app.wsgi_app
        self.app.wsgi_app = self.later  # type: ignore[method-assign, assignment]

    def later(self, environ: Any, start: Any) -> Any:
        """One request at that hour."""
        with at(datetime.now(UTC) + self.ahead):
            return self.inner(environ, start)

    def words(self, login: str) -> tuple[str, str, str]:
        """What this person types to come in at that hour."""
        account = next(item for item in self.place.load() if item.login == login)
        with at(datetime.now(UTC) + self.ahead):
            return words(self.place, account)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    return Server(demos.copy_of(tmp_path_factory, tmp_path_factory.mktemp("ease")))


@pytest.fixture(scope="module")
def base(server: Server) -> Iterator[str]:
    with served_app(server.app) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def enter(browser: Browser, base: str, server: Server, login: str, *, script: bool = True) -> Seat:
    return Seat(browser, base, server.words(login), [], script=script)


# What has the focus while the bar of the avis lies over it, and whether that bar is whole in the window.
UNDER = """() => {
  const [e, bar] = [document.activeElement, document.querySelector('.decide')];
  const [box, over] = [e.getBoundingClientRect(), bar.getBoundingClientRect()];
  const whole = over.top >= 0 && over.bottom <= innerHeight + 1;
  return { whole, under: !bar.contains(e) && !e.contains(bar) && box.bottom > over.top + 1 && box.top < over.bottom ? e.outerHTML.slice(0, 99) : '' };
}"""
# The stop before the first summary has the focus, and that summary lies at the very bottom of the window.
BEFORE = """() => {
  const stops = [...document.querySelectorAll('main :is(a, button, summary)')].filter((e) => e.checkVisibility());
  const first = stops.findIndex((e) => e.matches('summary'));
  stops[first - 1].focus({ preventScroll: true });
  scrollBy({ top: stops[first].getBoundingClientRect().bottom - innerHeight, behavior: 'instant' });
}"""


def test_the_avis_stay_in_view_while_one_reads_and_hide_nothing_that_has_the_focus(
    browser: Browser, base: str, server: Server
) -> None:
    prosecutor = enter(browser, base, server, "parquet")
    page = prosecutor.page
    for width, height, whole in ((1280, 900, True), (390, 844, True), (640, 450, False), (320, 568, False)):
        page.set_viewport_size({"width": width, "height": height})
        prosecutor.open("/avis")
        assert page.evaluate(UNDER)["whole"] == whole, width
        page.evaluate(BEFORE)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        page.wait_for_function(f"() => !({UNDER})().under", timeout=5_000)  # a browser takes its time to scroll
    page.context.close()


def test_what_was_just_written_is_kept_when_one_leaves(browser: Browser, base: str, server: Server) -> None:
    prosecutor = enter(browser, base, server, "parquet2")
    prosecutor.open("/avis")
    prosecutor.page.get_by_text("Note privée, facultative").click()
    prosecutor.page.keyboard.type("Note P4")
    prosecutor.follow("Accueil")
    prosecutor.page.wait_for_timeout(UNREAD)  # what is sent on leaving may come after the next page was made
    assert "Reprendre votre brouillon" in prosecutor.open("/")
    prosecutor.follow("Reprendre votre brouillon")
    assert prosecutor.page.input_value("[name='judicial-note']") == "Note P4"
    prosecutor.page.context.close()


@pytest.mark.clause("F33-10")
def test_an_avis_is_one_key(browser: Browser, base: str, server: Server) -> None:
    server.ahead += timedelta(seconds=30)  # a code serves once
    prosecutor = enter(browser, base, server, "parquet")
    first = prosecutor.open("/avis")
    prosecutor.page.keyboard.type("Ton avis, plus tard, sans pardon", delay=60)  # two seconds: nobody read meanwhile
    assert prosecutor.path == "/avis"
    prosecutor.page.wait_for_timeout(UNREAD)
    prosecutor.page.keyboard.press("p")  # no point is ticked yet: the points are shown, nothing is sent
    assert prosecutor.page.get_by_label("La date ou le lieu des faits").is_visible()
    prosecutor.page.evaluate("document.activeElement.blur()")
    prosecutor.page.keyboard.press("p")  # nor when they are shown already
    assert prosecutor.page.evaluate("document.activeElement.name") == "request-points"
    prosecutor.page.evaluate("document.activeElement.blur()")
    prosecutor.page.keyboard.press("e")
    written = prosecutor.page.locator("[name='judicial-note']")
    prosecutor.page.keyboard.type("Note P4, sans numéro")  # as one opens it, one writes in it
    assert written.input_value() == "Note P4, sans numéro"
    letter = prosecutor.page.locator(".decide kbd").first
    assert not letter.is_visible()  # it would not act
    prosecutor.page.keyboard.press("Tab")
    prosecutor.page.keyboard.press("n")  # on its radios, a letter is not an avis either
    assert prosecutor.path == "/avis"
    assert prosecutor.page.get_by_text("La touche Échap termine la note").is_visible()
    prosecutor.page.keyboard.press("Escape")
    assert letter.is_visible()
    after = prosecutor.strike("r")
    assert "Retenir la situation" in first
    assert "est retenue" in after
    prosecutor.page.context.close()


def test_a_situation_is_on_the_agenda_in_five_gestures_and_decided_in_three(
    browser: Browser, base: str, server: Server
) -> None:
    coordinator = enter(browser, base, server, "coordination")
    coordinator.open("/")
    gestures = Gestures(coordinator)
    gestures.follow("Réunions")
    gestures.follow_first("main tr:has-text('aujourd’hui') a")
    gestures.follow("Ordre du jour")
    waiting = coordinator.page.get_by_role("button", name="Inscrire")
    before = waiting.count()
    gestures.press("Inscrire")
    assert waiting.count() == before - 1
    assert gestures.made <= 5
    assert "est inscrite à l’ordre du jour" in coordinator.page.get_by_role("status").inner_text()
    meeting = coordinator.path.split("/ordre-du-jour")[0]
    coordinator.open(f"{meeting}/ouvrir")
    coordinator.press("Ouvrir l’échange nominatif")
    _projects(coordinator, meeting)
    coordinator.open(f"{meeting}/ordre-du-jour")
    coordinator.follow(coordinator.page.locator("tbody th a").first.inner_text())
    coordinator.strike("d")  # one
    coordinator.tick(**{"deliberation-decisions-0-decision": "keep_open"})  # two
    said = coordinator.press("Enregistrer les décisions")  # three
    assert "enregistré" in said
    coordinator.page.context.close()


def _projects(coordinator: Seat, meeting: str) -> None:
    """The meeting on a projector, by the keyboard alone: in, one screen after another, out."""
    coordinator.page.set_viewport_size({"width": 1920, "height": 1080})
    coordinator.open(meeting)
    coordinator.follow("Projeter la réunion")
    assert "<h1>Situation" in coordinator.strike("ArrowRight")
    assert (
        float(coordinator.page.locator("main dd").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) > 30
    )
    assert "<h1>Situation" in coordinator.strike("s")
    coordinator.strike("Escape")
    assert coordinator.path == meeting
    coordinator.page.set_viewport_size({"width": 1280, "height": 720})


class Gestures:
    """Counts what somebody presses or follows."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.made = seat, 0

    def follow(self, label: str) -> None:
        self.made += 1
        self.seat.follow(label)

    def follow_first(self, selector: str) -> None:
        self.made += 1
        with self.seat.page.expect_navigation():
            self.seat.page.locator(selector).first.click()

    def press(self, label: str) -> None:
        self.made += 1
        self.seat.press(label)


@pytest.mark.clause("A-04")
@pytest.mark.parametrize(("login", "script"), [("college", True), ("pjj", False)])
def test_a_session_that_ends_in_the_middle_of_a_referral_loses_nothing(
    browser: Browser, base: str, server: Server, login: str, *, script: bool
) -> None:
    author = enter(browser, base, server, login, script=script)
    author.open("/situations/nouvelle/refer")
    author.fill(**{"account-text": TYPED, "identity-surname": "Exemplaire"})
    server.ahead += timedelta(minutes=16)
    said = author.press("Envoyer la saisine")
    assert "conservé en brouillon" in said
    author.come_in(server.words(login))
    author.open("/situations/nouvelle/refer")
    assert author.page.input_value("[name='account-text']") == TYPED
    assert author.page.input_value("[name='identity-surname']") == "Exemplaire"
    author.page.context.close()


@pytest.mark.clause("F33-01")
def test_two_tabs_in_two_seats_never_mix(browser: Browser, base: str, server: Server, tmp_path: Path) -> None:
    first = enter(browser, base, server, "commissariat")
    first.open("/situations/nouvelle/refer")
    first.fill(**{"account-text": TYPED})
    tab = first.page.context.new_page()
    tab.goto(f"{base}/connexion")
    for name, value in zip(("login", "password", "code"), server.words("bailleur"), strict=True):
        tab.fill(f"[name={name}]", value)
    tab.get_by_role("button", name="Se connecter").click()
    tab.wait_for_url(f"{base}/")
    said = first.press("Envoyer la saisine")
    assert "autre qualité" in said
    tab.goto(f"{base}/situations")
    assert TYPED not in tab.content()
    assert "Bailleur social" in tab.content()
    first.page.context.close()
