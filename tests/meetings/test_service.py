"""Fixing, postponing, convening, attending and holding a meeting, on real stores."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from audit.table import log_table
from casework.cases.facts import all_facts
from casework.charters.cenomed import CENOMED
from casework.kernel import clock
from casework.kernel.clock import PARIS, add_months, today
from casework.meetings import agenda, exchange, records, service
from casework.meetings.service import MeetingError
from casework.store.meetingtables import MeetingRow
from tests.databases import on_both
from tests.meetings.lives import decided, scheduled
from tests.meetings.world import World


def refused(code: str, act: Callable[..., Any], *args: Any, **options: Any) -> None:
    with pytest.raises(MeetingError) as caught:
        act(*args, **options)
    assert caught.value.code == code


def row(world: World, meeting: UUID) -> MeetingRow:
    with world.house.stores.case_reading() as session:
        found = records.find(world.house, session, meeting)
    assert found is not None
    return found


def on(day: date) -> Any:
    return clock.at(datetime(day.year, day.month, day.day, 12, tzinfo=PARIS))


@pytest.mark.clause("F33-07")
def test_a_meeting_fixed_too_soon_is_refused_and_nothing_is_stored(world: World) -> None:
    coordinator = world.people["coordinator"]
    refused("month", service.fix, world.house, coordinator, add_months(today(), 1) - timedelta(days=1))
    assert service.meetings(world.house, coordinator) == []
    meeting = service.fix(world.house, coordinator, add_months(today(), 1))
    assert [found.id for found in service.meetings(world.house, coordinator)] == [meeting]


@pytest.mark.clause("F33-07")
def test_an_urgent_meeting_is_logged_with_its_reason(world: World) -> None:
    meeting = service.fix(world.house, world.people["coordinator"], today(), urgent=True, reason="clash_announced")
    assert row(world, meeting).urgent
    assert world.events("MeetingFixedUrgently") == 1
    with world.house.stores.case_reading() as session:
        body = session.scalars(select(log_table.c.body).where(log_table.c.type == "MeetingFixedUrgently")).one()
    assert b"clash_announced" in body


@pytest.mark.clause("F33-07")
def test_postponing_keeps_the_day_it_was_fixed(world: World) -> None:
    meeting, coordinator = world.meeting("pjj", days=31), world.people["coordinator"]
    before = row(world, meeting)
    with on(before.day - timedelta(days=1)):
        service.postpone(world.house, coordinator, meeting, before.day + timedelta(days=3))
    after = row(world, meeting)
    assert (after.day, after.first_day, after.fixed_on) == (before.day + timedelta(days=3), before.day, before.fixed_on)
    refused("earlier", service.postpone, world.house, coordinator, meeting, after.day)


def test_a_meeting_whose_exchange_is_open_is_not_postponed(world: World) -> None:
    meeting, case, coordinator = world.meeting("pjj"), world.retained(), world.people["coordinator"]
    exchange.schedule(world.house, coordinator, meeting, case, world.head(case).sequence)
    exchange.circulate(world.house, coordinator, meeting)
    refused("circulated", service.postpone, world.house, coordinator, meeting, today() + timedelta(days=90))
    refused("circulated", service.release, world.house, coordinator, meeting, world.people["pjj"].tenure)


@pytest.mark.parametrize("decision", ["keep_open", "postponed", "close", "no_further_action"])
def test_a_meeting_that_examined_situations_took_place(world: World, decision: str) -> None:
    meeting, coordinator = world.meeting("pjj"), world.people["coordinator"]
    case = scheduled(world, meeting)
    exchange.circulate(world.house, coordinator, meeting)
    decided(world, case, {"decision": decision})
    refused("examined", service.hold, world.house, coordinator, meeting, took_place=False)
    exchange.sign(world.house, coordinator, meeting)
    exchange.approve(world.house, world.people["town_hall"], meeting)
    refused("examined", service.postpone, world.house, coordinator, meeting, today() + timedelta(days=90))
    refused("examined", service.release, world.house, coordinator, meeting, world.people["pjj"].tenure)
    refused("examined", service.hold, world.house, coordinator, meeting, took_place=False)
    assert service.hold(world.house, coordinator, meeting) == "held_on_date"


@pytest.mark.parametrize("name", [seat.name for seat in CENOMED.seats if seat.name != "coordinator"])
def test_only_the_coordinator_organises(world: World, name: str) -> None:
    meeting, person = world.meeting("pjj"), world.people[name]
    later = today() + timedelta(days=60)
    refused("seat", service.fix, world.house, person, later)
    refused("seat", service.postpone, world.house, person, meeting, later)
    refused("seat", service.convene, world.house, person, meeting, [])
    refused("seat", service.release, world.house, person, meeting, person.tenure)
    refused("seat", service.attend, world.house, person, meeting, {})
    refused("seat", service.hold, world.house, person, meeting)
    refused("seat", exchange.circulate, world.house, person, meeting)
    refused("seat", exchange.sign, world.house, person, meeting)
    assert agenda.candidates(world.house, person) == []


@pytest.mark.clause("F33-02")
@pytest.mark.parametrize("name", ["landlord", "agent", "recipient", "controller", "dpo", "administrator"])
def test_who_is_not_a_member_is_not_convened_and_knows_no_meeting(world: World, name: str) -> None:
    meeting = world.meeting("pjj")
    refused("not_member", service.convene, world.house, world.people["coordinator"], meeting, world.tenures(name))
    refused("missing", service.sheet, world.house, world.people[name], meeting)
    assert service.meetings(world.house, world.people[name]) == []


def test_nobody_unknown_to_the_directory_is_convened(world: World) -> None:
    meeting = world.meeting("pjj")
    refused("not_member", service.convene, world.house, world.people["coordinator"], meeting, [uuid4()])


@pytest.mark.clause("F33-14")
def test_a_head_of_school_knows_the_meetings_it_is_convened_to(world: World) -> None:
    other, own = world.meeting("pjj"), world.meeting("pjj", "head_of_school")
    head = world.people["head_of_school"]
    assert [found.id for found in service.meetings(world.house, head)] == [own]
    refused("missing", service.sheet, world.house, head, other)
    assert service.sheet(world.house, head, own).counts is None
    assert service.sheet(world.house, world.people["pjj"], own).counts == {}


@on_both("world")
def test_convening_twice_convenes_once_and_releasing_undoes_it(world: World) -> None:
    meeting, coordinator = world.meeting("pjj", "emas"), world.people["coordinator"]
    service.convene(world.house, coordinator, meeting, world.tenures("pjj"))
    assert len(service.sheet(world.house, coordinator, meeting).convened) == 2
    service.release(world.house, coordinator, meeting, world.people["pjj"].tenure)
    assert [found.party for found in service.sheet(world.house, coordinator, meeting).convened] == [
        world.people["emas"].party
    ]


def test_attendance_waits_for_the_day_and_takes_the_closed_values_alone(world: World) -> None:
    meeting, coordinator = world.meeting("pjj", "head_of_school", days=1), world.people["coordinator"]
    pjj, head = world.tenures("pjj", "head_of_school")
    refused("early", service.attend, world.house, coordinator, meeting, {pjj: "present"})
    with on(row(world, meeting).day):
        for wrong in (
            {pjj: "own_cases_only"},
            {head: "present"},
            {pjj: "late"},
            {world.people["emas"].tenure: "present"},
        ):
            refused("attendance", service.attend, world.house, coordinator, meeting, wrong)
        service.attend(world.house, coordinator, meeting, {pjj: "present", head: "own_cases_only"})
    found = {item.tenure: item.attendance for item in service.sheet(world.house, coordinator, meeting).convened}
    assert found == {pjj: "present", head: "own_cases_only"}


def held_facts(world: World) -> list[str]:
    with world.house.stores.case_reading() as session:
        return [fact["held"] for fact in all_facts(world.house, session) if fact["kind"] == "meeting_held"]


@on_both("world")
@pytest.mark.clause("F33-08")
@pytest.mark.clause("F33-11")
def test_a_meeting_held_twice_by_a_double_press_counts_once(world: World) -> None:
    meeting, coordinator = world.meeting("pjj", days=1), world.people["coordinator"]
    refused("early", service.hold, world.house, coordinator, meeting)
    with on(row(world, meeting).day):
        assert service.hold(world.house, coordinator, meeting) == "held_on_date"
        assert service.hold(world.house, coordinator, meeting) == "held_on_date"
        assert service.hold(world.house, coordinator, meeting, took_place=False) == "held_on_date"
    assert held_facts(world) == ["held_on_date"]
    refused("done", service.postpone, world.house, coordinator, meeting, today() + timedelta(days=90))


@pytest.mark.clause("F33-08")
def test_a_postponed_meeting_is_held_later_and_a_cancelled_one_is_not_held(world: World) -> None:
    coordinator, later = world.people["coordinator"], world.meeting("pjj")
    day = row(world, later).day + timedelta(days=5)
    service.postpone(world.house, coordinator, later, day)
    with on(day):
        assert service.hold(world.house, coordinator, later) == "held_later"
    assert service.hold(world.house, coordinator, world.meeting("pjj"), took_place=False) == "not_held"
    assert sorted(held_facts(world)) == ["held_later", "not_held"]


def test_a_meeting_with_situations_on_its_agenda_is_not_cancelled_under_them(world: World) -> None:
    meeting, case, coordinator = world.meeting("pjj"), world.retained(), world.people["coordinator"]
    exchange.schedule(world.house, coordinator, meeting, case, world.head(case).sequence)
    refused("waiting", service.hold, world.house, coordinator, meeting, took_place=False)


@pytest.mark.clause("C-08")
def test_the_sheet_counts_situations_and_names_nobody_concerned(world: World) -> None:
    meeting, case, coordinator = world.meeting("pjj"), world.retained(), world.people["coordinator"]
    exchange.schedule(world.house, coordinator, meeting, case, world.head(case).sequence)
    sheet = service.sheet(world.house, coordinator, meeting)
    assert sheet.counts == {"scheduled": 1}
    assert "Marqueur" not in repr(sheet)


def test_every_change_of_a_meeting_is_in_the_log(world: World) -> None:
    meeting, coordinator = world.meeting("pjj"), world.people["coordinator"]
    service.postpone(world.house, coordinator, meeting, today() + timedelta(days=50))
    service.release(world.house, coordinator, meeting, world.people["pjj"].tenure)
    with on(today() + timedelta(days=50)):
        service.attend(world.house, coordinator, meeting, {})
        service.hold(world.house, coordinator, meeting)
    assert world.events("MeetingChanged") == len(("fixed", "convened", "postponed", "released", "attendance", "held"))


def test_a_meeting_of_another_instance_is_missing(world: World) -> None:
    refused("missing", service.hold, world.house, world.people["coordinator"], uuid4())
    refused("missing", service.sheet, world.house, world.people["coordinator"], uuid4())
    refused("missing", exchange.circulate, world.house, world.people["coordinator"], uuid4())
