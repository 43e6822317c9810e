"""The Parquet's queue: one situation after the other, its avis in one key, and the private note beside it (F33-10)."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.cases import act as acts
from casework.cases import confirmed, danger, filling, reading, shown
from casework.cases.act import Change
from casework.cases.filling import Filled
from casework.cases.reading import Line, Opened
from casework.kernel.life import Slot
from casework.web.page import acting, current_house, go, reply

STEP = "screening"
AVIS = ("retain", "not_retain", "ask_clarification")
FIRST = ("reason", "account", "identity")  # what the avis rests on, before who it concerns
AGAIN = "screen_again"
NEVER = -1


def queue() -> Response:
    """The situation to look at first, danger before all, then the longest wait; `apres` passes over one, for later."""
    lines = _waiting()
    after = request.args.get("apres", "")
    place = next((at + 1 for at, line in enumerate(lines) if str(line.case) == after), 0)
    if not lines:
        return reply(
            "cases/screened.html",
            last=confirmed.told(current_house(), acting(), request.args.get("fait", ""), AVIS),
            page="list",
        )
    return _page(lines, lines[place % len(lines)].case)


def give(case: UUID) -> Response:
    """Give an avis, and go to the next situation."""
    house, person, seen = current_house(), acting(), request.form.get("seen", NEVER, type=int)
    chosen = request.form.get("avis", "")
    if chosen not in AVIS:
        raise NotFound
    opened, move = reading.open_for(house, person, case, (chosen,), seen)
    filled = filling.fill(house, person, move, filling.sections(house, move, opened), request.form, opened.life)
    if not filled.ok:
        return _page(_waiting(), case, filled)
    acts.act(house, person, case, seen, Change(move.name, filled.contents, filled.takes))
    return go("cases.queue", fait=move.name)


def _waiting() -> list[Line]:
    """Danger first (F33-13), the oldest first among equals."""
    house, person = current_house(), acting()
    lines = reading.lines(house, person, [STEP], limit=None)
    alarming = danger.signalled(house, person, lines)
    return sorted(lines, key=lambda line: line.case not in alarming)


def _page(lines: Sequence[Line], case: UUID, filled: Filled | None = None) -> Response:
    house, person = current_house(), acting()
    opened = reading.open_situation(house, person, case)
    if opened is None:
        raise NotFound
    asking = house.charter.move("ask_clarification")
    blocks = shown.blocks(
        house, person, asking, filling.sections(house, asking, opened), filled or _before(opened), opened, None
    )
    note, points = blocks
    return reply(
        "cases/screening.html",
        opened=opened,
        groups=sorted(shown.groups(house, opened), key=_order),
        number=[line.case for line in lines].index(case) + 1 if case in {line.case for line in lines} else 1,
        count=len(lines),
        moves=[house.charter.move(name) for name in AVIS],
        danger=danger.told(house.charter, opened.contents),
        since=opened.life.asked or opened.life.since,
        again=confirmed.played(house, case, AGAIN),
        note=note,
        points=points,
        errors=filled.errors if filled else (),
        last=confirmed.told(house, person, request.args.get("fait", ""), AVIS),
        confidentiality=house.charter.confidentiality,
        page="situation",
        status=422 if filled else 200,
    )


def _before(opened: Opened) -> Filled:
    """The private note of an earlier turn, when the situation comes back with details."""
    return Filled(shown={"judicial": opened.contents.get(Slot("judicial"), {})})


def _order(group: shown.Group) -> int:
    return FIRST.index(group.name) if group.name in FIRST else len(FIRST)
