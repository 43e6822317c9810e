"""Pages for the room: a meeting on a projector, one situation a screen, under its reference alone; nothing is changed here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.exceptions import NotFound

from audit.entry import Entry, Reference
from casework.accounts.people import names
from casework.cases import reading
from casework.kernel.clock import now
from casework.kernel.life import Party, Slot
from casework.meetings import agenda, audience, course, pages, rules, service
from casework.meetings.agenda import Item
from casework.meetings.audience import Audience
from casework.meetings.service import Sheet
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.page import acting, current_house, reply
from casework.web.widgets import Words, summary

REASON, DECISIONS = Slot("reason"), Slot("deliberation")
SHOWN = ("main_reason", "reasons", "danger", "rixe", "steps_taken")  # who referred it, and how, is no use to the room


@dataclass(frozen=True)
class Neighbour:
    """The situation before or after on the agenda, and who leaves the room or comes in first."""

    case: UUID
    leaving: Sequence[str]
    entering: Sequence[str]


@dataclass(frozen=True)
class Screen:
    """What the room sees of a situation. `apart`: the seats that do not read its decisions, so that nobody sees them there."""

    about: tuple[Words, ...]
    decided: tuple[Words, ...]
    apart: Sequence[str]


@dataclass(frozen=True)
class _Projection:
    """A meeting and the situations of it that may be projected, in the order of the agenda."""

    house: House
    acting: Acting
    sheet: Sheet
    items: Sequence[Item]

    def room(self, item: Item) -> Audience:
        return audience.for_situation(self.house, self.sheet, item.head.life)

    def known(self, room: Audience) -> list[Item]:
        return [item for item in self.items if room.knows(item.head.life)]

    def neighbour(self, room: Audience, rank: int) -> Neighbour | None:
        """The situation at this rank, for who is in the room; None outside the agenda."""
        if not 0 <= rank < len(self.items):
            return None
        here, there = set(room.parties), set(self.room(self.items[rank]).parties)
        return Neighbour(self.items[rank].row.id, self.told(here - there), self.told(there - here))

    def told(self, parties: Iterable[Party]) -> list[str]:
        known = names(self.house)
        return sorted(f"{known.person(party.person)}, {known.seat(party.seat)}" for party in parties)


def projection(meeting: UUID) -> Response:
    """The meeting as the room sees it before a situation is shown."""
    shown = _projection(meeting)
    room = audience.for_meeting(shown.house, shown.sheet)
    listed = shown.known(room)
    return reply(
        "meetings/projection.html", *agenda.list_entries(shown.house, shown.acting, listed), sheet=shown.sheet,
        row=shown.sheet.meeting, lines=pages.lines(shown.house, listed), after=shown.neighbour(room, 0),
        unlisted=len(shown.items) - len(listed),
    )  # fmt: skip


def projected(meeting: UUID, case: UUID) -> Response:
    """One situation: what everybody in the room may read of it, in closed words."""
    shown = _projection(meeting)
    rank = next((rank for rank, item in enumerate(shown.items) if item.row.id == case), None)
    if rank is None:
        raise NotFound
    item, row = shown.items[rank], shown.sheet.meeting
    room = shown.room(item)
    around: dict[str, Any] = {
        "before": shown.neighbour(room, rank - 1),
        "after": shown.neighbour(room, rank + 1),
        "row": row,
    }
    if not room.knows(item.head.life):
        told = shown.told(room.unaware(item.head.life))
        away = any(person.attendance in audience.AWAY for person in shown.sheet.convened)
        return reply("meetings/projected_not.html", unaware=told, away=away, page="meeting", **around)
    listed, screen = shown.known(room), _screen(shown, room, item)
    return reply(
        "meetings/projected.html", *_entries(shown, item, listed), lines=pages.lines(shown.house, listed), now=now(),
        line=pages.lines(shown.house, [item])[0], screen=screen,
        decides=not screen.apart and item.head.life.step in course.on_agenda(shown.sheet), **around,
    )  # fmt: skip


def _projection(meeting: UUID) -> _Projection:
    """Errors: MeetingError "missing"."""
    house, person = current_house(), acting()
    sheet = service.sheet(house, person, meeting)
    return _Projection(house, person, sheet, agenda.on_agenda(house, person, meeting, *course.BEGUN))


def _entries(shown: _Projection, item: Item, listed: Sequence[Item]) -> list[Entry]:
    """The situation that the room saw, and those listed beside it."""
    house, person, head = shown.house, shown.acting, item.head
    entry = house.entry(
        house.events.projected, person.actor, subject=head.life.case, reference=Reference(head.reference),
        meeting=shown.sheet.meeting.id,
    )  # fmt: skip
    return [entry, *agenda.list_entries(house, person, listed)]


def _screen(shown: _Projection, room: Audience, item: Item) -> Screen:
    house, life = shown.house, item.head.life
    wanted = [slot.compartment for slot in (REASON, DECISIONS) if not room.without(life, slot)]
    opened = reading.open_situation(house, shown.acting, life.case, only=wanted)
    if opened is None:
        raise NotFound
    apart = {house.charter.seat(party.seat).label for party in room.without(life, DECISIONS)}
    decided = pages.decision_words(house, life, opened.contents.get(DECISIONS, {}))
    age = Words("Âge", (rules.closed_list(house.charter, "age_band").label(item.band),))
    return Screen((age, *_reasons(house, opened.contents.get(REASON, {}))), decided, sorted(apart))


def _reasons(house: House, reason: Mapping[str, Any]) -> tuple[Words, ...]:
    """The closed reasons, the main one first, and told once when there is no other."""
    fields = {field.name: field for field in house.charter.compartment("reason").fields}
    alone = reason.get("reasons") == [reason.get("main_reason")]
    return summary([fields[name] for name in SHOWN if not (alone and name == "reasons")], reason)
