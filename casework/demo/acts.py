"""What the invented persons do on the stage: forms are posted through the same reading as on screen, meetings through their services."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from casework.cases import orienting, reading
from casework.cases.act import Change, act, begin
from casework.cases.filling import Filled, fill, sections
from casework.cases.reading import Opened
from casework.demo.people import PLAYERS
from casework.demo.stage import Stage
from casework.kernel.records import Move
from casework.meetings import exchange, service
from casework.meetings.rooms import Room
from casework.store.keyring import Acting

Posted = Mapping[str, str | list[str]]


class BadStory(Exception):
    """The story of the demo asks for something the application refuses: one of the two has changed."""


def play(stage: Stage, login: str, move: str, case: str, posted: Posted) -> None:
    """Send the form of one act, on a situation or on its first part where the act is open."""
    acting, found = stage.who(login), stage.house.charter.move(move)
    if not found.sources:
        head = begin(stage.house, acting, uuid4(), _change(stage, acting, found, None, posted))
        stage.cases[case] = head.life.case
        return
    opened = opened_by(stage, acting, case)
    part = next((part for part, known in opened.moves if known.name == move), None)
    change = _change(stage, acting, found, opened, posted, part)
    act(stage.house, acting, opened.life.case, opened.head.sequence, change)


def opened_by(stage: Stage, acting: Acting, case: str) -> Opened:
    """The situation, as this person opens it. Errors: BadStory."""
    opened = reading.open_situation(stage.house, acting, stage.cases[case])
    if opened is None:
        raise BadStory(f"{acting.actor.seat} cannot open {case}")
    return opened


def _change(
    stage: Stage, acting: Acting, move: Move, opened: Opened | None, posted: Posted, part: UUID | None = None
) -> Change:
    house, shown = stage.house, sections(stage.house, move, opened, part)
    filled: Filled = fill(house, acting, move, shown, _form(posted), opened.life if opened else None)
    if not filled.ok:
        raise BadStory(f"{move.name}: {[(e.id, e.message) for e in filled.errors]} {filled.warned}")
    return Change(move.name, filled.contents, filled.takes, part)


def _form(posted: Posted) -> "MultiDict[str, str]":
    pairs = ((name, [values] if isinstance(values, str) else values) for name, values in posted.items())
    return MultiDict([(name, value) for name, texts in pairs for value in texts])


def fix(stage: Stage, login: str, meeting: str, given: Mapping[str, Any]) -> None:
    """Fix a meeting and convene every member but those who organise it."""
    house, acting = stage.house, stage.who(login)
    room = Room(time(14, 30), "Salle des mariages, mairie du 6e (fictive)")
    stage.meetings[meeting] = service.fix(house, acting, stage.ago(given["day"]), room)
    service.convene(house, acting, stage.meetings[meeting], [stage.tenures[name] for name in convened(stage)])


def convened(stage: Stage) -> dict[str, str]:
    """The seat of each member by log-in; coordinators organise the meeting and read by their seat."""
    seats = {player.login: stage.house.charter.seat(player.seat) for player in PLAYERS}
    return {login: seat.name for login, seat in seats.items() if seat.member and not seat.keeper}


def schedule(stage: Stage, login: str, case: str, given: Mapping[str, Any]) -> None:
    """Put a situation on the agenda of a meeting."""
    acting = stage.who(login)
    seen = opened_by(stage, acting, case).head.sequence
    exchange.schedule(stage.house, acting, stage.meetings[given["meeting"]], stage.cases[case], seen)


def decide(stage: Stage, login: str, case: str, given: Mapping[str, Any]) -> None:
    """Record one decision; `owner` is a log-in and `due` a number of days ago."""
    acting = stage.who(login)
    row = {name: value for name, value in given.items() if name not in ("owner", "due")}
    if "owner" in given:
        row |= {"owner": str(stage.persons[given["owner"]]), "due": stage.ago(given["due"]).isoformat()}
    seen = opened_by(stage, acting, case).head.sequence
    exchange.decide(stage.house, acting, stage.cases[case], seen, [row])


def attend(stage: Stage, login: str, meeting: str, given: Mapping[str, Any]) -> None:
    """Everybody was there, but those said excused; a head of school for its own situations."""
    schools = stage.house.charter.schools
    found = {
        stage.tenures[name]: "excused"
        if name in given["excused"]
        else "own_cases_only"
        if seat == schools
        else "present"
        for name, seat in convened(stage).items()
    }
    service.attend(stage.house, stage.who(login), stage.meetings[meeting], found)


def whole_meeting(step: Callable[..., Any]) -> Callable[[Stage, str, str, Mapping[str, Any]], None]:
    """An act on every situation of a meeting at once, none of which may be left."""

    def done(stage: Stage, login: str, meeting: str, _given: Mapping[str, Any]) -> None:
        batch = step(stage.house, stage.who(login), stage.meetings[meeting])
        if batch.left or not batch.done:
            raise BadStory(f"{step.__name__}: {batch}")

    return done


def hold(stage: Stage, login: str, meeting: str, _given: Mapping[str, Any]) -> None:
    """The meeting took place."""
    service.hold(stage.house, stage.who(login), stage.meetings[meeting])


def orient(stage: Stage, login: str, case: str, given: Mapping[str, Any]) -> None:
    """Send an orientation to an organisation."""
    house, acting = stage.house, stage.who(login)
    opened = opened_by(stage, acting, case)
    target = f"{given['type']}:{stage.organisations[given['to']]}"
    posted = _form({"target": target, "request": given["request"], "copied": list(orienting.SUGGESTED)})
    found = orienting.read(house, opened, posted)
    if found.sheet is None:
        raise BadStory(f"orient: {[(error.id, error.message) for error in found.errors]}")
    orienting.send(house, acting, opened, opened.head.sequence, found.sheet)


SPECIAL: Mapping[str, Callable[[Stage, str, str, Mapping[str, Any]], None]] = {
    "fix": fix,
    "schedule": schedule,
    "circulate": whole_meeting(exchange.circulate),
    "decide": decide,
    "sign": whole_meeting(exchange.sign),
    "approve": whole_meeting(exchange.approve),
    "attend": attend,
    "hold": hold,
    "orient": orient,
}
