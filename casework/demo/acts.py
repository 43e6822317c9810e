"""What the invented persons do on the stage: forms are posted through the same reading as on screen, meetings through their services."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any
from uuid import UUID, uuid4

from werkzeug.datastructures import MultiDict

from casework.accounts import confirming
from casework.cases import drafts, orienting, reading
from casework.cases.act import Change, act, begin
from casework.cases.filling import Filled, fill, sections
from casework.cases.reading import Opened
from casework.demo.people import PLAYERS
from casework.demo.stage import Stage
from casework.kernel.records import Move
from casework.meetings import exchange, polling, service
from casework.meetings.rooms import Room
from casework.store.keyring import Acting

Given = Mapping[str, Any]
Doing = Callable[[Stage, str, str, Given], None]
ROOM = Room(time(14, 30), "Salle des mariages, mairie du 6e (fictive)")


class BadStory(Exception):
    """The story of the demo asks for something the application refuses: one of the two has changed."""


def play(stage: Stage, login: str, move: str, case: str, posted: Given) -> None:
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
    stage: Stage, acting: Acting, move: Move, opened: Opened | None, posted: Given, part: UUID | None = None
) -> Change:
    house, shown = stage.house, sections(stage.house, move, opened, part)
    filled: Filled = fill(house, acting, move, shown, _form(posted), opened.life if opened else None)
    if not filled.ok:
        raise BadStory(f"{move.name}: {[(e.id, e.message) for e in filled.errors]} {filled.warned}")
    return Change(move.name, filled.contents, filled.takes, part)


def _form(posted: Given) -> "MultiDict[str, str]":
    pairs = ((name, [values] if isinstance(values, str) else values) for name, values in posted.items())
    return MultiDict([(name, value) for name, texts in pairs for value in texts])


def fix(stage: Stage, login: str, meeting: str, given: Given) -> None:
    """Fix a meeting, on a proposed date or another, and convene every member but those who organise it."""
    house, acting, day = stage.house, stage.who(login), stage.ago(given["day"])
    if "proposed" in given:
        stage.meetings[meeting] = polling.fix(house, acting, stage.proposals[given["proposed"]], day)
        service.arrange(house, acting, stage.meetings[meeting], ROOM)
    else:
        reason = given.get("urgent", "")
        stage.meetings[meeting] = service.fix(house, acting, day, ROOM, urgent=bool(reason), reason=reason)
    service.convene(house, acting, stage.meetings[meeting], [stage.tenures[key] for key in convened(stage)])


def convened(stage: Stage) -> dict[str, str]:
    """The seat of each member by its key; coordinators organise the meeting and read by their seat."""
    seats = {player.key: stage.house.charter.seat(player.seat) for player in PLAYERS}
    return {key: seat.name for key, seat in seats.items() if seat.member and not seat.keeper}


def postpone(stage: Stage, login: str, meeting: str, given: Given) -> None:
    """Move a meeting to a later day."""
    service.postpone(stage.house, stage.who(login), stage.meetings[meeting], stage.ago(given["day"]))


def propose(stage: Stage, login: str, dates: str, given: Given) -> None:
    """Propose days for a meeting."""
    days = [stage.ago(days) for days in given["days"]]
    stage.proposals[dates] = polling.propose(stage.house, stage.who(login), days)


def answer_dates(stage: Stage, login: str, dates: str, given: Given) -> None:
    """Answer for each proposed day, in their order."""
    acting, proposal = stage.who(login), stage.proposals[dates]
    days = polling.poll(stage.house, acting, proposal).days
    polling.answer(stage.house, acting, proposal, dict(zip(days, given["answers"], strict=True)))


def schedule(stage: Stage, login: str, case: str, given: Given) -> None:
    """Put a situation on the agenda of a meeting."""
    acting, seen = stage.who(login), _seen(stage, case)
    exchange.schedule(stage.house, acting, stage.meetings[given["meeting"]], stage.cases[case], seen)


def decide(stage: Stage, login: str, case: str, given: Given) -> None:
    """Record decisions; `owner` is a log-in and `due` a number of days ago."""
    rows = [_decision(stage, row) for row in given["decisions"]]
    exchange.decide(stage.house, stage.who(login), stage.cases[case], _seen(stage, case), rows)


def _seen(stage: Stage, case: str) -> int:
    """The situation as a list showed it."""
    return exchange.head_of(stage.house, stage.cases[case]).sequence


def _decision(stage: Stage, given: Given) -> dict[str, str]:
    found = dict(given)
    if "owner" in found:
        found["owner"] = str(stage.persons[found["owner"]])
    if "due" in found:
        found["due"] = stage.ago(found["due"]).isoformat()
    return found


def attend(stage: Stage, login: str, meeting: str, given: Given) -> None:
    """Everybody was there, but those said otherwise; a head of school for its own situations."""
    schools = stage.house.charter.schools
    found = {
        stage.tenures[key]: given.get(key, "own_cases_only" if seat == schools else "present")
        for key, seat in convened(stage).items()
    }
    service.attend(stage.house, stage.who(login), stage.meetings[meeting], found)


def whole_meeting(step: Callable[..., Any]) -> Doing:
    """An act on every situation of a meeting at once, none of which may be left."""

    def done(stage: Stage, login: str, meeting: str, _given: Given) -> None:
        batch = step(stage.house, stage.who(login), stage.meetings[meeting])
        if batch.left or not batch.done:
            raise BadStory(f"{step.__name__}: {batch}")

    return done


def hold(stage: Stage, login: str, meeting: str, _given: Given) -> None:
    """The meeting took place."""
    service.hold(stage.house, stage.who(login), stage.meetings[meeting])


def read(stage: Stage, login: str, case: str, _given: Given) -> None:
    """Look at a situation."""
    opened_by(stage, stage.who(login), case)


def begin_draft(stage: Stage, login: str, move: str, given: Given) -> None:
    """Begin a form and leave it there."""
    form = {name: [value] for name, value in given.items()}
    drafts.keep(stage.house, stage.who(login).party, move, form)


def orient(stage: Stage, login: str, case: str, given: Given) -> None:
    """Send an orientation to an organisation."""
    house, acting = stage.house, stage.who(login)
    opened = opened_by(stage, acting, case)
    target = f"{given['type']}:{stage.organisations[given['to']]}"
    ticked = orienting.suggested(house, opened, orienting.form(house, opened))["copied"]
    posted = _form({"target": target, "request": given["request"], "copied": ticked})
    found = orienting.read(house, opened, posted)
    if found.sheet is None:
        raise BadStory(f"orient: {[(error.id, error.message) for error in found.errors]}")
    orienting.send(house, acting, opened, opened.head.sequence, found.sheet)


def confirm(stage: Stage, login: str, _: str, given: Given) -> None:
    """Confirm the rights of these persons for a year (A-01)."""
    for key in given["keys"]:
        confirming.confirm(stage.house, stage.who(login), stage.tenures[key])


SPECIAL: Mapping[str, Doing] = {
    "fix": fix,
    "postpone": postpone,
    "propose": propose,
    "answer_dates": answer_dates,
    "read": read,
    "begin_draft": begin_draft,
    "schedule": schedule,
    "circulate": whole_meeting(exchange.circulate),
    "decide": decide,
    "sign": whole_meeting(exchange.sign),
    "approve": whole_meeting(exchange.approve),
    "attend": attend,
    "hold": hold,
    "orient": orient,
    "confirm": confirm,
}
