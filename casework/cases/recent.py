"""What a person may begin, what it did lately on situations, and where they stand now, for its home page; told from the log, without content."""

from uuid import UUID

from flask import url_for

from audit.entry import Reference
from audit.log import Record, entries
from casework.cases import duties, reading, shown
from casework.kernel.engine import beginnings
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import count, lowered, short_day
from casework.web.tasks import Panel, Task

LINES, LOOKED_AT = 5, 20


def starts(house: House, acting: Acting) -> Panel:
    """What this seat may begin."""
    found = beginnings(house.charter, acting.actor)
    return Panel("Commencer", tuple(Task(move.opening, url_for("cases.new", move=move.name)) for move in found))


def returns(house: House, acting: Acting) -> Panel:
    """F33-04: the returns of social services that this seat follows: nothing is to be done about them, they are told."""
    title = "Retours des services sociaux"
    if acting.actor.seat != "dsol":
        return Panel(title, ())
    found = duties.duties(house, acting, reading.lines(house, acting, limit=None))
    number = sum(duty.kind == ("orientation", "returned") for duty in found)
    line = Task(count(number, "retour reçu", "retours reçus"), url_for("cases.listing"))
    return Panel(title, (line,) if number else ())


def recent(house: House, acting: Acting) -> Panel:
    """The last acts of this person, one line for each situation; those it may know of no more by what it did alone."""
    kinds = [house.events.moved]
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(), house.provider.mac, actor=acting.keys.person, types=kinds, limit=LOOKED_AT
        )
    newest = {
        record.subject: record for record in reversed(found) if record.subject and record.seat == acting.actor.seat
    }
    lately = sorted(newest.items(), key=lambda told: -told[1].number)[:LINES]
    listed, actor = house.events.shown_in_list, acting.actor
    house.log(
        [
            house.entry(listed, actor, subject=case, reference=Reference(str(record.values["reference"])))
            for case, record in lately
        ]
    )
    return Panel(
        "Ce que vous avez fait récemment", tuple(_line(house, acting, case, record) for case, record in lately)
    )


def _line(house: House, acting: Acting, case: UUID, record: Record) -> Task:
    charter, seat = house.charter, acting.actor.seat
    label = charter.move(str(record.values["move"])).past
    words = f"Situation {record.values['reference']!s}, le {short_day(record.at)} : {label}."
    head = reading.state(house, acting, case)
    if head is None:
        return Task(words, "")
    life = head.life
    sent = (life.sender.seat, life.sender.organisation) == (seat, acting.party.organisation)
    known = shown.follows(charter, seat, life.step, sent=sent)
    state = lowered(shown.seen_step(charter, seat, life.step).label)
    now = f" Maintenant : {state}." if known and state != label else ""
    return Task(words + now, url_for("cases.situation", case=case))
