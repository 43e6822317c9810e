"""What every template finds besides what its view gives: the town, the seat, where to go, the hidden inputs of forms."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for

from casework.charters.glossary import ACRONYMS, TERMS
from casework.store.keyring import Acting
from casework.web.csrf import form_fields
from casework.web.guard import ROUTES
from casework.web.needs import Route
from casework.web.page import current_house

SESSION_SECONDS = 15 * 60
PUBLIC = "casework.public"
# In the menu, what keeps the accounts comes after the work itself.
KEEPING = ("accounts.administration", "accounts.admissions", "accounts.shares", "accounts.account")
SHEETS = "Fiches reçues"  # what a recipient's list of situations holds


class Public(NamedTuple):
    """What anybody may know of the body served."""

    town: str
    contact: str  # whom to call
    dpo: str  # how the public reaches the DPO
    demo: bool


class Link(NamedTuple):
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


def install(app: Flask, body: Public) -> None:
    """Give the same names to every template."""
    app.extensions[PUBLIC] = body
    app.context_processor(lambda: {"town": body.town, "demo": body.demo, **present()})
    app.jinja_env.globals.update(form_fields=form_fields, glossary={term.name: term for term in (*TERMS, *ACRONYMS)})


def present() -> dict[str, Any]:
    """Who is here and where they can go. Without a query: pages of error must not need the stores."""
    charter, acting = current_house().charter, g.get("acting")
    if acting is None:
        return {"instance": charter.label, "foot": foot("")}
    return {
        "instance": charter.label,
        "foot": foot(acting.actor.seat),
        "seat_label": charter.seat(acting.actor.seat).label,
        "seat_place": acting.place,
        "navigation": navigation(acting),
        "confidentiality": charter.confidentiality if _nominative() else "",
        "home_url": url_for("accounts.home"),
        "logout_url": url_for("accounts.logout"),
        "stay_url": url_for("accounts.stay"),
        "login_url": url_for("accounts.login", fin="1"),
        "session_seconds": SESSION_SECONDS,
    }


def public() -> Public:
    """What anybody may know of the body served here."""
    found: Public = current_app.extensions[PUBLIC]
    return found


def _nominative() -> bool:
    """C-09: the line stands on every page of a situation or a meeting."""
    route = _table().get(request.endpoint or "")
    return bool(route and route.needs.subject)


def _table() -> Mapping[str, Route]:
    table: Mapping[str, Route] = current_app.extensions[ROUTES]
    return table


def foot(seat: str) -> tuple[Link, ...]:
    """The pages named at the end of every page: those open to all, and to somebody logged in those of its seat."""
    shown = (
        route
        for route in _table().values()
        if route.foot and (not route.needs.session or (seat and route.needs.admits(seat)))
    )
    return tuple(Link(route.foot, url_for(route.endpoint), request.endpoint == route.endpoint) for route in shown)


def navigation(acting: Acting) -> tuple[Link, ...]:
    """The pages with a label in the menu that this seat may open, in the order of the routes, those of accounts last."""
    seat = acting.actor.seat
    shown = [route for route in _table().values() if route.menu and route.needs.admits(seat)]
    shown.sort(key=lambda route: KEEPING.index(route.endpoint) if route.endpoint in KEEPING else -1)
    return tuple(
        Link(_menu(seat, route), url_for(route.endpoint), request.endpoint == route.endpoint) for route in shown
    )


def _menu(seat: str, route: Route) -> str:
    return SHEETS if seat == "recipient" and route.endpoint == "cases.listing" else route.menu
