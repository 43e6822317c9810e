"""Coming in, choosing a seat and leaving, by the pages: cookies, limits, what a session lets through."""

import re

import pytest

from casework.accounts.people import Contact
from casework.accounts.service import invite
from casework.kernel.clock import at
from tests.accounts.pages import Browser, app_of, events, plain, second_seat
from tests.house import PASSWORD


def _cookie(text: str, name: str) -> str:
    return next((line for line in text.split("\n") if line.startswith(name)), "")


def test_logging_in_sets_a_session_cookie_that_scripts_cannot_read(browser: Browser) -> None:
    answer = browser.log_in("coordinator")
    cookie = _cookie("\n".join(answer.headers.getlist("Set-Cookie")), "__Host-session=")
    assert set(cookie.split("; ")[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}


def test_the_session_id_changes_at_each_log_in_and_the_former_one_ends(browser: Browser) -> None:
    browser.log_in("coordinator")
    first = browser.client.get_cookie("__Host-session")
    browser.log_in("coordinator")
    second = browser.client.get_cookie("__Host-session")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    browser.client.set_cookie("__Host-session", first.value)
    with at(browser.town.moment):
        assert browser.client.get("/").location == "/connexion?fin=1"


@pytest.mark.clause("A-02")
@pytest.mark.parametrize("wrong", [{"password": "autre"}, {"code": "000000"}, {"login": "personne@exemple.fr"}])
def test_whatever_is_wrong_the_page_says_the_same(browser: Browser, wrong: dict[str, str]) -> None:
    answer = browser.log_in("coordinator", 422, **wrong)
    assert "Ces réponses ne vont pas ensemble" in answer.text
    typed = {"login": "coordinator@exemple.fr", "password": PASSWORD} | wrong
    assert f'value="{typed["login"]}"' in answer.text
    assert typed["password"] not in answer.text
    assert browser.client.get_cookie("__Host-session") is None
    assert events(browser.town)[0] == "LoginFailed"


@pytest.mark.clause("A-03")
def test_what_is_left_blank_is_asked_for_and_is_no_attempt(browser: Browser) -> None:
    for blank in ({"password": ""}, {"code": ""}, {"login": ""}) * 3:
        assert "Remplissez les trois champs" in browser.log_in("coordinator", 422, **blank).text
    assert "LoginFailed" not in events(browser.town)
    browser.log_in("coordinator")


@pytest.mark.clause("A-03")
def test_after_five_failures_the_page_says_when_to_try_again(browser: Browser) -> None:
    with browser.town.later(minutes=1):
        pass
    browser.get("/connexion")
    for _ in range(5):
        browser.post("/connexion", 422, login="coordinator@exemple.fr", password="faux", code="000000")
    answer = browser.post("/connexion", 429, login="coordinator@exemple.fr", password="faux", code="000000")
    assert "Vous pourrez réessayer" in answer.text


@pytest.mark.clause("C-07")
def test_the_charter_comes_before_everything(browser: Browser) -> None:
    browser.log_in("coordinator")
    for path in ("/", "/admissions", "/mon-compte"):
        assert browser.get(path, 303).location == "/charte"
    browser.get("/charte")
    browser.post("/charte", 422)
    browser.post("/charte", 422, agreed="1", version="1999-1")
    browser.get("/charte")
    assert browser.post("/charte", 303, agreed="1").location == "/"
    assert events(browser.town)[0] == "CharterSigned"
    assert 'href="/charte"' in browser.get("/mon-compte").text
    again = browser.get("/charte").text
    assert "Vous avez signé cette version" in again
    assert "Signer la charte" not in again


def test_leaving_ends_the_session_and_empties_the_browser(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/")
    former = browser.client.get_cookie("__Host-session")
    assert former is not None
    answer = browser.post("/deconnexion", 303)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.client.get_cookie("__Host-session") is None
    assert events(browser.town)[0] == "LoggedOut"
    assert browser.get("/", 303).location == "/connexion"
    browser.client.set_cookie("__Host-session", former.value)
    assert browser.get("/", 303).location == "/connexion?fin=1"


def test_leaving_by_a_link_is_impossible(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/deconnexion", 404)
    browser.get("/")


@pytest.mark.clause("A-04")
def test_after_a_quarter_of_an_hour_the_session_is_over(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/")
    browser.post("/rester", 204)
    with browser.town.later(minutes=16):
        pass
    assert "n’a pas été enregistrée" in browser.post("/rester", 403).text
    assert "Votre session est terminée" in browser.get(str(browser.get("/", 303).location)).text
    stranger = Browser(browser.town, app_of(browser.town.house).test_client())
    assert stranger.get("/", 303).location == "/connexion"
    assert "terminée" not in stranger.get("/connexion").text


@pytest.mark.clause("F33-01")
def test_somebody_with_two_seats_chooses_and_the_page_holds_no_password(browser: Browser) -> None:
    second_seat(browser.town)
    page = browser.log_in("pjj", 200)
    assert "Protection judiciaire" in page.text
    assert "DSOL" in page.text
    assert PASSWORD not in page.text
    other = Browser(browser.town, app_of(browser.town.house).test_client(), browser.html)
    tenure = re.findall(r'name="tenure" value="([^"]+)"', page.text)[0]
    other.post("/connexion", 400, tenure=tenure)
    assert "Choisissez une qualité." in browser.post("/connexion", 422).text
    browser.post("/connexion", 303, tenure=tenure)
    assert browser.client.get_cookie("__Host-session") is not None


def test_a_sealed_choice_does_not_serve_another_browser(browser: Browser) -> None:
    second_seat(browser.town)
    page = browser.log_in("pjj", 200)
    again, tenure = browser.hidden()["again"], re.findall(r'name="tenure" value="([^"]+)"', page.text)[0]
    thief = Browser(browser.town, app_of(browser.town.house).test_client())
    thief.get("/connexion")
    thief.post("/connexion", 422, again=again, tenure=tenure)


def test_who_waits_to_be_admitted_finds_its_digits_at_log_in(browser: Browser) -> None:
    somebody = browser.town.welcome("pjj")
    assert somebody.fingerprint in browser.log_in("pjj", 422).text
    assert browser.client.get_cookie("__Host-session") is None


@pytest.mark.clause("A-07")
def test_before_anything_is_read_everybody_is_told_that_it_is_logged(browser: Browser) -> None:
    with at(browser.town.moment):
        made = invite(browser.town.house, Contact("a@exemple.fr", "A", ""), "pjj", browser.town.organisation("pjj"))
    told = "chaque page consultée est inscrite au journal, avec la personne, l’heure et la référence"
    assert told in plain(browser.get(f"/invitation/{made.token}").text)
    assert told in plain(browser.get("/connexion").text)
    browser.log_in("dpo")
    charter = plain(browser.get("/charte").text)
    assert (
        "Mes accès sont journalisés et contrôlés ; le journal sert à la sécurité, jamais à mesurer mon travail"
        in charter
    )
