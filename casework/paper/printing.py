"""What of a situation or of a meeting somebody may print now, and its content: always opened by the services that show it on screen (C-09)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from audit.entry import Entry, Reference
from casework.accounts.people import Names, names
from casework.cases import reading
from casework.cases.heads import Head
from casework.cases.reading import Opened
from casework.kernel.clock import now
from casework.kernel.life import Life, Slot
from casework.kernel.records import Charter, ChoiceList, Field, Kind, Labelled
from casework.meetings import agenda
from casework.meetings.agenda import Item
from casework.store.events import DOCUMENTS
from casework.store.house import House
from casework.store.keyring import Acting

ANSWERING = ("inform_person", "right_exercised")  # why one answers who consulted a situation
SHEETS, DOCUMENT, REASON = "sheets", "document", "reason"
OF_A_MEETING = {"sheet": "Fiche de réunion", "agenda": "Ordre du jour", "record": "Relevé de décisions"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What every page of a print bears: who printed it, in which seat, when and why."""

    name: str
    seat: str
    organisation: str
    at: datetime
    reason: str


def mark(house: House, acting: Acting, reason: str) -> Mark:
    """The mark of what this person prints now."""
    known, party = names(house), acting.party
    label = house.charter.printing.reasons.label(reason)
    return Mark(
        known.person(party.person), known.seat(party.seat), known.organisation(party.organisation), now(), label
    )


def fields(charter: Charter, name: str, documents: Sequence[Labelled]) -> tuple[Field, ...]:
    """The form of the act: what is printed, why. `documents`: what this person may print now."""
    rule = charter.printing.rule
    several, title = (Kind.CHOICES, "Ce qui est imprimé") if name == SHEETS else (Kind.CHOICE, "Document à imprimer")
    listed = ChoiceList(name, title, tuple(documents))
    return (
        Field(name, title, several, rule, required=True, choices=listed),
        _why(charter, charter.printing.reasons),
    )


def answer_fields(charter: Charter) -> tuple[Field, ...]:
    """The form of an answer to the person concerned: of the closed list, only what may be its reason."""
    reasons = charter.printing.reasons
    return (_why(charter, replace(reasons, values=tuple(item for item in reasons.values if item.value in ANSWERING))),)


def _why(charter: Charter, reasons: ChoiceList) -> Field:
    return Field(REASON, reasons.title, Kind.CHOICE, charter.printing.rule, required=True, choices=reasons)


def sheets(house: House, acting: Acting, head: Head) -> list[Labelled]:
    """The compartments of a situation that this person may print now."""
    known, life = names(house), head.life
    return [Labelled(_value(slot), _label(house, known, life, slot)) for slot in _printable(house, acting, head)]


def _printable(house: House, acting: Acting, head: Head) -> list[Slot]:
    """What is read may be printed, but what is computed, and what is kept apart (C-04: paper would outlive its destruction)."""
    order = {item.name: number for number, item in enumerate(house.charter.compartments)}
    kept = {item.name for item in house.charter.compartments if item.computed or item.apart}
    found = [
        slot
        for slot in head.held
        if slot.compartment not in kept and reading.granted(house, acting.actor, head.life, slot)
    ]
    return sorted(found, key=lambda slot: (slot.part is not None, str(slot.part or ""), order[slot.compartment]))


def _value(slot: Slot) -> str:
    return f"{slot.compartment}-{slot.part}" if slot.part else slot.compartment


def _label(house: House, known: Names, life: Life, slot: Slot) -> str:
    label = house.charter.compartment(slot.compartment).label
    if slot.part is None:
        return label
    part = life.part(slot.part)
    holder = known.organisation(part.recipient) if part.recipient else known.person(part.owner) if part.owner else ""
    return f"{label} : {holder}"


def open_sheets(house: House, acting: Acting, case: UUID, chosen: Collection[str]) -> Opened | None:
    """These compartments of a situation, opened and logged as any reading; None when one of them is no longer open to this person."""
    opened = reading.open_situation(house, acting, case, only=[value.partition("-")[0] for value in chosen])
    wanted = {slot for slot in _printable(house, acting, opened.head) if _value(slot) in chosen} if opened else set()
    if opened is None or len(wanted) != len(chosen) or not wanted <= opened.contents.keys():
        return None
    return replace(opened, contents={slot: opened.contents[slot] for slot in opened.contents if slot in wanted})


def documents(house: House, acting: Acting, items: Iterable[Item]) -> list[Labelled]:
    """The documents of a meeting that this person may print now; `items`: what it may know of the agenda."""
    found = list(items)
    decided = any(agenda.decided(house, acting, item) for item in found)
    possible = {"sheet": True, "agenda": bool(found), "record": decided}
    return [Labelled(name, OF_A_MEETING[name]) for name, here in possible.items() if here]


def entry(house: House, acting: Acting, head: Head, document: str, reason: str) -> Entry:
    """The entry of one situation that leaves on paper."""
    codes = house.events.reasons
    return house.entry(
        house.events.printed,
        acting.actor,
        subject=head.life.case,
        reference=Reference(head.reference),
        document=DOCUMENTS[document],
        reason=codes[reason],
    )


def answer_entry(house: House, acting: Acting, case: UUID, reference: str, reason: str) -> Entry:
    """The entry of an answer on who consulted a situation."""
    events, told = house.events, Reference(reference)
    return house.entry(events.answer_printed, acting.actor, subject=case, reference=told, reason=events.reasons[reason])


def meeting_entries(
    house: House, acting: Acting, meeting: UUID, document: str, reason: str, items: Iterable[Item]
) -> list[Entry]:
    """The entries of a document of a meeting, and of each situation on it."""
    events, codes = house.events, {"document": DOCUMENTS[document], "reason": house.events.reasons[reason]}
    whole = house.entry(events.meeting_printed, acting.actor, subject=meeting, **codes)
    return [whole, *(entry(house, acting, item.head, document, reason) for item in items)]
