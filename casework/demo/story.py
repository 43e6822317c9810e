"""The story of the demo as one list of acts, the oldest first: who does what, to which situation or meeting, how many days ago."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from casework.demo.acts import SPECIAL, play
from casework.demo.minors import MINORS, REPORT, referral
from casework.demo.stage import Stage

PACE = 7  # minutes between two acts of one day


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one person. `does` is a move of the charter, or an act on a meeting; `about` a nickname."""

    days: int
    login: str
    does: str
    about: str
    given: Mapping[str, Any] = field(default_factory=dict)


def journey(about: str, sender: str, sent: int, transmitted: int = 0, retained: int = 0) -> Iterator[Act]:
    """A referral, as far as the Parquet's retention; 0 stops before."""
    yield Act(sent, sender, "refer", about)
    if transmitted:
        yield Act(transmitted, "coordination", "transmit", about)
    if retained:
        yield Act(retained, "parquet", "retain", about, NOTE)


NOTE = {"judicial-note": "Note fictive du Parquet."}
SUPPORT = {"to": "social", "type": "social_service", "request": ["assess", "propose_support"]}
STREET = {"to": "association", "type": "street_work", "request": ["contact_family", "socio_educational_support"]}
ALERT = {"to": "crip", "type": "crip75", "request": ["assess"]}
POSSIBLE = {"return-support": "support_possible", "return-redirection": "not_redirected"}
RECEIVED = {"return-support": "received_only", "return-redirection": "not_redirected"}
OF_LAST = ("ines", "jade", "malo", "chloe")
STORY = (
    # The last meeting, its situations and what became of them
    Act(135, "coordination", "fix", "last", {"day": 84}),
    *journey("ines", "college", 120, 118, 110),
    *journey("jade", "lycee", 118, 116, 110),
    *journey("malo", "college", 115, 113, 108),
    *journey("chloe", "mairie", 112, 111, 106),
    *(Act(98, "coordination", "schedule", about, {"meeting": "last"}) for about in OF_LAST),
    Act(91, "coordination", "circulate", "last"),
    Act(84, "coordination", "decide", "ines", {"decision": "orientation", "orientation": "crip75"}),
    Act(84, "coordination", "decide", "jade", {"decision": "orientation", "orientation": "street_work"}),
    Act(84, "coordination", "decide", "malo", {"decision": "orientation", "orientation": "social_service"}),
    Act(84, "coordination", "decide", "chloe", {"decision": "member_action", "action": "meet_family", "owner": "mairie", "due": -21}),
    Act(84, "coordination", "attend", "last", {"excused": ("pjj",)}),
    Act(84, "coordination", "hold", "last"),
    Act(83, "coordination", "sign", "last"),
    Act(82, "mairie", "approve", "last"),
    Act(81, "coordination", "orient", "ines", ALERT),
    Act(80, "coordination", "orient", "jade", STREET),
    Act(70, "crip", "answer", "ines", RECEIVED),
    Act(55, "association", "answer", "jade", POSSIBLE),
    # The meeting of today, fixed five weeks ago
    *journey("lina", "college", 44, 42, 34),
    Act(35, "coordination", "fix", "next", {"day": 0}),
    *journey("sacha", "commissariat", 26, 25, 20),
    Act(20, "coordination", "close", "ines", {"reason": "returns_received"}),
    *journey("tom", "securite", 19, 17),
    *journey("noe", "pjj", 18, 16, 13),
    Act(12, "coordination", "schedule", "lina", {"meeting": "next"}),
    Act(12, "coordination", "schedule", "sacha", {"meeting": "next"}),
    Act(12, "coordination", "orient", "malo", SUPPORT),
    *journey("yasmine", "emas", 11, 10, 8),
    Act(9, "parquet2", "not_retain", "tom"),
    # The last days
    *journey("rose", "college", 7, 6),
    *journey("eliott", "commissariat", 6, 5),
    Act(4, "parquet", "ask_clarification", "eliott", {**NOTE, "request-points": ["facts"]}),
    Act(4, "agent", "report", "arthur", {**REPORT, "remontee-first_name": "Arthur", "remontee-surname": "Croquis"}),
    Act(3, "coordination2", "ask_report_details", "arthur", {"request-points": ["facts"]}),
    *journey("gabin", "bailleur", 3),
    Act(2, "coordination2", "ask_details", "gabin", {"request-points": ["representatives", "information"]}),
    *journey("nino", "lycee", 2),
    Act(2, "agent", "report", "basile", REPORT),
    Act(1, "coordination2", "refer_on_behalf", "adam", {"reason-origin": "dsol"}),
    *journey("noe_again", "bailleur", 1),
)  # fmt: skip


def tell(stage: Stage) -> None:
    """Live the whole story, day after day."""
    for days, acts in groupby(sorted(STORY, key=lambda act: -act.days), lambda act: act.days):
        minutes = 0
        for act in acts:
            with stage.on(days, minutes):
                _perform(stage, act)
            minutes += PACE
        with stage.on(days, minutes):
            stage.leave()


def _perform(stage: Stage, act: Act) -> None:
    if act.does in SPECIAL:
        SPECIAL[act.does](stage, act.login, act.about, act.given)
        return
    given = dict(act.given)
    if act.about in MINORS and act.does.startswith("refer"):
        given |= referral(MINORS[act.about], stage.ago, act.days, stage.organisations)
    if act.does == "report":
        given["remontee-day"] = stage.ago(act.days).isoformat()
    play(stage, act.login, act.does, act.about, given)
