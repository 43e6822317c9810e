"""Pages of situations: list, one situation, one act, what it said; every page is logged before it leaves."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from audit.entry import Reference
from casework.cases import (
    about,
    closing,
    comparing,
    confirmed,
    danger,
    decided,
    drafts,
    lisible,
    offered,
    orienting,
    precising,
    reading,
    shown,
)
from casework.cases import act as acts
from casework.cases.act import Change, Conflict, Missing
from casework.cases.filling import Filled, Section, at_first, before, by_hand, fill, sections
from casework.cases.reading import Opened
from casework.cases.refusals import left_over, why
from casework.kernel.engine import beginnings
from casework.kernel.records import Move, Take
from casework.store.engines import StoreDown
from casework.web.page import acting, current_house, go, log, page_asked, reply
from casework.web.widgets import widgets

PER_PAGE = 50
NEVER = -1  # the sequence of no situation
NOTHING = Filled()
FIRST = 1  # the sequence of a situation that nobody touched since it began


def listing() -> Response:
    """The situations this person may know of (C-10): reference, age, step, days."""
    house, person = current_house(), acting()
    number, step = page_asked(), request.args.get("step", "")
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
    house, person = current_house(), acting()
    opened = reading.open_situation(house, person, case)
    if opened is None:
        raise NotFound
    following = offered.onward(house, person, opened)
    if following is not None:
        listed = house.events.shown_in_list
        reference = Reference(following.reference)
        log(house.entry(listed, person.actor, subject=following.case, reference=reference))
    return reply(
        "cases/situation.html",
        opened=opened,
        groups=shown.groups(house, opened),
        alerts=danger.alerts(house.charter, opened.contents),
        lacks=next(filter(None, (shown.lacking(move, opened) for _, move in opened.moves)), ""),
        course=shown.course(house, person, opened),
        acts=offered.acts(house, opened),
        beside=comparing.beside(house, person, opened),
        following=following,
    )


def new(move: str) -> Response:
    """Begin a situation: the form, kept as a draft on demand."""
    house, person = current_house(), acting()
    found = next((item for item in beginnings(house.charter, person.actor) if item.name == move), None)
    if found is None:
        raise NotFound
    if "_discard" in request.form:
        drafts.forget(house, person.party, found.name)
        return go("cases.new", move=found.name)
    parts = sections(house, found, None)
    posted, first = _posted(found.name), at_first(house, person, parts)
    if posted is None:
        return _form(found, parts, None, first, once=uuid4())
    once = _uuid(request.form.get("once", "")) if request.method == "POST" else uuid4()
    filled = fill(house, person, found, parts, posted, None)
    kept = _kept(found.name, filled, first=first)
    if kept is not None or request.method == "GET" or not filled.ok:
        return _form(found, parts, None, filled, once=once, kept=kept)
    head = acts.begin(house, person, once, Change(found.name, filled.contents, filled.takes))
    _sent(found.name)
    return go("cases.done", case=head.life.case, move=found.name)


def step(case: UUID, move: str, part: UUID | None = None) -> Response:
    """One act on a situation or on one of its parts: its form, then the act."""
    house, person, seen = current_house(), acting(), request.form.get("seen", NEVER, type=int)
    try:
        opened, found = reading.open_for(house, person, case, (move,), seen, part)
    except Missing:
        return left_over(move, case, part)
    if not by_hand(found):
        raise NotFound
    parts = sections(house, found, opened, part)
    posted = _posted(found.name, case, part)
    if posted is None:
        return _form(found, parts, opened, before(found, parts, opened), part=part)
    filled = fill(house, person, found, parts, posted, opened.life)
    kept = _kept(found.name, filled, case, part)
    if kept is not None or request.method == "GET" or not filled.ok:
        return _form(found, parts, opened, filled, part=part, kept=kept)
    acts.act(house, person, case, seen, Change(found.name, filled.contents, filled.takes, part))
    _sent(found.name, case, part)
    return go("cases.done", case=case, move=found.name)


def _sent(form: str, case: UUID | None = None, part: UUID | None = None) -> None:
    """What was sent is a draft no more. The act stands whatever happens here: what cannot be deleted now ends with its clock (R-01)."""
    with suppress(StoreDown):
        drafts.forget(current_house(), acting().party, form, case, part)


def _posted(form: str, case: UUID | None = None, part: UUID | None = None) -> MultiDict[str, str] | None:
    """What was posted, or the person's own draft of this act, or None."""
    if request.method == "POST":
        return request.form
    return drafts.find_posted(current_house(), acting(), form, case, part)


