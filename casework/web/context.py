"""What every template finds besides what its view gives: the town, the seat, where to go, the hidden inputs of forms."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for

from casework.store.keyring import Acting
from casework.web.csrf import form_fields
from casework.web.guard import ROUTES
from casework.web.needs import Route
from casework.web.page import current_house

SESSION_SECONDS = 15 * 60
PUBLIC = "casework.public"


class Public(NamedTuple):
    """What anybody may know of the body served."""

    town: str
    dpo: str
    demo: bool


class Link(NamedTuple):
    """One entry of the navigation."""

    label: str
    url: str
    current: bool


def install(app: Flask, town: str, dpo: str, *, demo: bool) -> None:
    """Give the same names to every template; `dpo`: how the public reaches the DPO."""
    app.extensions[PUBLIC] = Public(town, dpo, demo)
    app.context_processor(lambda: {"town": town, "demo": demo, **present()})
    app.jinja_env.globals["form_fields"] = form_fields


def present() -> dict[str, Any]:
    """Who is here and where they can go. Without a query: pages of error must not need the stores."""
    charter, acting = current_house().charter, g.get("acting")
    if acting is None:
        return {"instance": charter.label}
    return {
        "instance": charter.label,
        "seat_label": charter.seat(acting.actor.seat).label,
        "navigation": navigation(acting),
        "confidentiality": charter.confidentiality if _nominative() else "",
        "home_url": url_for("accounts.home"),
        "logout_url": url_for("accounts.logout"),
        "stay_url": url_for("accounts.stay"),
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


def navigation(acting: Acting) -> tuple[Link, ...]:
    """The pages with a label in the menu that this seat may open, in the order of the routes."""
    shown = (route for route in _table().values() if route.menu and route.needs.admits(acting.actor.seat))
    return tuple(Link(route.menu, url_for(route.endpoint), request.endpoint == route.endpoint) for route in shown)
