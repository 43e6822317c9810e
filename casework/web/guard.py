"""The one door: every request passes here before any view, and what no route declares is refused; object rights are the slices'."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import Rule

from casework.kernel.records import Charter
from casework.store.events import OUTCOMES, PAGES
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web import csrf
from casework.web.needs import Route, undeclared_seats
from casework.web.page import current_house, go, log, reply, report
from casework.web.session import SESSION, read

ROUTES = "casework.routes"
DOORS = "casework.doors"
SAFE = ("GET", "HEAD")
Form = Mapping[str, Sequence[str]]


class Undeclared(Exception):
    """Something would be served that no route declares; the message names the URL."""


class Refused(NotFound):
    """The page exists and is not open to who asks: the answer is the one of a page that does not exist."""

    outcome = "refused"


@dataclass(frozen=True, slots=True)
class Doors:
    """What slices give to the guard, which knows none of them.

    `open_session(house, token)`: who acts, or None. `signed(house, acting)`: the current charter
    is signed (C-07). `on_session_ended(house, token, asked, form)`: whether what was posted too late, to the URL whose
    values are `asked`, could be sealed to its author as a draft.
    """

    open_session: Callable[[House, bytes], Acting | None]
    signed: Callable[[House, Acting], bool]
    on_session_ended: Callable[[House, bytes, Mapping[str, Any], Form], bool]


def install(app: Flask, routes: tuple[Route, ...], doors: Doors, libraries: tuple[Route, ...] = ()) -> None:
    """Register the routes and stand before them. `libraries` are those an extension registered, declared by hand."""
    for route in routes:
        app.add_url_rule(route.path, route.endpoint, route.view, methods=route.methods, provide_automatic_options=False)
    app.extensions[ROUTES] = MappingProxyType({route.endpoint: route for route in (*routes, *libraries)})
    app.extensions[DOORS] = doors
    app.before_request(guard)


def check_declared(app: Flask, charter: Charter) -> None:
    """Stop the start-up when a URL is served without a need, or a need names an unknown seat. Errors: Undeclared."""
    table: Mapping[str, Route] = app.extensions[ROUTES]
    for rule in app.url_map.iter_rules():
        if not _declared(app, rule, table.get(rule.endpoint)):
            raise Undeclared(f"{rule.rule} is served without a declared need: write it in casework/routes.py")
    for name in undeclared_seats(tuple(table.values()), charter):
        raise Undeclared(f"a route is open to {name}, which is no seat of the charter")


def _declared(app: Flask, rule: Rule, route: Route | None) -> bool:
    if route is None or app.view_functions[rule.endpoint] is not route.view:
        return False
    return rule.rule == route.path and (rule.methods or set()) - {"HEAD"} == set(route.methods)


def guard() -> Response | None:
    """Let the request through (None), answer in the view's place, or refuse. Errors: Refused, NotFound, Forged, OtherSeat."""
    if isinstance(request.routing_exception, BadRequest):  # a host that is not ours
        raise request.routing_exception
    table: Mapping[str, Route] = current_app.extensions[ROUTES]
    route = table.get(request.endpoint or "")
    if route is not None and not route.needs.session:
        _check_form()
        if route.needs.greets:
            _greet()
        return None
    doors: Doors = current_app.extensions[DOORS]
    token = read(SESSION)
    person = doors.open_session(current_house(), token) if token else None
    if token is None or person is None:
        return _ended(doors, token)
    # What opening the session may have logged does not stand for the page.
    g.acting, g.token, g.logged = person, token, False
    return _logged_in(doors, route, person)


def _greet() -> None:
    """Whoever is logged in keeps its menu on a page open to all, once the log has it; else the page shows as to a stranger.

    Whom to call is to be read above all when nothing else answers.
    """
    house, token, doors = current_house(), read(SESSION), current_app.extensions[DOORS]
    try:
        person = doors.open_session(house, token) if token else None
        if person is not None:
            log(house.entry(house.events.page, person.actor, page=PAGES["help"]))
            g.acting, g.token = person, token
    except Exception as error:  # noqa: BLE001 - whatever failed, this page needs none of it
        report(error)


def _check_form() -> None:
    if request.method not in SAFE:
        csrf.check()


def _logged_in(doors: Doors, route: Route | None, person: Acting) -> Response | None:
    _check_form()
    if route is None:
        raise NotFound
    if not route.needs.admits(person.actor.seat):
        raise Refused
    if not route.needs.signed or doors.signed(current_house(), person):
        return None
    if request.method not in SAFE:
        raise Refused
    return _to_charter(person)


def _to_charter(person: Acting) -> Response:
    """C-07: nothing before the signature. The refusal is logged."""
    house = current_house()
    log(house.entry(house.events.refused, person.actor, outcome=OUTCOMES["refused"]))
    return go("accounts.charter")


def _ended(doors: Doors, token: bytes | None) -> Response:
    """Nobody is logged in: to the log-in page, whatever was asked; a form that proves its session may be kept as a draft."""
    if request.method in SAFE:
        # A cookie that opens nothing is one of a session that is over: whoever carries it knows.
        return go("accounts.login", **({} if token is None else {"fin": 1}))
    kept = False
    if token is not None and csrf.proves(token, request.form.get(csrf.TOKEN, "")):
        kept = doors.on_session_ended(current_house(), token, request.view_args or {}, request.form.to_dict(flat=False))
    return reply("accounts/ended.html", status=403, kept=kept)
