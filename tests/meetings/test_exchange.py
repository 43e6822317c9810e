"""The nominative exchange by key: who can open what, before, during and after; an interrupted opening is finished by the next press."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from casework.cases.act import Conflict, Missing
from casework.cases.clocks import tick
from casework.cases.reading import open_situation
from casework.kernel import clock
from casework.kernel.clock import PARIS, today
from casework.kernel.engine import IllegalMove
from casework.meetings import agenda, exchange, service
from casework.meetings.service import MeetingError
from casework.store.faults import at_point
from casework.store.keytables import SealRow
from tests.databases import down_from, on_both
from tests.meetings.lives import code, decided, finish, in_session, readable, scheduled
from tests.meetings.world import World

# --- agenda


@pytest.mark.clause("F33-07")
def test_an_urgent_agenda_takes_rixe_situations_alone(world: World) -> None:
    coordinator = world.people["coordinator"]
    meeting = service.fix(world.house, coordinator, today(), urgent=True, reason="clash_occurred")
    other, rixe = world.retained(), world.retained(rixe=True)
    with pytest.raises(MeetingError) as caught:
        exchange.schedule(world.house, coordinator, meeting, other, world.head(other).sequence)
    assert code(caught) == "not_rixe"
    assert world.head(other).life.step == "retained"
    assert (
        exchange.schedule(world.house, coordinator, meeting, rixe, world.head(rixe).sequence).life.step == "scheduled"
    )


@pytest.mark.clause("C-05")
def test_a_family_not_informed_keeps_a_situation_off_the_agenda_and_the_refusal_says_so(world: World) -> None:
    meeting, case = world.meeting("pjj"), world.retained(informed_how="not_yet", informed_on=None)
    with pytest.raises(MeetingError) as caught:
        exchange.schedule(world.house, world.people["coordinator"], meeting, case, world.head(case).sequence)
    assert code(caught) == "informed"


@pytest.mark.clause("F33-10")
def test_a_situation_the_parquet_did_not_retain_is_never_scheduled(world: World) -> None:
    meeting, case = world.meeting("pjj"), world.refer()
    with pytest.raises(IllegalMove):
        exchange.schedule(world.house, world.people["coordinator"], meeting, case, world.head(case).sequence)
    assert agenda.candidates(world.house, world.people["coordinator"]) == []


def test_a_situation_that_moved_meanwhile_is_not_scheduled_and_says_what_it_became(world: World) -> None:
    meeting, case = world.meeting("pjj"), world.retained()
    before = world.head(case).sequence
    scheduled_on = exchange.schedule(world.house, world.people["coordinator"], meeting, case, before)
    with pytest.raises(Conflict) as caught:
        exchange.schedule(world.house, world.people["coordinator"], meeting, case, before)
    assert caught.value.head.life.step == scheduled_on.life.step == "scheduled"


def test_a_situation_leaves_the_agenda_and_forgets_the_meeting(world: World) -> None:
    meeting = world.meeting("pjj")
    case = scheduled(world, meeting)
    coordinator, before = world.people["coordinator"], world.head(case).sequence
    with pytest.raises(Missing):
        exchange.unschedule(world.house, coordinator, world.meeting("pjj"), case, before)
    head = exchange.unschedule(world.house, coordinator, meeting, case, before)
    assert (head.life.step, head.life.meeting) == ("retained", None)


@pytest.mark.clause("C-10")
def test_the_agenda_names_persons_to_those_convened_while_the_exchange_is_open_and_logs_each(world: World) -> None:
    meeting = world.meeting("pjj", "emas")
    case = scheduled(world, meeting, by="pjj")
    house, people = world.house, world.people
    assert [item.name for item in agenda.agenda(house, people["coordinator"], meeting)] == [""]
    assert agenda.agenda(house, people["emas"], meeting) == []
    exchange.circulate(house, people["coordinator"], meeting)
    before = world.events("CompartmentRead")
    assert [(item.head.life.case, item.name) for item in agenda.agenda(house, people["emas"], meeting)] == [
        (case, "Témoin Marqueur")
    ]
    assert world.events("CompartmentRead") == before + 1
    assert agenda.agenda(house, people["police_station"], meeting) == []
    assert [item.name for item in agenda.agenda(house, people["coordinator"], meeting)] == [""]
    finish(world, meeting, case)
    assert [item.name for item in agenda.agenda(house, people["emas"], meeting)] == []


# --- the keys


@on_both("world")
@pytest.mark.clause("F33-16")
def test_convened_persons_open_after_circulation_and_not_after_approval(world: World) -> None:
    meeting = world.meeting("town_hall", "police_station", "emas")
    case = scheduled(world, meeting, by="pjj")
    for who in ("town_hall", "police_station", "emas"):
        assert open_situation(world.house, world.people[who], case) is None
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    for who in ("town_hall", "police_station", "emas"):
        assert readable(world, who, case) == {"identity", "reason", "account"}
    assert readable(world, "security_officer", case) == set()
    finish(world, meeting, case)
    for who in ("town_hall", "police_station", "emas"):
        assert open_situation(world.house, world.people[who], case) is None
        assert not sealed_to(world, who, case)


def sealed_to(world: World, who: str, case: UUID) -> bool:
    with world.house.stores.key_reading() as session:
        query = select(SealRow).where(SealRow.case == case, SealRow.principal == world.people[who].keys.member_id)
        return session.scalar(query) is not None


@pytest.mark.clause("F33-04")
def test_the_dsol_never_gets_the_account_nor_the_decisions(world: World) -> None:
    _, case = in_session(world)
    decided(world, case)
    assert readable(world, "dsol", case) == {"identity", "reason"}


@pytest.mark.clause("F33-14")
def test_a_head_of_another_school_does_not_learn_that_the_situation_exists(world: World) -> None:
    school = str(world.people["head_of_school"].party.organisation)
    meeting, case = in_session(world, school=school)
    assert readable(world, "head_of_school", case) == {"identity", "reason", "account"}
    assert open_situation(world.house, world.people["head_of_school_2"], case) is None
    assert agenda.agenda(world.house, world.people["head_of_school_2"], meeting) == []


@pytest.mark.clause("F33-16")
def test_who_steps_back_reads_no_more(world: World) -> None:
    _, case = in_session(world)
    exchange.recuse(world.house, world.people["police_station"], case, world.head(case).sequence)
    assert open_situation(world.house, world.people["police_station"], case) is None
    assert not sealed_to(world, "police_station", case)
    assert readable(world, "emas", case)


@pytest.mark.clause("F33-16")
def test_the_coordinator_has_a_convened_person_step_back_and_nobody_else(world: World) -> None:
    _, case = in_session(world, "emas", "town_hall", by="emas")
    coordinator, people = world.people["coordinator"], world.people
    with pytest.raises(MeetingError) as caught:
        exchange.exclude(world.house, coordinator, case, world.head(case).sequence, people["pjj"].party.person)
    assert code(caught) == "person"
    exchange.exclude(world.house, coordinator, case, world.head(case).sequence, people["town_hall"].party.person)
    assert open_situation(world.house, people["town_hall"], case) is None
    with pytest.raises(IllegalMove):
        exchange.exclude(world.house, people["emas"], case, world.head(case).sequence, people["emas"].party.person)


@pytest.mark.clause("F33-16")
def test_the_exchange_ends_with_its_window_even_when_nobody_approves(world: World) -> None:
    meeting, case = in_session(world, "emas", "town_hall")
    day = service.sheet(world.house, world.people["coordinator"], meeting).meeting.day
    assert world.head(case).life.window == day + timedelta(days=7)
    last = day + timedelta(days=8)
    with clock.at(datetime(last.year, last.month, last.day, 12, tzinfo=PARIS)):
        tick(world.house)
        assert readable(world, "emas", case) == set()
        assert not sealed_to(world, "emas", case)
        finish(world, meeting, case)


# --- circulation, pressed again


def test_circulating_twice_opens_once(world: World) -> None:
    meeting = world.meeting("emas")
    cases = [scheduled(world, meeting) for _ in range(2)]
    coordinator = world.people["coordinator"]
    assert exchange.circulate(world.house, coordinator, meeting).done == cases
    before = [world.head(case).sequence for case in cases]
    again = exchange.circulate(world.house, coordinator, meeting)
    assert (again.done, again.left) == ([], {})
    assert [world.head(case).sequence for case in cases] == before


class Crash(BaseException):
    """The process stops here."""


@contextmanager
def crash(name: str, after: int) -> Iterator[None]:
    """Stop at the `after`-th passage of this point."""
    passed = []

    def reached(point: str) -> None:
        passed.append(point)
        if passed.count(name) == after and point == name:
            raise Crash

    token = at_point.set(reached)
    try:
        yield
    finally:
        at_point.reset(token)


@pytest.mark.parametrize("name", ["before-seals", "seals-committed", "case-committed"])
def test_a_circulation_stopped_in_the_middle_is_finished_by_the_next_press(world: World, name: str) -> None:
    meeting = world.meeting("emas")
    cases = [scheduled(world, meeting) for _ in range(3)]
    coordinator = world.people["coordinator"]
    with crash(name, after=2), pytest.raises(Crash):
        exchange.circulate(world.house, coordinator, meeting)
    steps = [world.head(case).life.step for case in cases]
    assert steps == (["in_session"] * 2 if name == "case-committed" else ["in_session", "scheduled"]) + [
        "scheduled"
    ] * (len(cases) - 2 if name == "case-committed" else 1)
    tick(world.house)
    exchange.circulate(world.house, coordinator, meeting)
    assert {world.head(case).life.step for case in cases} == {"in_session"}
    assert all(readable(world, "emas", case) for case in cases)
    assert world.events("SealMissing") == 0


@on_both("world")
def test_a_situation_that_moved_since_the_page_was_shown_is_left_and_the_others_are_opened(world: World) -> None:
    meeting = world.meeting("emas")
    first, second = (scheduled(world, meeting) for _ in range(2))
    seen = {case: world.head(case).sequence for case in (first, second)}
    world.play(
        "coordinator",
        first,
        "inform",
        {"identity": {"informed_how": "in_person", "informed_on": today().isoformat(), "representatives": []}},
    )
    late = scheduled(world, meeting)
    batch = exchange.circulate(world.house, world.people["coordinator"], meeting, seen)
    assert (batch.done, batch.left) == ([second], {first: "changed", late: "changed"})


def test_nothing_opens_when_nobody_is_convened_or_once_the_window_is_past(world: World) -> None:
    coordinator, meeting = world.people["coordinator"], world.meeting()
    scheduled(world, meeting)
    with pytest.raises(MeetingError) as caught:
        exchange.circulate(world.house, coordinator, meeting)
    assert code(caught) == "nobody"
    late = today() + timedelta(days=60)
    with clock.at(datetime(late.year, late.month, late.day, 12, tzinfo=PARIS)), pytest.raises(MeetingError) as caught:
        exchange.circulate(world.house, coordinator, meeting)
    assert code(caught) == "window"


@pytest.mark.clause("C-10")
def test_a_convened_coordinator_loses_the_names_of_the_agenda_with_the_exchange(world: World) -> None:
    meeting, _ = in_session(world, "coordinator", "emas")
    coordinator = world.people["coordinator"]
    assert [item.name for item in agenda.agenda(world.house, coordinator, meeting)] == ["Témoin Marqueur"]
    last = today() + timedelta(days=60)
    with clock.at(datetime(last.year, last.month, last.day, 12, tzinfo=PARIS)):
        tick(world.house)
        assert [item.name for item in agenda.agenda(world.house, coordinator, meeting)] == [""]


def test_a_key_store_lost_in_the_middle_leaves_what_follows_and_says_so(world: World) -> None:
    meeting = world.meeting("police_station")
    first, second = (scheduled(world, meeting) for _ in range(2))
    with down_from(world.house.stores.key, "case-committed"):
        batch = exchange.circulate(world.house, world.people["coordinator"], meeting)
    assert (batch.done, batch.left) == ([first], {second: "store_down"})
    assert [world.head(case).life.step for case in (first, second)] == ["in_session", "scheduled"]
