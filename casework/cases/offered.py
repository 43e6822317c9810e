"""The acts that the page of a situation offers, each linked to where it is done; which ones are possible is the charter's."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import url_for

from casework.cases import reading, shown
from casework.cases.decided import orientations
from casework.cases.filling import by_hand
from casework.cases.reading import Line, Opened
from casework.kernel.clock import today
from casework.kernel.records import Move
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.meetingtables import MeetingRow

ORIENT = "orient"
IN_SESSION = "in_session"
DECISIONS = "meetings.decide"  # from the day of the meeting on


@dataclass(frozen=True, slots=True)
class Act:
    """One possible act, and its page; `day`: the first on which it can be done, when that is still to come; `onward`: it carries the situation on."""

    label: str
    url: str
    key: str
    onward: bool
    day: date | None = None


def acts(house: House, opened: Opened) -> list[Act]:
    """What can be done now, the likeliest first (what has a key) and exceptions last, each linked to its page.

    The page is the generic form, or one of the slice that owns the act.
    """
    found, later = [], _coming(house, opened.life.meeting)
    times = Counter(move.name for _, move in opened.moves)
    for part, move in sorted(opened.moves, key=lambda item: _rank(opened, item[1])):
        url = _url(opened, part, move)
        if url:
            several = times[move.name] > 1
            whose = f" ({shown.whose(house, opened.life.part(part))})" if part and several else ""
            day = later if move.page == DECISIONS else None
            found.append(
                Act(move.label + whose, url, "" if several else move.key, _carries_on(house, opened, move), day)
            )
    return sorted(found, key=lambda act: act.day is not None)


def _rank(opened: Opened, move: Move) -> tuple[bool, bool, bool, bool]:
    """What has done its work already comes after what carries on."""
    life = opened.life
    return move.settles in life.marks, move.aside, move.target == life.step, not move.key


def _carries_on(house: House, opened: Opened, move: Move) -> bool:
    """Whether the act may be put forward: an orientation, when the cell decided one that is still to be sent."""
    if move.name == ORIENT:
        return any(item.waits for item in orientations(house.charter, opened))
    return not move.aside and bool(move.target or move.writes)


def _coming(house: House, meeting: UUID | None) -> date | None:
    """The day of a meeting that is still to come."""
    if meeting is None:
        return None
    with house.stores.case_reading() as session:
        row = session.get(MeetingRow, meeting)
    return row.day if row and row.day > today() else None


def _url(opened: Opened, part: UUID | None, move: Move) -> str:
    case, meeting = opened.life.case, opened.life.meeting
    if move.page == "cases.compare":
        return url_for(move.page, situation=case)
    if move.page in ("cases.orient", DECISIONS, "meetings.recusal"):
        return url_for(move.page, case=case)
    if move.page == "meetings.agenda":
        return url_for("meetings.listing", situation=case)
    if move.page:
        return url_for("meetings.meeting", meeting=meeting) if meeting and move.page.startswith("meetings.") else ""
    if not by_hand(move):
        return ""
    return (
        url_for("cases.part_step", case=case, move=move.name, part=part)
        if part
        else url_for("cases.step", case=case, move=move.name)
    )


def onward(house: House, acting: Acting, opened: Opened) -> Line | None:
    """While the exchange is open, the next of the same agenda that this convened person reads; logged by the caller."""
    life = opened.life
    if life.step != IN_SESSION or acting.party not in life.convened or not opened.contents:
        return None
    lines = [
        line
        for line in reading.lines(house, acting, [IN_SESSION], limit=None)
        if line.opens and line.meeting == life.meeting
    ]
    numbered = sorted(lines, key=lambda line: line.number)
    rank = next((at for at, line in enumerate(numbered) if line.case == life.case), len(numbered))
    return next(iter(numbered[rank + 1 :]), None)
