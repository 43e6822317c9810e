"""Pages that take a seat away or change a password, on real stores."""

import re
from uuid import uuid4

import pytest

from audit.log import entries
from casework.accounts.admission import admit
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.accounts.pages import Browser
from tests.house import PASSWORD, Town

NEW = "Autre-Phrase-Longue-8"
WARNING = "Attention"


def other(browser: Browser) -> Browser:
    return Browser(browser.town, browser.client.application.test_client())


def logged(town: Town) -> list[str]:
    with town.house.stores.case_reading() as session:
        return [record.type for record in entries(session.connection(), town.house.provider.mac, limit=8)]


def page_of(browser: Browser, name: str, act: str) -> str:
    return f"/administration/qualites/{browser.town.people[name].tenure}/{act}"


@pytest.mark.clause("C-07")
def test_a_keeper_removes_a_seat_and_the_session_is_cut(browser: Browser) -> None:
    browser.town.join("landlord")
    gone = other(browser)
    gone.enter("landlord")
    gone.get("/")
    browser.enter("coordinator")
    assert page_of(browser, "landlord", "retrait") in browser.get("/administration").text
    page = browser.get(page_of(browser, "landlord", "retrait"))
    assert "Landlord, " in page.text
    assert "Personne d’autre ne tient cette qualité" in page.text
    assert "SeatRemoved" not in logged(browser.town)
    assert (
        "Cette personne ne lit plus rien en cette qualité."
        in browser.post(page_of(browser, "landlord", "retrait")).text
    )
    assert "SeatRemoved" in logged(browser.town)
    assert gone.get("/", 303).location == "/connexion?fin=1"
    gone.log_in("landlord", 422)
    browser.get(page_of(browser, "landlord", "retrait"), 404)
    assert page_of(browser, "landlord", "retrait") not in browser.get("/administration").text


@pytest.mark.clause("C-07")
def test_the_administrator_suspends_and_a_keeper_removes_what_is_suspended(browser: Browser) -> None:
    for seat in ("landlord", "administrator"):
        browser.town.join(seat)
    gone, keeper = other(browser), other(browser)
    gone.enter("landlord")
    browser.enter("administrator")
    assert page_of(browser, "landlord", "retrait") not in browser.get("/administration").text
    browser.get(page_of(browser, "landlord", "retrait"), 404)
    assert "Une suspension ne se lève pas" in browser.get(page_of(browser, "landlord", "suspension")).text
    assert "La session est coupée" in browser.post(page_of(browser, "landlord", "suspension")).text
    assert "SeatSuspended" in logged(browser.town)
    assert gone.get("/", 303).location == "/connexion?fin=1"
    browser.get(page_of(browser, "landlord", "suspension"), 404)
    keeper.enter("coordinator")
    listed = keeper.get("/administration").text
    assert "Suspendue" in listed
    assert page_of(browser, "landlord", "suspension") not in listed
    keeper.get(page_of(browser, "landlord", "retrait"))
    keeper.post(page_of(browser, "landlord", "retrait"))
    assert "Suspendue" not in keeper.get("/administration").text


def test_the_page_says_what_a_departure_entails(browser: Browser) -> None:
    town = browser.town
    town.join("prosecutor")
    place = town.people["prosecutor"].organisation
    second = town.welcome("prosecutor", "deputy", place)
    browser.enter("coordinator")
    alone = browser.get(page_of(browser, "prosecutor", "retrait")).text
    assert "La clé propre à cette qualité est perdue" in alone
    with at(town.moment):
        admit(town.house, town.acting("coordinator"), second.tenure, second.fingerprint)
    browser.enter("coordinator")
    assert WARNING not in browser.get(page_of(browser, "prosecutor", "retrait")).text
    assert "les parts sont à refaire" in browser.get(page_of(browser, "dpo", "retrait")).text
    assert WARNING not in browser.get(page_of(browser, "second", "retrait")).text
    browser.get(page_of(browser, "dpo", "retrait"))
    browser.post(page_of(browser, "dpo", "retrait"))
    assert "les clés de secours seraient perdues" in browser.get(page_of(browser, "controller", "retrait")).text
    assert WARNING not in browser.get(page_of(browser, "second", "retrait")).text


