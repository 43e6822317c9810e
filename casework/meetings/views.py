"""Pages of meetings: each reads, calls one service and replies; refusals come back in words, with what was typed."""

from datetime import date
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.accounts.people import names
from casework.cases import confirmed
from casework.kernel.clock import today
from casework.meetings import agenda as agendas
from casework.meetings import course as courses
from casework.meetings import exchange, forms, pages, polling, rooms, rules, service
from casework.meetings.exchange import Batch
from casework.meetings.rooms import Room
from casework.meetings.service import MeetingError, Sheet
from casework.store.meetingtables import MeetingRow
from casework.web.errors import MISSING, show
from casework.web.forms import Parsed
from casework.web.page import acting, current_house, go, reply


def listing() -> Response:
    """The meetings this person may know of, the next ones first."""
    house, person = current_house(), acting()
    found = service.meetings(house, person)
    coming = sorted((row for row in found if not row.held and row.day >= today()), key=lambda row: row.day)
    past = [row for row in found if row not in coming]
    return reply(
        "meetings/list.html", coming=coming, past=past, held=rules.closed_list(house.charter, "held"),
        organises=service.organises(house, person), polls=polling.polls(house, person), page="meeting",
        situation=request.args.get("situation", type=UUID),
        places={row.id: rooms.place(house, row) for row in found}, mine=service.convoked(house, person),
    )  # fmt: skip


def new() -> Response:
    """Fix the date of a meeting (F33-07)."""
    _organiser()
    if request.method == "GET":
        return forms.form("Fixer une réunion", pages.NEW, once=forms.once())
    read = forms.read(pages.NEW)
    if read.errors:
        return forms.form("Fixer une réunion", pages.NEW, read, once=forms.once())
    try:
        values = read.values
        day, urgent = date.fromisoformat(values["day"]), bool(values.get("urgent"))
        if service.on_day(current_house(), day, but=forms.once()) and request.form.get("sure") != day.isoformat():
            told = pages.on_field(pages.NEW, "day", "same_day")
            return forms.form("Fixer une réunion", pages.NEW, read, told, once=forms.once(), sure=day)
        room, reason = pages.room(values), values.get("reason", "")
        once = forms.once()
        meeting = service.fix(current_house(), acting(), day, room, urgent=urgent, reason=reason, once=once)
    except MeetingError as error:
        return forms.form(
            "Fixer une réunion", pages.NEW, read, pages.on_field(pages.NEW, "day", error.code), once=forms.once()
        )
    return go("meetings.done", meeting=meeting, act="fixed")


def meeting(meeting: UUID) -> Response:
    """The meeting sheet (C-08), and what can be done next."""
    house, person, sheet = current_house(), acting(), _sheet(meeting)
    organises, found = service.organises(house, person), courses.course(house, person, sheet)
    return reply(
        "meetings/meeting.html", sheet=sheet, row=sheet.meeting, counts=pages.counts(house, sheet), known=names(house),
        held=rules.closed_list(house.charter, "held"), attendance=rules.closed_list(house.charter, "attendance"),
        organises=organises, convened=person.tenure in {item.tenure for item in sheet.convened},
        acts=[courses.ACTS[name] for name in found.acts], following=found.following,
        closed=courses.closed_note(house, person, sheet, found.mine), page="meeting",
    )  # fmt: skip


def postpone(meeting: UUID) -> Response:
    """Move a meeting to a later day."""
    _organiser()
    row, title = _sheet(meeting).meeting, "Reporter la réunion"
    read = forms.read(pages.POSTPONED) if request.method == "POST" else None
    if read is None or read.errors:
        return forms.form(title, pages.POSTPONED, read, row=row)
    try:
        service.postpone(current_house(), acting(), meeting, date.fromisoformat(read.values["day"]))
    except MeetingError as error:
        return forms.form(title, pages.POSTPONED, read, pages.on_field(pages.POSTPONED, "day", error.code), row=row)
    return go("meetings.done", meeting=meeting, act="postponed")


