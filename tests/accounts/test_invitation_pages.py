"""From the invitation to the admission, by the pages: each link and each form serves once."""

import re
from base64 import b32decode
from html import unescape
from pathlib import Path

import pytest

from casework.accounts.acceptance import begin_acceptance
from casework.accounts.passwords import strong
from casework.accounts.people import Contact
from casework.accounts.service import invite
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.accounts.pages import Browser, app_of, events, plain
from tests.house import PASSWORD, Town


def test_a_newcomer_comes_in_by_invitation_admission_and_charter(browser: Browser) -> None:
    town = browser.town
    browser.enter("coordinator")
    browser.get("/administration/organisme")
    browser.post("/administration/organisme", 422)
    browser.post("/administration/organisme", 303, name="Collège Imaginaire", kind="school")
    browser.get("/administration/invitation")
    identifier = _value_of(browser.html, "Collège Imaginaire")
    browser.post("/administration/invitation", 422, name="", email="x", role="", organisation="")
    wrong = browser.post(
        "/administration/invitation", 422, name="Ada", email="ada@exemple.fr", role="pjj", organisation=identifier
    )
    assert "ne peut pas être tenue" in wrong.text
    page = browser.post(
        "/administration/invitation", name="Ada", email="ada@exemple.fr", role="head_of_school", organisation=identifier
    )
    link = re.search(r"http://localhost(/invitation/[0-9a-f]+)", page.text)
    assert link
    assert "<strong>Ada</strong>" in page.text
    digits = _accepts(town, link.group(1))
    browser.get("/admissions")
    assert digits not in browser.html
    action = re.search(r'action="(/admissions/[0-9a-f-]+)"', browser.html)
    assert action
    assert f'value="{"00000 " * 5}"' in browser.post(action.group(1), 422, spoken="00000 " * 5).text
    assert "Ada, Chef d’établissement" in plain(browser.post(action.group(1), spoken=digits).text)
    assert "PersonAdmitted" in events(town)


def _accepts(town: Town, path: str) -> str:
    """Go through the pages of an invitation; the digits to read out."""
    newcomer = Browser(town, app_of(town.house).test_client())
    newcomer.get(path)
    secret = newcomer.hidden()["secret"]
    assert "Choisissez un mot de passe" in newcomer.post(path, 422, password="", code="000000").text
    weak = newcomer.post(path, 422, password="court", code="000000")
    assert "vaut au plus 24 bits" in plain(weak.text)
    assert newcomer.hidden()["secret"] == secret
    assert " ".join(re.findall("....", secret)) in weak.text
    with at(town.moment):
        code = totp_now(b32decode(secret))
    shown = newcomer.post(path, password=PASSWORD, code=code)
    codes = re.findall(r"\w{4}(?:-\w{4}){4}", shown.text)
    assert len(codes) == 10
    assert PASSWORD not in shown.text
    asked = newcomer.post(path)
    assert not any(code in asked.text for code in codes)
    newcomer.post(path, 422, typed="ACEF-ACEF-ACEF-ACEF-ACEF")
    assert codes[9] in newcomer.post(path, show="1").text
    accepted = newcomer.post(path, typed=codes[4])
    over = newcomer.get(path, 404).text
    assert '<a href="/connexion">connectez-vous</a>' in over
    assert newcomer.get(f"/invitation/{'0' * 64}", 404).text == over, "nothing is told of accounts"
    [digits] = re.findall(r"\d{5}(?: \d{5}){4}", accepted.text)
    return str(digits)


def _value_of(html: str, label: str) -> str:
    before = unescape(html).split(label, 1)[0]
    found: str = re.findall(r'value="([0-9a-f-]{36})"', before)[-1]
    return found


@pytest.mark.clause("A-01")
def test_a_form_sent_again_makes_no_second_organisation_nor_invitation(browser: Browser) -> None:
    place = str(browser.town.organisation("pjj"))
    form = {"name": "Ada", "email": "ada@exemple.fr", "role": "pjj", "organisation": place}
    browser.enter("coordinator")
    browser.get("/administration/invitation")
    assert "/invitation/" in browser.post("/administration/invitation", 200, **form).text
    again = browser.post("/administration/invitation", 422, **form).text
    assert "y est déjà invitée" in again
    assert not re.search("/invitation/[0-9a-f]", again)
    browser.get("/administration/organisme")
    made = browser.post("/administration/organisme", 303, name="Lycée", kind="school")
    assert "Lycée est enregistré" in browser.get(made.location).text
    browser.get("/administration/organisme")
    assert "déjà enregistré" in browser.post("/administration/organisme", 422, name="LYCÉE ", kind="school").text
    page = browser.get("/administration").text
    assert page.count("Ada</th>") == page.count("Lycée, ") == 1
    assert "Invitation en attente, jusqu’au 5 mars 2026" in page


