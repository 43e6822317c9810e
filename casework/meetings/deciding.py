"""Pages of one situation in a meeting: its decisions, and who steps back from it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import NotFound

from casework.cases import about, filling, lisible, reading
from casework.cases.act import Conflict
from casework.cases.reading import Opened
from casework.cases.refusals import why
from casework.kernel.clock import today
from casework.meetings import agenda, exchange, forms, pages
from casework.web.forms import FieldError, parse
from casework.web.page import acting, current_house, go, reply
from casework.web.widgets import widgets


def decide(case: UUID) -> Response:
    """Record the decisions on a situation (C-08); a conflict keeps what was typed."""
    house, person, opened = current_house(), acting(), _opened(case, "decide", "deliberation", "reason")
    (section,) = filling.sections(house, house.charter.move("decide"), opened)
    members = pages.owner_pairs(house, person, opened.life)
    if request.method == "GET":
        return _decisions(opened, section, members, section.old)
    read = parse(section.fields, request.form, section.prefix, members=members, today=today())
    errors = read.errors or pages.decision_problems(house, opened, read.values)
    if errors or read.more:
        return _decisions(opened, section, members, read.shown, () if read.more else errors)
    try:
        exchange.decide(house, person, case, forms.seen(), read.values["decisions"])
    except Conflict as error:
        return _decisions(opened, section, members, read.shown, changed=why(house, person, error)[:1])
    return go("meetings.decided", case=case)


def decided(case: UUID) -> Response:
    """What was recorded, who reads it, and the next situation of the agenda."""
    house, person = current_house(), acting()
    head = reading.state(house, person, case)
    if head is None or head.life.meeting is None or head.life.step != house.charter.move("decide").target:
        raise NotFound
    found = agenda.following(house, person, head.life.meeting, case)
    return reply(
        "meetings/decided.html", head=head, readers=lisible.now(house.charter, head.life, "deliberation"), following=found,
        meeting=head.life.meeting, page="meeting",
    )  # fmt: skip


def recusal(case: UUID) -> Response:
    """Have a convened person step back from a situation (F33-16)."""
    house, person, opened = current_house(), acting(), _opened(case, "exclude")
    fields = pages.sitting_field(house, exchange.sitting(opened))
    read = forms.read(fields) if request.method == "POST" else None
    if read is None or read.errors:
        return forms.form("Écarter une personne de cette situation", fields, read, opened=opened)
    exchange.exclude(house, person, case, forms.seen(), UUID(read.values["person"]))
    return go("cases.done", case=case, move="exclude")


def _opened(case: UUID, move: str, *only: str) -> Opened:
    return reading.open_for(current_house(), acting(), case, (move,), forms.seen(), only=only)[0]


def _decisions(
    opened: Opened,
    section: filling.Section,
    members: Sequence[tuple[str, str]],
    shown: Mapping[str, object],
    errors: Sequence[FieldError] = (),
    changed: Sequence[str] = (),
) -> Response:
    house, day = current_house(), exchange.starts(current_house(), opened.life)
    readers = lisible.after(house, acting().actor, house.charter.move("decide"), opened, None).get("deliberation", [])
    drawn = widgets(section.fields, shown, errors, prefix=section.prefix, members=members)
    status = 409 if changed else 422 if errors else 200
    return reply(
        "meetings/decide.html", opened=opened, widgets=drawn, errors=errors, changed=changed, readers=readers, day=day,
        early=day is not None and today() < day, about=about.about(opened), page="meeting", status=status,
    )  # fmt: skip
