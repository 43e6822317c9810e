"""An invitation leaves by mail when a server takes it; the page and the command line say so, and show the link all the same."""

import re
from base64 import b32decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from casework.accounts.service import reinvite
from casework.accounts.totp import totp_now
from casework.config import FILE
from casework.kernel.clock import at
from casework.mail import relay
from casework.mail.service import MAILER
from tests.accounts.pages import Browser, app_of
from tests.cases.conftest import Lives
from tests.demo.shell import Shell
from tests.house import PASSWORD
from tests.mail.servers import HOST, SENDER, Box, mailer, nobody, serving

LINK = re.compile(r"/invitation/[0-9a-f]{64}")
LEFT, NOT_LEFT = "Le lien est parti à l’adresse électronique", "le message n’est pas parti"


@pytest.fixture
def browser(town_of_all: Lives) -> Iterator[Browser]:
    """A keeper at a browser."""
    made = Browser(town_of_all.town, app_of(town_of_all.house).test_client())
    made.enter("coordinator")
    yield made
    made.town.moment = town_of_all.town.moment


def sends_to(browser: Browser, port: int) -> None:
    browser.client.application.extensions[MAILER] = mailer(port)


def invites(browser: Browser, name: str) -> str:
    """The page after an invitation."""
    browser.get("/administration/invitation")
    place = str(browser.town.organisation("pjj"))
    form = {"name": f"Nom {name}", "email": f"{name}@exemple.fr", "role": "pjj", "organisation": place}
    return browser.post("/administration/invitation", 200, **form).text


@pytest.mark.clause("A-01")
def test_the_link_leaves_to_its_person_alone_and_stands_on_the_page(browser: Browser) -> None:
    box = Box()
    with serving(box) as port:
        sends_to(browser, port)
        page = invites(browser, "parti")
    (letter,), (link,) = box.letters, LINK.findall(page)
    assert box.recipients == [letter["To"]] == ["parti@exemple.fr"]
    text = letter.get_content()
    assert f"\r\nhttps://cellule.exemple.invalid{link}\r\n" in text
    for words in ("une seule fois", "soixante-douze heures", "de vive voix", "01 99 00 12 34"):
        assert words in text
    assert "Nom parti" not in text
    assert (LEFT in page, NOT_LEFT in page) == (True, False)