def arrange(meeting: UUID) -> Response:
    """Change the hour and the place."""
    _organiser()
    sheet, title = _sheet(meeting), "Modifier l’heure et le lieu"
    read = forms.read(pages.ROOM) if request.method == "POST" else pages.arranged(sheet)
    if request.method == "GET" or read.errors:
        return forms.form(title, pages.ROOM, read, row=sheet.meeting)
    room = pages.room(read.values)
    if room == Room():
        return forms.form(title, pages.ROOM, read, pages.on_field(pages.ROOM, "starts_at", "room"), row=sheet.meeting)
    service.arrange(current_house(), acting(), meeting, room)
    return go("meetings.done", meeting=meeting, act="arranged")


def convocations(meeting: UUID) -> Response:
    """Convene members (F33-01)."""
    _organiser()
    house, sheet = current_house(), _sheet(meeting)
    known = names(house)
    fields = pages.convocable(house, sheet, known)
    read = forms.read(fields) if request.method == "POST" and fields else None
    if read and not read.errors:
        service.convene(house, acting(), meeting, [UUID(text) for text in read.values["tenures"]])
        return go("meetings.done", meeting=meeting, act="convened")
    return reply(
        "meetings/convocations.html", row=sheet.meeting, sheet=sheet, known=known, page="meeting",
        errors=read.errors if read else (), widgets=forms.drawn(fields, read), status=422 if read else 200,
        releasable=courses.preparing(sheet),
    )  # fmt: skip


def release(meeting: UUID, tenure: UUID) -> Response:
    """Take a convocation back."""
    service.release(current_house(), acting(), meeting, tenure)
    return go("meetings.convocations", meeting=meeting)


def attendance(meeting: UUID) -> Response:
    """Record who was there (A25)."""
    _organiser()
    house, sheet = current_house(), _sheet(meeting)
    fields = pages.attendance_fields(house, sheet, names(house))
    if request.method == "GET":
        before = {str(item.tenure): item.attendance for item in sheet.convened}
        return forms.form("Noter les présences", fields, Parsed(before, shown=before), row=sheet.meeting)
    read = forms.read(fields)
    if read.errors:
        return forms.form("Noter les présences", fields, read, row=sheet.meeting)
    service.attend(house, acting(), meeting, {UUID(name): value for name, value in read.values.items()})
    return go("meetings.done", meeting=meeting, act="attendance")


def agenda(meeting: UUID) -> Response:
    """The agenda: references, age bands and steps; names for convened persons while the exchange is open (C-10)."""
    house, person, sheet = current_house(), acting(), _sheet(meeting)
    items, free, asked = agendas.agenda(house, person, meeting), [], None
    takes = not sheet.meeting.held and sheet.meeting.day >= today()
    if takes:
        asked = request.args.get("situation", type=UUID)
        free = sorted(
            agendas.candidates(house, person, urgent=sheet.meeting.urgent), key=lambda item: item.row.id != asked
        )
    lacking = {item.row.id: agendas.lacking(house, person, item) for item in free}
    return reply(
        "meetings/agenda.html", *agendas.list_entries(house, person, [*items, *free]), row=sheet.meeting,
        lines=pages.lines(house, items, steps=courses.on_agenda(sheet)), free=pages.lines(house, free, lacking),
        takes=takes, asked=asked if any(item.row.id == asked for item in free) else None, total=sheet.total,
        last=confirmed.told(house, person, request.args.get("fait", ""), ("schedule", "unschedule")),
        organises=service.organises(house, person), closed=courses.closed_note(house, person, sheet, len(items)),
    )  # fmt: skip


def schedule(meeting: UUID, case: UUID) -> Response:
    """Put a situation on the agenda."""
    exchange.schedule(current_house(), acting(), meeting, case, forms.seen())
    return go("meetings.agenda", meeting=meeting, fait="schedule")


def unschedule(meeting: UUID, case: UUID) -> Response:
    """Take a situation off the agenda."""
    exchange.unschedule(current_house(), acting(), meeting, case, forms.seen())
    return go("meetings.agenda", meeting=meeting, fait="unschedule")


def circulate(meeting: UUID) -> Response:
    """Open the nominative exchange to the convened persons (F33-16)."""
    _organiser()
    house, person, sheet = current_house(), acting(), _sheet(meeting)
    if request.method == "POST":
        return _after(meeting, exchange.circulate(house, person, meeting, forms.all_seen()), "circulated")
    items = agendas.on_agenda(house, person, meeting, "scheduled")
    first, last = exchange.opening(house, sheet.meeting), exchange.window(house, sheet.meeting)
    return reply(
        "meetings/circulate.html", *agendas.list_entries(house, person, items), row=sheet.meeting, sheet=sheet,
        lines=pages.lines(house, items), known=names(house), first=first, last=last, early=today() < first,
    )  # fmt: skip


