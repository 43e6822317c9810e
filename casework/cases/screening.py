"""The Parquet's queue: one situation after the other, its avis in one key, and the private note beside it (F33-10)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.cases import act as acts
from casework.cases import confirmed, danger, drafts, filling, reading, shown
from casework.cases.act import Change
from casework.cases.filling import Filled
from casework.cases.reading import Line, Opened
from casework.kernel.life import Slot
from casework.kernel.records import Move
from casework.store.engines import StoreDown
from casework.web.page import acting, current_house, go, reply

STEP = "screening"
AVIS = ("retain", "not_retain", "ask_clarification")
ASKING = "ask_clarification"  # the act that asks all that the page asks: what is written there is a draft of it
KEEP, PASS = "keep", "pass"  # beside an avis: what is written is kept, and the next situation comes
FIRST = ("reason", "account", "identity")  # what the avis rests on, before who it concerns
AGAIN = "screen_again"
NEVER = -1


def queue() -> Response:
    """The situation to look at first, danger before all, then the longest wait.

    `apres`: the one passed over last, which comes back at the end; `situation`: one whose draft is taken up again.
    """
    lines = _waiting()
    if not lines:
        return reply(
            "cases/screened.html",
            last=confirmed.told(current_house(), acting(), request.args.get("fait", ""), AVIS),
            page="list",
        )
    asked = request.args.get("situation", "")
    case = next((line.case for line in lines if str(line.case) == asked), lines[_passed(lines) % len(lines)].case)
    return _page(lines, case)


def give(case: UUID) -> Response:
    """Give an avis, and go to the next situation; or keep what is written, for later."""
    house, person, seen = current_house(), acting(), request.form.get("seen", NEVER, type=int)
    chosen = request.form.get("avis", "")
    if chosen in (KEEP, PASS) or "_keep" in request.form:
        return _later(case, seen, chosen)
    if chosen not in AVIS:
        raise NotFound
    opened, move = reading.open_for(house, person, case, (chosen,), seen)
    filled = filling.fill(house, person, move, filling.sections(house, move, opened), request.form, opened.life)
    if not filled.ok:
        return _page(_waiting(), case, filled)
    acts.act(house, person, case, seen, Change(move.name, filled.contents, filled.takes))
    with suppress(StoreDown):  # the avis stands; what cannot be deleted now ends with its clock
        drafts.forget(house, person.party, ASKING, case)
    return go("cases.queue", fait=move.name, apres=request.form.get("apres", type=UUID))


def _later(case: UUID, seen: int, chosen: str) -> Response:
    """No avis yet: what is written is a draft, sealed to its author alone (R-01)."""
    house, person = current_house(), acting()
    opened, move = reading.open_for(house, person, case, (ASKING,), seen, only=("judicial",))
    if not _keep(opened):
        parts = filling.sections(house, move, opened)
        return _page(_waiting(), case, filling.fill(house, person, move, parts, request.form, opened.life))
    if chosen == PASS:
        return go("cases.queue", apres=case)
    if chosen == KEEP:
        return go("cases.queue", situation=case, apres=request.form.get("apres", type=UUID))
    return Response(status=204)


def _keep(opened: Opened) -> bool:
    """Keep what was written; nothing when it is as it was at first. False when it is too long to be kept."""
    house, author, case = current_house(), acting().party, opened.life.case
    first = {f"judicial-{name}": [value] for name, value in opened.contents.get(Slot("judicial"), {}).items()}
    posted = request.form.to_dict(flat=False)
    if drafts.blank(posted, first):
        drafts.forget(house, author, ASKING, case)
        return True
    return drafts.keep(house, author, ASKING, posted, case)


def _waiting() -> list[Line]:
    """Danger first (F33-13), the oldest first among equals."""
    house, person = current_house(), acting()
    lines = reading.lines(house, person, [STEP], limit=None)
    alarming = danger.signalled(house, person, lines)
    return sorted(lines, key=lambda line: line.case not in alarming)


def _passed(lines: Sequence[Line]) -> int:
    """How many come back at the end: the one passed over last, and those before it."""
    after = request.values.get("apres", "")
    return next((at + 1 for at, line in enumerate(lines) if str(line.case) == after), 0)


def _page(lines: Sequence[Line], case: UUID, filled: Filled | None = None) -> Response:
    house, person = current_house(), acting()
    opened = reading.open_situation(house, person, case)
    if opened is None:
        raise NotFound
    asking, passed = house.charter.move(ASKING), _passed(lines)
    blocks = shown.blocks(
        house, person, asking, filling.sections(house, asking, opened), filled or _before(opened, asking), opened, None
    )
    note, points = blocks
    return reply(
        "cases/screening.html",
        opened=opened,
        groups=sorted(shown.groups(house, opened), key=_order),
        left=max(0, len(lines) - 1),
        passed=passed,
        after=lines[passed - 1].case if passed else "",
        round=passed == len(lines),
        moves=[house.charter.move(name) for name in AVIS],
        alerts=danger.alerts(house.charter, opened.contents),
        since=opened.life.asked or opened.life.since,
        again=confirmed.played(house, case, AGAIN),
        note=note,
        points=points,
        resumed=None if filled else drafts.kept_on(house, person.party, ASKING, case),
        errors=filled.errors if filled else (),
        last=confirmed.told(house, person, request.args.get("fait", ""), AVIS),
        confidentiality=house.charter.confidentiality,
        page="situation",
        status=422 if filled else 200,
    )


def _before(opened: Opened, asking: Move) -> Filled:
    """The draft, or the private note of an earlier turn, when the situation comes back with details."""
    house, person = current_house(), acting()
    posted = drafts.find_posted(house, person, ASKING, opened.life.case)
    if posted is None:
        return Filled(shown={"judicial": opened.contents.get(Slot("judicial"), {})})
    parts = filling.sections(house, asking, opened)
    return replace(filling.fill(house, person, asking, parts, posted, opened.life), errors=())


def _order(group: shown.Group) -> int:
    return FIRST.index(group.name) if group.name in FIRST else len(FIRST)
