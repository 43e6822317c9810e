"""Log-in: both factors in one POST, each code once, every failure counted first."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from audit.log import entries
from casework.accounts import login, members
from casework.accounts.errors import AccountError
from casework.accounts.hosts import cost
from casework.accounts.limits import ACCOUNT, ADDRESS, Limited
from casework.accounts.login import Opened, Typed, log_in
from casework.accounts.totp import totp_now
from casework.store.house import House
from casework.store.keytables import MemberRow
from casework.store.tables import AttemptRow, PersonRow, SessionRow
from crypto.identity import Cost
from tests.house import Town
from tests.meanwhile import meanwhile

HOME, ELSEWHERE = b"192.0.2.7", b"203.0.113.9"
NEW = "Autre-Phrase-Longue-8"


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def enter(town: Town, address: bytes = HOME, *, minutes: float = 1, **changes: Any) -> Opened:
    """Log the DPO in, a minute later."""
    with town.later(minutes=minutes):
        return log_in(town.house, town.people["dpo"].typed(**changes), address)


def fail(town: Town, times: int, address: bytes = ELSEWHERE, **changes: Any) -> None:
    for _ in range(times):
        with refused("wrong"):
            enter(town, address, minutes=0, **({"password": "wrong"} | changes))


def logged(house: House, name: str) -> int:
    with house.stores.case_reading() as session:
        found = entries(session.connection(), house.provider.mac, limit=1_000)
    return sum(record.type == name for record in found)


@pytest.mark.clause("A-02")
@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"code": "000000"}, {"code": ""}, {"password": ""}, {"login": "nobody"}]
)
def test_one_wrong_factor_opens_nothing(town: Town, changes: dict[str, Any]) -> None:
    failures = logged(town.house, "LoginFailed")
    with refused("wrong"):
        enter(town, **changes)
    assert logged(town.house, "LoginFailed") == failures + 1


def test_the_log_in_is_found_whatever_its_case(town: Town) -> None:
    assert enter(town, login=" DPO@Exemple.FR ").token


@pytest.mark.clause("A-02")
def test_a_code_opens_once(town: Town) -> None:
    enter(town)
    with refused("wrong"):
        enter(town, minutes=0)


def test_a_code_older_than_the_last_one_opens_nothing(town: Town) -> None:
    with town.later(minutes=1):
        old = totp_now(town.people["dpo"].secret)
    enter(town, minutes=0.5)
    with refused("wrong"):
        enter(town, minutes=0, code=old)


def test_a_recovery_code_stands_for_the_code_once(town: Town) -> None:
    code = town.people["dpo"].codes[3]
    enter(town, code=code.lower().replace("-", " "))
    with refused("wrong"):
        enter(town, code=code)
    assert enter(town, code=town.people["dpo"].codes[4]).token


def test_a_recovery_code_stands_for_the_password_once(town: Town) -> None:
    code = town.people["dpo"].codes[0]
    enter(town, password=code)
    with refused("wrong"):
        enter(town, password=code)


def test_two_recovery_codes_are_one_factor(town: Town) -> None:
    first, second, *_ = town.people["dpo"].codes
    with refused("wrong"):
        enter(town, password=first, code=second)


def test_a_used_recovery_code_marked_unused_by_hand_locks_the_account(town: Town) -> None:
    code = town.people["dpo"].codes[0]
    enter(town, code=code)
    with town.house.stores.case.begin() as connection:
        connection.execute(update(PersonRow).values(used_codes=0))
    found = logged(town.house, "TamperingFound")
    with refused("wrong"):
        enter(town, code=code)
    assert logged(town.house, "TamperingFound") == found + 1


def rows_of(town: Town, name: str) -> Sequence[MemberRow]:
    with town.house.stores.key_reading() as session:
        return session.scalars(select(MemberRow).where(MemberRow.person == town.people[name].person)).all()


def test_two_recovery_codes_at_two_doors_are_no_tampering(town: Town) -> None:
    first, second, *_ = town.people["dpo"].codes
    with town.later(minutes=1), refused("wrong"):
        typed = [town.people["dpo"].typed(password=code) for code in (first, second)]
        other = partial(log_in, town.house, typed[1], ELSEWHERE)
        with meanwhile(town.house.stores.key, "after", "FROM member", other):
            log_in(town.house, typed[0], HOME)
    assert logged(town.house, "TamperingFound") == 0


def test_locks_of_another_person_open_nothing(town: Town) -> None:
    """Who can write moves the row of an accomplice over the victim's."""
    mine = {row.slot: row.locked for row in rows_of(town, "second")}
    with town.house.stores.key_writing() as keys:
        theirs = keys.scalars(select(MemberRow).where(MemberRow.person == town.people["dpo"].person))
        for row in theirs:
            row.locked = mine[row.slot]
    with refused("wrong"):
        enter(town, code=totp_now(town.people["second"].secret))


@pytest.mark.clause("A-03")
def test_unknown_names_cost_the_same_work(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Cost] = []

    def counting(password: str, salt: bytes, spent: Cost, pepper: object) -> bytes:
        done.append(spent)
        return bytes(32)

    monkeypatch.setattr(members, "password_key", counting)
    monkeypatch.setattr("crypto.identity.password_key", counting)
    known = "dpo@exemple.fr"
    for name, password in (("nobody", "wrong"), (known, "wrong"), (known, town.people["dpo"].codes[0] + "x")):
        done.clear()
        with refused("wrong"):
            enter(town, login=name, password=password)
        assert done == [cost(town.house)]


