"""Organisations, seats and the journal, by the pages: who sits where, in what state, and who may see it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from casework.accounts.people import Contact
from casework.accounts.removal import suspend_seat
from casework.accounts.service import invite
from tests.accounts.pages import Browser, app_of, plain
from tests.house import Town


@pytest.mark.clause("F33-01", "A-01", "A-07")
def test_the_administration_says_who_sits_where_and_in_what_state(browser: Browser) -> None:
    """Every state once: on the way, too late, to be admitted, admitted, suspended by hand, to be confirmed."""
    town, house = browser.town, browser.town.house
    with town.later(minutes=1):
        for name in ("landlord", "deputy", "cut"):
            town.join("landlord", name, called=f"Nom {name}")
        _invites(town, "late")
    with town.later(days=340):
        _invites(town, "waits")
        town.welcome("landlord", "accepted", called="Nom accepted")
        suspend_seat(house, None, town.people["cut"].tenure)
    browser.enter("coordinator")
    page = plain(re.sub(r"\s*<[^>]+>\s*", "|", browser.get("/administration").text))
    states = {
        "landlord": "Admise, à confirmer avant le 2 mars 2027",
        "deputy": "Admise, à confirmer avant le 2 mars 2027",
        "cut": "Suspendue",
        "late": "Invitation expirée le 5 mars 2026",
        "waits": "Invitation en attente, jusqu’au 8 février 2027",
        "accepted": "Invitation acceptée, à admettre",
    }
    for name, state in states.items():
        assert re.search(rf"\|Nom {name}\|+Bailleur social\|+{state}\|", page), (
            name,
            state,
            re.findall(r"Nom .{90}", page),
        )
    town.moment += timedelta(days=40)
    browser.log_in("coordinator")
    page = plain(re.sub(r"\s*<[^>]+>\s*", "|", browser.get("/administration").text))
    assert re.search(r"\|Nom landlord\|+Bailleur social\|+Suspendue, à confirmer depuis le 2 mars 2027\|", page)


def _invites(town: Town, name: str) -> None:
    place = town.organisation("social_landlord")
    invite(town.house, Contact(f"{name}@exemple.fr", f"Nom {name}", ""), "landlord", place)


@pytest.mark.clause("F33-01")
def test_a_deputy_is_invited_beside_the_holder(browser: Browser) -> None:
    browser.town.join("landlord", called="Luc Titulaire")
    browser.enter("coordinator")
    browser.get("/administration/invitation")
    place = str(browser.town.people["landlord"].organisation)
    words = {"name": "Ada", "email": "ada@exemple.fr", "role": "landlord", "organisation": place}
    page = browser.post("/administration/invitation", 200, **words)
    assert "pour le même organisme : Luc Titulaire." in plain(page.text)


@pytest.mark.clause("A-05", "A-07")
def test_the_dpo_reads_who_acted_and_no_address(browser: Browser) -> None:
    browser.enter("dpo")
    page = browser.get("/journal")
    assert "Page affichée" in page.text
    assert "Connexion" in page.text
    assert re.search(r"Coordonnateur, Organisme", unescape(page.text))
    assert "exemple.fr" not in page.text


def test_others_have_no_journal_and_no_admissions(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/journal", 404)
    other = Browser(browser.town, app_of(browser.town.house).test_client())
    other.enter("dpo")
    other.get("/admissions", 404)
    other.get("/administration", 404)
