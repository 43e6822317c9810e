"""What the pages of a meeting offer and say at each moment of its life, to who organises it and to who attends it."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at, now, today
from casework.meetings import exchange, home, service
from casework.meetings.rooms import Room
from casework.web.french import day as full_day
from tests.meetings.lives import decided, finish, owned, scheduled
from tests.meetings.site import Site
from tests.meetings.world import World

OFFERS = re.compile(r'<a class="btn btn-(primary|quiet)" href="[^"]+">([^<]+)</a>')


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def offers(site: Site, who: str, meeting: UUID) -> list[str]:
    """The acts of the page, the one put forward first."""
    found = OFFERS.findall(site.get(who, f"/reunions/{meeting}"))
    assert [style for style, _ in found] == ["primary"] + ["quiet"] * (len(found) - 1)
    return [label for _, label in found]


def test_the_page_offers_what_makes_sense_the_likeliest_first(site: Site, world: World) -> None:
    coordinator, meeting = world.people["coordinator"], world.meeting(days=10)
    agenda, arrange, convene = "Voir l’ordre du jour", "Modifier l’heure et le lieu", "Convoquer les membres"
    project, reread = "Projeter la réunion", "Voir le relevé de décisions"
    later = ["Reporter la réunion", "Annuler la réunion"]
    assert offers(site, "coordinator", meeting) == [arrange, agenda, convene, *later]
    service.arrange(world.house, coordinator, meeting, Room(now().time(), "Salle"))
    assert offers(site, "coordinator", meeting) == [convene, agenda, arrange, *later]
    service.convene(world.house, coordinator, meeting, world.tenures("emas", "town_hall"))
    case = scheduled(world, meeting)
    assert offers(site, "coordinator", meeting) == [agenda, convene, arrange, *later]
    with at(now() + timedelta(days=4)):
        assert offers(site, "coordinator", meeting)[0] == "Ouvrir l’échange nominatif"
        exchange.circulate(world.house, coordinator, meeting)
        assert offers(site, "coordinator", meeting) == [agenda, project, convene, arrange]
    with at(now() + timedelta(days=10)):
        decided(world, case)
        acts = [
            "Signer le relevé de décisions",
            agenda,
            project,
            "Noter les présences",
            "Clore la réunion",
            convene,
            arrange,
        ]
        assert offers(site, "coordinator", meeting) == acts
        exchange.sign(world.house, coordinator, meeting)
        assert offers(site, "coordinator", meeting) == ["Noter les présences", agenda, project, reread, *acts[4:]]
        assert "Signez" not in site.get("coordinator", f"/reunions/{meeting}")
        assert offers(site, "town_hall", meeting) == ["Approuver le relevé de décisions", agenda]
        service.attend(world.house, coordinator, meeting, dict.fromkeys(world.tenures("emas", "town_hall"), "present"))
        assert "Signez" not in site.get("coordinator", f"/reunions/{meeting}/fait/attendance")
        service.hold(world.house, coordinator, meeting)
        assert offers(site, "coordinator", meeting) == [agenda, reread, "Corriger les présences"]
        assert "la mairie doit encore l’approuver" in site.get("coordinator", f"/reunions/{meeting}")
        exchange.approve(world.house, world.people["town_hall"], meeting)
        assert "Cette réunion est terminée" in site.get("coordinator", f"/reunions/{meeting}")
        assert offers(site, "town_hall", meeting) == [agenda]


def test_a_meeting_whose_record_is_approved_is_closed_and_neither_moved_nor_cancelled(site: Site, world: World) -> None:
    coordinator, meeting = world.people["coordinator"], world.meeting("emas", "town_hall")
    case = scheduled(world, meeting)
    exchange.circulate(world.house, coordinator, meeting)
    finish(world, meeting, case)
    found = offers(site, "coordinator", meeting)
    assert "Noter les présences" in found
    assert "Clore la réunion" in found
    assert not {"Reporter la réunion", "Annuler la réunion"} & {*found}


@pytest.mark.parametrize("who", ["emas", "head_of_school", "prosecutor"])
def test_who_attends_is_offered_the_agenda_alone(site: Site, world: World, who: str) -> None:
    meeting = world.meeting("emas", "head_of_school", "prosecutor")
    scheduled(world, meeting)
    assert offers(site, who, meeting) == ["Voir l’ordre du jour"]


def test_a_convened_person_is_told_so_on_its_home_page_and_the_others_are_not(site: Site, world: World) -> None:
    first, second = world.meeting("emas", days=10), world.meeting("head_of_school", "pjj", days=20)

    def told(who: str) -> list[tuple[str, bool]]:
        with site.app.test_request_context("/", base_url="https://localhost"):
            lines = home.next_meeting(world.house, world.people[who]).lines
        return [(line.url.rpartition("/")[2], "Vous y êtes convoqué" in line.label) for line in lines]

    assert told("emas") == [(str(first), True)]
    assert told("pjj") == [(str(first), False), (str(second), True)]
    assert told("head_of_school") == [(str(second), True)]
    assert told("head_of_school_2") == [("", False)]
    with site.app.test_request_context("/", base_url="https://localhost"):
        (line,) = home.next_meeting(world.house, world.people["head_of_school_2"]).lines
    assert line.label == "Vous n’êtes convoqué à aucune réunion à venir."
    assert "Vous êtes convoqué" in site.get("emas", f"/reunions/{first}")
    assert "Vous n’êtes pas convoqué" in site.get("pjj", f"/reunions/{first}")


def test_convening_says_that_nothing_is_sent(site: Site, world: World) -> None:
    here = f"/reunions/{world.meeting(days=10)}"
    tenures = [str(tenure) for tenure in world.tenures("emas")]
    boxes = re.sub(r"\s+", " ", site.get("coordinator", f"{here}/convocations"))
    seats = re.findall(r'name="tenures"[^>]*> <label[^>]*>[^,<]+, ([^(<]+) \(', boxes)
    known = [seat.label for seat in CENOMED.seats if seat.label in seats]
    assert list(dict.fromkeys(seats)) == known, "in the order of the charter, not of first names"
    said = site.get("coordinator", site.post("coordinator", f"{here}/convocations", {"tenures": tenures}))
    for page in (said, site.get("coordinator", f"{here}/convocations")):
        assert "Aucun message n’est envoyé" in page


@pytest.mark.clause("F33-16")
def test_who_is_convened_is_told_when_it_will_read_the_agenda(site: Site, world: World) -> None:
    meeting = world.meeting("emas", "pjj", days=20)
    scheduled(world, meeting, by="pjj")
    agenda = f"/reunions/{meeting}/ordre-du-jour"
    opening = f"à l’ouverture de l’échange nominatif, au plus tôt le {full_day(today() + timedelta(days=13))}."
    assert f"Vous la lirez {opening}" in plain(site.get("emas", agenda))
    scheduled(world, meeting, by="pjj")
    assert f"Vous les lirez {opening}" in plain(site.get("emas", agenda))
    scheduled(world, meeting, by="emas")
    assert f"Vous lirez les autres {opening}" in plain(site.get("emas", f"/reunions/{meeting}"))
    assert f"Vous lirez l’autre {opening}" in plain(site.get("pjj", agenda))
    assert "ouverte" not in plain(site.get("emas", agenda)).split("Situations à l’ordre du jour")[1].split("</main>")[0]
    assert "Aucune ne vous est ouverte" in site.get("police_station", agenda), "who is not convened"
    with at(now() + timedelta(days=13)):
        assert "Vous lirez l’autre à l’ouverture de l’échange nominatif." in plain(site.get("pjj", agenda))


def plain(page: str) -> str:
    return page.replace("\u00a0", " ")


def test_a_member_is_told_why_it_finds_fewer_situations(site: Site, world: World) -> None:
    meeting = world.meeting("emas", "pjj")
    cases = [
        scheduled(world, meeting, by="security_officer"),
        *(scheduled(world, meeting, by="emas") for _ in range(2)),
    ]
    here = f"/reunions/{meeting}"
    for page in (here, f"{here}/ordre-du-jour"):
        assert "Une seule vous est ouverte" in site.get("security_officer", page)
        assert "les autres ne vous sont pas ouvertes" in site.get("security_officer", page)
        assert "Aucune ne vous est ouverte" in site.get("police_station", page)
        assert "ouvertes" not in site.get("coordinator", page)
    assert str(cases[1]) not in site.get("security_officer", f"{here}/ordre-du-jour")


@pytest.mark.clause("F33-14")
def test_a_head_of_school_is_not_told_how_many_situations_there_are(site: Site, world: World) -> None:
    meeting = world.meeting("head_of_school")
    scheduled(world, meeting)
    page = site.get("head_of_school", f"/reunions/{meeting}/ordre-du-jour")
    assert "Aucune situation de vos élèves" in page
    assert "1 situation" not in page


def test_an_empty_agenda_says_so_to_everybody(site: Site, world: World) -> None:
    meeting = world.meeting("emas")
    for who in ("coordinator", "emas"):
        assert "Aucune situation n’est inscrite" in site.get(who, f"/reunions/{meeting}/ordre-du-jour")


@pytest.mark.clause("C-10")
@pytest.mark.parametrize(
    ("minor", "representative", "words"),
    [
        ("not_yet", "not_yet", "le mineur et un représentant légal"),
        ("not_yet", "in_person", "le mineur"),
        ("in_person", "not_yet", "un représentant légal"),
    ],
)
def test_the_agenda_says_whose_information_is_missing_without_a_name(
    site: Site, world: World, minor: str, representative: str, words: str
) -> None:
    day = today().isoformat()
    other = {"quality": "mother", "surname": "Autremarque", "informed_how": representative, "informed_on": day}
    case = world.retained(informed_how=minor, informed_on=day, representatives=[other])
    page = site.get("coordinator", f"/reunions/{world.meeting('emas')}/ordre-du-jour")
    assert f"Manque pour {words}<" in page
    assert f"/situations/{case}/actes/inform" in page
    assert "marque" not in page.lower()


@pytest.mark.clause("F33-07")
def test_an_urgent_meeting_takes_rixes_alone_and_its_pages_say_so(site: Site, world: World) -> None:
    other, rixe = world.retained(), world.retained(rixe=True)
    form = {"day": today().isoformat(), "urgent": "1", "reason": "clash_occurred"}
    here = site.post("coordinator", "/reunions/nouvelle", form).removesuffix("/fait/fixed")
    assert world.events("MeetingFixedUrgently") == 1
    agenda = f"{here}/ordre-du-jour"
    assert "<h1>Réunion d’urgence du" in plain(site.get("coordinator", here))
    offered = site.get("coordinator", agenda)
    assert "en lien avec une rixe" in offered
    assert [world.head(case).reference in offered for case in (other, rixe)] == [False, True]
    seen = {case: str(world.head(case).sequence) for case in (other, rixe)}
    refused = site.post("coordinator", f"{agenda}/{other}", {"seen": seen[other]}, page=agenda, status=409)
    assert "en lien avec une rixe" in refused
    site.post("coordinator", f"{agenda}/{rixe}", {"seen": seen[rixe]}, page=agenda)
    assert world.head(rixe).life.step == "scheduled"


def test_the_page_of_decisions_says_what_is_decided_about_and_leads_to_the_next_one(site: Site, world: World) -> None:
    meeting = world.meeting("coordinator", "emas", "dsol")
    first, second = (scheduled(world, meeting) for _ in range(2))
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    page = site.get("coordinator", f"/situations/{second}/decisions")
    for words in (world.head(second).reference, "13 à 15 ans", "Exposition à des tensions", f"/situations/{second}"):
        assert words in page
    assert "Marqueur" not in page
    assert "les personnes concernées par l’acte" not in page
    assert "DSOL" not in page.split("Sera lisible par")[1].split("</p>")[0]
    form = {"deliberation-decisions-0-decision": "keep_open"}
    said = site.get("coordinator", site.post("coordinator", f"/situations/{second}/decisions", form))
    assert f"/situations/{first}/decisions" in said
    said = site.get("coordinator", site.post("coordinator", f"/situations/{first}/decisions", form))
    assert f"/reunions/{meeting}/releve" in said


def test_the_record_shows_each_decision_once(site: Site, world: World) -> None:
    meeting = world.meeting("emas")
    case = scheduled(world, meeting)
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    decided(world, case, {"decision": "keep_open"}, owned(world, "emas"))
    page = site.get("coordinator", f"/reunions/{meeting}/releve")
    for words in ("Décision 1", "Décision 2", "Suivi maintenu", "Action confiée à un membre", "Personne emas"):
        assert words in page


def test_a_meeting_is_cancelled_before_its_day_but_never_by_a_form_that_says_it_was_held(
    site: Site, world: World
) -> None:
    meeting = world.meeting("emas", days=10)
    path = f"/reunions/{meeting}/cloture"
    assert "Annuler la réunion" in site.get("coordinator", path)
    site.post("coordinator", path, {"took_place": "yes"}, status=409)
    assert "Réunions à venir" in site.get("coordinator", "/reunions")
    site.post("coordinator", path)
    assert "n’a pas eu lieu" in site.get("coordinator", f"/reunions/{meeting}")


def test_a_record_says_which_situations_it_leaves_open_before_and_after_each_act(site: Site, world: World) -> None:
    meeting = world.meeting("coordinator", "town_hall", "emas")
    first, second = (scheduled(world, meeting) for _ in range(2))
    exchange.circulate(world.house, world.people["coordinator"], meeting)
    decided(world, first)
    path, left = f"/reunions/{meeting}/releve", "1 situation de cette réunion n’a pas encore de décision signée"
    for who in ("coordinator", "town_hall"):
        assert left in flat(site.get(who, path))
        assert left in flat(site.get(who, site.post(who, path)))
    decided(world, second)
    for who in ("coordinator", "town_hall"):
        assert left not in flat(site.get(who, path))
        assert left not in flat(site.get(who, site.post(who, path)))


def test_no_address_says_of_a_meeting_what_this_person_did_not_do(site: Site, world: World) -> None:
    meeting = world.meeting("coordinator", "emas", days=10)
    for who, act in (
        ("coordinator", "approved"),
        ("coordinator", "cancelled"),
        ("emas", "convened"),
        ("emas", "fixed"),
    ):
        site.get(who, f"/reunions/{meeting}/fait/{act}", status=404)
    assert "convoquées" in site.get("coordinator", f"/reunions/{meeting}/fait/convened")


def flat(page: str) -> str:
    return page.replace("\u00a0", " ")
