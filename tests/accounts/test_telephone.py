"""What a new telephone asks that a new password does not: a code of its own, and what a recovery code may stand for."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from casework.accounts.credentials import new_telephone
from casework.accounts.errors import AccountError
from casework.accounts.login import log_in
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.accounts.changing import HOME, Session, other_telephone
from tests.accounts.pages import Browser, app_of
from tests.house import PASSWORD, Town


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def enter(town: Town, **changes: Any) -> bytes:
    with town.later(minutes=1):
        return log_in(town.house, town.people["dpo"].typed(**changes), HOME).token


@pytest.mark.clause("A-02")
def test_the_code_that_proved_the_new_telephone_does_not_serve_again(town: Town) -> None:
    session = Session.of(town)
    ready = other_telephone(session, code=town.people["dpo"].codes[0])
    session.finish(ready)
    with at(town.moment), refused("wrong"):
        log_in(town.house, town.people["dpo"].typed(code=totp_now(ready.totp)), HOME)


def test_a_recovery_code_stands_for_the_lost_telephone_and_not_for_the_password(town: Town) -> None:
    session, codes = Session.of(town), town.people["dpo"].codes
    with refused("wrong"):
        other_telephone(session, password=codes[0])
    assert enter(town)
    ready = other_telephone(session, code=codes[1])
    session.finish(ready)
    town.people["dpo"] = replace(town.people["dpo"], secret=ready.totp)
    assert enter(town)


def test_a_new_telephone_is_proved_by_its_own_code_and_only_to_who_was_shown_its_square(town: Town) -> None:
    session, other = Session.of(town), new_telephone(town.house, town.acting("coordinator"))
    wrongs = [("totp", "fresh", "000000"), ("totp", "fresh", "")]
    for code, name, value in (*wrongs, *(("changed", "blob", blob) for blob in (other.blob, "00", "é"))):
        with refused(code):
            other_telephone(session, **{name: value})
    assert enter(town)


def test_the_page_keeps_its_square_when_refused(town: Town) -> None:
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter("dpo")
    browser.get("/mon-compte/telephone")
    secret = browser.hidden()["secret"]
    browser.post("/mon-compte/telephone", 422, password=PASSWORD, code="000000", fresh="000000")
    assert browser.hidden()["secret"] == secret


@pytest.mark.clause("A-02")
def test_on_the_telephone_itself_the_key_is_a_link_and_is_written_in_groups(town: Town) -> None:
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter("dpo")
    page = browser.get("/mon-compte/telephone").text
    secret = browser.hidden()["secret"]
    link = urlsplit(unescape(re.findall(r'href="(otpauth:[^"]+)"', page)[0]))
    assert (link.netloc, parse_qs(link.query)["secret"]) == ("totp", [secret])
    assert " ".join(re.findall("....", secret)) in page
