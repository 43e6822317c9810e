"""What a person may begin, what it did lately on situations, and where they stand now, for its home page; told from the log, without content."""

from flask import url_for

from audit.entry import Reference
from audit.log import Record, entries
from casework.cases import reading, shown
from casework.cases.heads import Head
from casework.kernel.engine import beginnings
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import lowered, short_day
from casework.web.tasks import Panel, Task

LINES, LOOKED_AT = 5, 20


def starts(house: House, acting: Acting) -> Panel:
    """What this seat may begin."""
    found = beginnings(house.charter, acting.actor)
    return Panel("Commencer", tuple(Task(move.opening, url_for("cases.new", move=move.name)) for move in found))


def recent(house: House, acting: Acting) -> Panel:
    """The last acts of this person, one line for each situation it may still know of."""
    kinds = [house.events.moved]
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(), house.provider.mac, actor=acting.keys.person, types=kinds, limit=LOOKED_AT
        )
    newest = {record.subject: record for record in reversed(found) if record.seat == acting.actor.seat}
    newest_first = sorted(newest.values(), key=lambda record: -record.number)
    told = ((reading.state(house, acting, record.subject), record) for record in newest_first if record.subject)
    known = [(head, record) for head, record in told if head is not None][:LINES]
    shown_entry = house.events.shown_in_list
    house.log(
        [
            house.entry(shown_entry, acting.actor, subject=head.life.case, reference=Reference(head.reference))
            for head, _ in known
        ]
    )
    return Panel("Ce que vous avez fait récemment", tuple(_line(house, acting, head, record) for head, record in known))


def _line(house: House, acting: Acting, head: Head, record: Record) -> Task:
    charter, seat, life = house.charter, acting.actor.seat, head.life
    sent = (life.sender.seat, life.sender.organisation) == (seat, acting.party.organisation)
    label = charter.move(str(record.values["move"])).past
    known = shown.follows(charter, seat, life.step, sent=sent)
    state = lowered(shown.seen_step(charter, seat, life.step).label)
    now = f" Maintenant : {state}." if known and state != label else ""
    words = f"Situation {head.reference}, le {short_day(record.at)} : {label}.{now}"
    return Task(words, url_for("cases.situation", case=life.case))
