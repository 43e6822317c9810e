"""Decisions, the signed record, its approval, and the sheets of owners."""

import pytest
from sqlalchemy import select

from audit.table import log_table
from casework.cases.reading import open_situation
from casework.kernel.records import Take
from casework.meetings import exchange, service
from casework.meetings.service import MeetingError
from tests.databases import on_both
from tests.meetings.lives import ACTION, EVERYBODY, code, decided, finish, in_session, owned, readable, scheduled
from tests.meetings.site import Site
from tests.meetings.world import IDENTITY, World


@pytest.mark.clause("C-08")
def test_the_record_is_signed_with_a_warning_and_read_again_afterwards(world: World) -> None:
    site, (meeting, case) = Site(world), in_session(world)
    decided(world, case)
    path, seen = f"/reunions/{meeting}/releve", "Suivi maintenu"
    assert "aucune présence n’est notée" in site.get("coordinator", path)
    service.attend(world.house, world.people["coordinator"], meeting, {world.people["emas"].tenure: "present"})
    assert "aucune présence" not in site.get("coordinator", path)
    site.post("coordinator", path)
    exchange.approve(world.house, world.people["town_hall"], meeting)
    again = site.get("coordinator", path)
    assert seen in again
    assert "Ces décisions sont signées" in again
    assert '<button class="btn btn-primary"' not in again.split("<main")[1].split("</main>")[0]
    assert seen not in site.get("town_hall", path)


@pytest.mark.clause("F33-15")
def test_the_sheet_of_an_action_that_names_nobody_names_nobody(world: World) -> None:
    meeting, case = in_session(world)
    presence = owned(world, "emas") | {"action": "presence_on_place"}
    decided(world, case, presence)
    assert exchange.sign(world.house, world.people["coordinator"], meeting).done == [case]
    assert exchange.approve(world.house, world.people["town_hall"], meeting).done == [case]
    opened = open_situation(world.house, world.people["emas"], case)
    assert opened is not None
    (content,) = opened.contents.values()
    assert content == {name: presence[name] for name in ("decision", "action", "due")}


@on_both("world")
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


@on_both("world")
def test_a_record_signed_again_gives_no_second_sheet(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    for _ in range(2):
        exchange.sign(world.house, world.people["coordinator"], meeting)
        world.play("coordinator", case, "reopen_record")
    assert len(world.head(case).life.parts) == 1


@pytest.mark.clause("F33-15")
def test_a_corrected_record_takes_back_the_sheet_it_no_longer_asks_for(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    exchange.sign(world.house, world.people["coordinator"], meeting)
    world.play("coordinator", case, "reopen_record")
    decided(world, case, owned(world, "pjj"))
    exchange.sign(world.house, world.people["coordinator"], meeting)
    exchange.approve(world.house, world.people["town_hall"], meeting)
    assert readable(world, "emas", case) == set()
    assert readable(world, "pjj", case) == {"owner_sheet"}


@pytest.mark.clause("F33-16")
def test_the_closure_ends_the_sheet_of_an_owner(world: World) -> None:
    meeting, case = in_session(world)
    decided(world, case, owned(world, "emas"))
    finish(world, meeting)
    world.play("coordinator", case, "close", takes={Take.REASON: "actions_done"})
    assert readable(world, "emas", case) == set()
    assert "owner_sheet" in readable(world, "coordinator", case)


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


@on_both("world")
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
