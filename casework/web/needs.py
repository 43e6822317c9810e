"""What a route can require of who asks, as closed records; whether the requirement is met is the guard's work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask

from casework.kernel.records import Charter, Seat

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Need:
    """`subject` names the object whose own right the slice checks on every verb; the route says so, the guard cannot know."""

    name: str
    session: bool = True
    greets: bool = False  # without a session, yet whoever has one keeps its menu there
    signed: bool = True
    seats: frozenset[str] = frozenset()
    subject: str = ""
    group: str = ""  # of GROUPS: seats that the charter in force names, so that a new role needs no route of its own

    def of(self, *seats: str) -> "Need":
        """The same need, for the holders of these seats only."""
        return replace(self, seats=frozenset(seats))

    def among(self, group: str) -> "Need":
        """The same need, for a group of seats of the charter."""
        return replace(self, group=group)

    def under(self, charter: Charter) -> "Need":
        """The same need, its group replaced by the seats this charter names."""
        if not self.group:
            return self
        named = {item.name for item in charter.seats if GROUPS[self.group](item)}
        return self.of(*(named or {""}))  # an empty set would mean everybody

    def admits(self, seat: str) -> bool:
        """Whether a person in this seat may ask."""
        return not self.seats or seat in self.seats


GROUPS: Mapping[str, Callable[[Seat], bool]] = {
    "members": lambda item: item.member,
    "circle": lambda item: item.member or item.by_organisation,  # who sends, receives or sits
}
OPEN = Need("open", session=False, signed=False)
PUBLIC = replace(OPEN, greets=True)
SESSION = Need("session", signed=False)  # logged in, the charter not yet signed
SIGNED = Need("signed")
SITUATION = Need("situation", subject="situation")
MEETING = Need("meeting", subject="meeting")
NEEDS = (OPEN, SESSION, SIGNED, SITUATION, MEETING)


def seat(*names: str) -> Need:
    """The charter signed, in one of these seats."""
    return SIGNED.of(*names)


@dataclass(frozen=True, slots=True)
class Route:
    """One URL. `menu` is its label in the navigation of those it admits, `foot` at the end of every page; empty: not there."""

    path: str
    view: View
    needs: Need
    methods: tuple[str, ...]
    endpoint: str
    menu: str = ""
    foot: str = ""


def url(path: str, view: View, *, needs: Need, methods: tuple[str, ...] = ("GET",), **labels: str) -> Route:
    """A route whose endpoint is `slice.view`, after the module that holds the view."""
    place = view.__module__.split(".")[1]
    name = view.__name__ if place == "web" else f"{place}.{view.__name__}"
    return Route(path, view, needs, methods, name, **labels)


def library(app: Flask, endpoint: str) -> Route:
    """The route of files that an extension serves, open to all."""
    rule = next(app.url_map.iter_rules(endpoint))
    methods = tuple(sorted((rule.methods or set()) - {"HEAD"}))
    return Route(rule.rule, app.view_functions[endpoint], OPEN, methods, endpoint)


def undeclared_seats(routes: tuple[Route, ...], charter: Charter) -> set[str]:
    """The seats a route names and the charter does not know."""
    known = {item.name for item in charter.seats}
    return {name for route in routes for name in route.needs.seats} - known


def under(routes: tuple[Route, ...], charter: Charter) -> tuple[Route, ...]:
    """The same routes, open to the seats of this charter."""
    return tuple(replace(route, needs=route.needs.under(charter)) for route in routes)
