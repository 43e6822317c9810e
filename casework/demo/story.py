"""The story of the demo lived in order: the acts of each day, and the clocks on the days when they have something to do."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import groupby

from casework.cases.clocks import tick
from casework.demo.acting import Act
from casework.demo.acts import SPECIAL, BadStory, play
from casework.demo.minors import MINORS, REPORTS, Posted, referral, report
from casework.demo.people import ORGANISATIONS, PLAYERS
from casework.demo.stage import Stage
from casework.demo.year import MAJORITIES, TICKS, YEAR

PACE = 4  # minutes between two acts of one day
WHOLE = ("refer", "refer_on_behalf", "take_up", "correct", "inform")
BEFORE_WORK, MEETING = time(6), 360  # minutes after nine


def tell(stage: Stage) -> None:
    """Live the whole year, day after day."""
    acts = {day: list(found) for day, found in groupby(_ordered(), lambda act: stage.ago(act.days))}
    clocks = set(_clocks(stage.today))
    for day in sorted(acts.keys() | clocks):
        if day in clocks:
            _tick(stage, day)
        if day in acts:
            _live(stage, day, acts[day])


def _ordered() -> list[Act]:
    """The oldest first; those of one day in the order of the story."""
    return sorted(YEAR, key=lambda act: -act.days)


def _clocks(today: date) -> Iterator[date]:
    yield from (today - timedelta(days=days) for days in TICKS)
    yield from (day for day in (today - timedelta(days=days) for days in MAJORITIES) if day.day == 1)


def _tick(stage: Stage, day: date) -> None:
    with stage.on(day, hour=BEFORE_WORK):
        done = tick(stage.house)
    if done.broken or done.missing:
        raise BadStory(f"{day}: {done}")


def _live(stage: Stage, day: date, acts: list[Act]) -> None:
    minutes = 0
    for act in acts:
        minutes = max(minutes, MEETING if act.does == "decide" else 0)
        with stage.on(day, minutes):
            _perform(stage, act)
        minutes += PACE
    with stage.on(day, minutes):
        stage.leave()


def _perform(stage: Stage, act: Act) -> None:
    if act.does in SPECIAL:
        SPECIAL[act.does](stage, act.login, act.about, act.given)
    else:
        play(stage, act.login, act.does, act.about, _form(stage, act) | _said(stage, act))


def _form(stage: Stage, act: Act) -> Posted:
    """The form as its author has it under the eyes, where it is long."""
    if act.does in WHOLE:
        minor = MINORS[act.about]
        place = next(player.organisation for player in PLAYERS if player.key == minor.by)
        return referral(minor, stage.ago, stage.organisations, ORGANISATIONS[place][1])
    return report(REPORTS[act.about], stage.ago) if act.does == "report" else {}


def _said(stage: Stage, act: Act) -> Posted:
    """What this act says of its own; a number is a day, so many days ago."""
    return {
        name: stage.ago(value).isoformat() if isinstance(value, int) else value for name, value in act.given.items()
    }
