"""A meeting on a projector: no name, and nothing that somebody in the room does not read; each screen is in the log."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from casework.kernel.clock import at, now
from casework.kernel.records import Take
from casework.meetings import exchange, service
from tests.meetings.lives import decided, in_session, owned, scheduled
from tests.meetings.site import Site
from tests.meetings.world import ACCOUNT, IDENTITY, World

NAMES = [str(word) for word in (IDENTITY["surname"], IDENTITY["first_name"], IDENTITY["telephone"], ACCOUNT["text"])]
LISTED = re.compile(r'<span class="reference">(\w+)</span>')
MEMBERS = ("coordinator", "town_hall", "prosecutor", "emas")


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def screen(site: Site, meeting: UUID, case: UUID | None = None, status: int = 200) -> str:
    page = site.get("coordinator", f"/reunions/{meeting}/projection" + (f"/{case}" if case else ""), status)
    assert not [word for word in NAMES if word in page]
    return page


def several(world: World, *names: str, **second: str) -> tuple[UUID, UUID, UUID]:
    """A meeting with two situations open, the second of which differs by `second`."""
    meeting = world.meeting(*names)
    cases = scheduled(world, meeting), scheduled(world, meeting, **second)
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    return meeting, *cases


@pytest.mark.clause("F33-16", "C-10")
def test_a_situation_is_shown_by_its_reference_its_age_and_its_closed_reasons(site: Site, world: World) -> None:
    meeting, case = in_session(world, *MEMBERS)
    page = screen(site, meeting, case)
    for words in (f"<h1>Situation {world.head(case).reference}", "13 à 15 ans", "Motif principal"):
        assert words in page
    assert "Origine" not in page
    assert 'id="veil"' not in page
    assert "Navigation principale" not in page


@pytest.mark.clause("F33-16", "F33-04")
@pytest.mark.parametrize("others", [(), ("dsol",)])
def test_decisions_are_shown_and_recorded_there_when_everybody_in_the_room_reads_them(
    site: Site, world: World, others: tuple[str, ...]
) -> None:
    meeting, case = in_session(world, *MEMBERS, *others)
    decided(world, case, owned(world, "emas"))
    before, shown = world.events("CompartmentRead"), not others
    page = screen(site, meeting, case)
    assert world.events("CompartmentRead") == before + 1 + shown
    assert ("Action confiée à un membre" in page, f"/situations/{case}/decisions" in page) == (shown, shown)
    assert ("une personne convoquée ne les lit pas (DSOL)" in page) is not shown
    service.attend(world.house, world.people["coordinator"], meeting, dict.fromkeys(world.tenures(*others), "excused"))
    assert "Action confiée à un membre" in screen(site, meeting, case)


@pytest.mark.clause("F33-16")
def test_a_person_convened_too_late_to_read_hides_the_situation_until_it_is_noted_away(
    site: Site, world: World
) -> None:
    meeting, case = in_session(world, *MEMBERS)
    service.convene(world.house, world.people["coordinator"], meeting, world.tenures("police_station"))
    page, reference = screen(site, meeting, case), world.head(case).reference
    assert "Situation non projetée" in page
    assert "Personne police_station" in page
    assert reference not in page
    assert reference not in screen(site, meeting)
    service.attend(
        world.house, world.people["coordinator"], meeting, dict.fromkeys(world.tenures("police_station"), "absent")
    )
    assert reference in screen(site, meeting, case)


@pytest.mark.clause("F33-16")
def test_who_stepped_back_is_not_in_the_room_and_does_not_meet_the_situation_in_the_list_of_another(
    site: Site, world: World
) -> None:
    meeting, first, second = several(world, *MEMBERS)
    world.play("coordinator", first, "exclude", takes={Take.PERSON: world.people["emas"].party.person})
    one, other = (world.head(case).reference for case in (first, second))
    page = screen(site, meeting, first)
    assert LISTED.findall(page) == [one, other]
    assert "À faire entrer pour la situation suivante : Personne emas" in plain(page)
    assert page.index("À faire entrer") < page.index("Motif principal")
    assert "Ne figurent ici que les situations que toutes les personnes présentes peuvent connaître" in page
    page = screen(site, meeting, second)
    assert LISTED.findall(page) == [other]
    assert "À faire sortir avant la situation précédente : Personne emas" in plain(page)
    assert "1 situation n’apparaît pas" in plain(screen(site, meeting))


@pytest.mark.clause("F33-14")
def test_a_head_of_school_is_in_the_room_for_its_own_pupils_and_meets_no_other_situation(
    site: Site, world: World
) -> None:
    school = str(world.people["head_of_school"].party.organisation)
    meeting, first, second = several(world, *MEMBERS, "head_of_school", school=school)
    one, own = (world.head(case).reference for case in (first, second))
    assert LISTED.findall(screen(site, meeting)) == [one, own]
    assert LISTED.findall(screen(site, meeting, first)) == [one, own]
    page = screen(site, meeting, second)
    assert one not in page
    assert "À faire sortir avant la situation précédente : Personne head_of_school" in plain(page)


def test_the_room_goes_from_a_situation_to_the_next_and_back_by_keys_shown_on_the_buttons(
    site: Site, world: World
) -> None:
    meeting, first, second = several(world, *MEMBERS)

    def keys(page: str) -> dict[str, str]:
        return {key: url.rpartition("/")[2] for url, key in re.findall(r'href="([^"]+)" data-key="([^"]+)"', page)}

    leave = {"q escape": str(meeting)}
    assert keys(screen(site, meeting)) == {"s arrowright": str(first), **leave}
    shown = screen(site, meeting, first)
    assert keys(shown) == {"s arrowright": str(second), "d": "decisions", **leave}
    assert re.search(rf'href="[^"]+{first}" aria-current="page"', shown)
    assert keys(screen(site, meeting, second)) == {"p arrowleft": str(first), "d": "decisions", **leave}


@pytest.mark.clause("A-05")
def test_each_screen_is_in_the_log_with_what_was_read_for_it_before_it_leaves(site: Site, world: World) -> None:
    meeting, first, _ = several(world, *MEMBERS)
    kinds = ("SituationProjected", "SituationOpened", "CompartmentRead", "SituationListed")
    before = [world.events(kind) for kind in kinds]
    screen(site, meeting)
    assert [world.events(kind) for kind in kinds] == [*before[:3], before[3] + 2]
    screen(site, meeting, first)
    assert [world.events(kind) - number for kind, number in zip(kinds, before, strict=True)] == [1, 1, 1, 4]


@pytest.mark.clause("F33-16")
def test_only_who_organises_projects_and_only_the_situations_open_in_that_meeting(site: Site, world: World) -> None:
    meeting, case = in_session(world, *MEMBERS)
    for who in ("town_hall", "prosecutor", "emas"):
        site.get(who, f"/reunions/{meeting}/projection", 404)
        site.get(who, f"/reunions/{meeting}/projection/{case}", 404)
    later = scheduled(world, meeting)
    screen(site, meeting, later, 404)
    assert world.head(later).reference not in screen(site, meeting)
    screen(site, world.meeting("emas"), case, 404)


@pytest.mark.clause("F33-16")
def test_nothing_is_projected_once_the_exchange_is_over_or_with_nobody_noted_there(site: Site, world: World) -> None:
    meeting, case = in_session(world, *MEMBERS)
    decided(world, case)
    with at(now() + timedelta(days=8)):
        assert "Situation non projetée" in screen(site, meeting, case)
    service.attend(world.house, world.people["coordinator"], meeting, dict.fromkeys(world.tenures(*MEMBERS), "excused"))
    assert "sont notées absentes" in screen(site, meeting, case)
    nobody, alone = in_session(world, "head_of_school")
    assert "Personne n’est convoqué pour elle" in screen(site, nobody, alone)
    assert LISTED.findall(screen(site, meeting)) == []
    exchange.sign(world.house, world.people["coordinator"], meeting)
    exchange.approve(world.house, world.people["town_hall"], meeting)
    screen(site, meeting, case, 404)


def test_the_page_with_names_says_not_to_project_it_and_leads_to_the_one_without(site: Site, world: World) -> None:
    meeting, case = in_session(world, *MEMBERS)
    link = f"/reunions/{meeting}/projection"
    assert link in site.get("coordinator", f"/reunions/{meeting}")
    assert link in site.get("coordinator", f"/reunions/{meeting}/ordre-du-jour")
    assert link not in site.get("emas", f"/reunions/{meeting}/ordre-du-jour")
    decided(world, case)
    assert f"{link}/{case}" in site.get("coordinator", f"/situations/{case}/decisions/suite")


def plain(page: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", page)
