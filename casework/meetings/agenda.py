"""What is on an agenda, as one person may see it (C-10): references and steps, names where they may stand; it changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from audit.entry import Entry, Reference
from audit.log import entries
from casework.cases import reading
from casework.cases.act import Missing
from casework.cases.heads import Head, HeadBroken
from casework.charters import referral
from casework.kernel.clock import PARIS
from casework.kernel.life import Slot
from casework.meetings import records, rules
from casework.meetings.exchange import head_of, report
from casework.meetings.service import organises
from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import CaseRow

DECISIONS = Slot("deliberation")
READING, LOOKED_AT = "reason", 400  # what every convened seat reads on the page of a situation; newest entries


@dataclass(frozen=True)
class Item:
    """A situation on an agenda (C-10). `name` is filled for its convened persons while the exchange is open, and only then."""

    row: CaseRow
    head: Head
    band: str
    name: str = ""

    @property
    def informed(self) -> bool:
        """Whether the persons are informed, or their information deferred (C-05)."""
        return "informed" in self.head.life.marks


def on_agenda(house: House, acting: Acting, meeting: UUID, *steps: str) -> list[Item]:
    """The situations of a meeting this person may know of, in these steps or in any; without a name."""
    with house.stores.case_reading() as session:
        rows = records.situations(house, session, meeting, *steps)
    return _items(house, acting, rows)


def agenda(house: House, acting: Acting, meeting: UUID) -> list[Item]:
    """The same, with the names that may be shown, opened and logged one by one."""
    return [_named(house, acting, item) for item in on_agenda(house, acting, meeting)]


def list_entries(house: House, acting: Acting, items: Sequence[Item]) -> list[Entry]:
    """The entries of a page that lists these situations."""
    events, actor = house.events, acting.actor
    shown = [
        house.entry(events.shown_in_list, actor, subject=item.row.id, reference=Reference(item.head.reference))
        for item in items
    ]
    return [house.entry(events.list, actor, page=PAGES["meeting"], count=len(items)), *shown]


def candidates(house: House, acting: Acting, *, urgent: bool = False) -> list[Item]:
    """The retained situations that wait for a meeting, for whoever organises it; those about rixes for an urgent one (F33-07).

    Opening the reasons to know which they are is logged.
    """
    if not organises(house, acting):
        return []
    with house.stores.case_reading() as session:
        rows = records.waiting(house, session)
    found = _items(house, acting, rows)
    return [item for item in found if not urgent or _of_rixe(house, acting, item)]


def _of_rixe(house: House, acting: Acting, item: Item) -> bool:
    opened = reading.open_situation(house, acting, item.row.id, only=("reason",))
    return bool(opened and opened.contents.get(Slot("reason"), {}).get("rixe"))


def _items(house: House, acting: Acting, rows: Sequence[CaseRow]) -> list[Item]:
    """Those this person may know of; a situation that does not prove itself is reported and left out."""
    found = []
    for row in rows:
        try:
            head = head_of(house, row.id)
        except HeadBroken:
            report(house, acting, row.id)
        except Missing:
            continue
        else:
            if reading.concerned(house, acting.actor, head.life):
                found.append(Item(row, head, referral.band(head.life.majority, head.life.began)))
    return found


def _named(house: House, acting: Acting, item: Item) -> Item:
    life, slot = item.head.life, Slot("identity")
    convened = acting.party in life.convened and acting.party.person not in life.recused
    if not (convened and "exchange" in life.marks and reading.granted(house, acting.actor, life, slot)):
        return item
    opened = reading.open_situation(house, acting, life.case, only=("identity",))
    if opened is None or slot not in opened.contents:
        return item
    identity = opened.contents[slot]
    return Item(item.row, opened.head, item.band, f"{identity['first_name']} {identity['surname']}")


def lacking(house: House, acting: Acting, item: Item) -> tuple[bool, int]:
    """Whose information is missing (C-05): of the minor, of how many representatives; opening the identity to know it is logged."""
    opened = reading.open_situation(house, acting, item.row.id, only=("identity",)) if not item.informed else None
    return rules.uninformed(opened.contents.get(Slot("identity"), {})) if opened else (False, 0)


def following(house: House, acting: Acting, meeting: UUID, case: UUID) -> Item | None:
    """The next situation to examine after this one in the order of the agenda, then from its beginning."""
    items = on_agenda(house, acting, meeting)
    rank = next((index for index, item in enumerate(items) if item.row.id == case), 0)
    return next((item for item in items[rank:] + items[:rank] if item.head.life.step == "in_session"), None)


def unread(house: House, acting: Acting, items: Sequence[Item]) -> list[Item]:
    """Those of which this person has not opened the reasons since their exchange began, as its own entries say; a name alone is not a reading."""
    if not items:
        return []
    start = datetime.combine(min(item.head.life.since for item in items), time.min, PARIS)
    read = [house.events.read]
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(), house.provider.mac, actor=acting.keys.person, types=read, start=start, limit=LOOKED_AT
        )
    last: dict[UUID | None, date] = {}
    for record in found:  # the newest first
        if record.seat == acting.actor.seat and record.values["compartment"] == READING:
            last.setdefault(record.subject, record.at.astimezone(PARIS).date())
    return [item for item in items if last.get(item.row.id, date.min) < item.head.life.since]


def decided(house: House, acting: Acting, item: Item) -> bool:
    """Whether there are decisions on a situation that this person may read now."""
    return DECISIONS in item.head.held and reading.granted(house, acting.actor, item.head.life, DECISIONS)


def deliberation(house: House, acting: Acting, item: Item) -> Mapping[str, Any]:
    """The decisions on a situation, as far as this person may read them now; opening them is logged."""
    if not decided(house, acting, item):
        return {}
    opened = reading.open_situation(house, acting, item.row.id, only=(DECISIONS.compartment,))
    return opened.contents.get(DECISIONS, {}) if opened else {}
