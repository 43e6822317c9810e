"""Pages of situations: list, one situation, one act, what it said; every page is logged before it leaves."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from casework.cases import act as acts
from casework.cases import choices, drafts, orienting, reading, shown
from casework.cases.act import Change, Conflict, Missing, Unsealable
from casework.cases.filling import BY_HAND, Filled, Section, fill, sections
from casework.cases.reading import Opened
from casework.kernel.engine import IllegalMove, beginnings
from casework.kernel.records import Move
from casework.store.engines import StoreDown
from casework.store.events import PAGES
from casework.store.keyring import NoKey
from casework.web import errors
from casework.web.page import acting, current_house, go, log, reply
from casework.web.widgets import widgets

PER_PAGE = 50
LAST_PAGE = 10_000


def listing() -> Response:
    """The situations this person may know of (C-10): reference, age, step, days."""
    house, person = current_house(), acting()
    number, step = min(max(0, request.args.get("page", 0, type=int)), LAST_PAGE), request.args.get("step", "")
    steps = [step] if step in {item.name for item in house.charter.steps} else None
    lines = reading.lines(house, person, steps, limit=PER_PAGE, offset=number * PER_PAGE)
    reading.log_list(house, person, "list", lines)
    starts, seat = beginnings(house.charter, person.actor), person.actor.seat
    full = len(lines) == PER_PAGE
    return reply(
        "cases/list.html", lines=shown.rows(house, person, lines), starts=starts, seat=seat, number=number, more=full
    )


def situation(case: UUID) -> Response:
    """One situation, as a file on a desk."""
    house, person, opened = current_house(), acting(), _open(case)
    return reply(
        "cases/situation.html",
        opened=opened,
        groups=shown.groups(house, opened),
        course=shown.course(house, person, opened),
        acts=shown.acts(opened),
    )


def _open(case: UUID) -> Opened:
    opened = reading.open_situation(current_house(), acting(), case)
    if opened is None:
        raise NotFound
    return opened


def new(move: str) -> Response:
    """Begin a situation: the form, kept as a draft on demand."""
    house, person = current_house(), acting()
    found = next((item for item in beginnings(house.charter, person.actor) if item.name == move), None)
    if found is None:
        raise NotFound
    parts = sections(house, found, None)
    posted = _posted(found.name)
    if posted is None:
        return _form(found, parts, None, Filled(), once=uuid4())
    once = _uuid(request.form.get("once", "")) if request.method == "POST" else uuid4()
    filled = fill(house, person, found, parts, posted, choices.schools(house), ())
    if _kept_instead(found.name) or request.method == "GET" or not filled.ok:
        return _form(found, parts, None, filled, once=once)
    head = acts.begin(house, person, once, Change(found.name, filled.contents, filled.takes))
    _sent(found.name)
    # A form sent twice leaves no other entry.
    log(house.entry(house.events.page, person.actor, page=PAGES["situation"]))
    return go("cases.done", case=head.life.case, move=found.name)


def step(case: UUID, move: str, part: UUID | None = None) -> Response:
    """One act on a situation or on one of its parts: its form, then the act."""
    house, person, opened = current_house(), acting(), _open(case)
    found = next((m for p, m in opened.moves if m.name == move and p == part), None)
    if found is None or set(found.takes) - BY_HAND:
        raise NotFound
    parts = sections(house, found, opened if part is None else None)
    posted = _posted(found.name, case, part)
    if posted is None:
        return _form(found, parts, opened, _before(parts), part=part)
    filled = fill(
        house, person, found, parts, posted, choices.schools(house), choices.members(house, opened.life.convened)
    )
    if _kept_instead(found.name, case, part) or request.method == "GET" or not filled.ok:
        return _form(found, parts, opened, filled, part=part)
    seen = request.form.get("seen", type=int)
    acts.act(house, person, case, -1 if seen is None else seen, Change(found.name, filled.contents, filled.takes, part))
    _sent(found.name, case, part)
    return go("cases.done", case=case, move=found.name)


def _sent(form: str, case: UUID | None = None, part: UUID | None = None) -> None:
    """What was sent is a draft no more. The act stands whatever happens here: what cannot be deleted now ends with its clock (R-01)."""
    with suppress(StoreDown):
        drafts.forget(current_house(), acting().keys.person, form, case, part)


def _posted(form: str, case: UUID | None = None, part: UUID | None = None) -> MultiDict[str, str] | None:
    """What was posted, or the person's own draft of this act, or None."""
    if request.method == "POST":
        return request.form
    return drafts.find_posted(current_house(), acting(), form, case, part)


