"""The log on pages, for the DPO: what is asked of it, fifty rows at a time, and what is counted; each entry is verified before it is shown."""

from collections.abc import Sequence
from itertools import chain

from flask import Response, request

from audit.entry import INT_LIMIT
from audit.log import LogBroken, Record
from casework.journal import asking, service
from casework.journal import signals as counting
from casework.journal.words import told
from casework.kernel.clock import now
from casework.web.page import current_house, reply


def _number(text: str) -> int:
    return min(int(text), INT_LIMIT)


def journal() -> Response:
    """Fifty rows that answer, newest first, and how far the log holds; where it does not, nothing is shown. `relire`: verify every entry again."""
    house, before = current_house(), request.args.get("avant", type=_number)
    try:
        verified = house.follow(anew="relire" in request.args)
        question = asking.read(house, request.args)
        found = [] if question.errors else service.search(house, question.asked, before, service.READ)
    except LogBroken:
        return _broken()
    shown, older = _page(found)
    lines = iter(service.lines(house, chain.from_iterable(shown)))
    return reply(
        "journal/journal.html",
        question=question,
        rows=[[next(lines) for _ in group][::-1] for group in shown],
        told=told,
        older=older,
        verified=verified,
        anew="relire" in request.args,
        moment=now(),
        page="journal",
        status=422 if question.errors else 200,
    )


def _page(found: Sequence[Record]) -> tuple[list[list[Record]], int | None]:
    """The rows of one page, and the number before which older ones come; a row that may go on further is left to the next page."""
    groups, full = service.together(found), len(found) == service.READ
    shown = (groups[:-1] if full and len(groups) > 1 else groups)[: service.PER_PAGE]
    return shown, shown[-1][-1].number if full or len(groups) > len(shown) else None


def signals() -> Response:
    """Repeated refusals and abnormal readings of the last thirty days."""
    try:
        found = counting.signals(current_house())
    except LogBroken:
        return _broken()
    return reply("journal/signals.html", found=found, page="journal")


def _broken() -> Response:
    return reply("journal/broken.html", page="journal", status=500)
