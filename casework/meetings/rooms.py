"""When in the day and where a meeting takes place; the place is sealed under the provider, as the names of organisations are."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from casework.store.house import House
from casework.store.meetingtables import MeetingRow
from crypto.framing import frame

_PLACE = 512  # bytes: one line of the longest that the form takes


@dataclass(frozen=True)
class Room:
    """The hour and the place of a meeting; either may not be known yet."""

    starts_at: time | None = None
    place: str = ""


def put(house: House, row: MeetingRow, room: Room) -> None:
    """Write the hour and the place of a meeting."""
    row.starts_at = room.starts_at
    row.place = (
        house.provider.seal("contact", room.place.encode(), _bound(house, row.id), size=_PLACE) if room.place else None
    )


def place(house: House, row: MeetingRow) -> str:
    """The place of a meeting, empty when it is not known. Errors: DoesNotOpen."""
    return house.provider.open("contact", row.place, _bound(house, row.id)).decode() if row.place else ""


def _bound(house: House, meeting: UUID) -> bytes:
    return frame(b"meeting", house.instance.bytes, meeting.bytes)
