"""Situations brought through a meeting, and what each person can read of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from casework.cases.reading import open_situation
from casework.kernel.clock import today
from casework.meetings import exchange
from tests.meetings.world import World

EVERYBODY = (
    "coordinator",
    "town_hall",
    "prosecutor",
    "police_station",
    "pjj",
    "emas",
    "dsol",
    "head_of_school",
    "head_of_school_2",
)
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


def finish(world: World, meeting: UUID, *cases: UUID) -> None:
    for case in cases:
        decided(world, case)
    assert exchange.sign(world.house, world.people["coordinator"], meeting).left == {}
    assert exchange.approve(world.house, world.people["town_hall"], meeting).left == {}
