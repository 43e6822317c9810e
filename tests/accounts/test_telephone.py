"""Changing one's telephone: password and a former factor, a code of the new one; the former codes and rows open nothing any more."""

import re
from base64 import b32decode
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from casework.accounts import credentials
from casework.accounts.credentials import Changed, Telephone, change_telephone, new_telephone
from casework.accounts.errors import AccountError
from casework.accounts.limits import ACCOUNT, Limited
from casework.accounts.login import log_in
from casework.accounts.sessions import open_session
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.keytables import MemberRow
from casework.store.tables import PersonRow
from tests.accounts.pages import Browser, app_of
from tests.house import PASSWORD, Town

HOME = b"192.0.2.7"


@dataclass
class Phone:
    """The new telephone: its secret, and what the change answered."""

    secret: bytes
    changed: Changed


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def change(town: Town, acting: Acting, **words: str) -> Phone:
    """The telephone of the DPO a minute later, rightly but for what is given."""
    with town.later(minutes=1):
        setup = new_telephone(town.house, acting)
        secret = b32decode(setup.secret)
        right = Telephone(PASSWORD, totp_now(town.people["dpo"].secret), setup.blob, totp_now(secret))
        return Phone(secret, change_telephone(town.house, acting, replace(right, **words), HOME))  # type: ignore[arg-type]


def enter(town: Town, **changes: object) -> bytes:
    with town.later(minutes=1):
        return log_in(town.house, town.people["dpo"].typed(**changes), HOME).token


@pytest.mark.clause("A-02")
def test_the_new_telephone_serves_and_the_former_one_does_not(town: Town) -> None:
    former, acting = town.token("dpo"), town.acting("dpo")
    phone = change(town, acting)
    assert open_session(town.house, former) is None
    with at(town.moment):
        again = open_session(town.house, phone.changed.token)
    assert again
    assert (again.actor, again.tenure) == (acting.actor, acting.tenure)
    with refused("wrong"):
        enter(town)
    with refused("wrong"):
        enter(town, code=town.people["dpo"].codes[0])
    town.people["dpo"] = replace(town.people["dpo"], secret=phone.secret)
    assert enter(town)
    assert enter(town, code=phone.changed.codes[0])


@pytest.mark.clause("A-02")
def test_the_code_that_proved_the_new_telephone_does_not_serve_again(town: Town) -> None:
    phone = change(town, town.acting("dpo"), code=town.people["dpo"].codes[0])
    with at(town.moment), refused("wrong"):
        log_in(town.house, town.people["dpo"].typed(code=totp_now(phone.secret)), HOME)


def test_a_recovery_code_stands_for_the_lost_telephone_and_not_for_the_password(town: Town) -> None:
    acting, codes = town.acting("dpo"), town.people["dpo"].codes
    with refused("wrong"):
        change(town, acting, password=codes[0])
    assert enter(town)
    phone = change(town, acting, code=codes[1])
    town.people["dpo"] = replace(town.people["dpo"], secret=phone.secret)
    assert enter(town)


def test_a_telephone_changes_by_its_holder_who_has_both(town: Town) -> None:
    acting, other = town.acting("dpo"), new_telephone(town.house, town.acting("coordinator"))
    wrongs = [
        ("wrong", "password", "x"),
        ("wrong", "code", "000000"),
        ("totp", "fresh", "000000"),
        ("totp", "fresh", ""),
    ]
    for code, name, value in (*wrongs, *(("changed", "blob", blob) for blob in (other.blob, "00", "é"))):
        with refused(code):
            change(town, acting, **{name: value})
    assert enter(town)


def test_the_rows_of_the_former_telephone_put_back_open_nothing(town: Town) -> None:
    person = town.people["dpo"].person
    with town.house.stores.case_reading() as case, town.house.stores.key_reading() as key:
        generation = case.get_one(PersonRow, person).generation
        old = key.scalars(select(MemberRow).where(MemberRow.person == person)).all()
    change(town, town.acting("dpo"))
    with town.house.stores.key_writing() as key:
        key.add_all([MemberRow(person=r.person, generation=r.generation, slot=r.slot, locked=r.locked) for r in old])
    with town.house.stores.case.begin() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == person).values(generation=generation))
    with refused("wrong"):
        enter(town)


@pytest.mark.clause("A-03")
def test_failures_to_change_a_telephone_are_counted(town: Town) -> None:
    acting = town.acting("dpo")
    for _ in range(ACCOUNT.free + 1):
        with refused("wrong"):
            change(town, acting, password="wrong")
    with pytest.raises(Limited):
        change(town, acting)


def test_a_password_changed_meanwhile_wins(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    acting = town.acting("dpo")

    def meanwhile(house: House, person: object, generation: int, rows: Sequence[MemberRow]) -> None:
        with house.stores.case_writing() as session:
            session.get_one(PersonRow, person).generation += 1

    monkeypatch.setattr(credentials, "store_rows", meanwhile)
    with refused("changed"):
        change(town, acting)


def test_the_page_keeps_its_square_when_refused_then_shows_new_codes(town: Town) -> None:
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter("dpo")
    browser.get("/mon-compte/telephone")
    secret = browser.hidden()["secret"]
    browser.post("/mon-compte/telephone", 422, password=PASSWORD, code="000000", fresh="000000")
    assert browser.hidden()["secret"] == secret
    with town.later(minutes=1):
        code, fresh = totp_now(town.people["dpo"].secret), totp_now(b32decode(secret))
    done = browser.post("/mon-compte/telephone", password=PASSWORD, code=code, fresh=fresh)
    assert len(re.findall(r"\w{4}(?:-\w{4}){4}", done.text)) == 10
    browser.get("/mon-compte")
