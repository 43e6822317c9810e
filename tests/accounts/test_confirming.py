"""Rights end after twelve months unless a keeper, never oneself, confirms them; no lapse locks the instance out."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from audit.log import entries
from casework.accounts.confirming import confirm, due, sweep_lapsed
from casework.accounts.errors import AccountError
from casework.accounts.escrow import share_holders
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.sessions import open_session
from casework.kernel.clock import add_months, at
from casework.kernel.life import Principal
from casework.store.directory import Directory, DirectoryBroken, load_directory
from casework.store.tables import DirectoryRow, SessionRow, TenureRow
from tests.accounts.pages import Browser, app_of, plain
from tests.house import START, Town

YEAR = (add_months(START.date(), 12) - START.date()).days


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def directory(town: Town) -> Directory:
    with at(town.moment), town.house.stores.case_reading() as session:
        return load_directory(town.house, session)


def sits(town: Town, name: str) -> bool:
    return directory(town).party(town.people[name].tenure) is not None


def vouch(town: Town, who: str, name: str) -> date:
    acting = town.acting(who)
    with at(town.moment):
        return confirm(town.house, acting, town.people[name].tenure)


def logged(town: Town) -> list[str]:
    with town.house.stores.case_reading() as session:
        found = entries(session.connection(), town.house.provider.mac)
        return [record.type for record in found if record.type.startswith("Rights")]


@pytest.fixture
def a_year_later(town: Town) -> Town:
    """A landlord joined; eleven months later the two keepers confirmed each other, nobody else; then the twelve months are over."""
    town.join("landlord")
    town.moment += timedelta(days=YEAR - 20)
    vouch(town, "coordinator", "second")
    vouch(town, "second", "coordinator")
    town.moment += timedelta(days=20)
    return town


@pytest.mark.clause("A-01")
def test_the_day_of_the_year_decides_and_the_keeper_is_reminded_thirty_days_before(town: Town) -> None:
    landlord = town.join("landlord")
    town.moment = START + timedelta(days=YEAR - 31)
    assert due(town.house) == []
    with at(town.moment):
        assert due(town.house) == []
    town.moment += timedelta(days=1)
    with at(town.moment):
        assert landlord.tenure in {item.tenure for item in due(town.house) if not item.late and not item.out}
    town.moment += timedelta(days=29)
    assert sits(town, "landlord")
    town.moment += timedelta(days=1)
    assert not sits(town, "landlord")


@pytest.mark.clause("A-01")
def test_what_nobody_confirmed_is_suspended_on_the_next_request(town: Town) -> None:
    town.join("landlord")
    town.moment = START.replace(hour=22) + timedelta(days=YEAR - 1)
    token = town.token("landlord")
    with town.later(minutes=14):
        assert open_session(town.house, token)
    with town.later(hours=1):
        assert not sits(town, "landlord")
        assert open_session(town.house, token) is None
        with refused("lapsed"):
            town.token("landlord")
    found = directory(town)
    assert found.id_of(Principal.member(town.people["landlord"].person)) is None
    assert not found.staffed("landlord", town.people["landlord"].organisation)


@pytest.mark.clause("A-01", "A-05")
def test_the_tick_says_it_once_and_ends_the_sessions(a_year_later: Town) -> None:
    town, tenure = a_year_later, a_year_later.people["landlord"].tenure
    cut = town.people["controller"].tenure
    suspend_seat(town.house, None, cut)
    with town.house.stores.case_writing() as session:
        session.add(SessionRow(token_hash=bytes(32), instance=town.house.instance, person=tenure, tenure=tenure,
                               began_at=town.moment, seen_at=town.moment))  # fmt: skip
    with at(town.moment):
        assert sweep_lapsed(town.house) == 2
        assert sweep_lapsed(town.house) == 0
    assert logged(town) == ["RightsLapsed"] * 2 + ["RightsConfirmed"] * 2
    with town.house.stores.case_reading() as session:
        assert not session.scalars(select(SessionRow).where(SessionRow.tenure == tenure)).all()
        assert session.get_one(TenureRow, cut).state == "ended"


@pytest.mark.clause("A-01")
def test_a_keeper_confirms_and_the_same_seat_is_open_again_for_a_year(a_year_later: Town) -> None:
    town = a_year_later
    with at(town.moment):
        sweep_lapsed(town.house)
    assert vouch(town, "coordinator", "landlord") == add_months(town.moment.date(), 12)
    assert town.acting("landlord").tenure == town.people["landlord"].tenure
    with town.house.stores.case_reading() as session:
        assert session.get_one(TenureRow, town.people["landlord"].tenure).state == "admitted"
    with at(town.moment):
        assert town.people["landlord"].tenure not in {item.tenure for item in due(town.house)}
        assert sweep_lapsed(town.house) == 0


@pytest.mark.clause("A-01")
def test_nobody_confirms_itself_and_only_keepers_confirm(a_year_later: Town) -> None:
    town = a_year_later
    with refused("own_seat"):
        vouch(town, "coordinator", "coordinator")
    vouch(town, "coordinator", "dpo")
    with refused("not_allowed"):
        vouch(town, "dpo", "landlord")
    keeper, landlord = town.acting("coordinator"), town.people["landlord"].tenure
    with at(town.moment):
        suspend_seat(town.house, None, landlord)
        for act in (partial(confirm, town.house, keeper), partial(suspend_seat, town.house, None)):
            with refused("seat"):
                act(landlord)
        remove_seat(town.house, keeper, landlord)
        with refused("seat"):
            confirm(town.house, keeper, landlord)


@pytest.mark.clause("A-01")
def test_a_date_moved_in_the_stores_confirms_nobody(a_year_later: Town) -> None:
    """The column that lists show is a projection; the day is in the signed list, where it cannot be moved."""
    town, tenure = a_year_later, a_year_later.people["landlord"].tenure
    with town.house.stores.case_writing() as session:
        session.execute(update(TenureRow).values(confirmed_on=town.moment.date(), state="admitted"))
    assert not sits(town, "landlord")
    found = directory(town).listing
    forged = found.with_tenure(replace(found.tenures[tenure], confirmed=town.moment.date()))
    with town.house.stores.case_writing() as session:
        session.execute(update(DirectoryRow).where(DirectoryRow.number == found.number).values(body=forged.body()))
        session.execute(update(DirectoryRow).where(DirectoryRow.number == found.number).values(signature=bytes(64)))
    with pytest.raises(DirectoryBroken):
        directory(town)


@pytest.mark.clause("A-01")
def test_keepers_who_all_forgot_still_confirm_each_other(town: Town) -> None:
    """Both were confirmed on one day: both stay. Whoever confirms the other waits for it in turn."""
    town.moment = START + timedelta(days=3 * YEAR)
    assert [sits(town, name) for name in ("coordinator", "second", "dpo", "controller")] == [True, True, False, False]
    vouch(town, "coordinator", "second")
    assert [sits(town, name) for name in ("coordinator", "second")] == [False, True]
    with refused("lapsed"):
        town.token("coordinator")
    vouch(town, "second", "coordinator")
    assert sits(town, "coordinator")
    vouch(town, "coordinator", "dpo")
    assert sits(town, "dpo")


@pytest.mark.clause("A-01")
def test_whoever_closes_its_own_access_is_told_before_and_after(town: Town) -> None:
    town.moment = START + timedelta(days=3 * YEAR)
    keeper = Browser(town, app_of(town.house).test_client())
    keeper.enter("coordinator")
    assert "le vôtre se ferme aussitôt" in plain(keeper.get("/administration/confirmations").text)
    told = plain(keeper.post(f"/administration/confirmations/{town.people['second'].tenure}").text)
    assert "votre propre accès est maintenant fermé" in told
    keeper.get("/administration/confirmations", 303)


@pytest.mark.clause("A-01")
@pytest.mark.parametrize("how", ["suspended", "removed"])
def test_when_the_keeper_confirmed_last_leaves_the_one_before_is_back(town: Town, how: str) -> None:
    town.moment += timedelta(days=200)
    vouch(town, "coordinator", "second")
    town.moment = START + timedelta(days=YEAR)
    assert [sits(town, name) for name in ("coordinator", "second")] == [False, True]
    with at(town.moment):
        if how == "suspended":
            suspend_seat(town.house, None, town.people["second"].tenure)
        else:
            vouch(town, "second", "coordinator")
            remove_seat(town.house, town.acting("coordinator"), town.people["second"].tenure)
    assert [sits(town, name) for name in ("coordinator", "second")] == [True, False]


def test_a_seat_of_keepers_without_the_power_of_one_is_spared_nothing(town: Town) -> None:
    """A third coordinator, whom no share certified, cannot confirm: it does not count as the last in office."""
    with town.later(days=30):
        town.join("coordinator", "third")
    town.moment = START + timedelta(days=2 * YEAR)
    assert [sits(town, name) for name in ("coordinator", "second", "third")] == [True, True, False]


def test_who_lapsed_still_holds_its_share(a_year_later: Town) -> None:
    """Nobody is asked to make the shares again for what one confirmation brings back."""
    town = a_year_later
    assert not sits(town, "dpo")
    assert len(share_holders(town.house, directory(town))) == 3
    with at(town.moment):
        suspend_seat(town.house, None, town.people["dpo"].tenure)
    assert len(share_holders(town.house, directory(town))) == 2


@pytest.mark.clause("A-01")
def test_the_pages_remind_and_confirm(a_year_later: Town) -> None:
    town = a_year_later
    keeper = Browser(town, app_of(town.house).test_client())
    keeper.enter("coordinator")
    assert "3 accès à confirmer, dont 3 suspendus" in keeper.get("/").text.replace("\u00a0", " ")
    page = keeper.get("/administration/confirmations").text
    tenure = town.people["landlord"].tenure
    assert f"/administration/confirmations/{tenure}" in page
    assert f"/administration/confirmations/{town.people['coordinator'].tenure}" not in page
    keeper.post(f"/administration/confirmations/{town.people['coordinator'].tenure}", 409)
    keeper.post(f"/administration/confirmations/{tenure}")
    assert str(tenure) not in keeper.get("/administration/confirmations").text
    landlord = Browser(town, app_of(town.house).test_client())
    landlord.enter("landlord")
    town.moment += timedelta(days=YEAR - 20)
    landlord.log_in("landlord")
    assert "Appelez un coordonnateur pour qu’il confirme votre accès" in landlord.get("/").text
    town.moment += timedelta(days=21)
    assert "suspendu" in landlord.log_in("landlord", 422).text
