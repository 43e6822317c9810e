"""Who left is forgotten when the log is, who never came after a month; what they signed keeps their random id (R-10)."""

from uuid import UUID

import pytest
from sqlalchemy import select

from casework.accounts.acceptance import begin_acceptance
from casework.accounts.errors import AccountError
from casework.accounts.people import Contact, names
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import invite, reinvite
from casework.kernel.clock import at
from casework.running import ticking
from casework.store.directory import load_directory
from casework.store.tables import InvitationRow, PersonRow, TenureRow
from tests.accounts.pages import Browser, app_of
from tests.house import Town

YEAR = 365
pytestmark = pytest.mark.clause("R-10")


def tick_after(town: Town, days: float) -> None:
    with town.later(days=days):
        ticking.run(town.house, sure=True)


def person(town: Town, key: UUID) -> PersonRow | None:
    with town.house.stores.case_reading() as session:
        return session.get(PersonRow, key)


def leave(town: Town, name: str) -> UUID:
    with at(town.moment):
        remove_seat(town.house, town.acting("coordinator"), town.people[name].tenure)
    return town.people[name].person


def test_who_left_is_nameless_once_the_log_of_that_time_is_over(town: Town) -> None:
    member = town.join("landlord").keys.member_id
    gone = leave(town, "landlord")
    tick_after(town, YEAR - 1)
    assert names(town.house).person(gone) == "Landlord"
    tick_after(town, 1)
    row = person(town, gone)
    assert row
    assert (row.contact, row.state) == (b"", "erased")
    assert names(town.house).person(gone) == "personne partie"
    assert names(town.house).tenure(town.people["landlord"].tenure).startswith("personne partie, ")
    with town.house.stores.case_reading() as session:
        assert load_directory(town.house, session).signing(member)
    tick_after(town, 1)


def test_the_time_is_that_of_the_log(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.join("landlord")
    gone = leave(town, "landlord")
    monkeypatch.setitem(town.house.settings, "log_months", 24)
    tick_after(town, 2 * YEAR - 1)
    assert names(town.house).person(gone) == "Landlord"
    tick_after(town, 2)
    assert names(town.house).person(gone) == "personne partie"


def test_who_keeps_a_seat_or_came_back_is_not_forgotten(town: Town) -> None:
    town.join("landlord")
    town.join("pjj")
    gone = leave(town, "landlord")
    place = town.people["landlord"].organisation
    tick_after(town, YEAR - 10)
    with at(town.moment):
        invite(town.house, Contact("landlord@exemple.fr", "Landlord", "x"), "landlord", place)
    tick_after(town, 20)
    assert names(town.house).person(gone) == "Landlord"
    assert names(town.house).person(town.people["pjj"].person) == "Pjj"
    tick_after(town, 30)
    assert names(town.house).person(gone) == "personne partie"


def test_an_unanswered_way_back_does_not_hasten_the_end(town: Town) -> None:
    town.join("landlord")
    gone, place = leave(town, "landlord"), town.people["landlord"].organisation
    with at(town.moment):
        invite(town.house, Contact("landlord@exemple.fr", "Landlord", "x"), "landlord", place)
    tick_after(town, 40)
    assert names(town.house).person(gone) == "Landlord"
    with town.house.stores.case_reading() as session:
        assert [row.state for row in session.scalars(select(TenureRow).where(TenureRow.person == gone))] == ["ended"]


def test_a_suspended_person_keeps_its_name_until_a_keeper_removes_the_seat(town: Town) -> None:
    town.join("landlord")
    with at(town.moment):
        suspend_seat(town.house, None, town.people["landlord"].tenure)
    tick_after(town, 2 * YEAR)
    gone = leave(town, "landlord")
    assert names(town.house).person(gone) == "Landlord"
    tick_after(town, YEAR + 1)
    assert names(town.house).person(gone) == "personne partie"


def test_the_signed_list_decides_who_left_and_not_the_rows(town: Town) -> None:
    town.join("landlord")
    landlord = town.people["landlord"]
    with town.house.stores.case_writing() as session:
        session.get_one(PersonRow, landlord.person).state = "left"
        tenure = session.get_one(TenureRow, landlord.tenure)
        tenure.state, tenure.ended_at = "ended", town.moment
    tick_after(town, YEAR + 1)
    assert names(town.house).person(landlord.person) == "Landlord"


def test_the_log_in_of_a_forgotten_person_is_free_and_is_another_account(town: Town) -> None:
    town.join("landlord")
    gone, place = leave(town, "landlord"), town.people["landlord"].organisation
    tick_after(town, YEAR + 1)
    with at(town.moment):
        with pytest.raises(AccountError, match=r"^invitation$"):
            reinvite(town.house, gone)
        again = invite(town.house, Contact("landlord@exemple.fr", "Landlord", "x"), "landlord", place)
        assert again.person != gone
        assert again.token
        assert begin_acceptance(town.house, again.token).contact.name == "Landlord"


def test_pages_of_keepers_live_without_the_forgotten(town: Town) -> None:
    town.join("landlord")
    leave(town, "landlord")
    tick_after(town, YEAR + 1)
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter("coordinator")
    assert "Landlord" not in browser.get("/administration").text
    browser.get("/admissions")


@pytest.mark.clause("A-01")
def test_an_invitation_nobody_answered_is_forgotten_after_a_month_with_its_person(town: Town) -> None:
    place = town.organisation(town.house.charter.seat("landlord").organisations[0])
    with at(town.moment):
        made = invite(town.house, Contact("ada@exemple.fr", "Ada", "ada@exemple.fr"), "landlord", place)
    tick_after(town, 3 + 29)
    assert names(town.house).person(made.person) == "Ada"
    tick_after(town, 1)
    assert person(town, made.person) is None
    with town.house.stores.case_reading() as session:
        assert session.get(TenureRow, made.tenure) is None
        assert session.scalars(select(InvitationRow)).all() == []


@pytest.mark.clause("A-01")
def test_an_invitation_that_served_is_forgotten_at_the_next_tick(town: Town) -> None:
    town.join("landlord")
    with town.house.stores.case_reading() as session:
        assert session.scalars(select(InvitationRow.used_at)).all()
    tick_after(town, 1)
    with town.house.stores.case_reading() as session:
        assert session.scalars(select(InvitationRow)).all() == []
    assert town.acting("landlord").party.seat == "landlord"


def test_an_unanswered_way_back_takes_nothing_from_who_sits(town: Town) -> None:
    town.join("landlord")
    with at(town.moment):
        reinvite(town.house, town.people["landlord"].person)
    tick_after(town, 34)
    with town.house.stores.case_reading() as session:
        assert session.scalars(select(InvitationRow)).all() == []
    assert town.acting("landlord").party.seat == "landlord"
