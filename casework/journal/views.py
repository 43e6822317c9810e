"""The log on pages, for the DPO: what is asked of it, fifty entries at a time, and what is counted; each entry is verified before it is shown."""

from flask import Response, request

from audit.entry import INT_LIMIT
from audit.log import LogBroken
from casework.journal import asking, service
from casework.journal import signals as counting
from casework.web.page import current_house, reply


def _number(text: str) -> int:
    return min(int(text), INT_LIMIT)


def journal() -> Response:
    """Fifty entries that answer, newest first; a broken one is told, and nothing is shown."""
    house, before = current_house(), request.args.get("avant", type=_number)
    try:
        question = asking.read(house, request.args)
        found = [] if question.errors else service.search(house, question.asked, before)
    except LogBroken:
        return _broken()
    older = found[-1].number if len(found) == service.PER_PAGE else None
    return reply(
        "journal/journal.html",
        question=question,
        lines=service.lines(house, found),
        older=older,
        page="journal",
        status=422 if question.errors else 200,
    )


def signals() -> Response:
    """Repeated refusals and abnormal readings of the last thirty days."""
    try:
        found = counting.signals(current_house())
    except LogBroken:
        return _broken()
    return reply("journal/signals.html", found=found, page="journal")


def _broken() -> Response:
    return reply("journal/broken.html", page="journal", status=500)