@pytest.mark.clause("A-03")
def test_after_five_failures_the_right_password_waits_a_minute(town: Town) -> None:
    fail(town, ACCOUNT.free)
    with pytest.raises(Limited) as caught:
        enter(town, ELSEWHERE, minutes=0.9)
    assert caught.value.until >= town.moment
    assert enter(town, ELSEWHERE, minutes=0.2).token


@pytest.mark.clause("A-03")
def test_the_delay_grows(town: Town) -> None:
    fail(town, ACCOUNT.free)
    delays = []
    for _ in range(4):
        with town.later(), pytest.raises(Limited) as caught:
            log_in(town.house, town.people["dpo"].typed(), ELSEWHERE)
        delays.append(caught.value.until - town.moment)
        town.moment = caught.value.until
        with town.later():
            fail(town, 1)
    assert delays == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]


@pytest.mark.clause("A-03")
def test_at_most_twenty_five_attempts_in_a_day(town: Town) -> None:
    start = town.moment
    fail(town, 1)
    with town.house.stores.case.begin() as connection:
        connection.execute(update(AttemptRow).where(AttemptRow.count > 0).values(count=ACCOUNT.most, last_at=start))
    with pytest.raises(Limited) as caught:
        enter(town, ELSEWHERE, minutes=120)
    assert caught.value.until == start + timedelta(hours=24)
    town.moment = caught.value.until
    assert enter(town, ELSEWHERE).token


@pytest.mark.clause("A-03")
def test_a_failure_is_counted_before_the_secret_is_looked_at(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted(house: House, typed: Typed) -> None:
        with house.stores.case_reading() as session:
            assert session.scalar(select(func.max(AttemptRow.count))) == 1
        raise RuntimeError("looked at")

    monkeypatch.setattr(login, "_prove", counted)
    with town.house.stores.case.begin() as connection:
        connection.execute(delete(AttemptRow))
    with pytest.raises(RuntimeError, match="looked at"):
        enter(town)


@pytest.mark.clause("A-03")
def test_a_stranger_does_not_lock_out_a_known_device(town: Town) -> None:
    device = enter(town).device
    fail(town, ACCOUNT.free)
    with pytest.raises(Limited):
        enter(town, HOME, minutes=0.5)
    assert enter(town, HOME, minutes=0.2, device=device).token


@pytest.mark.clause("A-03")
def test_a_known_device_has_a_budget_and_serves_one_account(town: Town) -> None:
    device = enter(town).device
    fail(town, ACCOUNT.free, HOME, device=device)
    with pytest.raises(Limited):
        enter(town, HOME, minutes=0.5, device=device)
    fail(town, ACCOUNT.free, ELSEWHERE, login="second@exemple.fr", device=device)
    with pytest.raises(Limited), town.later():
        log_in(town.house, town.people["second"].typed(device=device), HOME)


@pytest.mark.clause("A-03")
def test_one_address_trying_many_names_is_slowed_and_then_stopped_for_the_day(town: Town) -> None:
    start = town.moment
    for number in range(ADDRESS.free):
        fail(town, 1, login=f"name{number}")
    with pytest.raises(Limited):
        enter(town, ELSEWHERE, minutes=0.5)
    with town.house.stores.case.begin() as connection:
        connection.execute(update(AttemptRow).where(AttemptRow.count > 1).values(count=ADDRESS.most))
    with pytest.raises(Limited) as caught:
        enter(town, ELSEWHERE, minutes=120)
    assert caught.value.until == start + timedelta(hours=24)


@pytest.mark.clause("A-03")
def test_a_colleague_who_forgot_a_password_does_not_lock_out_the_town_hall(town: Town) -> None:
    fail(town, ACCOUNT.free, login="second@exemple.fr")
    assert enter(town, ELSEWHERE, minutes=0).token


@pytest.mark.clause("A-03")
def test_failures_of_a_day_that_has_not_come_keep_nobody_out(town: Town) -> None:
    """The clock ran ahead, people were refused, it was put right."""
    ahead = timedelta(days=400)
    town.moment += ahead
    fail(town, ACCOUNT.free)
    town.moment -= ahead
    assert enter(town, ELSEWHERE).token
    fail(town, ACCOUNT.free)
    with pytest.raises(Limited):
        enter(town, ELSEWHERE, minutes=0.5)


def test_successes_of_colleagues_cost_their_address_nothing(town: Town) -> None:
    for _ in range(ACCOUNT.free + 2):
        enter(town)
    assert enter(town).token


def test_the_attempts_table_holds_no_address_nor_name(town: Town) -> None:
    fail(town, 1)
    with town.house.stores.case_reading() as session:
        keys = session.scalars(select(AttemptRow.key)).all()
    assert all(ELSEWHERE not in key and b"dpo" not in key and len(key) == 32 for key in keys)


def test_a_session_row_is_made_only_by_a_success(town: Town) -> None:
    with town.house.stores.case.begin() as connection:
        connection.execute(delete(SessionRow))
    fail(town, 1)
    with town.house.stores.case_reading() as session:
        assert session.scalar(select(func.count()).select_from(SessionRow)) == 0
