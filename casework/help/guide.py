"""Which explanations serve which seat; their text is in templates/help/parts.html. A seat added to the charter has those its record calls for."""

from collections.abc import Mapping

from casework.kernel.records import Seat

SITS = ("refer", "follow", "sit", "do_action")
GUIDES: Mapping[str, tuple[str, ...]] = {
    "coordinator": ("desk", "check", "prepare", "decide", "orient", "people"),
    "town_hall": (*SITS, "approve", "count"),
    "prosecutor": ("screen", "note", "meet", "refer"),
    "head_of_school": ("refer", "follow", "own_pupils", "do_action"),
    "dsol": ("services", "refer", "follow", "sit_without_account"),
    "landlord": ("refer", "three_states"),
    "agent": ("report", "three_states"),
    "recipient": ("answer",),
    "controller": ("share",),
    "dpo": ("journal", "share"),
    "administrator": ("accesses",),
}


def parts(seat: Seat) -> tuple[str, ...]:
    """The explanations of this seat, in the order of its work."""
    return GUIDES.get(seat.name, SITS if seat.member else ())
