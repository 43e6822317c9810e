"""Pages of the dates proposed for a next meeting: propose them, answer, fix one (F33-08)."""

from datetime import date
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.accounts.people import names
from casework.kernel.records import Field, Kind
from casework.meetings import forms, pages, polling, service
from casework.meetings.service import MeetingError
from casework.web.forms import Parsed
from casework.web.french import day as in_words
from casework.web.french import raised
from casework.web.page import acting, current_house, go, reply

TITLE = "Proposer des dates"
HELP = "Un mois au moins après aujourd’hui. Les membres répondent oui, non ou si besoin."
PROPOSED = tuple(
    Field(f"day{n}", f"Date {n}", Kind.DATE, "F33-08", required=n == 1, help=HELP if n == 1 else "")
    for n in range(1, polling.MOST_DAYS + 1)
)


def propose() -> Response:
    """Propose dates to the members."""
    house, person = current_house(), acting()
    if not service.organises(house, person):
        raise NotFound
    read = forms.read(PROPOSED) if request.method == "POST" else None
    if read is None or read.errors:
        return forms.form(TITLE, PROPOSED, read, once=forms.once())
    try:
        days = [date.fromisoformat(value) for value in read.values.values()]
        found = polling.propose(house, person, days, forms.once())
    except MeetingError as error:
        return forms.form(TITLE, PROPOSED, read, pages.on_field(PROPOSED, "day1", error.code), once=forms.once())
    return go("meetings.poll", proposal=found)


def poll(proposal: UUID) -> Response:
    """Answer for each date; everybody asked sees every answer."""
    house, person = current_house(), acting()
    found = polling.poll(house, person, proposal)
    fields = tuple(
        Field(day.isoformat(), raised(in_words(day)), Kind.CHOICE, "F33-08", required=True, choices=polling.ANSWERS)
        for day in found.days
    )
    read = forms.read(fields) if request.method == "POST" else None
    if read and not read.errors:
        polling.answer(house, person, proposal, {date.fromisoformat(d): value for d, value in read.values.items()})
        return go("meetings.poll", proposal=proposal)
    mine = {day.isoformat(): value for day, value in found.answers.get(person.tenure, {}).items()}
    errors = read.errors if read else ()
    return reply(
        "meetings/poll.html", poll=found, answered=bool(mine), known=names(house), answers=polling.ANSWERS, errors=errors,
        widgets=forms.drawn(fields, read or Parsed(mine, shown=mine)), organises=service.organises(house, person),
        page="meeting", status=422 if errors else 200,
    )  # fmt: skip


def fix(proposal: UUID, day: str) -> Response:
    """Fix one of the proposed dates, once it was said what that does."""
    house, person = current_house(), acting()
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    if request.method != "POST":
        found = polling.poll(house, person, proposal)
        if chosen not in found.days:
            raise NotFound
        others = service.on_day(house, chosen)
        return reply("meetings/fix.html", poll=found, day=chosen, others=others, page="meeting")
    meeting = polling.fix(house, person, proposal, chosen)
    return go("meetings.done", meeting=meeting, act="fixed")