def _kept(
    form: str, filled: Filled, case: UUID | None = None, part: UUID | None = None, *, first: Filled = NOTHING
) -> bool | None:
    """Whether the form could be kept for later; None when the person asked to send it. What is not sent yet is kept too."""
    asked = "_keep" in request.form
    if request.method != "POST" or (filled.ok and not asked) or not filled.shown:
        return None
    house, author, posted = current_house(), acting().party, request.form.to_dict(flat=False)
    shown_first = {f"{name}-{key}": [value] for name, part_ in first.shown.items() for key, value in part_.items()}
    if drafts.blank(posted, shown_first):
        drafts.forget(house, author, form, case, part)
        return True if asked else None
    kept = drafts.keep(house, author, form, posted, case, part)
    return kept if asked else None


def _form(
    move: Move,
    parts: list[Section],
    opened: Opened | None,
    filled: Filled,
    part: UUID | None = None,
    *,
    once: UUID | None = None,
    kept: bool | None = None,
) -> Response:
    house, person = current_house(), acting()
    wrong = kept is False or (kept is None and request.method == "POST" and filled.errors)
    here = (opened.life.case if opened else None, part)
    resumed = drafts.kept_on(house, person.party, move.name, *here) if request.method == "GET" else None
    status, filled = (422, filled) if wrong else (200, replace(filled, errors=()))
    warned = filled.warned if request.method == "POST" and kept is None else ()
    blocks, points = shown.blocks(house, person, move, parts, filled, opened, part), precising.asked(move, opened)
    return reply(
        "cases/move.html",
        move=move,
        sections=precising.marked(blocks, points),
        points=precising.links(blocks, points),
        about=about.whom(opened) if opened and Take.PERSON in move.takes else (),
        reasons=shown.reasons(house.charter, move, filled, opened.life if opened else None),
        opened=opened,
        filled=filled,
        once=once,
        kept=kept,
        resumed=resumed,
        warned=warned,
        change=lisible.change(house, person.actor, move, opened, part) if opened else None,
        recalled=shown.recalled(house, move, opened, part) if opened else (),
        lacks=shown.lacking(move, opened) if opened else "",
        left=closing.left_open(house, move, opened) if opened else (),
        secrecy=house.charter.seat(person.actor.seat).secrecy,
        confidentiality=house.charter.confidentiality,
        page="situation",
        status=status,
    )


def part_step(case: UUID, part: UUID, move: str) -> Response:
    """One act on a part of a situation: a return, an owner's sheet."""
    return step(case, move, part)


def done(case: UUID, move: str) -> Response:
    """What this person did, as the log says, and what comes next; a link only for who may still know of the situation."""
    house, person = current_house(), acting()
    record = confirmed.own(house, person, case, move)
    if record is None:
        raise NotFound
    head, played = reading.state(house, person, case), house.charter.move(move)
    since = shown.passed(house, person, played, head.life) if head else ""
    begins, marks = not played.sources, head.life.marks if head and head.sequence == FIRST else None
    return reply(
        "cases/done.html",
        move=played,
        head=head,
        reference=str(record.values["reference"]),
        case=case,
        on=record.at,
        since=since,
        begins=begins,
        # While nobody else acted: later, this would tell what others did.
        uninformed=begins and marks is not None and "informed" not in marks and _writes(played, "identity"),
        page="situation",
    )


def _writes(move: Move, compartment: str) -> bool:
    return compartment in {write.compartment for write in move.writes}


def orient(case: UUID) -> Response:
    """Choose a recipient, see exactly what will leave, send (F33-05)."""
    house, person, seen = current_house(), acting(), request.form.get("seen", NEVER, type=int)
    opened, _ = reading.open_for(house, person, case, ("orient", "alert_crip"), seen)
    read = orienting.read(house, opened, request.form) if request.method == "POST" else None
    if read is None or read.sheet is None or "_back" in request.form:
        return _orient_form(opened, read)
    if "_send" not in request.form:
        return _orient_preview(opened, read.sheet)
    try:
        name = orienting.send(house, person, opened, seen, read.sheet)
    except Conflict as error:
        return _orient_form(opened, read, why(house, person, error)[:1])
    return go("cases.done", case=case, move=name)


def _orient_form(opened: Opened, read: orienting.Read | None, changed: Sequence[str] = ()) -> Response:
    house, errors = current_house(), read.errors if read else ()
    fields = orienting.form(house, opened)
    drawn = widgets(fields, read.shown if read else orienting.suggested(house, opened, fields), errors)
    status = 409 if changed else 422 if errors else 200
    return reply(
        "cases/orient.html",
        opened=opened,
        decided=decided.orientations(house.charter, opened),
        warned=orienting.warned(house, opened, fields),
        widgets=drawn,
        errors=errors,
        changed=changed,
        sheet=None,
        page="orientation",
        status=status,
    )


def _orient_preview(opened: Opened, sheet: orienting.Sheet) -> Response:
    house = current_house()
    words = shown.words(house, house.charter.compartment("orientation").fields, sheet.content)
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
        doubts=[*filter(None, (orienting.strange(house, opened, sheet.content["type"]), orienting.unreachable(sheet)))],
        errors=(),
        page="orientation",
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


HIDDEN = {"csrf_token", "seat", "seen"}