@pytest.mark.clause("A-01")
def test_a_new_link_is_made_once_by_its_form_and_told_beside_the_state(browser: Browser) -> None:
    path = f"/administration/acces/{browser.town.people['dpo'].person}"
    browser.enter("coordinator")
    seen = _seen(browser, path)
    assert "devra être admise de nouveau" in plain(browser.html)
    assert _seen(browser, path) == seen
    first = browser.post(path, seen=seen)
    again = browser.post(path, 409, seen=seen)
    assert "Un lien plus récent" in again.text
    token = re.findall(r"/invitation/([0-9a-f]{64})", first.text)[0]
    with at(browser.town.moment):
        assert begin_acceptance(browser.town.house, token).contact.login == "dpo@exemple.fr"
    assert browser.post(path, seen=_seen(browser, path)).status_code == 200
    assert "Admise, invitée de nouveau jusqu’au 5 mars 2026" in browser.get("/administration").text


def test_an_invitation_taken_back_opens_nothing_and_whoever_has_an_account_keeps_it(browser: Browser) -> None:
    house, place = browser.town.house, browser.town.organisation("pjj")
    with at(browser.town.moment):
        made = invite(house, Contact("ada@exemple.fr", "Ada", "ada@exemple.fr"), "pjj", place)
    browser.enter("coordinator")
    path = f"/administration/acces/{made.person}"
    assert "Annuler l’invitation" in browser.get(path).text
    browser.post(path, 303, cancel="1")
    assert "Ada" not in browser.get("/administration").text
    browser.get(path, 404)
    browser.get(f"/invitation/{made.token}", 404)
    with at(browser.town.moment):
        assert invite(house, Contact("ada@exemple.fr", "Ada", "ada@exemple.fr"), "pjj", place).person == made.person
    dpo = f"/administration/acces/{browser.town.people['dpo'].person}"
    assert "Annuler l’invitation" not in browser.get(dpo).text
    browser.post(dpo, 409, cancel="1")
    assert "Dpo" in browser.get("/administration").text


def test_an_address_is_never_invited_under_the_name_of_somebody_else(browser: Browser) -> None:
    form = {"email": "dpo@exemple.fr", "role": "pjj", "organisation": str(browser.town.organisation("pjj"))}
    browser.enter("coordinator")
    browser.get("/administration/invitation")
    told = plain(browser.post("/administration/invitation", 422, name="Ada", **form).text)
    assert "cette adresse est déjà celle de Dpo." in told
    assert 'value="Ada"' in told
    assert "a déjà un compte" in plain(browser.post("/administration/invitation", 200, name="DPO", **form).text)


def _seen(browser: Browser, path: str) -> str:
    """The mark of the last invitation, in the page that the list leads to."""
    assert f'href="{path}"' in browser.get("/administration").text
    return browser.get(path).text.split('name="seen" value="')[1].split('"')[0]


@pytest.mark.clause("A-02")
@pytest.mark.parametrize("place", ["invitation", "password"])
def test_a_phrase_is_proposed_anew_on_each_view_and_kept_nowhere(
    browser: Browser, tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    caplog.set_level(0)
    if place == "invitation":
        organisation = browser.town.organisation("pjj")
        contact = Contact("ada@exemple.fr", "Ada", "ada@exemple.fr")
        with at(browser.town.moment):
            path = f"/invitation/{invite(browser.town.house, contact, 'pjj', organisation).token}"
    else:
        browser.enter("coordinator")
        path = "/mon-compte/mot-de-passe"
    phrases = [re.findall(r'class="phrase"><strong>([a-z ]+)<', browser.get(path).text)[0] for _ in range(2)]
    assert phrases[0] != phrases[1]
    assert [strong(phrase, "") for phrase in phrases] == [True, True]
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()) + caplog.text.encode()
    assert not any(phrase.encode() in kept for phrase in phrases)
