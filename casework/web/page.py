"""What a view needs at hand: the house, who acts, and `reply`, which writes in the log before a page leaves; no right is decided here."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, cast

from flask import Flask, Response, current_app, g, has_request_context, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound, ServiceUnavailable

from audit.entry import Entry
from casework.store.events import OUTCOMES, PAGES
from casework.store.house import House, Writing
from casework.store.keyring import Acting
from casework.web.session import keep_form_secret

HOUSE = "casework.house"
LAST_PAGE = 10_000
NO_ENTRY = (
    "La page n’a pas pu être inscrite au journal : elle n’est pas affichée. Rien n’est perdu, et votre saisie est encore à la page précédente. "
    "Réessayez dans un instant ; si cela continue, appelez l’administrateur."
)
OF_SLICE = {
    "cases": "situation",
    "meetings": "meeting",
    "journal": "journal",
}  # the code of PAGES for an answer that only sends elsewhere
REFUSED = {404: "missing", 409: "conflict", 422: "invalid", 429: "limited"}
logger = logging.getLogger("casework")


class NotLogged(ServiceUnavailable):
    """The log refused an entry: no entry, no page."""


class WatchedHouse(House):
    """The house as requests use it: it notes that the request in hand has written in the log."""

    @classmethod
    def of(cls, house: House) -> "WatchedHouse":
        """The same house, watched."""
        return cls(**{item.name: getattr(house, item.name) for item in fields(House) if item.init})

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """As in the house."""
        with super().writing() as writing:
            yield writing
        if writing.tip is not None and has_request_context():
            g.logged = True


def current_house() -> House:
    """The house this application serves."""
    return cast(House, current_app.extensions[HOUSE])


def acting() -> Acting:
    """Who acts. Errors: NotFound when nobody is logged in, which the guard never lets happen."""
    person: Acting | None = g.get("acting")
    if person is None:
        raise NotFound
    return person


def page_asked() -> int:
    """Which page of a list is asked for, the first being 0."""
    return min(max(0, request.args.get("page", 0, type=int)), LAST_PAGE)


def log(*entries: Entry) -> None:
    """Write entries now. Errors: NotLogged, whatever the cause."""
    try:
        current_house().log(entries)
    except Exception as error:  # noqa: BLE001 - whatever the cause, no entry, no page
        report(error)
        raise NotLogged from None


def report(error: BaseException) -> None:
    """One line about a failure: its type and place. Never its message, which may hold what somebody wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    logger.error("%s at %s", type(error).__name__, place)


def reply(
    template: str, *entries: Entry, page: str = "", status: int = 200, outcome: str = "", **context: Any
) -> Response:
    """A rendered page, its entries committed before it is given back. Errors: NotLogged.

    `page` (of PAGES) stands for a plain PageShown, or from 400 on for a refusal, whose `outcome` (of OUTCOMES) its status tells otherwise.
    """
    body = render_template(template, **context)
    house, written = current_house(), list(entries)
    if status >= 400:
        outcome = outcome or REFUSED.get(status, "error")
        note(status, outcome)
    if page:
        written.append(_shown(house, page, outcome))
    if written:
        log(*written)
    return Response(body, status=status, mimetype="text/html")


def _shown(house: House, page: str, outcome: str) -> Entry:
    if outcome:
        return house.entry(house.events.refused, acting().actor, outcome=OUTCOMES[outcome])
    return house.entry(house.events.page, acting().actor, page=PAGES[page])


def note(status: int, outcome: str) -> None:
    """One line about a refusal: what was asked of which page, and why not. Never what somebody wrote."""
    logger.info("%d %s %s: %s", status, request.method, request.endpoint, outcome)


def go(endpoint: str, **values: Any) -> Response:
    """Send the browser to another of our pages, with GET. Where nothing was to be written, as at a second press, an entry stands for it.

    Errors: NotLogged.
    """
    if g.get("acting") and not g.get("logged"):
        log(_shown(current_house(), OF_SLICE.get(endpoint.partition(".")[0], "account"), ""))
    return cast(Response, redirect(url_for(endpoint, **values), 303))


def require_entry(response: Response) -> Response:
    """Last of all: an answer to somebody logged in that left no entry, or that would be written after us, does not leave."""
    if not g.get("acting") or (g.get("logged") and not response.is_streamed):
        return response
    logger.error("answer without entry")
    return Response(NO_ENTRY, status=503, mimetype="text/plain")


def install(app: Flask, house: House) -> None:
    """Give the house to every request, and check what leaves; installed after the headers, so that they dress its refusal too."""
    app.extensions[HOUSE] = house
    app.after_request(require_entry)
    app.after_request(keep_form_secret)
