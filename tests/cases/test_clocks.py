"""Clocks of situations, drafts and destruction (R-01 to R-09, F33-10, F33-12), with time that moves."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text

from audit.log import entries
from audit.verify import verify
from casework.cases import clocks, drafts, heads
from casework.cases.act import Conflict
from casework.cases.clocks import Ticked, destroy, tick
from casework.cases.facts import all_facts
from casework.cases.heads import Head
from casework.kernel.clock import add_months, at
from casework.store import seals
from casework.store.directory import load_directory
from casework.store.engines import PATIENCE, Stores
from casework.store.expunge import expunge
from casework.store.house import House
from casework.store.keytables import MemberRow, SealRow
from casework.store.meetingtables import MeetingRow
from casework.store.tables import CaseRow, CiphertextRow, DraftRow
from tests import builders, databases
from tests.cases.conftest import Lives
from tests.databases import on_both

NOTHING = Ticked(0, 0, 0, 0, 0, 0, 0)
MARKER = "Marqueurquinexistenullepartailleurs"
PIECE, STRIDE = 48, 1024  # a blob is cut over pages: pieces of it are looked for


def tick_after(lives: Lives, **span: float) -> Ticked:
    """The work of the clock this much later."""
    with lives.town.later(**span):
        return tick(lives.house)


def now_is(lives: Lives, head: Head) -> Head | None:
    """The situation as it is stored, None once destroyed."""
    with lives.house.stores.case_reading() as session:
        return heads.load(lives.house, session, load_directory(lives.house, session), head.life.case)


def step_of(lives: Lives, head: Head) -> str:
    found = now_is(lives, head)
    return found.life.step if found else "destroyed"


def seals_of(lives: Lives, owner: UUID) -> list[bytes]:
    with lives.house.stores.key_reading() as keys:
        rows = seals.given(keys, [owner])
    return [*{row.sealed for row in rows}, *(row.locked for row in rows if row.locked)]


def dismissed(lives: Lives) -> Head:
    return lives.play(lives.refer(), "coordinator", "dismiss", reason="out_of_scope")


def facts_of(lives: Lives) -> list[str]:
    with lives.house.stores.case_reading() as session:
        return sorted(str(sorted(fact.items())) for fact in all_facts(lives.house, session))


def hold(lives: Lives, how: str = "held_on_date") -> None:
    """A meeting, a day later."""
    with lives.town.later(days=1), lives.house.stores.case_writing() as session:
        day = lives.town.moment.date()
        meeting = MeetingRow(id=uuid4(), instance=lives.house.instance, day=day, first_day=day, fixed_on=day, held=how)
        session.add(meeting)


def next_month(lives: Lives) -> date:
    return add_months(lives.town.moment.date().replace(day=1), 1)


def of_age(day: date) -> dict[str, str]:
    """An identity whose eighteenth birthday is on the twentieth of this month."""
    return {"birth_date": date(day.year - 18, day.month, 20).isoformat()}


def midday(lives: Lives, day: date) -> None:
    lives.town.moment = lives.town.moment.replace(year=day.year, month=day.month, day=day.day, hour=12)


@on_both("town_of_all")
@pytest.mark.clause("R-01")
@pytest.mark.parametrize("days", [14, 3])
def test_a_draft_and_its_key_are_gone_when_its_time_is_over(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    lives, pjj = town_of_all, town_of_all.acting["pjj"]
    if days != lives.house.charter.setting("draft_days").default:
        monkeypatch.setitem(lives.house.settings, "draft_days", days)
    with at(lives.town.moment):
        drafts.keep(lives.house, pjj.party, "refer", {"identity-surname": ["Fictif"]})
        (draft,) = drafts.mine(lives.house, pjj)
    assert tick_after(lives, days=days - 1).drafts == 0
    assert len(seals_of(lives, draft.id)) == 1
    assert drafts.find(lives.house, pjj, "refer") == {"identity-surname": ["Fictif"]}
    assert tick_after(lives, days=1).drafts == 1
    assert seals_of(lives, draft.id) == []
    with lives.house.stores.case_reading() as session:
        assert session.get(DraftRow, draft.id) is None


@pytest.mark.clause("F33-01")
def test_a_draft_stays_in_the_seat_it_was_written_in(lives: Lives) -> None:
    head, form = lives.acting["head_of_school"], "refer"
    elsewhere = replace(head, actor=replace(head.actor, party=replace(head.party, organisation=uuid4())))
    drafts.keep(lives.house, head.party, form, {"identity-surname": ["Fictif"]})
    assert drafts.find(lives.house, elsewhere, form) is None
    assert drafts.mine(lives.house, elsewhere) == []
    drafts.keep(lives.house, elsewhere.party, form, {"identity-surname": ["Autre"]})
    drafts.forget(lives.house, elsewhere.party, form)
    assert drafts.find(lives.house, head, form) == {"identity-surname": ["Fictif"]}


@pytest.mark.clause("R-02")
@pytest.mark.parametrize("days", [30, 60])
def test_a_dismissed_situation_is_erased_on_its_day_and_not_the_day_before(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    lives = town_of_all
    if days != lives.house.charter.setting("dismissed_days").default:
        monkeypatch.setitem(lives.house.settings, "dismissed_days", days)
    head = dismissed(lives)
    tick_after(lives, days=days - 1)
    assert step_of(lives, head) == "dismissed"
    assert tick_after(lives, days=1).destroyed == 1
    assert step_of(lives, head) == "destroyed"
    assert seals_of(lives, head.life.case) == []


@on_both("town_of_all")
@pytest.mark.clause("F33-10")
def test_without_an_opinion_after_two_meetings_held_the_situation_ends(town_of_all: Lives) -> None:
    lives = town_of_all
    hold(lives)
    head = lives.play(lives.refer(), "coordinator", "transmit")
    for how in ("not_held", "held_on_date", ""):
        hold(lives, how)
        tick_after(lives)
        assert step_of(lives, head) == "screening"
    hold(lives, "held_urgent")
    tick_after(lives)
    found = now_is(lives, head)
    assert found
    assert (found.life.step, found.life.reason) == ("dismissed", "not_screened")
    assert lives.open("prosecutor", head) is None


@pytest.mark.clause("F33-10")
def test_asking_for_details_does_not_start_the_silence_again(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.play(lives.refer(), "coordinator", "transmit")
    hold(lives)
    head = lives.play(head, "prosecutor", "ask_clarification", {"judicial": {}, "request": builders.REQUEST})
    lives.play(head, "head_of_school", "clarify", builders.referral())
    hold(lives)
    tick_after(lives)
    assert step_of(lives, head) == "dismissed"


@pytest.mark.clause("F33-10")
def test_an_opinion_given_in_time_stops_the_silence(town_of_all: Lives) -> None:
    lives, head = town_of_all, town_of_all.retained()
    hold(lives)
    hold(lives, "held_later")
    tick_after(lives)
    assert step_of(lives, head) == "retained"


@pytest.mark.clause("F33-12")
def test_before_examination_the_month_of_majority_ends_the_situation_without_follow_up(town_of_all: Lives) -> None:
    lives, month = town_of_all, next_month(town_of_all)
    head = lives.retained(**of_age(month))
    midday(lives, month - timedelta(days=1))
    tick_after(lives)
    assert step_of(lives, head) == "retained"
    tick_after(lives, days=1)
    found = now_is(lives, head)
    assert found
    assert (found.life.step, found.life.reason) == ("dismissed", "came_of_age")


def test_the_clock_leaves_a_situation_that_somebody_moved_since_it_looked(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    month, repair = next_month(lives), clocks.repair
    head = lives.retained(**of_age(month))
    midday(lives, month)

    def acting_first(house: House, case: UUID) -> tuple[int, int]:
        lives.play(head, "coordinator", "dismiss", reason="out_of_scope")
        return repair(house, case)

    monkeypatch.setattr(clocks, "repair", acting_first)
    done = tick_after(lives)
    found = now_is(lives, head)
    assert found
    assert (done.moved, done.broken, found.life.reason) == (0, 0, "out_of_scope")


def test_only_the_situation_that_was_looked_at_is_destroyed(lives: Lives) -> None:
    head = dismissed(lives)
    with pytest.raises(Conflict):
        destroy(lives.house, head.life.case, head.sequence - 1)
    assert now_is(lives, head) == head


@on_both("town_of_all")
@pytest.mark.clause("F33-12")
def test_a_followed_situation_closes_at_majority_and_its_return_may_still_come(town_of_all: Lives) -> None:
    lives, month = town_of_all, next_month(town_of_all)
    head = lives.play(
        lives.in_session("police_station", **of_age(month)), "coordinator", "decide", builders.decisions()
    )
    head = lives.play(lives.play(head, "coordinator", "sign_record"), "town_hall", "approve")
    sheet = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
    recipient = (lives.town.people["recipient"].organisation, "social")
    head = lives.play(head, "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    midday(lives, month)
    tick_after(lives)
    closed = now_is(lives, head)
    assert closed
    assert (closed.life.step, closed.life.reason) == ("closed", "came_of_age")
    assert lives.open("prosecutor", closed) is None
    assert lives.reads("recipient", closed) == {"orientation"}
    answered = lives.play(closed, "recipient", "answer", {"return": builders.RETURN}, part=closed.life.parts[0].id)
    assert answered.life.parts[0].step == "returned"
    assert "return" in lives.reads("coordinator", answered)


@pytest.mark.clause("F33-16")
def test_the_end_of_the_window_closes_the_exchange(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.play(lives.retained(), "coordinator", "schedule", meeting=uuid4())
    last = lives.town.moment.date() + timedelta(days=7)
    convened = [lives.party("police_station")]
    head = lives.play(head, "coordinator", "circulate", convened=convened, window=last)
    tick_after(lives, days=7)
    assert "account" in lives.reads("police_station", head)
    tick_after(lives, days=1)
    assert lives.open("police_station", head) is None
    assert step_of(lives, head) == "in_session"


@pytest.mark.clause("R-09")
def test_destruction_leaves_the_facts_as_they_were(town_of_all: Lives) -> None:
    lives = town_of_all
    head = dismissed(lives)
    before = facts_of(lives)
    assert before
    assert tick_after(lives, days=30).destroyed
    assert step_of(lives, head) == "destroyed"
    assert facts_of(lives) == before


def test_a_second_tick_and_a_clock_gone_backwards_do_nothing(town_of_all: Lives) -> None:
    lives = town_of_all
    live, gone = lives.retained(), dismissed(lives)
    tick_after(lives, days=30)
    assert (step_of(lives, live), step_of(lives, gone)) == ("retained", "destroyed")
    with at(lives.town.moment):
        assert tick(lives.house) == NOTHING
    with at(lives.town.moment - timedelta(days=4000)):
        assert tick(lives.house) == NOTHING
    assert now_is(lives, live) == live
    with lives.house.stores.case_reading() as session:
        pinned = lives.house.pins.read()["log"]
        assert verify(session.connection(), lives.house.provider.mac, pinned).sound


def pieces(blobs: list[bytes]) -> Iterator[bytes]:
    for blob in blobs:
        yield from (blob[start : start + PIECE] for start in range(0, len(blob) - PIECE, STRIDE))


def found_in(lives: Lives, wanted: list[bytes]) -> int:
    """How many of these byte strings stand somewhere in the files of the stores."""
    stores = lives.house.stores
    files = [*databases.contents(stores.case), *databases.contents(stores.key)]
    return sum(any(piece in content for content in files) for piece in wanted)


def blobs_of(lives: Lives, case: UUID) -> list[bytes]:
    with lives.house.stores.case_reading() as session:
        envelopes = session.scalars(select(CiphertextRow.envelope).where(CiphertextRow.case == case)).all()
    return [*envelopes, *seals_of(lives, case)]


def lived_and_ended(lives: Lives) -> tuple[Head, list[bytes]]:
    """A dismissed situation among others, that many could read, and every byte string that stood for it in the stores."""
    lives.refer()
    head = lives.in_session("police_station", "dsol", "town_hall", surname=MARKER)
    blobs = blobs_of(lives, head.life.case)
    head = lives.play(head, "coordinator", "decide", builders.decisions({"decision": "no_further_action"}))
    head = lives.play(head, "coordinator", "sign_record")
    head = lives.play(head, "town_hall", "approve_without_follow_up")
    lives.refer()
    return head, blobs + blobs_of(lives, head.life.case)


@pytest.mark.clause("R-08")
@on_both("lives")
def test_after_destruction_no_byte_of_the_situation_is_found(lives: Lives) -> None:
    head, blobs = lived_and_ended(lives)
    wanted = list(pieces(blobs))
    assert found_in(lives, wanted) > 0.9 * len(wanted) > 0  # PostgreSQL cuts a blob in pieces too
    tick_after(lives, days=30)
    assert step_of(lives, head) == "destroyed"
    assert found_in(lives, [*wanted, MARKER.encode()]) == 0


@on_both("lives")
def test_what_is_deleted_and_not_expunged_would_be_found(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "expunge", plain_vacuum)
    head, blobs = lived_and_ended(lives)
    tick_after(lives, days=30)
    assert step_of(lives, head) == "destroyed"
    assert found_in(lives, list(pieces(blobs))) > 0


def plain_vacuum(stores: Stores) -> None:
    """What an administrator might think is enough."""
    for engine in (stores.case, stores.key):
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))


@pytest.mark.clause("R-08")
def test_the_lock_of_somebody_who_left_does_not_stay_in_the_samples_of_postgresql(tmp_path: Path) -> None:
    stores = databases.new_stores(tmp_path, "postgresql")
    locks = [os.urandom(200) for _ in range(100)]
    with stores.key_writing() as keys:
        keys.add_all(MemberRow(person=uuid4(), generation=n, slot=0, locked=lock) for n, lock in enumerate(locks))
    with databases.administrator(str(stores.key.url.database)) as connection:
        connection.execute(text("ANALYZE member"))
    with stores.key_writing() as keys:
        keys.execute(delete(MemberRow).where(MemberRow.generation % 2 == 1))
    gone = locks[1::2]
    with databases.administrator(str(stores.key.url.database)) as connection:
        connection.execute(text("VACUUM FULL member"))
    assert any(lock in content for lock in gone for content in databases.contents(stores.key))
    expunge(stores)
    assert not any(lock in content for lock in gone for content in databases.contents(stores.key))
    databases.drop(stores)


@on_both("lives", "postgresql")
def test_a_reader_at_work_defers_the_expunging_and_stops_nobody(lives: Lives) -> None:
    stores, head = lives.house.stores, lives.refer()
    (blob, *_) = seals_of(lives, head.life.case)
    with stores.key_reading() as reader:
        reader.scalars(select(SealRow.key_id)).all()
        with stores.key_writing() as keys:
            keys.execute(delete(SealRow))
        begun = monotonic()
        expunge(stores)
        assert monotonic() - begun < PATIENCE / 2
        lives.refer()
    with stores.key_reading() as keys:
        assert keys.scalar(text("SHOW lock_timeout")) == f"{PATIENCE}s"
    assert any(blob in content for content in databases.contents(stores.key))
    expunge(stores)
    assert not any(blob in content for content in databases.contents(stores.key))


@on_both("town_of_all")
@pytest.mark.clause("R-08")
def test_the_certificate_of_destruction_stands_in_a_sound_log_and_names_nobody(town_of_all: Lives) -> None:
    lives, head = town_of_all, dismissed(town_of_all)
    tick_after(lives, days=30)
    with lives.house.stores.case_reading() as session:
        assert session.get(CaseRow, head.life.case) is None
        connection, mac = session.connection(), lives.house.provider.mac
        (certificate,) = entries(connection, mac, subject=head.life.case, types=[lives.house.events.destroyed])
        assert verify(connection, mac, lives.house.pins.read()["log"]).sound
    last = {"subject": head.life.case, "reference": head.reference, "head": heads.digest(head.body())}
    assert (certificate.actor, certificate.values) == (None, last)
