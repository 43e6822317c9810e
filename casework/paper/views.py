"""Pages of paper: the notices, the reason of a print, the print itself, which is the answer to a form and has no address of its own."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.exceptions import NotFound

from audit.entry import Entry, Reference
from casework.accounts.people import names
from casework.cases import reading, shown
from casework.journal import asking
from casework.journal import service as journal
from casework.journal.words import told
from casework.kernel.clock import today
from casework.kernel.records import Field, Labelled
from casework.meetings import agenda, pages, rules, service
from casework.meetings.agenda import Item
from casework.meetings.service import Sheet
from casework.paper import notices as families
from casework.paper import printing
from casework.paper.printing import DOCUMENT, REASON, SHEETS
from casework.store.events import PAGES
from casework.web.context import public
from casework.web.forms import Parsed, parse
from casework.web.page import acting, current_house, go, log, reply
from casework.web.widgets import widgets


def notices() -> Response:
    """The notices to hand to the families."""
    labels = {name: label for name, (label, _) in families.NOTICES.items()}
    return reply("paper/notices.html", notices=labels, page="notice")


def notice(name: str) -> Response:
    """One notice as PDF: it holds no personal data, and may stay on a computer."""
    if name not in families.NOTICES:
        raise NotFound
    house = current_house()
    body = families.notice(name, families.facts(house, public()))
    log(house.entry(house.events.page, acting().actor, page=PAGES["notice"]))
    answer = Response(body, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="notice-{name}.pdf"'
    return answer


def situation(case: UUID) -> Response:
    """Print what one chooses of a situation, among what one may read."""
    house, person = current_house(), acting()
    head = reading.state(house, person, case)
    sheets = printing.sheets(house, person, head) if head else []
    if head is None or not sheets:
        raise NotFound
    fields = printing.fields(house.charter, SHEETS, sheets)
    read = _read(fields)
    if read is None or not read.ok:
        looked = house.entry(house.events.opened, person.actor, subject=case, reference=Reference(head.reference))
        return _ask(fields, sheets, read, looked, title=f"Imprimer la situation {head.reference}", case=case)
    opened = printing.open_sheets(house, person, case, read.values[SHEETS])
    if opened is None:
        raise NotFound
    entry = printing.entry(house, person, opened.head, "situation", read.values[REASON])
    mark = printing.mark(house, person, read.values[REASON])
    titles, groups = {sheet.value: sheet.label for sheet in sheets}, shown.groups(house, opened)
    return reply("paper/situation.html", entry, opened=opened, groups=groups, titles=titles, mark=mark)


def meeting(meeting: UUID) -> Response:
    """Print a document of a meeting (C-08): its sheet, the agenda or the record, each as far as one may read it."""
    house, person = current_house(), acting()
    sheet = service.sheet(house, person, meeting)
    items = agenda.on_agenda(house, person, meeting)
    documents = printing.documents(house, person, items)
    fields = printing.fields(house.charter, DOCUMENT, documents)
    read = _read(fields)
    if read is None or not read.ok:
        return _ask(fields, documents, read, title="Imprimer un document de la réunion", row=sheet.meeting)
    document, reason = read.values[DOCUMENT], read.values[REASON]
    printed, content = CONTENTS[document](sheet, items)
    entries = printing.meeting_entries(house, person, meeting, document, reason, printed)
    mark = printing.mark(house, person, reason)
    return reply(f"paper/{document}.html", *entries, sheet=sheet, row=sheet.meeting, mark=mark, **content)


def answer() -> Response:
    """Print who consulted a situation (A-09): seats and organisations, no name of anybody, no content."""
    house, person = current_house(), acting()
    question = asking.read(house, request.args)
    asked, case, back = (
        question.asked,
        question.asked.case,
        f"{url_for('journal.journal')}?{urlencode(question.address)}",
    )
    if question.errors or case is None:
        return go("journal.journal")
    fields = printing.answer_fields(house.charter)
    read = _read(fields)
    if read is None or not read.ok:
        title = f"Imprimer la réponse : qui a consulté la situation {asked.reference}"
        return _ask(fields, (), read, title=title, back=back, answers=True)
    lines = journal.looks(journal.lines(house, journal.told_to_person(house, asked)))
    entry = printing.answer_entry(house, person, case, asked.reference, read.values[REASON])
    mark = printing.mark(house, person, read.values[REASON])
    line, span = house.charter.confidentiality, asking.span(asked)
    return reply(
        "paper/answer.html",
        entry,
        lines=lines,
        told=told,
        asked=asked,
        span=span,
        mark=mark,
        back=back,
        confidentiality=line,
    )


Content = tuple[Sequence[Item], Mapping[str, Any]]  # the situations on the paper, and what its template shows


def _sheet(sheet: Sheet, _items: Sequence[Item]) -> Content:
    house = current_house()
    lists = {name: rules.closed_list(house.charter, name) for name in ("held", "attendance")}
    return (), {"counts": pages.counts(house, sheet), "known": names(house), **lists}


def _agenda(sheet: Sheet, _items: Sequence[Item]) -> Content:
    house = current_house()
    items = agenda.agenda(house, acting(), sheet.meeting.id)
    return items, {"lines": pages.lines(house, items)}


def _record(_sheet: Sheet, items: Sequence[Item]) -> Content:
    house, person = current_house(), acting()
    decided = [item for item in items if agenda.decided(house, person, item)]
    return decided, {"decided": pages.record(house, person, decided)}


CONTENTS = {"sheet": _sheet, "agenda": _agenda, "record": _record}


def _read(fields: Sequence[Field]) -> Parsed | None:
    return parse(fields, request.form, today=today()) if request.method == "POST" else None


def _ask(
    fields: Sequence[Field], documents: Sequence[Labelled], read: Parsed | None, *entries: Entry, **context: Any
) -> Response:
    """The form of a print; what is alone to be printed is chosen already."""
    first: Mapping[str, Any] = {}
    if len(documents) == 1:
        name, only = fields[0].name, documents[0].value
        first = {name: [only] if name == SHEETS else only}
    errors, status = (read.errors, 422) if read else ((), 200)
    drawn = widgets(fields, read.shown if read else first, errors)
    return reply("paper/ask.html", *entries, widgets=drawn, errors=errors, page="print", status=status, **context)
