"""Pages that explain: how it works for one seat, the words, accessibility, whom to call. None holds anything of a situation."""

from flask import Response

from casework.charters.glossary import ACRONYMS, TERMS
from casework.help.guide import PICTURES, parts
from casework.help.rights import never, readings
from casework.web.context import public
from casework.web.page import acting, current_house, reply


def guide() -> Response:
    """How it works for the seat that asks, and what it reads when."""
    charter, seat = current_house().charter, acting().actor.seat
    days = {item.name: current_house().setting(item.name) for item in charter.settings}
    return reply(
        "help/guide.html",
        page="help",
        parts=parts(charter.seat(seat)),
        pictures=PICTURES,
        readings=readings(charter, seat),
        never=never(charter, seat),
        sheet=charter.seat(seat).progress == "none" and bool(readings(charter, seat)),
        setting=days,
    )


def words() -> Response:
    """The words that screens use, for whoever asks."""
    return reply("help/words.html", terms=TERMS, acronyms=ACRONYMS)


def accessibility() -> Response:
    """What was measured, and what was not."""
    return reply("help/accessibility.html")


def contact() -> Response:
    """Whom to call, as the town hall wrote it in its settings."""
    return reply("help/contact.html", body=public())
