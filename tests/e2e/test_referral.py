"""The first act of a life, as people do it: on a telephone with and without script, and at the keyboard alone, keys counted."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from casework.demo import service
from casework.demo.place import Place
from tests import demos
from tests.browser import assert_page
from tests.chromium import chromium
from tests.e2e.browsing import CASE, served

YESTERDAY = date.today() - timedelta(days=1)  # noqa: DTZ011 - the day a person types
CHOSEN = {
    "identity-birth": "birth_known",
    "identity-informed_how": "in_person",
    "reason-reasons": "school_absence",
}
TYPED = {
    "identity-surname": "Exemplaire",
    "identity-first_name": "Zélie",
    "identity-birth_date": "2013-04-02",
    "identity-informed_on": "2026-01-12",
    "account-facts-0-day": "2026-01-12",
    "account-text": "Présente seule devant la gare, sans cartable.",
}
LISTED = {
    "identity-schooling": "lower_secondary_6_5",
    "reason-main_reason": "school_absence",
    "account-facts-0-place": "transport",
}
PHONE: ViewportSize = {"width": 390, "height": 844}
MOST_KEYS = 60  # besides the letters of the names and of the text
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return demos.copy_of(tmp_path_factory, tmp_path_factory.mktemp("referral"))


@pytest.fixture(scope="module")
def base(place: Place) -> Iterator[str]:
    with served(place) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def come_in(page: Page, base: str, place: Place, login: str) -> Page:
    """Through the page of log-in."""
    account = next(item for item in place.load() if item.login == login)
    page.set_default_timeout(10_000)
    page.goto(f"{base}/connexion")
    code = service.code(place, login)
    for name, value in (("login", login), ("password", account.password), ("code", code)):
        page.fill(f"[name={name}]", value)
    press(page, "Se connecter")
    assert not page.url.endswith("/connexion"), (
        "a code serves once: two tests must not come in as the same person at the same moment"
    )
    return page


def press(page: Page, label: str) -> None:
    """Press a button; the page that follows must keep our promises."""
    with page.expect_navigation() as following:
        page.get_by_role("button", name=label).locator("visible=true").first.click()
    response = following.value
    assert_page(response.text(), dict(response.headers), response.status)


def test_a_referral_is_kept_and_sent_without_script(base: str, place: Place, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = come_in(context.new_page(), base, place, "college")
    page.goto(f"{base}/situations/nouvelle/refer")
    page.fill("[name='identity-surname']", "Exemplaire")
    with page.expect_navigation():
        page.keyboard.press("Enter")  # in a field, it keeps the draft and sends nothing
    assert page.get_by_text("Votre brouillon est conservé").is_visible()
    page.goto(f"{base}/situations/nouvelle/refer")
    assert page.input_value("[name='identity-surname']") == "Exemplaire"
    fill(page)
    press(page, "Envoyer la saisine")
    assert CASE.search(page.url), page.inner_text("main")
    page.goto(f"{base}/situations/nouvelle/refer")
    assert page.input_value("[name='identity-surname']") == ""
    context.close()


def test_going_back_over_a_form_that_was_refused_asks_for_it_anew(base: str, place: Place, browser: Browser) -> None:
    context = browser.new_context()
    page = come_in(context.new_page(), base, place, "bailleur")
    page.goto(f"{base}/situations/nouvelle/refer")
    press(page, "Envoyer la saisine")
    assert page.get_by_role("heading", name="points à corriger").is_visible()
    fill(page)
    press(page, "Envoyer la saisine")
    assert CASE.search(page.url), page.inner_text("main")
    page.go_back()
    assert page.inner_text("h1") == "Envoyer la saisine"
    assert page.get_by_role("heading", name="points à corriger").count() == 0
    context.close()


def test_on_a_telephone_a_referral_is_three_screens(base: str, place: Place, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE)
    page = come_in(context.new_page(), base, place, "lycee")
    page.goto(f"{base}/situations/nouvelle/refer")
    send = page.get_by_role("button", name="Envoyer la saisine")
    for number, title in enumerate(("Motifs", "Exposé", "Identité"), start=1):
        assert page.get_by_text(f"Écran {number} sur 3").is_visible()
        assert page.locator("section.compartment:visible h2").inner_text() == title
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        fill(page)
        assert send.is_visible() == (number == 3)
        assert page.get_by_text("Après l’envoi, vous ne pourrez plus").is_visible() == (number == 3)
        if number < 3:
            page.get_by_role("button", name="Continuer").locator("visible=true").click()
    page.get_by_role("button", name="Revenir").locator("visible=true").click()
    assert page.get_by_text("Écran 2 sur 3").is_visible()
    for number in (3, 2, 1):  # the gesture that goes back leads through the screens that were seen
        page.go_back()
        assert page.get_by_text(f"Écran {number} sur 3").is_visible()
    page.get_by_role("button", name="Continuer").locator("visible=true").click()
    page.get_by_role("button", name="Continuer").locator("visible=true").click()
    press(page, "Envoyer la saisine")
    assert CASE.search(page.url), page.inner_text("main")
    context.close()


def test_on_a_telephone_one_stays_on_the_screen_where_a_group_is_added_and_taken_away(
    base: str, place: Place, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = come_in(context.new_page(), base, place, "emas")
    page.goto(f"{base}/situations/nouvelle/refer")
    for _ in range(2):
        page.get_by_role("button", name="Continuer").locator("visible=true").click()
    assert page.get_by_text("Écran 3 sur 3").is_visible()
    press(page, "Ajouter")
    assert page.get_by_text("Écran 3 sur 3").is_visible()
    assert page.evaluate("document.activeElement.name").startswith("identity-representatives-0")
    press(page, "Retirer")
    assert page.get_by_text("Écran 3 sur 3").is_visible()
    context.close()


def test_at_the_keyboard_a_referral_takes_few_keys(base: str, place: Place, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = come_in(context.new_page(), base, place, "pjj")
    page.goto(f"{base}/situations/nouvelle/refer")
    keys = Keys(page)
    keys.to("reason-reasons", "Space")
    keys.to("reason-main_reason", "ArrowDown")
    keys.to("account-facts-0-day", type_=f"{YESTERDAY:%m%d%Y}")
    keys.to("account-facts-0-place", "ArrowDown")
    keys.to("account-text", type_="Présente seule devant la gare, sans cartable.")
    keys.to("identity-surname", type_="Clavier")
    keys.to("identity-first_name", type_="Elsa")
    keys.to("identity-birth", "Space")
    keys.to("identity-birth_date", type_="04022017")
    keys.to("identity-schooling", "ArrowDown")
    keys.to("identity-informed_how", "Space")
    keys.to("identity-informed_on", type_=f"{YESTERDAY:%m%d%Y}")
    keys.to_button("Envoyer la saisine")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert CASE.search(page.url), page.inner_text("main")
    assert keys.pressed <= MOST_KEYS, keys.pressed
    context.close()


class Keys:
    """A person who only has a keyboard: moves with Tab, and the keys are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def to(self, name: str, *then: str, type_: str = "") -> None:
        """Tab to the input posted under this name, press keys there or type."""
        while self.page.evaluate("document.activeElement.name") != name:
            self._press("Tab")
        for key in then:
            self._press(key)
        self.page.keyboard.type(type_)

    def to_button(self, label: str) -> None:
        """Tab to the button of this name."""
        while self.page.evaluate("document.activeElement.textContent.trim()") != label:
            self._press("Tab")

    def _press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1
        assert self.pressed < 4 * MOST_KEYS, "the input is never reached"


def fill(page: Page) -> None:
    """What of a whole saisine is on the screen."""
    for name, value in CHOSEN.items():
        field = page.locator(f"[name='{name}'][value^='{value}']")
        if field.is_visible():
            field.check()
    for name, value in TYPED.items():
        if page.locator(f"[name='{name}']").is_visible():
            page.fill(f"[name='{name}']", value)
    for name, value in LISTED.items():
        if page.locator(f"[name='{name}']").is_visible():
            page.select_option(f"[name='{name}']", value)
