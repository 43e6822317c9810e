"""The hour and the place of a meeting: asked, changed, shown, and sealed in the store."""

from datetime import time, timedelta
from uuid import UUID

import pytest

from casework.kernel.clock import today
from casework.meetings import records, rooms, service
from casework.meetings.rooms import Room
from casework.meetings.service import MeetingError
from casework.store.meetingtables import MeetingRow
from crypto.errors import DoesNotOpen
from tests.meetings.lives import code
from tests.meetings.site import Site
from tests.meetings.world import World

ROOM = {"starts_at": "14:30", "place": "Salle des mariages"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def row(world: World, meeting: UUID) -> MeetingRow:
    with world.house.stores.case_reading() as session:
        found = records.find(world.house, session, meeting)
    assert found is not None
    return found


def plain(page: str) -> str:
    return " ".join(page.replace("\u00a0", " ").split())


def test_a_meeting_is_fixed_with_its_hour_and_place_and_everybody_finds_them(site: Site, world: World) -> None:
    day = today() + timedelta(days=40)
    here = site.post("coordinator", "/reunions/nouvelle", {"day": day.isoformat(), **ROOM}).removesuffix("/fait/fixed")
    for who in ("coordinator", "emas"):
        for path in (here, "/reunions"):
            page = plain(site.get(who, path))
            assert "à 14 h 30" in page
            assert "Salle des mariages" in page


def test_they_may_be_told_later_and_changed(site: Site, world: World) -> None:
    meeting = world.meeting("emas", days=20)
    here = f"/reunions/{meeting}"
    assert "À préciser" in site.get("emas", here)
    assert 'type="time"' in site.get("coordinator", f"{here}/heure-et-lieu")
    said = site.get("coordinator", site.post("coordinator", f"{here}/heure-et-lieu", ROOM))
    assert "Aucun message n’est envoyé" in plain(said)
    assert "Salle des mariages" in site.get("coordinator", f"{here}/heure-et-lieu")
    site.post("coordinator", f"{here}/heure-et-lieu", {"starts_at": "9 h", "place": ""})
    page = plain(site.get("emas", here))
    assert "à 9 h (" in page
    assert "Salle des mariages" not in page
    refused = site.post("coordinator", f"{here}/heure-et-lieu", {"starts_at": "25:00", "place": "x"}, status=422)
    assert "Indiquez une heure" in plain(refused)
    assert world.events("MeetingChanged") == len(("fixed", "convened", "arranged", "arranged"))


def test_only_who_organises_changes_them_and_not_once_the_meeting_is_held(site: Site, world: World) -> None:
    meeting, room = world.meeting("emas"), Room(time(9), "Salle")
    with pytest.raises(MeetingError) as caught:
        service.arrange(world.house, world.people["emas"], meeting, room)
    assert code(caught) == "seat"
    site.get("emas", f"/reunions/{meeting}/heure-et-lieu", status=404)
    service.hold(world.house, world.people["coordinator"], meeting)
    with pytest.raises(MeetingError) as caught:
        service.arrange(world.house, world.people["coordinator"], meeting, room)
    assert code(caught) == "done"
    assert "heure-et-lieu" not in site.get("coordinator", f"/reunions/{meeting}")


def test_the_place_is_sealed_to_its_meeting(world: World) -> None:
    meeting, other = world.meeting("emas"), world.meeting("emas")
    service.arrange(world.house, world.people["coordinator"], meeting, Room(time(9), "Salle"))
    service.arrange(world.house, world.people["coordinator"], other, Room(None, "Une salle dont le nom est plus long"))
    first, second = row(world, meeting), row(world, other)
    assert first.place is not None
    assert second.place is not None
    assert b"Salle" not in first.place
    assert len(first.place) == len(second.place)
    with world.house.stores.case_writing() as session:
        moved = records.find(world.house, session, meeting)
        assert moved is not None
        moved.place = second.place
    with pytest.raises(DoesNotOpen):
        rooms.place(world.house, row(world, meeting))
