"""Dates proposed to the members, answered, and one of them fixed (F33-08), through the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casework.kernel.clock import add_months, at, now, today
from casework.meetings import home, polling, service
from casework.meetings.service import MeetingError
from tests.meetings.lives import code
from tests.meetings.site import Site
from tests.meetings.world import World

FIRST, SECOND = today() + timedelta(days=45), today() + timedelta(days=52)


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def proposed(site: Site) -> str:
    return site.post("coordinator", "/reunions/dates", {"day1": FIRST.isoformat(), "day2": SECOND.isoformat()})


@pytest.mark.clause("F33-08")
def test_members_answer_and_the_coordinator_fixes_a_date_they_can_all_make(site: Site, world: World) -> None:
    path = proposed(site)
    assert path in site.get("prosecutor", "/reunions")
    for who, first, second in (("prosecutor", "no", "yes"), ("pjj", "if_needed", "yes"), ("dsol", "yes", "yes")):
        site.post(who, path, {FIRST.isoformat(): first, SECOND.isoformat(): second})
    page = " ".join(site.get("town_hall", path).replace("\u00a0", " ").split())
    assert "Oui : 3, si besoin : 0, non : 0" in page
    assert "Oui : 1, si besoin : 1, non : 1" in page
    assert "Personne prosecutor" in page
    site.post(
        "prosecutor", path, {FIRST.isoformat(): "yes", SECOND.isoformat(): "no"}
    )  # changed as long as nothing is fixed
    assert "Oui : 2, si besoin : 1, non : 0" in " ".join(site.get("pjj", path).replace("\u00a0", " ").split())
    asked = site.get("coordinator", f"{path}/{SECOND.isoformat()}")
    assert "plus personne ne répond" in asked
    assert service.meetings(world.house, world.people["pjj"]) == []
    site.post("coordinator", f"{path}/{SECOND.isoformat()}")
    (meeting,) = service.meetings(world.house, world.people["pjj"])
    assert (meeting.day, meeting.fixed_on) == (SECOND, today())
    assert path not in site.get("prosecutor", "/reunions")
    site.get("prosecutor", path, 404)


def test_the_same_form_sent_twice_proposes_once_and_fixes_once(site: Site, world: World) -> None:
    form = {"day1": FIRST.isoformat(), "once": str(uuid4())}
    assert site.post("coordinator", "/reunions/dates", form) == site.post("coordinator", "/reunions/dates", form)
    assert len(polling.polls(world.house, world.people["pjj"])) == 1
    form = {"day": FIRST.isoformat(), "once": str(uuid4())}
    assert len({site.post("coordinator", "/reunions/nouvelle", form) for _ in range(2)}) == 1
    assert len(service.meetings(world.house, world.people["pjj"])) == 1


def test_a_second_meeting_on_one_day_is_said_before_it_is_fixed(site: Site, world: World) -> None:
    path, form = proposed(site), {"day": FIRST.isoformat()}
    site.post("coordinator", "/reunions/nouvelle", form)
    page = site.post("coordinator", "/reunions/nouvelle", form, status=422)
    assert "une réunion est déjà fixée ce jour-là" in page
    assert f'name="sure" value="{FIRST.isoformat()}"' in page
    assert "une réunion est déjà fixée ce jour-là" in site.get("coordinator", f"{path}/{FIRST.isoformat()}")
    assert len(service.meetings(world.house, world.people["pjj"])) == 1
    site.post("coordinator", "/reunions/nouvelle", {**form, "sure": FIRST.isoformat()})
    assert len(service.meetings(world.house, world.people["pjj"])) == 2


@pytest.mark.clause("F33-07")
def test_a_date_proposed_or_fixed_is_a_month_ahead(site: Site, world: World) -> None:
    early = (today() + timedelta(days=20)).isoformat()
    assert "un mois au moins" in site.post("coordinator", "/reunions/dates", {"day1": early}, status=422)
    proposal = polling.propose(world.house, world.people["coordinator"], [FIRST])
    with at(now() + timedelta(days=30)), pytest.raises(MeetingError) as caught:
        polling.fix(world.house, world.people["coordinator"], proposal, FIRST)
    assert code(caught) == "month"
    assert service.meetings(world.house, world.people["coordinator"]) == []


def test_an_answer_is_whole_and_nobody_answers_once_a_date_is_fixed(site: Site, world: World) -> None:
    path = proposed(site)
    page = site.post("pjj", path, {FIRST.isoformat(): "yes"}, status=422)
    assert "Choisissez une réponse" in page
    proposal = polling.polls(world.house, world.people["pjj"])[0].id
    polling.fix(world.house, world.people["coordinator"], proposal, FIRST)
    for again in (
        lambda: polling.fix(world.house, world.people["coordinator"], proposal, SECOND),
        lambda: polling.answer(world.house, world.people["pjj"], proposal, {FIRST: "yes", SECOND: "no"}),
    ):
        with pytest.raises(MeetingError) as caught:
            again()
        assert code(caught) == "done"


@pytest.mark.clause("F33-14")
@pytest.mark.parametrize("name", ["head_of_school", "landlord", "agent", "recipient", "dpo", "administrator"])
def test_who_does_not_sit_for_the_arrondissement_is_not_asked(site: Site, world: World, name: str) -> None:
    path = proposed(site)
    site.get(name, path, 404)
    assert polling.polls(world.house, world.people[name]) == []
    proposal = polling.polls(world.house, world.people["pjj"])[0].id
    with pytest.raises(MeetingError) as caught:
        polling.answer(world.house, world.people[name], proposal, {FIRST: "yes", SECOND: "yes"})
    assert code(caught) == "missing"


@pytest.mark.parametrize("name", ["pjj", "prosecutor", "town_hall"])
def test_only_who_organises_proposes_and_fixes(site: Site, world: World, name: str) -> None:
    site.get(name, "/reunions/dates", 404)
    path = proposed(site)
    site.get(name, f"{path}/{FIRST.isoformat()}", 404)
    site.post(name, f"{path}/{FIRST.isoformat()}", page=path, status=404)
    site.post("coordinator", f"{path}/2026-99-99", page=path, status=404)
    site.get("coordinator", f"{path}/{today().isoformat()}", 404)
    site.get("coordinator", f"/reunions/dates/{uuid4()}", 404)
    assert service.meetings(world.house, world.people["coordinator"]) == []


def test_the_home_page_asks_until_an_answer_is_given(site: Site, world: World) -> None:
    path, person = proposed(site), world.people["pjj"]
    with site.app.test_request_context(base_url="https://localhost"):
        (task,) = home.tasks(world.house, person)
        assert task.url.endswith(path)
    site.post("pjj", path, {FIRST.isoformat(): "yes", SECOND.isoformat(): "no"})
    with site.app.test_request_context(base_url="https://localhost"):
        assert list(home.tasks(world.house, person)) == []


@pytest.mark.clause("R-10")
def test_a_year_later_the_dates_and_the_answers_are_erased(site: Site, world: World) -> None:
    path = proposed(site)
    site.post("pjj", path, {FIRST.isoformat(): "yes", SECOND.isoformat(): "no"})
    assert polling.sweep(world.house) == 0
    later = add_months(today(), polling.KEPT_MONTHS) - today()
    with at(now() + later):
        assert polling.sweep(world.house) == 1
        assert polling.polls(world.house, world.people["pjj"]) == []
