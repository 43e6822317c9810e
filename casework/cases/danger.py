"""Which situations of a list say that the minor is in danger (F33-13), for who must look at them first; each reading is logged."""

from collections.abc import Collection, Sequence
from uuid import UUID

from audit.entry import Reference
from casework.cases import shown
from casework.cases.reading import Line
from casework.cases.several import glimpses
from casework.kernel.life import Life
from casework.store.house import House
from casework.store.keyring import Acting

REASON = "reason"


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
    return frozenset(item.life.case for item in found if shown.danger(house.charter, item.contents))


def _reason(_life: Life) -> Collection[str]:
    return (REASON,)
