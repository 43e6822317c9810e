"""Pages of accounts, from the invitation to the way out, on real stores: what they let through, log, and put in cookies."""

import re
from base64 import b32decode
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from audit.log import entries
from casework.accounts.acceptance import begin_acceptance
from casework.accounts.admission import admit, pending
from casework.accounts.passwords import strong
from casework.accounts.people import Contact
from casework.accounts.removal import suspend_seat
from casework.accounts.service import invite
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.accounts.pages import Browser, app_of
from tests.house import PASSWORD, Town


@pytest.fixture
def browser(town: Town) -> Browser:
    return Browser(town, app_of(town.house).test_client())


def _events(town: Town) -> list[str]:
    with town.house.stores.case_reading() as session:
        return [record.type for record in entries(session.connection(), town.house.provider.mac)]


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
        assert browser.client.get("/").location == "/connexion"


@pytest.mark.clause("A-02")
@pytest.mark.parametrize("wrong", [{"password": "autre"}, {"code": "000000"}, {"login": "personne@exemple.fr"}])
def test_whatever_is_wrong_the_page_says_the_same(browser: Browser, wrong: dict[str, str]) -> None:
    answer = browser.log_in("coordinator", 422, **wrong)
    assert "Identifiant, mot de passe ou code incorrect" in answer.text
    assert browser.client.get_cookie("__Host-session") is None
    assert _events(browser.town)[0] == "LoginFailed"


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
    assert _events(browser.town)[0] == "CharterSigned"
    browser.get("/")


