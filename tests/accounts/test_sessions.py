"""Sessions: only the token opens them, only for their time, only while the seat is held."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from casework.accounts.admission import admit, pending
from casework.accounts.charter import charter_signed, sign_charter
from casework.accounts.errors import AccountError
from casework.accounts.people import Contact
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import invite
from casework.accounts.sessions import change_seat, expired_author, log_out, open_session, sweep_sessions
from casework.kernel.clock import at
from casework.kernel.life import Principal
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keytables import CopyRow, MemberRow
from casework.store.tables import SessionRow
from tests.house import Town


@pytest.fixture
def token(town: Town) -> bytes:
    town.join("landlord")
    return town.token("landlord")


def rows(house: House) -> list[SessionRow]:
    with house.stores.case_reading() as session:
        return list(session.scalars(select(SessionRow)))


def forge(house: House, **values: Any) -> None:
    with house.stores.case.begin() as connection:
        connection.execute(update(SessionRow).values(**values))


def opens(town: Town, token: bytes, **span: float) -> bool:
    with town.later(**span):
        return open_session(town.house, token) is not None


def test_a_session_acts_as_its_person_in_its_seat(town: Town, token: bytes) -> None:
    acting = open_session(town.house, token)
    assert acting
    assert (acting.party.person, acting.party.seat) == (town.people["landlord"].person, "landlord")
    assert acting.tenure == town.people["landlord"].tenure


@pytest.mark.parametrize("wrong", [bytes(32), b"", b"short", bytes(33)])
def test_a_token_that_was_not_given_opens_nothing(town: Town, token: bytes, wrong: bytes) -> None:
    assert open_session(town.house, wrong) is None


@pytest.mark.clause("A-04")
def test_a_session_ends_after_fifteen_idle_minutes(town: Town, token: bytes) -> None:
    assert opens(town, token, minutes=14)
    assert opens(town, token, minutes=14)
    assert not opens(town, token, minutes=15)


@pytest.mark.clause("A-04")
def test_a_session_ends_after_eight_hours(town: Town, token: bytes) -> None:
    for _ in range(47):
        assert opens(town, token, minutes=10)
    assert not opens(town, token, minutes=10)


def test_the_last_use_moves_once_a_minute(town: Town, token: bytes) -> None:
    before = {row.seen_at for row in rows(town.house)}
    assert opens(town, token, seconds=59)
    assert {row.seen_at for row in rows(town.house)} == before
    assert opens(town, token, seconds=1)
    assert town.moment in {row.seen_at for row in rows(town.house)}


@pytest.mark.parametrize("column", ["seen_at", "began_at"])
def test_times_moved_by_hand_close_the_session(town: Town, token: bytes, column: str) -> None:
    forge(town.house, **{column: town.moment + timedelta(seconds=1)})
    assert not opens(town, token)


@pytest.mark.parametrize("column", ["person", "tenure"])
def test_a_session_moved_to_another_person_or_seat_does_not_open(town: Town, token: bytes, column: str) -> None:
    keeper = town.people["coordinator"]
    forge(town.house, **{column: getattr(keeper, column)})
    assert not opens(town, token)


@pytest.mark.clause("F33-01")
def test_a_session_does_not_pass_to_another_seat_of_the_same_person(town: Town) -> None:
    somebody = town.people["dpo"]
    second = invite(town.house, Contact(somebody.login, "", ""), "controller", somebody.organisation).tenure
    admit(town.house, town.acting("coordinator"), second, pending(town.house)[0].fingerprint)
    mine = town.token("dpo", tenure=somebody.tenure)
    assert opens(town, mine)
    forge(town.house, tenure=second)
    assert not opens(town, mine)


@pytest.mark.clause("A-04", "F33-01")
def test_a_change_of_seat_does_not_make_a_session_last_longer(town: Town) -> None:
    somebody = town.people["dpo"]
    second = invite(town.house, Contact(somebody.login, "", ""), "controller", somebody.organisation).tenure
    admit(town.house, town.acting("coordinator"), second, pending(town.house)[0].fingerprint)
    mine, asked = town.token("dpo", tenure=somebody.tenure), {somebody.tenure: second, second: somebody.tenure}
    for _ in range(47):
        with town.later(minutes=10):
            acting = open_session(town.house, mine)
            assert acting
            found = change_seat(town.house, mine, acting, asked[acting.tenure])
            assert found
            assert open_session(town.house, mine) is None
            mine = found
    assert not opens(town, mine, minutes=10)


@pytest.mark.clause("F33-01")
def test_a_seat_is_changed_for_one_of_ones_own(town: Town, token: bytes) -> None:
    acting = open_session(town.house, token)
    assert acting
    for other in (town.people["dpo"].tenure, acting.tenure, uuid4()):
        assert change_seat(town.house, token, acting, other) is None
    assert opens(town, token)


def test_a_planted_session_opens_nothing(town: Town, token: bytes) -> None:
    """The attacker knows a token of its own and copies its hash over the row of the keeper, or the keys over its own."""
    mine = town.token("coordinator")
    landlord, keeper = (
        next(row for row in rows(town.house) if row.tenure == town.people[name].tenure)
        for name in ("landlord", "coordinator")
    )
    with town.house.stores.case.begin() as connection:
        connection.execute(delete(SessionRow))
    for planted in ({"token_hash": landlord.token_hash}, {"token_hash": landlord.token_hash, "keys": landlord.keys}):
        with town.house.stores.case_writing() as session:
            values = {column.name: getattr(keeper, column.name) for column in SessionRow.__table__.columns}
            session.merge(SessionRow(**(values | planted)))
        assert not opens(town, token)
        assert not opens(town, mine)


def test_a_log_out_ends_the_session(town: Town, token: bytes) -> None:
    log_out(town.house, token, open_session(town.house, token))
    assert not opens(town, token)


@pytest.mark.clause("C-07")
def test_a_removal_acts_on_the_next_request(town: Town, token: bytes) -> None:
    somebody = town.people["landlord"]
    remove_seat(town.house, town.acting("coordinator"), somebody.tenure)
    assert not opens(town, token)
    with pytest.raises(AccountError, match="wrong"):
        town.token("landlord")
    with town.house.stores.case_reading() as session:
        directory = load_directory(town.house, session)
    assert directory.id_of(Principal.member(somebody.person)) is None
    assert directory.party(somebody.tenure) is None
    assert pending(town.house) == []


@pytest.mark.clause("C-07")
def test_a_session_put_back_after_a_removal_opens_nothing(town: Town, token: bytes) -> None:
    everything = [{c.name: getattr(row, c.name) for c in SessionRow.__table__.columns} for row in rows(town.house)]
    remove_seat(town.house, town.acting("coordinator"), town.people["landlord"].tenure)
    with town.house.stores.case_writing() as session:
        for values in everything:
            session.merge(SessionRow(**values))
    assert not opens(town, token)


@pytest.mark.clause("C-07")
def test_a_suspension_acts_on_the_next_request(town: Town, token: bytes) -> None:
    suspend_seat(town.house, None, town.people["landlord"].tenure)
    assert not opens(town, token)


def test_the_copies_of_who_leaves_are_deleted(town: Town, token: bytes) -> None:
    member = town.acting("landlord").keys.member_id
    query = select(CopyRow).where(CopyRow.holder == member)
    with town.house.stores.key_reading() as session:
        assert session.scalars(query).all()
    remove_seat(town.house, town.acting("coordinator"), town.people["landlord"].tenure)
    with town.house.stores.key_reading() as session:
        assert not session.scalars(query).all()


def test_the_locks_of_who_leaves_are_deleted_and_a_new_invitation_makes_new_ones(town: Town, token: bytes) -> None:
    somebody, keeper = town.people["landlord"], town.acting("coordinator")
    remove_seat(town.house, keeper, somebody.tenure)
    with town.house.stores.key_reading() as session:
        assert not session.scalars(select(MemberRow).where(MemberRow.person == somebody.person)).all()
    again = town.join("landlord")
    assert again.party.person == somebody.person


def test_who_is_not_a_keeper_removes_nobody(town: Town, token: bytes) -> None:
    landlord = town.acting("landlord")
    with pytest.raises(AccountError, match="not_allowed"):
        remove_seat(town.house, landlord, town.people["dpo"].tenure)
    with pytest.raises(AccountError, match="not_allowed"):
        suspend_seat(town.house, landlord.actor, town.people["dpo"].tenure)
    assert opens(town, town.token("dpo"))


def test_the_last_keeper_is_not_removed(town: Town) -> None:
    keeper = town.acting("coordinator")
    remove_seat(town.house, keeper, town.people["second"].tenure)
    with pytest.raises(AccountError, match="last_keeper"):
        remove_seat(town.house, keeper, keeper.tenure)


def test_an_ended_session_names_its_author_for_an_hour_without_keys(town: Town, token: bytes) -> None:
    with town.later(minutes=15):
        sweep_sessions(town.house)
        assert all(row.keys is None for row in rows(town.house))
        author = expired_author(town.house, token)
        assert author
        assert author.person == town.people["landlord"].person
        assert open_session(town.house, token) is None
    with town.later(minutes=59, seconds=59):
        sweep_sessions(town.house)
        assert expired_author(town.house, token)
    with town.later(seconds=1):
        assert expired_author(town.house, token) is None
        sweep_sessions(town.house)
        assert rows(town.house) == []


@pytest.mark.clause("C-07")
def test_a_new_version_of_the_charter_asks_again(town: Town) -> None:
    house, token = town.house, town.token("dpo")
    with at(town.moment):
        dpo = open_session(house, token)
        assert dpo
        assert not charter_signed(house, dpo)
        with pytest.raises(AccountError, match="changed"):
            sign_charter(house, dpo, "2010-1")
        sign_charter(house, dpo, house.charter.version)
        dpo = open_session(house, token)  # the next page of the same session
    assert dpo
    assert charter_signed(house, dpo)
    assert not charter_signed(replace(house, charter=replace(house.charter, version="2027-1")), dpo)
