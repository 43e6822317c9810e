"""The nominative exchange by key: who can open what, before, during and after; an interrupted opening is finished by the next press."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from audit.log import log_table
from casework.cases.act import Conflict
from casework.cases.clocks import tick
from casework.cases.reading import open_situation
from casework.kernel import clock
from casework.kernel.clock import PARIS, today
from casework.kernel.engine import IllegalMove
from casework.meetings import exchange, service
from casework.meetings.service import MeetingError
from casework.store.faults import at_point
from casework.store.keytables import SealRow
from tests.meetings.world import IDENTITY, World

EVERYBODY = ("coordinator", "town_hall", "prosecutor", "police_station", "pjj", "emas", "dsol", "head_of_school", "head_of_school_2")
ACTION = {"decision": "member_action", "action": "meet_family", "due": (today() + timedelta(days=90)).isoformat()}


def readable(world: World, who: str, case: UUID) -> set[str]:
    opened = open_situation(world.house, world.people[who], case)
    return {slot.compartment for slot in opened.contents} if opened else set()


def scheduled(world: World, meeting: UUID, **changes: Any) -> UUID:
    case = world.retained(**changes)
    exchange.schedule(world.house, world.people["coordinator"], meeting, case, world.head(case).sequence)
    return case


def in_session(world: World, *names: str, **changes: Any) -> tuple[UUID, UUID]:
    meeting = world.meeting(*(names or EVERYBODY))
    case = scheduled(world, meeting, **changes)
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    return meeting, case


def decided(world: World, case: UUID, *rows: dict[str, Any]) -> None:
    coordinator = world.people["coordinator"]
    exchange.decide(world.house, coordinator, case, world.head(case).sequence, rows or [{"decision": "keep_open"}])


def owned(world: World, name: str) -> dict[str, Any]:
    return ACTION | {"owner": str(world.people[name].party.person)}


def code(caught: Any) -> str:
    return str(caught.value.code)


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
    assert exchange.schedule(world.house, coordinator, meeting, rixe, world.head(rixe).sequence).life.step == "scheduled"


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
    assert exchange.candidates(world.house, world.people["coordinator"]) == []


def test_a_situation_that_moved_meanwhile_is_not_scheduled_and_says_what_it_became(world: World) -> None:
    meeting, case = world.meeting("pjj"), world.retained()
    before = world.head(case).sequence
    scheduled_on = exchange.schedule(world.house, world.people["coordinator"], meeting, case, before)
    with pytest.raises(Conflict) as caught:
        exchange.schedule(world.house, world.people["coordinator"], meeting, case, before)
    assert caught.value.head.life.step == scheduled_on.life.step == "scheduled"


def test_a_situation_leaves_the_agenda_and_forgets_the_meeting(world: World) -> None:
    case = scheduled(world, world.meeting("pjj"))
    head = exchange.unschedule(world.house, world.people["coordinator"], case, world.head(case).sequence)
    assert (head.life.step, head.life.meeting) == ("retained", None)


@pytest.mark.clause("C-10")
def test_the_agenda_names_persons_to_those_convened_while_the_exchange_is_open_and_logs_each(world: World) -> None:
    meeting = world.meeting("pjj", "emas")
    case = scheduled(world, meeting, by="pjj")
    house, people = world.house, world.people
    assert [item.name for item in exchange.agenda(house, people["coordinator"], meeting)] == [""]
    assert exchange.agenda(house, people["emas"], meeting) == []
    exchange.circulate(house, people["coordinator"], meeting)
    before = world.events("CompartmentRead")
    assert [(item.head.life.case, item.name) for item in exchange.agenda(house, people["emas"], meeting)] == [(case, "Témoin Marqueur")]
    assert world.events("CompartmentRead") == before + 1
    assert exchange.agenda(house, people["police_station"], meeting) == []
    assert [item.name for item in exchange.agenda(house, people["coordinator"], meeting)] == [""]
    finish(world, meeting, case)
    assert [item.name for item in exchange.agenda(house, people["emas"], meeting)] == []


# --- the keys


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


def finish(world: World, meeting: UUID, *cases: UUID) -> None:
    for case in cases:
        decided(world, case)
    assert exchange.sign(world.house, world.people["coordinator"], meeting).left == {}
    assert exchange.approve(world.house, world.people["town_hall"], meeting).left == {}


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
    assert exchange.agenda(world.house, world.people["head_of_school_2"], meeting) == []


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
    assert steps == (["in_session"] * 2 if name == "case-committed" else ["in_session", "scheduled"]) + ["scheduled"] * (len(cases) - 2 if name == "case-committed" else 1)
    tick(world.house)
    exchange.circulate(world.house, coordinator, meeting)
    assert {world.head(case).life.step for case in cases} == {"in_session"}
    assert all(readable(world, "emas", case) for case in cases)
    assert world.events("SealMissing") == 0


def test_a_situation_that_moved_since_the_page_was_shown_is_left_and_the_others_are_opened(world: World) -> None:
    meeting = world.meeting("emas")
    first, second = (scheduled(world, meeting) for _ in range(2))
    seen = {case: world.head(case).sequence for case in (first, second)}
    world.play("coordinator", first, "inform", {"identity": {"informed_how": "in_person", "informed_on": today().isoformat(), "representatives": []}})
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


# --- decisions and record


@pytest.mark.clause("F33-15")
def test_an_owner_keeps_its_sheet_after_the_exchange_has_closed(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    assert readable(world, "emas", case) >= {"deliberation"}
    assert exchange.sign(world.house, world.people["coordinator"], meeting).done == [case]
    assert exchange.approve(world.house, world.people["town_hall"], meeting).done == [case]
    assert world.head(case).life.step == "followed"
    assert readable(world, "emas", case) == {"owner_sheet"}
    opened = open_situation(world.house, world.people["emas"], case)
    assert opened is not None
    (content,) = opened.contents.values()
    assert content == ACTION | {name: IDENTITY[name] for name in ("surname", "first_name", "telephone")}


@pytest.mark.clause("F33-15")
@pytest.mark.parametrize("name", ["dsol", "security_officer"])
def test_the_dsol_and_persons_not_convened_own_no_action(world: World, name: str) -> None:
    _, case = in_session(world)
    with pytest.raises(MeetingError) as caught:
        decided(world, case, owned(world, name))
    assert code(caught) == "owner"


def test_a_decision_corrected_before_the_signature_gives_no_sheet_to_the_first_owner(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    decided(world, case, owned(world, "pjj"))
    exchange.sign(world.house, world.people["coordinator"], meeting)
    assert [part.owner for part in world.head(case).life.parts] == [world.people["pjj"].party.person]


def test_a_record_signed_again_gives_no_second_sheet(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    for _ in range(2):
        exchange.sign(world.house, world.people["coordinator"], meeting)
        world.play("coordinator", case, "reopen_record")
    assert len(world.head(case).life.parts) == 1


def test_an_owner_who_stepped_back_stops_the_signature_of_that_situation_alone(world: World) -> None:
    meeting = world.meeting(*EVERYBODY)
    first, second = (scheduled(world, meeting) for _ in range(2))
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    for case in (first, second):
        decided(world, case, owned(world, "emas"))
    exchange.recuse(world.house, world.people["emas"], first, world.head(first).sequence)
    batch = exchange.sign(world.house, world.people["coordinator"], meeting)
    assert (batch.done, batch.left) == ([second], {first: "owner"})


@pytest.mark.clause("C-08")
def test_the_mairie_approves_what_is_signed_and_nothing_else(world: World) -> None:
    meeting = world.meeting(*EVERYBODY)
    signed, examined, open_ = (scheduled(world, meeting) for _ in range(3))
    coordinator, mairie = world.people["coordinator"], world.people["town_hall"]
    exchange.circulate(world.house, coordinator, meeting)
    decided(world, signed)
    exchange.sign(world.house, coordinator, meeting)
    decided(world, examined)
    assert exchange.approve(world.house, mairie, meeting).done == [signed]
    assert [world.head(case).life.step for case in (signed, examined, open_)] == ["followed", "examined", "in_session"]
    for name in ("coordinator", "prosecutor", "pjj"):
        with pytest.raises(MeetingError) as caught:
            exchange.approve(world.house, world.people[name], meeting)
        assert code(caught) == "seat"


@pytest.mark.clause("C-08")
@pytest.mark.parametrize(
    ("decision", "step"),
    [("keep_open", "followed"), ("postponed", "retained"), ("close", "closed"), ("no_further_action", "dismissed")],
)
def test_each_outcome_is_approved_by_its_own_move(world: World, decision: str, step: str) -> None:
    meeting, case = in_session(world)
    decided(world, case, {"decision": decision})
    exchange.sign(world.house, world.people["coordinator"], meeting)
    exchange.approve(world.house, world.people["town_hall"], meeting)
    assert world.head(case).life.step == step
    assert readable(world, "emas", case) == set()


def test_what_the_mairie_approves_is_what_it_saw(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case)
    exchange.sign(world.house, world.people["coordinator"], meeting)
    seen = {case: world.head(case).sequence}
    world.play("coordinator", case, "reopen_record")
    decided(world, case, {"decision": "close"})
    exchange.sign(world.house, world.people["coordinator"], meeting)
    assert exchange.approve(world.house, world.people["town_hall"], meeting, seen).left == {case: "changed"}
    assert world.head(case).life.step == "signed"


def test_the_log_of_a_whole_meeting_holds_no_name(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    finish(world, meeting)
    with world.house.stores.case_reading() as session:
        bodies = session.scalars(select(log_table.c.body)).all()
    assert not [body for body in bodies if b"Marqueur" in body or "Témoin".encode() in body]
