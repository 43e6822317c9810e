"""The pages of the ceremony and of the shares, on real stores."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from casework.accounts.removal import remove_seat
from casework.kernel.clock import at
from casework.store.directory import load_directory
from tests.accounts.pages import Browser, app_of
from tests.house import Town, founders, make_house

DOCUMENTS = ("rules", "assessment", "register", "controller", "elimination")


def browser_of(town: Town) -> Browser:
    return Browser(town, app_of(town.house).test_client())


@pytest.fixture
def before(tmp_path: Path) -> Town:
    """Everybody accepted; the ceremony is still to be held."""
    return founders(make_house(tmp_path))[0]


def answers(town: Town, **changes: str) -> dict[str, str]:
    """The form of the ceremony, filled in right."""
    dated = {f"{name}_on": "2026-03-01" for name in DOCUMENTS} | {f"{name}_reference": "n° 1" for name in DOCUMENTS}
    people = {name: str(town.people[name].tenure) for name in ("second", "controller", "dpo")}
    heard = {f"{name}_heard": town.people[name].fingerprint for name in ("second", "controller", "dpo")}
    return {**dated, **people, **heard, "coordinator": "first", **changes}


@pytest.mark.clause("F-02")
@pytest.mark.clause("R-07")
def test_a_keeper_opens_the_instance_from_its_home_page(before: Town) -> None:
    browser = browser_of(before)
    browser.enter("coordinator")
    assert browser.get("/", 303).location == "/ouverture"
    page = browser.get("/ouverture")
    for digits in (before.people[name].fingerprint for name in ("second", "controller", "dpo")):
        assert digits not in page.text
    assert "points à corriger" in browser.post("/ouverture", 422, rules_reference="").text
    wrong = browser.post("/ouverture", 422, **answers(before, dpo_heard="00000 " * 5))
    assert "L’empreinte n’est pas celle qui est attendue" in wrong.text
    late = browser.post("/ouverture", 422, **answers(before, rules_on="2026-04-01"))
    assert "futur" in late.text
    assert browser.post("/ouverture", 303, **answers(before)).location == "/ouverture"
    assert re.search(r"\d{5}(?: \d{5}){4}", browser.get("/ouverture").text)
    browser.get("/")
    with before.house.stores.case_reading() as session, at(before.moment):
        assert load_directory(before.house, session).number == 1


@pytest.mark.parametrize("share", ["first", "second"])
def test_the_coordinator_who_holds_a_share_is_chosen(before: Town, share: str) -> None:
    browser = browser_of(before)
    browser.enter("coordinator")
    browser.get("/ouverture")
    browser.post("/ouverture", 303, **answers(before, coordinator=share))
    held = browser.get("/parts").text
    assert ("Montrer ma part" in held) == (share == "first")


def test_the_ceremony_waits_for_those_it_needs(tmp_path: Path) -> None:
    town = Town(make_house(tmp_path))
    town.welcome("coordinator")
    browser = browser_of(town)
    browser.enter("coordinator")
    assert "aient accepté leur invitation" in browser.get("/ouverture").text
    browser.post("/ouverture", 200)


def test_a_share_is_shown_to_its_holder_alone(town: Town) -> None:
    holder, second = browser_of(town), browser_of(town)
    holder.enter("dpo")
    page = holder.get("/parts")
    assert page.text.count("<li>") >= 3
    assert "Refaire" not in page.text
    shown = holder.post("/parts/ma-part")
    assert len(words_of(shown.text)) > 20
    second.enter("second")
    assert "Montrer ma part" not in second.get("/parts").text
    second.post("/parts/ma-part", 404)
    stranger = browser_of(town)
    town.join("landlord")
    stranger.enter("landlord")
    stranger.get("/parts", 404)


def words_of(html: str) -> list[str]:
    return re.findall(r'<li lang="en"><span class="reference">([a-z]+)</span>', unescape(html))


def sentence(town: Town, name: str) -> str:
    """What this holder noted on paper."""
    browser = browser_of(town)
    browser.enter(name)
    browser.get("/parts")
    return " ".join(words_of(browser.post("/parts/ma-part").text))


def test_a_keeper_sees_that_a_share_is_to_be_made_again_and_does_it(town: Town) -> None:
    first, other = sentence(town, "coordinator"), sentence(town, "controller")
    browser = browser_of(town)
    browser.enter("coordinator")
    assert "à refaire" not in browser.get("/").text
    town.join("dpo", "new_dpo")
    with at(town.moment):
        remove_seat(town.house, town.acting("coordinator"), town.people["dpo"].tenure)
    browser.enter("coordinator")
    assert "Une part est à refaire" in browser.get("/").text
    assert "une part est à refaire" in browser.get("/parts").text
    other_seat = browser_of(town)
    other_seat.enter("new_dpo")
    assert "à refaire" not in other_seat.get("/").text
    people = {name: str(town.people[name].tenure) for name in ("coordinator", "controller")}
    people["dpo"] = str(town.people["new_dpo"].tenure)
    page = browser.get("/parts/refaire").text
    assert str(town.people["dpo"].tenure) not in page
    browser.post("/parts/refaire", 422, first=first, other=other)
    wrong = browser.post("/parts/refaire", 422, first=first, other=first, **people)
    assert "n’ouvrent pas les clés sous parts" in wrong.text
    assert first not in wrong.text
    done = browser.post("/parts/refaire", 200, first=f"  {first.upper()} ", other=other.replace(" ", "\n"), **people)
    assert "Celles d’avant n’ouvrent plus rien" in done.text
    assert "à refaire" not in browser.get("/").text
    assert sentence(town, "new_dpo") not in (first, other)
    browser.get("/parts/refaire")
    assert "n’ouvrent pas" in browser.post("/parts/refaire", 422, first=first, other=other, **people).text


@pytest.mark.clause("A-01")
def test_a_coordinator_is_made_a_keeper_by_another_with_two_sentences(town: Town) -> None:
    first, other = sentence(town, "controller"), sentence(town, "dpo")
    third, somebody = town.welcome("coordinator", "third"), town.welcome("landlord")
    newcomer, browser = browser_of(town), browser_of(town)
    browser.enter("coordinator")
    browser.get("/admissions")
    assert "doit encore être habilité" in browser.post(f"/admissions/{third.tenure}", spoken=third.fingerprint).text
    newcomer.enter("third")
    assert "Faites-vous habiliter" in newcomer.get("/").text
    newcomer.get("/parts/habilitation")
    assert 'name="first"' not in newcomer.html
    keeper: dict[str, Any] = {"first": first, "other": other, "keeper": str(third.tenure)}
    newcomer.post("/parts/habilitation", 422, **keeper)
    newcomer.get("/admissions")
    admits = f"/admissions/{somebody.tenure}"
    assert "ne permet pas" in newcomer.post(admits, 422, spoken=somebody.fingerprint).text
    assert "1 coordonnateur à habiliter" in re.sub("\u00a0", " ", browser.get("/").text)
    browser.get("/parts/habilitation")
    assert str(town.people["second"].tenure) not in browser.html
    browser.post("/parts/habilitation", 422, first=first, other=other)
    browser.post("/parts/habilitation", 422, **keeper | {"keeper": str(town.people["dpo"].tenure)})
    wrong = browser.post("/parts/habilitation", 422, **keeper | {"other": first})
    assert "n’ouvrent pas les clés sous parts" in wrong.text
    assert first not in wrong.text
    assert "Coordonnateur habilité" in browser.post("/parts/habilitation", **keeper).text
    assert "Tous les coordonnateurs admis sont habilités" in browser.get("/parts/habilitation").text
    assert "à habiliter" not in browser.get("/").text
    newcomer.get("/admissions")
    newcomer.post(admits, spoken=somebody.fingerprint)


def test_only_a_keeper_makes_shares_again_or_opens(town: Town) -> None:
    browser = browser_of(town)
    browser.enter("dpo")
    for path in ("/parts/refaire", "/parts/habilitation", "/ouverture"):
        browser.get(path, 404)
