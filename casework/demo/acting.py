"""One act of the story, and the few shapes in which acts come: a journey to the Parquet, a sitting of the cell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from casework.demo.minors import MINORS

COORDINATOR, MAIRIE = "coordination", "mairie"
ON_BEHALF = "coordination2"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one person. `does` is a move of the charter, or an act on a meeting; `about` a nickname."""

    days: int
    login: str
    does: str
    about: str
    given: Mapping[str, Any] = field(default_factory=dict)


Decision = Mapping[str, Any]


def journey(about: str, transmitted: int = 0, retained: int = 0, *, by: str = "parquet") -> Iterator[Act]:
    """A referral, as far as the Parquet's retention; 0 stops before."""
    minor = MINORS[about]
    if minor.by == ON_BEHALF:
        yield Act(minor.sent, minor.by, "refer_on_behalf", about)
    else:
        yield Act(minor.sent, minor.by, "take_up" if minor.by == COORDINATOR else "refer", about)
    if transmitted:
        yield Act(transmitted, COORDINATOR, "transmit", about)
    if retained:
        yield Act(retained, by, "retain", about, {"judicial-note": "Note fictive du Parquet."})


@dataclass(frozen=True, slots=True)
class Days:
    """When a sitting was put on its agenda, opened to those convened, held and approved: days before today."""

    listed: int
    opened: int
    held: int
    approved: int


def sitting(
    meeting: str,
    days: Days,
    decided: Mapping[str, Sequence[Decision]],
    readers: Sequence[tuple[str, str]],
    attendance: Mapping[str, str],
) -> Iterator[Act]:
    """A meeting from its agenda to its approved record; everybody is there but those said otherwise."""
    yield from (Act(days.listed, COORDINATOR, "schedule", about, {"meeting": meeting}) for about in decided)
    yield Act(days.opened, COORDINATOR, "circulate", meeting)
    yield from (Act(days.opened, login, "read", about) for login, about in readers)
    yield from (Act(days.held, COORDINATOR, "decide", about, {"decisions": rows}) for about, rows in decided.items())
    yield Act(days.held, COORDINATOR, "attend", meeting, attendance)
    yield Act(days.held, COORDINATOR, "hold", meeting)
    yield Act(days.held, COORDINATOR, "sign", meeting)
    yield Act(days.approved, MAIRIE, "approve", meeting)


def orientation(kind: str) -> Decision:
    """The cell orients."""
    return {"decision": "orientation", "orientation": kind}


def action(what: str, owner: str, due: int) -> Decision:
    """The cell gives somebody something to do, until so many days ago."""
    return {"decision": "member_action", "action": what, "owner": owner, "due": due}


def lead(owner: str) -> Decision:
    """The cell names who follows the minor's path."""
    return {"decision": "lead_named", "owner": owner}


def plain(decision: str) -> Decision:
    """A decision that says everything by itself."""
    return {"decision": decision}
