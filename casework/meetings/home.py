"""What meetings say on the home page of each seat: the dates to answer, the acts that wait, the next meetings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from flask import url_for

from casework.kernel.clock import today
from casework.meetings import agenda, exchange, polling, rooms, service
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.meetingtables import MeetingRow
from casework.web.french import NBSP, count, hour, raised, relative, short_day
from casework.web.french import day as full_day
from casework.web.tasks import Panel, Task

EVE = timedelta(days=1)


def when(row: MeetingRow) -> str:
    """“lundi 14 décembre 2026 à 14 h 30”."""
    return full_day(row.day) + (f" à{NBSP}{hour(row.starts_at)}" if row.starts_at else "")


def next_meeting(house: House, acting: Acting) -> Panel:
    """The next meeting this person may know of, and all those it is convened to."""
    if not house.charter.seat(acting.actor.seat).member:
        return Panel("Prochaine réunion", ())
    coming = sorted(
        (row for row in service.meetings(house, acting) if not row.held and row.day >= today()), key=lambda row: row.day
    )
    mine = service.convoked(house, acting)
    lines = tuple(
        Task(_told(house, row, convened=row.id in mine), url_for("meetings.meeting", meeting=row.id))
        for rank, row in enumerate(coming)
        if not rank or row.id in mine
    )
    title = "Prochaines réunions" if len(lines) > 1 else "Prochaine réunion"
    return Panel(title, lines or (Task(_none(house, acting), ""),))


def _none(house: House, acting: Acting) -> str:
    """A head of school knows of the meetings it is convened to alone (F33-14): of the others, nothing is said."""
    if acting.actor.seat == house.charter.schools:
        return "Vous n’êtes convoqué à aucune réunion à venir."
    return "Aucune date n’est encore fixée."


def _told(house: House, row: MeetingRow, *, convened: bool) -> str:
    where, urgent = rooms.place(house, row), ", en urgence sur des rixes" if row.urgent else ""
    parts = (
        f"{raised(when(row))}, {relative(row.day, today())}{urgent}",
        f"Lieu : {where}" if where else "",
        "Vous y êtes convoqué" if convened else "",
    )
    return ". ".join(part for part in parts if part) + "."


def tasks(house: House, acting: Acting) -> Iterable[Task]:
    """What waits for this person in meetings."""
    if not house.charter.seat(acting.actor.seat).member:
        return []
    asked = [task for found in polling.polls(house, acting) for task in _of_poll(acting, found)]
    return asked + [task for row in service.meetings(house, acting) for task in _of_meeting(house, acting, row)]


def _of_poll(acting: Acting, found: polling.Poll) -> Iterator[Task]:
    if acting.tenure not in found.answers:
        yield Task(
            "Répondre aux dates proposées pour la prochaine réunion", url_for("meetings.poll", proposal=found.id)
        )


def _of_meeting(house: House, acting: Acting, row: MeetingRow) -> Iterator[Task]:
    items = agenda.on_agenda(house, acting, row.id)
    organising, reached = service.organises(house, acting), row.day <= today()
    steps = [item.head.life.step for item in items] if organising else _to_do(house, acting, items)
    opens = not row.held and exchange.opening(house, row) <= today() <= exchange.window(house, row)
    waiting = (
        (organising and opens, "scheduled", "circulate", "{} à ouvrir à l’échange nominatif"),
        (organising and reached, "in_session", "agenda", "{} à examiner"),
        (organising and reached, "examined", "record", "Relevé de décisions à signer ({})"),
        (service.approves(house, acting), "signed", "record", "Relevé de décisions à approuver ({})"),
        (not organising, "in_session", "agenda", "{} à lire"),
    )
    for mine, step, page, words in waiting:
        found = steps.count(step)
        if mine and found:
            label = f"{words.format(count(found, 'situation'))}, réunion du {short_day(row.day)}"
            pressing = reached or (page == "circulate" and row.day == today() + EVE)
            yield Task(label, url_for(f"meetings.{page}", meeting=row.id), found, pressing)
    if organising and not row.held and row.day < today():
        yield Task(f"Clore la réunion du {short_day(row.day)}", url_for("meetings.hold", meeting=row.id))


def _to_do(house: House, acting: Acting, items: Sequence[agenda.Item]) -> list[str]:
    """The steps of an agenda for who attends: what it read since the exchange opened waits for it no more."""
    open_now = [item for item in items if item.head.life.step == "in_session"]
    others = [item.head.life.step for item in items if item not in open_now]
    return others + ["in_session"] * len(agenda.unread(house, acting, open_now))
