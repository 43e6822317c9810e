"""What the parts of situations ask of one person: its actions, the returns of services; by references, for lists and home pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casework.cases import several
from casework.cases.reading import Line, granted
from casework.cases.several import Glimpse
from casework.charters.cenomed import SHEET_TOLD
from casework.kernel.clock import today
from casework.kernel.life import Part, Slot
from casework.kernel.records import SITUATION
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import count, short_day

UNANSWERED = timedelta(days=30)  # of a recipient: then it is late, and reminded
STATES = {
    ("orientation", "sent"): "Retour attendu",
    ("orientation", "returned"): "Retour reçu",
    ("owner_sheet", "open"): "Action à faire",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """A part that this person reads now."""

    of: Glimpse
    part: Part

    @property
    def case(self) -> UUID:
        """The situation it belongs to."""
        return self.of.life.case

    @property
    def kind(self) -> tuple[str, str]:
        """(machine, step)."""
        return self.part.machine, self.part.step

    @property
    def expected(self) -> bool:
        """Whether it still waits for somebody."""
        return self.part.step in ("sent", "open")

    @property
    def late(self) -> bool:
        """Whether its due day has passed."""
        return self.part.due is not None and self.part.due < today()


def duties(house: House, acting: Acting, lines: Sequence[Line]) -> list[Duty]:
    """The parts this person reads, of these situations; only their clear lives are opened, and only at steps where parts move."""
    steps = {step for move in house.charter.moves if move.machine != SITUATION for step in move.cases}
    found = several.glimpses(house, acting, [line.case for line in lines if line.step in steps])
    return [Duty(item, part) for item in found for part in _read(house, acting, item)]


def _read(house: House, acting: Acting, item: Glimpse) -> Iterator[Part]:
    for part in item.life.parts:
        slots = (Slot(c.name, part.id) for c in house.charter.compartments if c.machine == part.machine)
        if any(granted(house, acting.actor, item.life, slot) for slot in slots):
            yield part


def mine(acting: Acting, found: Sequence[Duty]) -> list[Duty]:
    """The actions this very person has to do (F33-15), the first due before the others."""
    own = [d for d in found if d.kind == ("owner_sheet", "open") and d.part.owner == acting.party.person]
    return sorted(own, key=lambda d: d.part.due or date.max)


def _late(part: Part) -> str:
    days = (today() - part.since - UNANSWERED).days
    return f"en retard de {count(days, 'jour')}" if days > 0 else ""


def awaited(part: Part) -> str:
    """Of an orientation without return: when it was sent, when its answer is expected, how late it is; empty once it came."""
    if (part.machine, part.step) != ("orientation", "sent"):
        return ""
    expected = f"Envoyée le {short_day(part.since)}, réponse attendue avant le {short_day(part.since + UNANSWERED)}"
    return f"{', '.join(filter(None, (expected, _late(part))))}."


def entrusted(content: Mapping[str, Any]) -> str:
    """What the fields of a sheet of action leave unsaid: what its decision means (F33-15), and that nothing says by when."""
    meaning = SHEET_TOLD.get(content.get("decision", ""), "")
    return " ".join(filter(None, (meaning, "" if content.get("due") else "Aucune échéance n’est fixée.")))


def told(duty: Duty) -> str:
    """Its state in words."""
    if duty.kind == ("orientation", "sent"):
        expected = f"{STATES[duty.kind]} avant le {short_day(duty.part.since + UNANSWERED)}"
        return ", ".join(filter(None, (expected, _late(duty.part))))
    words, due = STATES.get(duty.kind, "Fiche ouverte"), duty.part.due
    if duty.kind != ("owner_sheet", "open") or due is None:
        return words
    return f"Action en retard depuis le {short_day(due)}" if duty.late else f"{words} avant le {short_day(due)}"
