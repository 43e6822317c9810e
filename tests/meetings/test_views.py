"""A meeting from its date to its record, through its pages, as the persons themselves do it."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from audit.log import entries
from casework.kernel import clock
from casework.kernel.clock import PARIS, today
from casework.meetings import exchange, home, service
from casework.routes import ROUTES
from tests.meetings.site import Site
from tests.meetings.world import World


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def ready(world: World, *names: str) -> tuple[UUID, UUID]:
    meeting, case = world.meeting(*(names or ("coordinator", "town_hall", "emas", "dsol"))), world.retained()
    exchange.schedule(world.house, world.people["coordinator"], meeting, case, world.head(case).sequence)
    return meeting, case


def opened(world: World) -> tuple[UUID, UUID]:
    meeting, case = ready(world)
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    return meeting, case


def test_a_whole_meeting_by_its_pages(site: Site, world: World) -> None:
    day, case = today(), world.retained()
    room = {"starts_at": "14h30", "place": "Salle des mariages"}
    with clock.at(clock.now() - timedelta(days=40)):
        fixed = site.post("coordinator", "/reunions/nouvelle", {"day": day.isoformat(), **room})
    here = fixed.removesuffix("/fait/fixed")
    everybody = [str(tenure) for tenure in world.tenures("coordinator", "town_hall", "emas")]
    site.post("coordinator", f"{here}/convocations", {"tenures": everybody})
    site.get("coordinator", f"{here}/convocations")
    seen = str(world.head(case).sequence)
    site.post("coordinator", f"{here}/ordre-du-jour/{case}", {"seen": seen}, page=f"{here}/ordre-du-jour")
    assert "échange nominatif est ouvert" in site.get("coordinator", site.post("coordinator", f"{here}/ouvrir"))
    assert "Témoin Marqueur" in site.get("emas", f"{here}/ordre-du-jour")
    owner = str(world.people["emas"].party.person)
    row = {
        "decision": "member_action",
        "action": "meet_family",
        "owner": owner,
        "due": (day + timedelta(days=60)).isoformat(),
    }
    site.post(
        "coordinator",
        f"/situations/{case}/decisions",
        {f"deliberation-decisions-0-{name}": value for name, value in row.items()},
    )
    assert "Action confiée à un membre" in site.get("coordinator", f"{here}/releve")
    site.post("coordinator", f"{here}/releve")
    assert "Action confiée à un membre" in site.get("town_hall", f"{here}/releve")
    site.post("town_hall", f"{here}/releve")
    assert world.head(case).life.step == "followed"
    with clock.at(datetime(day.year, day.month, day.day, 20, tzinfo=PARIS)):
        answers = dict.fromkeys(everybody, "present")
        site.post("coordinator", f"{here}/presences", answers)
        site.post("coordinator", f"{here}/cloture", {"took_place": "yes"})
        assert "Tenue à la date prévue" in site.get("town_hall", here)


def test_what_waits_for_a_meeting_keeps_its_rank_and_the_one_just_left_comes_first(site: Site, world: World) -> None:
    first, second, meeting = world.retained(), world.retained(), world.meeting("emas", days=20)
    coordinator, path = world.people["coordinator"], f"/reunions/{meeting}/ordre-du-jour"
    with clock.at(clock.now() + timedelta(days=1)):
        exchange.schedule(world.house, coordinator, meeting, first, world.head(first).sequence)
        exchange.unschedule(world.house, coordinator, meeting, first, world.head(first).sequence)

        def places(page: str) -> list[int]:
            return [page.index(world.head(case).reference) for case in (first, second)]

        assert places(site.get("coordinator", path)) == sorted(places(site.get("coordinator", path)))
        left = f"/reunions?situation={second}"
        assert left in site.get("coordinator", f"/situations/{second}")
        (link,) = re.findall(rf'href="({path}[^"]+)"', site.get("coordinator", left))
        page = site.get("coordinator", link)
        assert places(page) != sorted(places(page))
        assert page.count("La situation que vous venez de quitter") == 1


@pytest.mark.clause("F33-07")
def test_a_date_too_soon_comes_back_with_the_reason_and_what_was_typed(site: Site, world: World) -> None:
    soon = (today() + timedelta(days=3)).isoformat()
    page = site.post("coordinator", "/reunions/nouvelle", {"day": soon}, status=422)
    assert "un mois au moins" in page
    assert soon in page
    assert service.meetings(world.house, world.people["coordinator"]) == []


def test_an_urgent_meeting_is_fixed_with_its_reason(site: Site, world: World) -> None:
    form = {"day": today().isoformat(), "urgent": "1"}
    site.post("coordinator", "/reunions/nouvelle", form, status=422)
    site.post("coordinator", "/reunions/nouvelle", form | {"reason": "clash_announced"})
    assert "rixes" in site.get("emas", "/reunions")


@pytest.mark.clause("F33-02")
@pytest.mark.parametrize("name", ["landlord", "agent", "recipient", "controller", "dpo", "administrator"])
def test_who_is_not_a_member_finds_no_page_of_meetings(site: Site, world: World, name: str) -> None:
    meeting, case = ready(world)
    for route in (item for item in ROUTES if item.endpoint.startswith("meetings.")):
        if "GET" in route.methods:
            site.get(
                name, route.path.replace("<uuid:meeting>", str(meeting)).replace("<uuid:case>", str(case)), status=404
            )


@pytest.mark.clause("C-10")
def test_no_page_names_anybody_before_the_exchange_opens(site: Site, world: World) -> None:
    meeting, _ = ready(world)
    for page in ("", "/ordre-du-jour", "/ouvrir", "/releve", "/convocations"):
        assert "Marqueur" not in site.get("coordinator", f"/reunions/{meeting}{page}")
    assert "Vous la lirez à l’ouverture" in site.get("emas", f"/reunions/{meeting}/ordre-du-jour")


@pytest.mark.clause("C-08")
def test_the_meeting_sheet_names_no_person_concerned_even_during_the_exchange(site: Site, world: World) -> None:
    meeting, _ = opened(world)
    page = site.get("emas", f"/reunions/{meeting}")
    assert "Personne emas" in page
    assert "Marqueur" not in page


@pytest.mark.clause("A-05")
def test_every_situation_listed_is_in_the_log_before_the_page_leaves(site: Site, world: World) -> None:
    meeting, _ = opened(world)
    before = world.events("SituationListed"), world.events("CompartmentRead")
    site.get("emas", f"/reunions/{meeting}/ordre-du-jour")
    assert (world.events("SituationListed"), world.events("CompartmentRead")) == (before[0] + 1, before[1] + 1)


def test_a_conflict_on_decisions_keeps_what_was_typed_and_says_what_changed(site: Site, world: World) -> None:
    _, case = opened(world)
    page = site.post(
        "coordinator",
        f"/situations/{case}/decisions",
        {"seen": "1", "deliberation-decisions-0-decision": "close"},
        status=409,
    )
    assert "Vous veniez d’agir sur cette situation" in page
    assert re.search(r'<input[^>]*value="close"[^>]* checked', page)
    assert f'name="seen" value="{world.head(case).sequence}"' in page
    assert world.head(case).life.step == "in_session"


def test_a_conflict_on_the_agenda_is_told_and_changes_nothing(site: Site, world: World) -> None:
    meeting, case = ready(world)
    site.post(
        "coordinator",
        f"/reunions/{meeting}/ordre-du-jour/{case}/retrait",
        {"seen": "1"},
        page=f"/reunions/{meeting}/ordre-du-jour",
        status=409,
    )
    assert world.head(case).life.step == "scheduled"


def test_a_family_not_informed_is_told_by_a_page(site: Site, world: World) -> None:
    meeting, case = world.meeting("emas"), world.retained(informed_how="not_yet", informed_on=None)
    seen = str(world.head(case).sequence)
    page = site.post(
        "coordinator",
        f"/reunions/{meeting}/ordre-du-jour/{case}",
        {"seen": seen},
        page=f"/reunions/{meeting}/ordre-du-jour",
        status=409,
    )
    assert "n’est pas encore informé" in page


def test_what_a_press_left_is_listed_with_its_reason(site: Site, world: World) -> None:
    meeting, case = ready(world)
    page = site.post("coordinator", f"/reunions/{meeting}/ouvrir", {"seen": [f"{case}:1", "nonsense"]}, status=409)
    assert world.head(case).reference in page
    assert "a changé depuis l’affichage" in page


def test_a_second_press_is_told_that_nothing_waits_any_longer(site: Site, world: World) -> None:
    meeting, _ = ready(world)
    here = f"/reunions/{meeting}/ouvrir"
    assert site.post("coordinator", here).endswith("/fait/circulated")
    assert "n’attend cet acte" in site.post("coordinator", here, page=f"/reunions/{meeting}", status=409)


@pytest.mark.clause("F33-15")
def test_the_dsol_is_not_among_those_an_action_can_be_confided_to(site: Site, world: World) -> None:
    _, case = opened(world)
    page = site.get("coordinator", f"/situations/{case}/decisions")
    assert "Personne emas" in page
    assert "Personne dsol" not in page
    form = {"deliberation-decisions-0-decision": "member_action", "deliberation-decisions-0-action": "meet_family"}
    assert "Indiquez la personne responsable" in site.post(
        "coordinator", f"/situations/{case}/decisions", form, status=422
    )


def test_the_coordinator_has_somebody_step_back_by_its_page(site: Site, world: World) -> None:
    _, case = opened(world)
    person = world.people["emas"].party.person
    site.post("coordinator", f"/situations/{case}/deport", {"person": str(person)})
    assert world.head(case).life.recused == {person}


def test_a_meeting_that_does_not_exist_and_one_that_is_closed_to_me_look_the_same(site: Site, world: World) -> None:
    meeting, _ = ready(world)
    hidden = site.get("head_of_school", f"/reunions/{meeting}", status=404)
    absent = site.get("head_of_school", f"/reunions/{uuid4()}", status=404)
    mask = re.compile(r'value="[0-9a-f]+"')
    assert mask.sub("", hidden) == mask.sub("", absent)


def test_postponing_convening_and_releasing_by_their_pages(site: Site, world: World) -> None:
    meeting = world.meeting("emas")
    here, later = f"/reunions/{meeting}", (today() + timedelta(days=70)).isoformat()
    site.post("coordinator", f"{here}/report", {"day": today().isoformat()}, status=422)
    site.post("coordinator", f"{here}/report", {"day": later})
    site.post("coordinator", f"{here}/convocations/{world.people['emas'].tenure}", page=f"{here}/convocations")
    assert "Personne n’est encore convoqué" in site.get("coordinator", here)
    site.post("coordinator", f"{here}/cloture", {"took_place": "yes"}, status=409)
    site.post("coordinator", f"{here}/convocations", {"tenures": []}, status=422)


@pytest.mark.clause("F33-16", "A-05")
def test_from_a_situation_read_for_a_meeting_one_goes_to_the_next_and_the_log_knows(site: Site, world: World) -> None:
    meeting, first = ready(world, "emas")
    coordinator, second = world.people["coordinator"], world.retained()
    exchange.schedule(world.house, coordinator, meeting, second, world.head(second).sequence)
    exchange.circulate(world.house, coordinator, meeting)
    page = site.get("emas", f"/situations/{first}")
    assert f'href="/situations/{second}">Situation suivante de cette réunion' in page
    with world.house.stores.case_reading() as session:
        listed = entries(session.connection(), world.house.provider.mac, subject=second, limit=1)
    assert [record.type for record in listed] == ["SituationListed"]
    assert "Situation suivante" not in site.get("emas", f"/situations/{second}")
    exchange.recuse(world.house, world.people["emas"], second, world.head(second).sequence)
    assert "Situation suivante" not in site.get("emas", f"/situations/{first}")
    assert "Situation suivante" not in site.get("prosecutor", f"/situations/{first}"), "who is not convened"


def test_the_home_page_says_what_waits_for_each_seat(site: Site, world: World) -> None:
    def waiting(who: str) -> list[tuple[str, str]]:
        with site.app.test_request_context("/", base_url="https://localhost"):
            return [(task.label, task.url) for task in home.tasks(world.house, world.people[who])]

    meeting, case = ready(world)
    here = f"/reunions/{meeting}"
    assert [url for _, url in waiting("coordinator")] == [f"{here}/ouvrir"]
    assert waiting("emas") == waiting("town_hall") == waiting("landlord") == []
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    assert [url for _, url in waiting("coordinator")] == [f"{here}/ordre-du-jour"]
    (label, url), *_ = waiting("emas")
    assert (label.startswith("1 situation à lire"), url) == (True, f"{here}/ordre-du-jour")
    site.get("emas", f"{here}/ordre-du-jour")
    assert [task[0] for task in waiting("emas")] == [label], "a name on the agenda is not a reading"
    site.get("emas", f"/situations/{case}")
    assert waiting("emas") == []
    assert [task[0] for task in waiting("town_hall")] == [label]
    world.play("coordinator", case, "decide", {"deliberation": {"decisions": [{"decision": "close"}]}})
    assert [url for _, url in waiting("coordinator")] == [f"{here}/releve"]
    exchange.sign(world.house, world.people["coordinator"], meeting)
    assert [url for _, url in waiting("town_hall")] == [f"{here}/releve"]