def test_an_organisation_keeps_its_seat_while_another_person_holds_it(browser: Browser) -> None:
    town = browser.town
    town.join("landlord")
    kind = town.house.charter.seat("landlord").organisations[0]
    town.join("landlord", "elsewhere", town.organisation(kind, "Autre bailleur"))
    browser.enter("coordinator")
    assert "Personne d’autre" in browser.get(page_of(browser, "landlord", "retrait")).text
    town.join("landlord", "colleague", town.people["landlord"].organisation)
    browser.enter("coordinator")
    assert "Personne d’autre" not in browser.get(page_of(browser, "landlord", "retrait")).text


def test_the_last_keeper_stays(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get(page_of(browser, "second", "retrait"))
    browser.post(page_of(browser, "second", "retrait"))
    browser.get(page_of(browser, "coordinator", "retrait"))
    refused = browser.post(page_of(browser, "coordinator", "retrait"), 409)
    assert "Plus personne ne pourrait admettre" in refused.text
    browser.get("/administration")


@pytest.mark.parametrize("act", ["retrait", "suspension"])
def test_nobody_else_takes_a_seat_away_and_an_unknown_one_is_missing(browser: Browser, act: str) -> None:
    browser.enter("dpo")
    browser.get(page_of(browser, "second", act), 404)
    browser.get("/mon-compte")
    browser.post(page_of(browser, "second", act), 404)
    keeper = other(browser)
    keeper.enter("coordinator")
    keeper.get(f"/administration/qualites/{uuid4()}/{act}", 404)


@pytest.mark.clause("A-02")
def test_a_password_changes_with_both_factors_and_only_this_browser_goes_on(browser: Browser) -> None:
    town, elsewhere = browser.town, other(browser)
    elsewhere.enter("dpo")
    browser.enter("dpo")
    assert "/mon-compte/mot-de-passe" in browser.get("/mon-compte").text
    former = browser.client.get_cookie("__Host-session")
    browser.get("/mon-compte/mot-de-passe")
    for wrong in ({"password": "faux"}, {"code": "000000"}, {"new": "bonjour"}):
        refused = browser.post("/mon-compte/mot-de-passe", 422, **(right(town) | wrong))
        assert PASSWORD not in refused.text
    done = changes(browser)
    assert "Mot de passe changé" in done
    assert NEW not in done
    present = browser.client.get_cookie("__Host-session")
    assert former
    assert present
    assert former.value != present.value
    browser.get("/")
    assert elsewhere.get("/", 303).location == "/connexion?fin=1"
    stolen = other(browser)
    stolen.client.set_cookie("__Host-session", former.value)
    assert stolen.get("/", 303).location == "/connexion?fin=1"
    elsewhere.log_in("dpo", 422)
    elsewhere.log_in("dpo", password=NEW)
    assert "MemberRowChanged" in logged(town)


def right(town: Town) -> dict[str, str]:
    """The form of a new password, the clock a minute later for a fresh code."""
    with town.later(minutes=1):
        return {"password": PASSWORD, "code": totp_now(town.people["dpo"].secret), "new": NEW}


def changes(browser: Browser) -> str:
    """Both factors, then a code from paper; the last page."""
    codes = browser.post("/mon-compte/mot-de-passe", 200, **right(browser.town)).text
    typed = re.findall(r"\w{4}(?:-\w{4}){4}", codes)[0]
    return browser.post("/mon-compte/mot-de-passe", 200, typed=typed).text


def test_after_the_change_the_forms_of_the_page_belong_to_the_new_session(browser: Browser) -> None:
    browser.enter("dpo")
    browser.get("/mon-compte/mot-de-passe")
    changes(browser)
    assert browser.post("/deconnexion", 303).location == "/connexion"


def test_too_many_wrong_passwords_close_the_change_for_a_while(browser: Browser) -> None:
    town = browser.town
    browser.enter("dpo")
    browser.get("/mon-compte/mot-de-passe")
    words = right(town) | {"password": "faux"}
    for _ in range(5):
        browser.post("/mon-compte/mot-de-passe", 422, **words)
    assert "Vous pourrez réessayer" in browser.post("/mon-compte/mot-de-passe", 429, **words).text
