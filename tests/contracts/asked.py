"""Every form of the application: who is asked, where, and which fields; for acts, on a situation brought to the step that asks them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from casework.accounts import forms as accounts
from casework.accounts.people import names
from casework.cases import choices, filling, orienting
from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at
from casework.kernel.records import Field, Kind, Labelled, Move
from casework.meetings import dates, pages, polling, service
from casework.paper import printing
from tests.contracts.cell import Cell
from tests.contracts.payloads import Named
from tests.contracts.stories import begun, corrected, followed, in_exchange, piece
from tests.contracts.story import Story


@dataclass(frozen=True)
class Form:
    """One form. `story` is the situation it would change, `also` what it posts beside its fields."""

    who: str
    path: str
    parts: list[Named]
    story: Story | None = None
    also: Mapping[str, Any] = field(default_factory=dict)


Scene = Callable[[Cell], Story]


def _screened(cell: Cell) -> Story:
    return begun(cell, "pjj").plays("coordinator", "transmit")


def _asked_again(cell: Cell) -> Story:
    return begun(cell, "agent", "report").plays("coordinator", "ask_report_details")


def _retained(cell: Cell) -> Story:
    return _screened(cell).plays("prosecutor", "retain", adds={"retenue"})


def _clarifying(cell: Cell) -> Story:
    return _screened(cell).plays("prosecutor", "ask_clarification")


def _correcting(cell: Cell) -> Story:
    return next(corrected(cell, "pjj"))


def _followed(cell: Cell) -> Story:
    return next(followed(cell, ("emas",)))


RECEIVED, REPORTED = partial(begun, who="pjj"), partial(begun, who="agent", move="report")
BEGINNINGS = {"refer": "pjj", "refer_on_behalf": "coordinator", "report": "agent"}
SCENES: Mapping[str, tuple[str, Scene]] = {
    **dict.fromkeys(("take_up", "ask_report_details", "decline_report"), ("coordinator", REPORTED)),
    **dict.fromkeys(("ask_details", "dismiss", "inform"), ("coordinator", RECEIVED)),
    **dict.fromkeys(("retain", "ask_clarification"), ("prosecutor", _screened)),
    "correct_report": ("agent", _asked_again),
    "correct": ("pjj", _correcting),
    "clarify": ("pjj", _clarifying),
    "note": ("prosecutor", _retained),
    "close": ("coordinator", _followed),
    "answer": ("recipient", _followed),
    "record_return": ("dsol", _followed),
}


def acts() -> list[Move]:
    """The acts of the charter that ask something in the generic form."""
    return [move for move in CENOMED.moves if filling.by_hand(move) and (move.writes or move.reasons)]


def act(cell: Cell, move: Move) -> Form:
    """The form of an act, on a situation of its own when it needs one."""
    schools = choices.schools(cell.lives.house)
    parts = [Named(part.prefix, part.fields, schools) for part in filling.sections(cell.lives.house, move, None)]
    if move.reasons:
        parts.append(Named("", (Field("reason", "", Kind.CHOICE, "", required=True, choices=move.reasons),)))
    if move.name in BEGINNINGS:
        return Form(BEGINNINGS[move.name], f"/situations/nouvelle/{move.name}", parts)
    who, scene = SCENES[move.name]
    story = scene(cell)
    middle = f"parties/{piece(story, 'recipient').id}/" if move.machine != "situation" else ""
    return Form(who, _of(story, f"{middle}actes/{move.name}"), parts, story)


def _of(story: Story, page: str) -> str:
    return f"/situations/{story.head.life.case}/{page}"


def decide(cell: Cell) -> Form:
    """The decisions of a meeting on a situation."""
    story, members = in_exchange(cell), [(str(cell.lives.party("emas").person), "")]
    fields = CENOMED.compartment("deliberation").fields
    return Form("coordinator", _of(story, "decisions"), [Named("deliberation-", fields, members=members)], story)


def orient(cell: Cell) -> Form:
    """The choice of a recipient."""
    story = _followed(cell)
    opened = cell.lives.open("coordinator", story.head)
    assert opened
    fields = orienting.form(cell.lives.house, opened)
    return Form("coordinator", _of(story, "orientation"), [Named("", fields)], story, {"_send": "1"})


def recusal(cell: Cell) -> Form:
    """Who is asked to step back."""
    story = in_exchange(cell)
    fields = pages.sitting_field(cell.lives.house, story.head.life.convened)
    return Form("coordinator", _of(story, "deport"), [Named("", fields)], story)


def organisation(cell: Cell) -> Form:
    """A new organisation."""
    return Form(
        "administrator", "/administration/organisme", [Named("", accounts.organisation_fields(cell.lives.house))]
    )


def invitation(cell: Cell) -> Form:
    """A newcomer, each time another person: nobody is invited twice to a seat."""
    house, place = cell.lives.house, str(cell.lives.town.organisation("pjj"))
    fields = accounts.invitation_fields(house, names(house))
    return Form(
        "administrator",
        "/administration/invitation",
        [Named("", fields, chosen={"role": "pjj", "organisation": place, "email": f"{uuid4()}@exemple.fr"})],
    )


def meeting(cell: Cell, page: str, fields: Callable[[Cell, UUID], tuple[Field, ...]]) -> Form:
    """A form of a meeting to which two persons are convened."""
    house, coordinator = cell.lives.house, cell.lives.acting["coordinator"]
    day = cell.lives.town.moment.date()
    with at(cell.lives.town.moment - timedelta(days=40)):
        made = service.fix(house, coordinator, day)
    with at(cell.lives.town.moment):
        service.convene(house, coordinator, made, [cell.lives.acting[name].tenure for name in ("emas", "pjj")])
        parts = [Named("", fields(cell, made))]
    also = {"sure": parts[0].valid().get("day", "")}  # several on one day
    also |= {"starts_at": "14:30"} if page == "heure-et-lieu" else {}  # a room of spaces is no room
    return Form("coordinator", f"/reunions/{made}/{page}" if page else "/reunions/nouvelle", parts, also=also)


def poll(cell: Cell) -> Form:
    """What a member answers on proposed days."""
    house, coordinator = cell.lives.house, cell.lives.acting["coordinator"]
    with at(cell.lives.town.moment):
        day = cell.lives.town.moment.date() + timedelta(days=60)
        made = polling.propose(house, coordinator, [day])
    asked = Field(day.isoformat(), "", Kind.CHOICE, "F33-08", required=True, choices=polling.ANSWERS)
    return Form("pjj", f"/reunions/dates/{made}", [Named("", (asked,))])


def printed(cell: Cell, page: str, name: str) -> Form:
    """What is printed of a situation or of its meeting, and why."""
    story = in_exchange(cell)
    documents = printing.sheets(cell.lives.house, cell.lives.acting["coordinator"], story.head)
    if name == printing.DOCUMENT:
        documents = [Labelled("sheet", "")]
    path = f"/{page}/{story.head.life.case if page == 'situations' else story.head.life.meeting}/impression"
    return Form("coordinator", path, [Named("", printing.fields(CENOMED, name, documents))])


def _convocable(cell: Cell, made: UUID) -> tuple[Field, ...]:
    sheet = service.sheet(cell.lives.house, cell.lives.acting["coordinator"], made)
    return pages.convocable(cell.lives.house, sheet, names(cell.lives.house))


def _present(cell: Cell, made: UUID) -> tuple[Field, ...]:
    sheet = service.sheet(cell.lives.house, cell.lives.acting["coordinator"], made)
    return pages.attendance_fields(cell.lives.house, sheet, names(cell.lives.house))


FORMS: Mapping[str, Callable[[Cell], Form]] = {
    **{move.name: partial(act, move=move) for move in acts()},
    "decide": decide,
    "orient": orient,
    "recusal": recusal,
    "organisation": organisation,
    "invitation": invitation,
    "new meeting": partial(meeting, page="", fields=lambda _cell, _made: pages.NEW),
    "room": partial(meeting, page="heure-et-lieu", fields=lambda _cell, _made: pages.ROOM),
    "postponed": partial(meeting, page="report", fields=lambda _cell, _made: pages.POSTPONED),
    "proposed days": lambda _cell: Form("coordinator", "/reunions/dates", [Named("", dates.PROPOSED)]),
    "poll": poll,
    "held": partial(meeting, page="cloture", fields=lambda _cell, _made: pages.HELD),
    "convened": partial(meeting, page="convocations", fields=_convocable),
    "typed once a year": lambda _cell: Form("coordinator", "/indicateurs/saisie", [Named("", CENOMED.yearly)]),
    "printed": partial(printed, page="situations", name=printing.SHEETS),
    "printed of a meeting": partial(printed, page="reunions", name=printing.DOCUMENT),
    "present": partial(meeting, page="presences", fields=_present),
}
