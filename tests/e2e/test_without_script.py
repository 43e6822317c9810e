"""The first act of a life in a browser whose script is off: what script adds is never needed."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from casework.demo import service
from casework.demo.place import Place
from tests.browser import assert_page
from tests.chromium import chromium
from tests.e2e.browsing import CASE, served

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
pytestmark = pytest.mark.e2e


def press(page: Page, label: str) -> None:
    """Press a button; the page that follows must keep our promises."""
    with page.expect_navigation() as following:
        page.get_by_role("button", name=label).first.click()
    response = following.value
    assert_page(response.text(), dict(response.headers), response.status)


def test_a_referral_is_kept_and_sent_without_script(tmp_path: Path) -> None:
    place = Place(tmp_path / "var")
    account = next(item for item in service.build(place) if item.login == "college")
    with chromium() as browser, served(place) as base:
        page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{base}/connexion")
        code = service.code(place, account.login)
        for name, value in (("login", account.login), ("password", account.password), ("code", code)):
            page.fill(f"[name={name}]", value)
        press(page, "Se connecter")
        page.goto(f"{base}/situations/nouvelle/refer")
        page.fill("[name='identity-surname']", "Exemplaire")
        press(page, "Garder en brouillon")
        page.goto(f"{base}/situations/nouvelle/refer")
        assert page.input_value("[name='identity-surname']") == "Exemplaire"
        fill(page)
        press(page, "Envoyer la saisine")
        assert CASE.search(page.url), page.inner_text("main")
        page.goto(f"{base}/situations/nouvelle/refer")
        assert page.input_value("[name='identity-surname']") == ""


def fill(page: Page) -> None:
    """A whole saisine."""
    for name, value in CHOSEN.items():
        page.check(f"[name='{name}'][value^='{value}']")
    for name, value in TYPED.items():
        page.fill(f"[name='{name}']", value)
    for name, value in LISTED.items():
        page.select_option(f"[name='{name}']", value)
