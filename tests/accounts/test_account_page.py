"""« Mon compte », by its page: when I came, my other seats, and the digits of one that waits."""

import re

import pytest

from casework.accounts.admission import pending
from casework.accounts.people import Contact
from casework.accounts.service import invite
from casework.kernel.clock import at
from tests.accounts.pages import Browser, events, second_seat


def test_my_account_shows_when_i_came(browser: Browser) -> None:
    browser.enter("coordinator")
    page = browser.get("/mon-compte")
    assert "coordinator@exemple.fr" in page.text
    assert "mars 2026" in page.text


@pytest.mark.clause("F33-01")
def test_my_account_shows_the_digits_of_asecond_seat(browser: Browser) -> None:
    town = browser.town
    browser.enter("dpo")
    assert "En attente d’admission" not in browser.get("/mon-compte").text
    with at(town.moment):
        invite(town.house, Contact("dpo@exemple.fr", "", ""), "controller", town.people["dpo"].organisation)
        [waiting] = pending(town.house)
    assert waiting.fingerprint in browser.get("/mon-compte").text


@pytest.mark.clause("F33-01")
def test_changing_seat_ends_the_former_session_and_its_pages(browser: Browser) -> None:
    town = browser.town
    second_seat(town)
    page = browser.log_in("pjj", 200)
    first = next(
        key for key in re.findall(r'name="tenure" value="([^"]+)"', page.text) if key == str(town.people["pjj"].tenure)
    )
    browser.post("/connexion", 303, tenure=first)
    browser.get("/charte")
    browser.post("/charte", 303, agreed="1")
    former = browser.client.get_cookie("__Host-session")
    assert former is not None
    account = browser.get("/mon-compte").text
    tenure = re.findall(r'name="tenure" value="([^"]+)"', account)
    assert len(tenure) == 1
    assert first not in tenure
    browser.post("/mon-compte/qualite", 303, tenure=first)
    browser.post("/mon-compte/qualite", 303, tenure=str(town.people["dpo"].tenure))
    assert "Protection judiciaire" in browser.get("/mon-compte").text.split("</header>")[0]
    left_open = browser.hidden()
    browser.post("/mon-compte/qualite", 303, tenure=tenure[0])
    assert "DSOL" in browser.get("/mon-compte").text.split("</header>")[0]
    assert events(town)[1:3] == ["LoggedIn", "LoggedOut"]
    browser.post("/mon-compte/qualite", 409, **left_open)
    browser.client.set_cookie("__Host-session", former.value)
    assert browser.get("/", 303).location == "/connexion?fin=1"
