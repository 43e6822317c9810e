"""The orientations that the cell decided on a situation, and which of them already left (F33-05)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casework.cases.reading import Opened
from casework.kernel.life import Slot
from casework.kernel.records import Charter


@dataclass(frozen=True, slots=True)
class Decided:
    """One orientation of the record; `addressed`: it goes to a recipient, the others are proposed to the family."""

    type: str
    label: str
    addressed: bool
    sent: bool

    @property
    def waits(self) -> bool:
        """Whether it is still to be sent."""
        return self.addressed and not self.sent


def types(charter: Charter, contents: Mapping[Slot, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(value, label) of each orientation of the record, in its order."""
    rows = contents.get(Slot("deliberation"), {}).get("decisions", [])
    labels = next(found for found in charter.lists if found.name == "orientation")
    return [(row["orientation"], labels.label(row["orientation"])) for row in rows if row.get("orientation")]


def orientations(charter: Charter, opened: Opened) -> list[Decided]:
    """Each orientation of the record, and whether one of its type left and was not called back."""
    left = Counter(
        opened.contents.get(Slot("orientation", part.id), {}).get("type")
        for part in opened.life.parts
        if part.machine == "orientation" and part.step != "recalled"
    )
    found = []
    for value, label in types(charter, opened.contents):
        found.append(Decided(value, label, value in charter.sent_to, left[value] > 0))
        left[value] -= 1
    return found