def test_leaving_ends_the_session_and_empties_the_browser(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/")
    former = browser.client.get_cookie("__Host-session")
    assert former is not None
    answer = browser.post("/deconnexion", 303)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.client.get_cookie("__Host-session") is None
    assert _events(browser.town)[0] == "LoggedOut"
    browser.client.set_cookie("__Host-session", former.value)
    assert browser.get("/", 303).location == "/connexion"


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


@pytest.mark.clause("F33-01")
def test_somebody_with_two_seats_chooses_and_the_page_holds_no_password(browser: Browser) -> None:
    _second_seat(browser.town)
    page = browser.log_in("pjj", 200)
    assert "Protection judiciaire" in page.text
    assert "DSOL" in page.text
    assert PASSWORD not in page.text
    other = Browser(browser.town, app_of(browser.town.house).test_client(), browser.html)
    tenure = re.findall(r'name="tenure" value="([^"]+)"', page.text)[0]
    other.post("/connexion", 400, tenure=tenure)
    browser.post("/connexion", 303, tenure=tenure)
    assert browser.client.get_cookie("__Host-session") is not None


def test_a_sealed_choice_does_not_serve_another_browser(browser: Browser) -> None:
    _second_seat(browser.town)
    page = browser.log_in("pjj", 200)
    again, tenure = browser.hidden()["again"], re.findall(r'name="tenure" value="([^"]+)"', page.text)[0]
    thief = Browser(browser.town, app_of(browser.town.house).test_client())
    thief.get("/connexion")
    thief.post("/connexion", 422, again=again, tenure=tenure)


def _second_seat(town: Town) -> None:
    town.join("pjj")
    place = town.organisation("dsol")
    with at(town.moment):
        invite(town.house, Contact("pjj@exemple.fr", "Pjj", "pjj@exemple.fr"), "dsol", place)
        [waiting] = pending(town.house)
    admit(town.house, town.acting("coordinator"), waiting.tenure, waiting.fingerprint)


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
    digits = _accepts(town, link.group(1))
    browser.get("/admissions")
    assert digits not in browser.html
    action = re.search(r'action="(/admissions/[0-9a-f-]+)"', browser.html)
    assert action
    browser.post(action.group(1), 422, spoken="00000 " * 5)
    browser.post(action.group(1), spoken=digits)
    assert "PersonAdmitted" in _events(town)


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
    first = browser.post(path, seen=seen)
    again = browser.post(path, 409, seen=seen)
    assert "Un lien plus récent" in again.text
    token = re.findall(r"/invitation/([0-9a-f]{64})", first.text)[0]
    with at(browser.town.moment):
        assert begin_acceptance(browser.town.house, token).contact.login == "dpo@exemple.fr"
    assert browser.post(path, seen=_seen(browser, path)).status_code == 200
    assert "Admise, invitée de nouveau jusqu’au 5 mars 2026" in browser.get("/administration").text


def _seen(browser: Browser, path: str) -> str:
    """The mark of the last invitation in the form of this address."""
    form = browser.get("/administration").text.split(f'action="{path}"')[1].split("</form>")[0]
    return form.split('name="seen" value="')[1].split('"')[0]


def _accepts(town: Town, path: str) -> str:
    """Go through the pages of an invitation; the digits to read out."""
    newcomer = Browser(town, app_of(town.house).test_client())
    newcomer.get(path)
    secret = newcomer.hidden()["secret"]
    weak = newcomer.post(path, 422, password="court", code="000000")
    assert "vaut au plus 24 bits" in _plain(weak.text)
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
    newcomer.get(path, 404)
    [digits] = re.findall(r"\d{5}(?: \d{5}){4}", accepted.text)
    return str(digits)


def _plain(html: str) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", unescape(html))


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


def test_who_waits_to_be_admitted_finds_its_digits_at_log_in(browser: Browser) -> None:
    somebody = browser.town.welcome("pjj")
    assert somebody.fingerprint in browser.log_in("pjj", 422).text
    assert browser.client.get_cookie("__Host-session") is None


@pytest.mark.clause("F33-01")
def test_my_account_shows_the_digits_of_a_second_seat(browser: Browser) -> None:
    town = browser.town
    browser.enter("dpo")
    assert "En attente d’admission" not in browser.get("/mon-compte").text
    with at(town.moment):
        invite(town.house, Contact("dpo@exemple.fr", "", ""), "controller", town.people["dpo"].organisation)
        [waiting] = pending(town.house)
    assert waiting.fingerprint in browser.get("/mon-compte").text


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
    page = _plain(re.sub(r"\s*<[^>]+>\s*", "|", browser.get("/administration").text))
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
    page = _plain(re.sub(r"\s*<[^>]+>\s*", "|", browser.get("/administration").text))
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
    assert "pour le même organisme : Luc Titulaire." in _plain(page.text)


@pytest.mark.clause("F33-01")
def test_changing_seat_ends_the_former_session_and_its_pages(browser: Browser) -> None:
    town = browser.town
    _second_seat(town)
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
    assert _events(town)[1:3] == ["LoggedIn", "LoggedOut"]
    browser.post("/mon-compte/qualite", 409, **left_open)
    browser.client.set_cookie("__Host-session", former.value)
    assert browser.get("/", 303).location == "/connexion"


@pytest.mark.clause("A-07")
def test_before_anything_is_read_everybody_is_told_that_it_is_logged(browser: Browser) -> None:
    with at(browser.town.moment):
        made = invite(browser.town.house, Contact("a@exemple.fr", "A", ""), "pjj", browser.town.organisation("pjj"))
    told = "chaque page consultée est inscrite au journal, avec la personne, l’heure et la référence"
    assert told in _plain(browser.get(f"/invitation/{made.token}").text)
    assert told in _plain(browser.get("/connexion").text)
    browser.log_in("dpo")
    charter = _plain(browser.get("/charte").text)
    assert (
        "Mes accès sont journalisés et contrôlés ; le journal sert à la sécurité, jamais à mesurer mon travail"
        in charter
    )


def _value_of(html: str, label: str) -> str:
    before = unescape(html).split(label, 1)[0]
    found: str = re.findall(r'value="([0-9a-f-]{36})"', before)[-1]
    return found


@pytest.mark.clause("A-05", "A-07")
def test_the_dpo_reads_the_journal_without_any_name(browser: Browser) -> None:
    browser.enter("dpo")
    page = browser.get("/journal")
    assert "Page affichée" in page.text
    assert "Connexion" in page.text
    assert not re.search(r"exemple\.fr|Coordinator|Organisme (?!créé)", page.text)


def test_others_have_no_journal_and_no_admissions(browser: Browser) -> None:
    browser.enter("coordinator")
    browser.get("/journal", 404)
    other = Browser(browser.town, app_of(browser.town.house).test_client())
    other.enter("dpo")
    other.get("/admissions", 404)
    other.get("/administration", 404)


def test_my_account_shows_when_i_came(browser: Browser) -> None:
    browser.enter("coordinator")
    page = browser.get("/mon-compte")
    assert "coordinator@exemple.fr" in page.text
    assert "mars 2026" in page.text
