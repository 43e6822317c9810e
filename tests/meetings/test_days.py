"""What the day of a meeting decides: when its exchange may open, when its decisions are recorded, signed and approved."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at, now, today
from casework.meetings import exchange, home
from casework.meetings.service import MeetingError
from casework.web.french import day as in_words
from tests.meetings.lives import code, decided, readable, scheduled
from tests.meetings.site import Site
from tests.meetings.world import World

DAYS = CENOMED.setting("opening_days").default


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def ahead(world: World, days: int) -> tuple[UUID, UUID]:
    meeting = world.meeting("emas", "town_hall", days=days)
    return meeting, scheduled(world, meeting)


def in_days(days: int) -> Any:
    return at(now() + timedelta(days=days))


def refused_until(act: Any, *args: Any) -> date | None:
    with pytest.raises(MeetingError) as caught:
        act(*args)
    return caught.value.day


@pytest.mark.clause("F33-16")
def test_the_exchange_opens_some_days_before_the_meeting_and_not_sooner(world: World) -> None:
    meeting, case = ahead(world, DAYS + 1)
    coordinator = world.people["coordinator"]
    assert refused_until(exchange.circulate, world.house, coordinator, meeting) == today() + timedelta(days=1)
    assert readable(world, "emas", case) == set()
    with in_days(1):
        assert exchange.circulate(world.house, coordinator, meeting).done == [case]
        assert readable(world, "emas", case)


@pytest.mark.clause("F33-16")
def test_how_many_days_before_is_a_setting(world: World) -> None:
    meeting, _ = ahead(world, 3)
    world.house.settings["opening_days"] = 2
    assert refused_until(exchange.circulate, world.house, world.people["coordinator"], meeting)
    world.house.settings["opening_days"] = 3
    assert exchange.circulate(world.house, world.people["coordinator"], meeting).done


@pytest.mark.clause("C-08")
def test_decisions_are_recorded_signed_and_approved_from_the_day_of_the_meeting_on(world: World) -> None:
    meeting, case = ahead(world, 1)
    coordinator, mairie, tomorrow = world.people["coordinator"], world.people["town_hall"], today() + timedelta(days=1)
    exchange.circulate(world.house, coordinator, meeting)
    assert refused_until(decided, world, case) == tomorrow
    assert refused_until(exchange.sign, world.house, coordinator, meeting) == tomorrow
    assert refused_until(exchange.approve, world.house, mairie, meeting) == tomorrow
    assert world.head(case).life.step == "in_session"
    with in_days(1):
        decided(world, case)
        assert exchange.sign(world.house, coordinator, meeting).done == [case]
        assert exchange.approve(world.house, mairie, meeting).done == [case]


def test_a_meeting_fixed_for_later_is_still_refused_for_who_may_not_open_it(world: World) -> None:
    meeting, _ = ahead(world, 40)
    with pytest.raises(MeetingError) as caught:
        exchange.circulate(world.house, world.people["emas"], meeting)
    assert code(caught) == "seat"


@pytest.mark.clause("F33-16")
def test_the_pages_say_from_which_day_and_offer_nothing_before(site: Site, world: World) -> None:
    meeting, _ = ahead(world, DAYS + 1)
    here, first = f"/reunions/{meeting}", in_words(today() + timedelta(days=1))
    assert first in site.get("coordinator", here)
    assert "/ouvrir" not in site.get("coordinator", here)
    page = site.get("coordinator", f"{here}/ouvrir")
    assert f"au plus tôt le {first}" in page
    assert 'type="submit"' not in page.split("<main")[1].split("</main>")[0]
    assert first in site.post("coordinator", f"{here}/ouvrir", status=409)
    with in_days(1):
        assert "/ouvrir" in site.get("coordinator", here)


def test_the_home_page_speaks_of_the_exchange_from_the_first_day(site: Site, world: World) -> None:
    def waiting() -> list[str]:
        with site.app.test_request_context("/", base_url="https://localhost"):
            return [task.url for task in home.tasks(world.house, world.people["coordinator"])]

    meeting, _ = ahead(world, DAYS + 1)
    assert waiting() == []
    with in_days(1):
        assert waiting() == [f"/reunions/{meeting}/ouvrir"]


def test_the_page_of_decisions_waits_for_the_day(site: Site, world: World) -> None:
    meeting, case = ahead(world, 1)
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    path, tomorrow = f"/situations/{case}/decisions", in_words(today() + timedelta(days=1))
    page = site.get("coordinator", path)
    assert tomorrow in page
    assert "Enregistrer les décisions</button>" not in page
    assert f"/situations/{case}/decisions" not in site.get("coordinator", f"/reunions/{meeting}/ordre-du-jour")
    form = {"deliberation-decisions-0-decision": "close", "seen": str(world.head(case).sequence)}
    assert tomorrow in site.post("coordinator", path, form, status=409)
    with in_days(1):
        assert path in site.get("coordinator", f"/reunions/{meeting}/ordre-du-jour")
        site.get("coordinator", path)