def record(meeting: UUID) -> Response:
    """The record of decisions (C-08): signed by who organises, approved by the mairie."""
    house, person, sheet = current_house(), acting(), _sheet(meeting)
    signing = service.organises(house, person)
    if request.method == "POST":
        play, act = (exchange.sign, "signed") if signing else (exchange.approve, "approved")
        return _after(meeting, play(house, person, meeting, forms.all_seen()), act)
    items = agendas.on_agenda(house, person, meeting, "examined" if signing else "signed")
    reread = signing and not items
    if reread:
        items = agendas.on_agenda(house, person, meeting, *courses.SIGNED)
    return reply(
        "meetings/record.html", *agendas.list_entries(house, person, items), row=sheet.meeting,
        decided=pages.record(house, person, items), signing=signing, reread=reread and bool(items),
        unnoted=bool(sheet.convened) and not any(item.attendance for item in sheet.convened), early=today() < sheet.meeting.day,
        others=courses.unsigned(sheet, len(items) if signing and not reread else 0), following=courses.course(house, person, sheet).following,
    )  # fmt: skip


def hold(meeting: UUID) -> Response:
    """Say whether the meeting took place; how it was held is computed (F33-08)."""
    _organiser()
    row, title = _sheet(meeting).meeting, "Clore la réunion"
    if today() < row.day:
        return _cancel(row)
    read = forms.read(pages.HELD) if request.method == "POST" else None
    if read is None or read.errors:
        return forms.form(title, pages.HELD, read, row=row)
    try:
        service.hold(current_house(), acting(), meeting, took_place=read.values["took_place"] == "yes")
    except MeetingError as error:
        return forms.form(title, pages.HELD, read, pages.on_field(pages.HELD, "took_place", error.code), row=row)
    return go("meetings.done", meeting=meeting, act="held")


def _cancel(row: MeetingRow) -> Response:
    """Say beforehand that a meeting will not take place; a form of the day itself does not cancel a meeting moved meanwhile."""
    if request.method == "GET":
        return reply("meetings/cancel.html", row=row, page="meeting")
    service.hold(current_house(), acting(), row.id, took_place=request.form.get("took_place") != "no")
    return go("meetings.done", meeting=row.id, act="cancelled")


def done(meeting: UUID, act: str) -> Response:
    """What this person did, as the log says, and what comes next."""
    house, person, sheet = current_house(), acting(), _sheet(meeting)
    if act not in pages.DONE or not confirmed.changed(house, person, meeting).intersection(
        pages.LOGGED.get(act, (act,))
    ):
        raise NotFound
    (sentence, note), found = pages.DONE[act], courses.course(house, person, sheet)
    return reply(
        "meetings/done.html", row=sheet.meeting, sentence=sentence, note=note, following=found.following,
        act=courses.ACTS[found.acts[0]], others=courses.unsigned(sheet) if act in ("signed", "approved") else 0, page="meeting",
    )  # fmt: skip


def refused(error: MeetingError) -> Response:
    """A refusal of the service: nothing was written, and the page says why."""
    if error.code in ("missing", "seat"):
        return show(MISSING, "refused")  # an error handler that raises would be answered as a failure of ours
    texts, meeting = (pages.sentence(error.code, error.day),), (request.view_args or {}).get("meeting")
    return reply(
        "meetings/refused.html", texts=texts, meeting=meeting, page="meeting", status=409, outcome="illegal"
    )  # fmt: skip


def _organiser() -> None:
    if not service.organises(current_house(), acting()):
        raise NotFound


def _sheet(meeting: UUID) -> Sheet:
    return service.sheet(current_house(), acting(), meeting)


def _after(meeting: UUID, batch: Batch, act: str) -> Response:
    """What happened when everything was done; else what was left, and why."""
    service.require(batch.done or batch.left, "nothing")
    if not batch.left:
        return go("meetings.done", meeting=meeting, act=act)
    row = _sheet(meeting).meeting
    return reply(
        "meetings/result.html", row=row, done=len(batch.done), left=pages.left(batch), page="meeting", status=409
    )


REFUSALS = (MeetingError,)
