"""Changing password or telephone, as twins: both factors, new codes proved from paper, then only the new ones open anything."""

import re
from base64 import b32decode
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from casework.accounts.carried import Ready
from casework.accounts.credentials import prepared
from casework.accounts.errors import AccountError
from casework.accounts.limits import ACCOUNT, Limited
from casework.accounts.login import log_in
from casework.accounts.sessions import open_session
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from casework.store.keytables import MemberRow
from casework.store.tables import PersonRow
from tests.accounts.changing import HOME, NEW, TWINS, Session, Twin, new_password
from tests.accounts.pages import Browser, app_of
from tests.house import PASSWORD, Town

CODES = re.compile(r"\w{4}(?:-\w{4}){4}")


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


@pytest.fixture(params=TWINS)
def twin(request: pytest.FixtureRequest) -> Twin:
    return TWINS[request.param]


def enter(town: Town, twin: Twin | None = None, ready: Ready | None = None, **changes: Any) -> bytes:
    """Log in a minute later, as before the change, or as after this one."""
    with town.later(minutes=1):
        person = town.people["dpo"]
        words = twin.after(person, ready) if twin and ready else {}
        return log_in(town.house, person.typed(**words | changes), HOME).token


@pytest.mark.clause("A-02")
def test_after_the_change_the_new_one_serves_and_the_former_one_its_codes_and_its_sessions_do_not(
    town: Town, twin: Twin
) -> None:
    former, session = town.token("dpo"), Session.of(town)
    ready = twin.prepare(session)
    token = session.finish(ready)
    with at(town.moment):
        assert open_session(town.house, former) is open_session(town.house, session.token) is None
        again = open_session(town.house, token)
    assert again
    assert (again.actor, again.tenure) == (session.acting.actor, session.acting.tenure)
    with refused("wrong"):
        enter(town)
    with refused("wrong"):
        enter(town, twin, ready, code=town.people["dpo"].codes[0])
    assert enter(town, twin, ready)
    assert enter(town, twin, ready, code=ready.codes[4])


@pytest.mark.clause("A-02")
def test_until_a_new_code_is_typed_from_paper_nothing_changes(town: Town, twin: Twin) -> None:
    session = Session.of(town)
    ready = twin.prepare(session)
    for typed in ("", "ACEF-ACEF-ACEF-ACEF-ACEF", town.people["dpo"].codes[0]):
        with refused("recovery"):
            session.finish(ready, typed)
    assert enter(town)
    assert enter(town, code=town.people["dpo"].codes[0])
    assert prepared(town.house, session.token, ready.blob).codes == ready.codes
    assert session.finish(ready)


def test_what_a_session_prepared_serves_in_no_other(town: Town, twin: Twin) -> None:
    session, other = Session.of(town), Session.of(town)
    ready = twin.prepare(session)
    with refused("changed"):
        other.finish(ready)
    for blob in ("00", "é"):
        with refused("changed"):
            session.finish(replace(ready, blob=blob))
    assert enter(town)


@pytest.mark.clause("A-02")
def test_the_code_that_proved_a_factor_serves_no_more_even_if_the_change_is_not_finished(
    town: Town, twin: Twin
) -> None:
    session = Session.of(town)
    twin.prepare(session)
    with at(town.moment), refused("wrong"):
        log_in(town.house, town.people["dpo"].typed(), HOME)
    with refused("wrong"), at(town.moment):
        twin.prepare(session, code=totp_now(town.people["dpo"].secret))


def test_a_change_is_for_its_holder_who_has_both_factors(town: Town, twin: Twin) -> None:
    session = Session.of(town)
    for wrong in ({"password": "x"}, {"code": "000000"}):
        with refused("wrong"):
            twin.prepare(session, **wrong)
    assert enter(town)


def test_the_rows_of_before_put_back_open_nothing(town: Town, twin: Twin) -> None:
    person, session = town.people["dpo"].person, Session.of(town)
    with town.house.stores.case_reading() as case, town.house.stores.key_reading() as key:
        generation = case.get_one(PersonRow, person).generation
        old = key.scalars(select(MemberRow).where(MemberRow.person == person)).all()
    session.finish(twin.prepare(session))
    with town.house.stores.key_writing() as key:
        key.add_all([MemberRow(person=r.person, generation=r.generation, slot=r.slot, locked=r.locked) for r in old])
    with town.house.stores.case.begin() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == person).values(generation=generation))
    with refused("wrong"):
        enter(town)


@pytest.mark.clause("A-03")
def test_failures_to_change_are_counted(town: Town, twin: Twin) -> None:
    session = Session.of(town)
    for _ in range(ACCOUNT.free + 1):
        with refused("wrong"):
            twin.prepare(session, password="wrong")
    with pytest.raises(Limited):
        twin.prepare(session)


def test_of_two_changes_prepared_one_goes_through(town: Town, twin: Twin) -> None:
    session = Session.of(town)
    mine, other = twin.prepare(session), new_password(session)
    session.finish(other)
    with refused("changed"):
        session.finish(mine)
    assert enter(town, TWINS["password"], other)


def test_a_new_password_is_a_strong_one(town: Town) -> None:
    with refused("password_weak"):
        new_password(Session.of(town), new="bonjour")


def test_the_pages_show_the_codes_as_often_as_wanted_then_ask_for_one(town: Town, twin: Twin) -> None:
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter("dpo")
    browser.get(twin.path)
    words: dict[str, Any] = {"password": PASSWORD, "new": NEW}
    with town.later(minutes=1):
        words["code"] = totp_now(town.people["dpo"].secret)
        if "secret" in browser.hidden():
            words["fresh"] = totp_now(b32decode(browser.hidden()["secret"]))
    codes = CODES.findall(browser.post(twin.path, **words).text)
    assert len(codes) == 10
    assert not CODES.search(browser.post(twin.path).text)
    assert CODES.findall(browser.post(twin.path, show="1").text) == codes
    browser.post(twin.path)
    left = browser.hidden()
    assert "aucun de vos codes" in browser.post(twin.path, 422, typed="ACEF-ACEF-ACEF-ACEF-ACEF").text
    done = browser.post(twin.path, typed=codes[2].lower().replace("-", " "))
    assert NEW not in done.text
    assert not CODES.search(done.text)
    browser.get("/mon-compte")
    gone = browser.post(twin.path, 409, again=left["again"], typed=codes[2])
    assert "n’est plus valable" in gone.text
