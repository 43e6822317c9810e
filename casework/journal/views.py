"""The log on a page: the latest entries, each verified; a name is never looked up from here (A-07)."""

from flask import Response, request

from audit.entry import INT_LIMIT
from audit.log import LogBroken, entries
from casework.journal.words import said
from casework.web.page import current_house, reply

PER_PAGE = 50


def _number(text: str) -> int:
    return min(int(text), INT_LIMIT)


def journal() -> Response:
    """Fifty entries, newest first; a broken one is told, and nothing after it is shown."""
    house, before = current_house(), request.args.get("avant", type=_number)
    try:
        with house.stores.case_reading() as session:
            found = entries(session.connection(), house.provider.mac, before=before, limit=PER_PAGE)
    except LogBroken:
        return reply("journal/broken.html", page="journal", status=500)
    lines = [said(record, house.charter) for record in found]
    older = found[-1].number if len(found) == PER_PAGE else None
    return reply("journal/journal.html", lines=lines, older=older, page="journal")
