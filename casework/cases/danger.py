"""What a situation says before all else: danger (F33-13), a rixe (F33-07); which of a list say danger, each reading logged."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from audit.entry import Reference
from casework.cases.reading import Line
from casework.cases.several import glimpses
from casework.kernel.life import Life, Slot
from casework.kernel.records import Charter
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import lowered

REASON = "reason"
RIXE = "En lien avec une rixe."


def told(charter: Charter, contents: Mapping[Slot, Mapping[str, Any]]) -> str:
    """That the minor is said to be in danger, and which route was taken (F33-13); empty when it is not."""
    reason = contents.get(Slot(REASON), {})
    if not reason.get("danger"):
        return ""
    routes = next(found for found in charter.lists if found.name == "danger_route")
    return f"Danger signalé. Voie prise : {lowered(routes.label(reason['danger_route']))}."


def alerts(charter: Charter, contents: Mapping[Slot, Mapping[str, Any]]) -> tuple[str, ...]:
    """What the page of a situation says first to who reads its reason: danger, then a rixe, which an urgent meeting may take (F33-07)."""
    rixe = RIXE if contents.get(Slot(REASON), {}).get("rixe") else ""
    return tuple(filter(None, (told(charter, contents), rixe)))


def signalled(house: House, acting: Acting, lines: Sequence[Line]) -> frozenset[UUID]:
    """Those in which the author ticked danger, as far as this person reads their reason."""
    found, events = glimpses(house, acting, [line.case for line in lines], _reason), house.events
    code = events.compartments[REASON]
    house.log(
        [
            house.entry(
                events.read,
                acting.actor,
                subject=item.life.case,
                reference=Reference(item.head.reference),
                compartment=code,
            )
            for item in found
            if item.contents
        ]
    )
    return frozenset(item.life.case for item in found if told(house.charter, item.contents))


def _reason(_life: Life) -> Collection[str]:
    return (REASON,)
