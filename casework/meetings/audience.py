"""Who is in the room when a meeting is projected, and what all of them may read: the screen shows that and no more (F33-16)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casework.cases import reading
from casework.kernel.life import Actor, Life, Party, Slot
from casework.meetings import rules
from casework.meetings.service import Sheet
from casework.store.house import House

AWAY = ("excused", "represented", "absent")  # A25


@dataclass(frozen=True)
class Audience:
    """The persons who may look at the screen. With nobody there it may show nothing: who is expected was not said."""

    house: House
    parties: Sequence[Party]

    def unaware(self, life: Life) -> list[Party]:
        """Those who may not know of this situation."""
        return [party for party in self.parties if not reading.concerned(self.house, self._as(party), life)]

    def without(self, life: Life, slot: Slot) -> list[Party]:
        """Those who do not read this compartment now."""
        return [party for party in self.parties if not reading.granted(self.house, self._as(party), life, slot)]

    def knows(self, life: Life) -> bool:
        """Whether everybody there may know of this situation."""
        return bool(self.parties) and not self.unaware(life)

    def _as(self, party: Party) -> Actor:
        return Actor(self.house.instance, party)


def for_meeting(house: House, sheet: Sheet) -> Audience:
    """Who is there when no situation is shown: heads of school come for their own pupils alone (F33-14)."""
    return Audience(house, [party for party in _present(sheet) if party.seat != house.charter.schools])


def for_situation(house: House, sheet: Sheet, life: Life) -> Audience:
    """Who is there for this situation: neither the heads of other schools nor those who stepped back from it."""
    staying = (party for party in _present(sheet) if party.person not in life.recused)
    return Audience(house, rules.convened_to(staying, life, house.charter))


def _present(sheet: Sheet) -> Iterable[Party]:
    """The convened persons still admitted, but those noted away. Whoever was convened too late to read is there all the same."""
    return (item.party for item in sheet.convened if item.party and item.attendance not in AWAY)