@pytest.mark.parametrize(
    "box", [Box({"RCPT": "550 no such box"}), Box(hangs="DATA"), None], ids=["refused", "hangs", "none"]
)
def test_a_link_that_did_not_leave_is_to_be_handed_over(
    browser: Browser,
    box: Box | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(relay, "PATIENCE", 0.2)
    name = f"reste-{request.node.callspec.id}"
    if box is None:
        sends_to(browser, nobody())
        page = invites(browser, name)
    else:
        with serving(box) as port:
            sends_to(browser, port)
            page = invites(browser, name)
    assert (LEFT in page, NOT_LEFT in page, len(LINK.findall(page))) == (False, True, 1)
    assert "invitation" in caplog.text
    assert name not in caplog.text


def test_without_a_mail_server_the_page_says_nothing_of_mail(browser: Browser) -> None:
    page = invites(browser, "sans")
    assert (LEFT in page, NOT_LEFT in page, len(LINK.findall(page))) == (False, False, 1)


def test_who_lost_an_account_is_told_when_it_is_invited_again_and_when_the_account_is_replaced(
    browser: Browser,
) -> None:
    box, person = Box(), browser.town.people["dpo"].person
    with serving(box) as port:
        sends_to(browser, port)
        seen = browser.get(f"/administration/acces/{person}").text.split('name="seen" value="')[1].split('"')[0]
        told = browser.post(f"/administration/acces/{person}", seen=seen).text
        browser.get(f"/administration/acces/{person}")
        browser.post(f"/administration/acces/{person}", 409, seen=seen)
        replaces(browser, LINK.findall(told)[0])
    assert box.recipients == ["dpo@exemple.fr"] * 2
    assert LEFT in told
    again, replaced = box.letters
    assert (again["Subject"], LINK.findall(again.get_content())) == (
        "Un nouvel accès est préparé pour vous", LINK.findall(told)
    )  # fmt: skip
    assert (replaced["Subject"], LINK.findall(replaced.get_content())) == (
        "Vos moyens de connexion ont été remplacés",
        [],
    )
    for letter in box.letters:
        assert "01 99 00 12 34" in letter.get_content()


def test_an_account_is_replaced_whatever_the_mail_server_does(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    sends_to(browser, nobody())
    person = browser.town.people["controller"].person
    with at(browser.town.moment):
        token = reinvite(browser.town.house, person)
    replaces(browser, f"/invitation/{token}")
    assert "a letter (renewed) did not leave" in caplog.text


def test_a_newcomer_is_not_told_that_an_account_was_replaced(browser: Browser) -> None:
    box = Box()
    with serving(box) as port:
        sends_to(browser, port)
        replaces(browser, LINK.findall(invites(browser, "neuf"))[0])
    assert [letter["Subject"] for letter in box.letters] == ["Une invitation vous est adressée"]


def replaces(browser: Browser, path: str) -> None:
    """Go through the pages of an invitation, at another browser of the same application."""
    newcomer = Browser(browser.town, browser.client.application.test_client())
    newcomer.get(path)
    with at(browser.town.moment):
        code = totp_now(b32decode(newcomer.hidden()["secret"]))
    codes = re.findall(r"\w{4}(?:-\w{4}){4}", newcomer.post(path, password=PASSWORD, code=code).text)
    newcomer.post(path)
    assert "empreinte" in newcomer.post(path, typed=codes[4]).text


def test_a_seat_more_for_somebody_with_an_account_is_no_link_to_send(browser: Browser) -> None:
    box = Box()
    with serving(box) as port:
        sends_to(browser, port)
        browser.get("/administration/invitation")
        place = str(browser.town.organisation("pjj"))
        form = {"name": "Dsol", "email": "dsol@exemple.fr", "role": "pjj", "organisation": place}
        page = browser.post("/administration/invitation", 200, **form).text
    assert (box.asked, "a déjà un compte" in page, LEFT in page) == ([], True, False)


# --- From a terminal


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[int], Shell]:
    """An installation that mails to this port, and its settings in a file."""
    places = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys"), "--host", "cellule.exemple.invalid"]
    flags = ["--town", "Mairie", "--copied", "--smtp", f"smtp://{HOST}:{nobody()}", "--mail-from", SENDER]
    done = Shell({FILE: ""}).run("init", *places, *flags, "--person", "dpo", "Gaëlle", "gaelle@exemple.invalid")
    assert done.exit_code == 0, done.output
    settings = {FILE: str(tmp_path / "keys" / "casework.toml")}
    return lambda port: Shell({**settings, "CASEWORK_SMTP": f"smtp://{HOST}:{port}"})


def test_init_writes_where_mail_goes_and_the_doctor_asks_there(shell: Callable[[int], Shell], tmp_path: Path) -> None:
    assert f'mail_from = "{SENDER}"' in (tmp_path / "keys" / "casework.toml").read_text()
    box = Box()
    with serving(box) as port:
        assert "the mail server answers" in shell(port).run("doctor").output
    found = shell(nobody()).run("doctor")
    assert (found.exit_code, "FAIL  the mail server cannot be used" in found.output, box.asked) == (1, True, [])


def test_the_command_line_says_whether_the_link_left(shell: Callable[[int], Shell]) -> None:
    place = shell(nobody()).run("organisation", "add", "pjj", "Une antenne").output.strip()
    words = ("--name", "Ada", "--seat", "pjj", "--organisation", place)
    box = Box()
    with serving(box) as port:
        left = shell(port).run("invite", "ada", *words, "--email", "ada@exemple.invalid").output
    stayed = shell(nobody()).run("invite", "eve", *words, "--email", "eve@exemple.invalid").output
    assert ("left by mail" in left, "did not leave" in stayed) == (True, True)
    assert LINK.findall(box.letters[0].get_content()) == LINK.findall(left)
    assert (box.recipients, len(LINK.findall(stayed))) == (["ada@exemple.invalid"], 1)
