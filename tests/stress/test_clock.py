"""A clock that jumps ahead and comes back: nobody stays locked out or logged in, nothing is erased early or kept for ever, the log stays provable."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.verify import verify
from casework.accounts.limits import ACCOUNT, Limited, sweep_attempts
from casework.accounts.login import log_in
from casework.accounts.sessions import open_session, sweep_sessions
from casework.accounts.totp import totp_now
from casework.cases import drafts
from casework.cases.clocks import tick
from casework.config import FILE
from casework.kernel.clock import at
from casework.running import ticking
from casework.store.tables import AttemptRow, CaseRow, DraftRow, SessionRow
from tests.cases.conftest import Lives
from tests.demo.shell import Shell
from tests.running.made import INVITED, answers
from tests.stress.browsers import come_in

AHEAD = timedelta(days=300)  # less than a year: rights not confirmed would hide what is looked at here
HOME = b"home"


def count(lives: Lives, table: type) -> int:
    with lives.house.stores.case_reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.clause("A-03")
def test_failures_counted_while_the_clock_was_ahead_close_no_door_once_it_is_back(lives: Lives) -> None:
    town, moment = lives.town, lives.town.moment
    town.moment += AHEAD
    for _ in range(ACCOUNT.free + 1):
        with town.later(seconds=1), pytest.raises(Exception, match=r"wrong|limited"):
            log_in(town.house, town.people["pjj"].typed(password="wrong"), HOME)
    town.moment = moment
    assert town.token("pjj")
    town.moment += AHEAD
    with pytest.raises(Exception, match="wrong"):
        town.token("pjj", password="wrong")
    with at(moment):
        sweep_attempts(town.house)
    with lives.house.stores.case_reading() as session:
        assert session.scalars(select(AttemptRow).where(AttemptRow.last_at > moment + timedelta(days=1))).all() == []


@pytest.mark.clause("A-03")
def test_a_clock_set_back_by_seconds_forgives_nothing(lives: Lives) -> None:
    town = lives.town
    for _ in range(ACCOUNT.free):
        with pytest.raises(Exception, match="wrong"):
            town.token("pjj", password="wrong")
    town.moment -= timedelta(minutes=3)
    with pytest.raises(Limited):
        town.token("pjj")


@pytest.mark.clause("A-04")
def test_a_session_begun_while_the_clock_was_ahead_ends_when_it_is_back(lives: Lives) -> None:
    town, moment = lives.town, lives.town.moment
    town.moment += AHEAD
    token = town.token("pjj")
    with at(town.moment - timedelta(minutes=2)):
        assert open_session(town.house, token)  # a clock corrected by two minutes throws nobody out
    with at(moment):
        assert open_session(town.house, token) is None
        sweep_sessions(town.house)
    with lives.house.stores.case_reading() as session:
        assert session.scalars(select(SessionRow).where(SessionRow.began_at > moment + timedelta(days=1))).all() == []


@pytest.mark.clause("A-02")
def test_a_code_of_another_time_opens_nothing_and_the_clock_back_it_opens_once(lives: Lives) -> None:
    town, somebody = lives.town, lives.town.people["pjj"]
    with town.later(minutes=1):
        code = totp_now(somebody.secret)
    for away in (AHEAD, -AHEAD):
        with at(town.moment + away), pytest.raises(Exception, match="wrong"):
            log_in(town.house, somebody.typed(code=code), HOME)
    with at(town.moment):
        assert log_in(town.house, somebody.typed(code=code), HOME).token
        with pytest.raises(Exception, match="wrong"):
            log_in(town.house, somebody.typed(code=code), HOME)


def ended(lives: Lives) -> int:
    """A situation that will be erased in a month, one that goes on, a draft; one turn was taken today. How many situations."""
    lives.play(lives.play(lives.refer(), "coordinator", "transmit"), "prosecutor", "not_retain")
    lives.retained()
    with at(lives.town.moment):
        drafts.keep(lives.house, lives.party("pjj"), "refer", {"identity-surname": ["Fictif"]})
        ticking.run(lives.house)
    return count(lives, CaseRow)


@pytest.mark.clause("R-08", "R-01")
def test_nothing_is_erased_while_the_clock_is_ahead_until_somebody_looked_at_it(lives: Lives) -> None:
    situations, moment = ended(lives), lives.town.moment
    with at(moment + AHEAD):
        with pytest.raises(ticking.Leapt, match="--clock-is-right"):
            ticking.run(lives.house)
        assert (count(lives, CaseRow), count(lives, DraftRow)) == (situations, 1)
    with at(moment + timedelta(hours=1)):
        assert ticking.run(lives.house).destroyed == 0
    with at(moment + timedelta(days=40)):
        done = ticking.run(lives.house, sure=True)
    assert (done.destroyed, done.drafts, count(lives, CaseRow)) == (1, 1, situations - 1)


@pytest.mark.clause("R-01")
def test_a_draft_of_a_day_still_to_come_lives_fourteen_days_from_the_turn_that_finds_it(lives: Lives) -> None:
    moment = lives.town.moment
    with at(moment + AHEAD):
        drafts.keep(lives.house, lives.party("pjj"), "refer", {"identity-surname": ["Fictif"]})
    with at(moment):
        assert tick(lives.house).drafts == 0
    with at(moment + timedelta(days=13)):
        assert tick(lives.house).drafts == 0
    with at(moment + timedelta(days=14)):
        assert tick(lives.house).drafts == 1


def test_turns_go_on_when_the_last_one_is_still_to_come(lives: Lives) -> None:
    with at(lives.town.moment + timedelta(days=6)):
        ticking.run(lives.house)
    with at(lives.town.moment):
        assert ticking.since_last(lives.house) == timedelta(days=-6)
        turned = ticking.due_now(lives.house)
        assert turned
        ticking.run(lives.house)
        assert not ticking.due_now(lives.house)


@pytest.mark.clause("A-06")
def test_acts_at_moments_out_of_order_leave_a_sound_log_and_situations_that_go_on(lives: Lives) -> None:
    moment, readers = lives.town.moment, come_in(lives, "coordinator", "dpo")
    head = lives.refer()
    lives.town.moment = moment + AHEAD
    head = lives.play(head, "coordinator", "transmit")
    lives.town.moment = moment - timedelta(days=60)
    head = lives.play(head, "prosecutor", "retain", {"judicial": {}})
    lives.town.moment = moment
    assert readers["coordinator"].get(f"/situations/{head.life.case}").status_code == 200
    assert readers["dpo"].get("/journal").status_code == 200
    assert readers["dpo"].get(f"/journal?reference={head.reference}").status_code == 200
    with lives.house.stores.case_reading() as session:
        found = verify(session.connection(), lives.house.provider.mac, lives.house.pins.read()["log"])
    assert found.sound
    with at(moment):
        assert tick(lives.house).broken == 0


def test_the_doctor_and_the_command_say_what_to_do_when_the_clock_leapt(tmp_path: Path) -> None:
    assert Shell({FILE: ""}).run("init", *answers(tmp_path), *INVITED).exit_code == 0
    shell, mark = Shell({FILE: str(tmp_path / "keys" / "casework.toml")}), tmp_path / "keys" / "last-tick"
    assert shell.run("tick").exit_code == 0
    written = mark.stat().st_mtime
    os.utime(mark, (written - 9 * 86_400,) * 2)
    refused = shell.run("tick")
    assert (refused.exit_code, "--clock-is-right" in refused.output) == (1, True)
    assert "9 days ago" in shell.run("doctor").output
    os.utime(mark, (written + 9 * 86_400,) * 2)
    assert "at a moment still to come" in shell.run("doctor").output
    assert shell.run("tick").exit_code == 0
    os.utime(mark, (written - 9 * 86_400,) * 2)
    assert shell.run("tick", "--clock-is-right").exit_code == 0