def _kept_instead(form: str, case: UUID | None = None, part: UUID | None = None) -> bool:
    """Whether the person asked to keep the form for later rather than to send it."""
    if request.method != "POST" or "_keep" not in request.form:
        return False
    drafts.keep(current_house(), acting().keys.person, form, request.form.to_dict(flat=False), case, part)
    return True


def _before(parts: list[Section]) -> Filled:
    return Filled(shown={section.compartment.name: section.old for section in parts})


def _form(
    move: Move,
    parts: list[Section],
    opened: Opened | None,
    filled: Filled,
    part: UUID | None = None,
    once: UUID | None = None,
) -> Response:
    house, person = current_house(), acting()
    kept = "_keep" in request.form
    status = 422 if filled.errors and request.method == "POST" and not kept else 200
    filled = filled if status == 422 else replace(filled, errors=())
    return reply(
        "cases/move.html",
        move=move,
        sections=shown.blocks(house, person, move, parts, filled, opened, part),
        reasons=shown.reasons(move, filled),
        opened=opened,
        filled=filled,
        once=once,
        kept=kept,
        secrecy=house.charter.seat(person.actor.seat).secrecy,
        confidentiality=house.charter.confidentiality,
        page="situation",
        status=status,
    )


def part_step(case: UUID, part: UUID, move: str) -> Response:
    """One act on a part of a situation: a return, an owner's sheet."""
    return step(case, move, part)


def done(case: UUID, move: str) -> Response:
    """What happened and what comes next; the reference only for who may still know of the situation."""
    house, person = current_house(), acting()
    if move not in {item.name for item in house.charter.moves}:
        raise NotFound
    head = reading.state(house, person, case)
    return reply("cases/done.html", move=house.charter.move(move), head=head, case=case, page="situation")


def orient(case: UUID) -> Response:
    """Choose a recipient, see exactly what will leave, send (F33-05)."""
    house, person, opened = current_house(), acting(), _open(case)
    if not {move.name for _, move in opened.moves} & {"orient", "alert_crip"}:
        raise NotFound
    read = orienting.read(house, opened, request.form) if request.method == "POST" else None
    if read is None or read.sheet is None or "_back" in request.form:
        return _orient_form(opened, read)
    if "_send" not in request.form:
        return _orient_preview(opened, read.sheet)
    orienting.send(house, person, opened, request.form.get("seen", -1, type=int), read.sheet)
    return go("cases.done", case=case, move="orient")


def _orient_form(opened: Opened, read: orienting.Read | None) -> Response:
    errors = read.errors if read else ()
    drawn = widgets(orienting.form(current_house(), opened), read.shown if read else orienting.suggested(), errors)
    status = 422 if errors else 200
    return reply(
        "cases/orient.html", opened=opened, widgets=drawn, errors=errors, sheet=None, page="orientation", status=status
    )


def _orient_preview(opened: Opened, sheet: orienting.Sheet) -> Response:
    house = current_house()
    words = shown.words(house, house.charter.compartment("orientation").fields, sheet.content, ())
    lisible = [sheet.name, "Coordonnateur", *(["DSOL"] if sheet.mark == "social" else [])]
    names = [name for name in request.form if not name.startswith("_") and name not in HIDDEN]
    hidden = [(name, value) for name in names for value in request.form.getlist(name)]
    return reply(
        "cases/orient.html",
        opened=opened,
        sheet=sheet,
        words=words,
        lisible=lisible,
        hidden=hidden,
        errors=(),
        page="orientation",
    )


def compare() -> Response:
    """Situations that may concern the same person, for the coordinator alone (C-10)."""
    house, person = current_house(), acting()
    if request.method == "POST":
        orienting.link(house, person, _uuid(request.form.get("left", "")), _uuid(request.form.get("right", "")))
        return go("cases.compare")
    pairs = [shown.side_by_side(pair) for pair in orienting.same_person(house, person)]
    return reply("cases/compare.html", pairs=pairs, confidentiality=house.charter.confidentiality, page="compare")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def refused(error: Exception) -> Response:
    """An act that could not be played: nothing was written, what was typed becomes a draft, and the page says why."""
    if isinstance(error, Missing):
        return errors.show(errors.MISSING, "missing")
    house, person = current_house(), acting()
    args = request.view_args or {}
    if request.method == "POST" and args.get("move") in {move.name for move in house.charter.moves}:
        posted = request.form.to_dict(flat=False)
        drafts.keep(house, person.keys.person, args["move"], posted, args.get("case"), args.get("part"))
    status = 503 if isinstance(error, NoKey) else 409
    return reply("cases/refused.html", texts=shown.refusal(house, error), status=status, page="situation")


REFUSALS = (Conflict, IllegalMove, Unsealable, Missing, NoKey)
HIDDEN = {"csrf_token", "seat", "seen"}
