"""What waits for each seat on its home page and in its list, by real requests."""

import re
from collections.abc import Iterator

import pytest

from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at
from tests.cases.desk_town import WHO, Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.mark.clause("F33-15")
def test_an_action_reaches_its_owner_whatever_the_seat(desk: Desk) -> None:
    late, soon, later = (desk.heads[name].reference for name in ("late", "soon", "later"))
    tasks = {who: desk.page(who, "/") for who in ("emas", "town_hall", "coordinator", "prosecutor")}
    assert urgent(tasks["emas"], f"Action en retard depuis le 1er avril 2026, situation {late}")
    assert urgent(tasks["town_hall"], f"Action à faire avant le 15 avril 2026, situation {soon}")
    assert not urgent(tasks["coordinator"], f"Action à faire avant le 1er juin 2026, situation {later}")
    assert late not in tasks["town_hall"] + tasks["coordinator"] + tasks["prosecutor"]
    link = re.search(rf'href="(/situations/[^"]+)">[^<]*{late}', tasks["emas"])
    assert link
    assert "Prendre contact avec la famille" in desk.page("emas", link[1])


def urgent(page: str, label: str) -> bool:
    found = re.search(rf"{re.escape(label)}</a>(.*?)</li>", page, re.DOTALL)
    assert found, label
    return "Urgent" in found[1]


def test_the_tasks_of_the_coordinator_lead_to_the_desk(desk: Desk) -> None:
    page = desk.page("coordinator", "/")
    for label, url in (
        ("6 saisines à vérifier", "/bureau"),
        ("2 retours reçus", "/bureau#retours"),
        ("1 action faite", "/bureau#actions-faites"),
        ("9 situations suivies", "/bureau"),
    ):
        assert f'<a href="{url}">{label}</a>' in page


@pytest.mark.clause("A-05")
def test_a_situation_named_on_a_home_page_is_logged(desk: Desk) -> None:
    before = len(desk.logged())
    desk.page("emas", "/")
    listed = [item.subject for kind, item in desk.logged()[before:] if kind == "SituationListed"]
    assert desk.heads["late"].life.case in listed


@pytest.mark.clause("A-05")
def test_the_home_page_opens_no_decision(desk: Desk) -> None:
    desk.page("coordinator", "/bureau")
    before = len(desk.logged())
    desk.page("coordinator", "/")
    assert [kind for kind, _ in desk.logged()[before:] if kind == "CompartmentRead"] == []


@pytest.mark.clause("F33-04")
def test_the_dsol_sees_what_the_services_were_asked_and_what_came_back_without_a_name(desk: Desk) -> None:
    home, listing = desk.page("dsol", "/"), desk.page("dsol", "/situations")
    assert urgent(home, "2 orientations vers les services sociaux attendent un retour")
    waits, only_to_know = home.split("<h2", 1)
    assert "reçu" not in waits, "nothing is to be done about a return"
    assert "2 retours reçus" in only_to_know.split("Retours des services sociaux")[1]
    rows = {name: row for row in listing.split("<tr>") for name in desk.heads if desk.heads[name].reference in row}
    assert set(rows) == {"oriented", "returned", "both"}
    assert "Retour attendu" in rows["oriented"]
    assert "Retour reçu" in rows["returned"]
    assert "Retour attendu" in rows["both"]
    assert "2 mars 2026" in rows["oriented"]
    assert "Camille" not in listing


@pytest.mark.clause("F33-05")
def test_who_holds_a_sheet_reads_in_its_list_what_is_expected_of_it(desk: Desk) -> None:
    assert "Retour attendu" in desk.page("recipient", "/situations")
    assert "Action en retard depuis le 1er avril 2026" in desk.page("emas", "/situations")


@pytest.mark.clause("F33-05")
def test_a_sheet_says_when_it_was_sent_when_an_answer_is_expected_and_how_late_it_is(desk: Desk) -> None:
    late, soon = desk.heads["oriented"], desk.heads["both"]
    listed = desk.page("recipient", "/situations")
    assert "Retour attendu avant le 1er avril 2026, en retard de 10 jours" in listed
    sheet = desk.page("recipient", f"/situations/{late.life.case}")
    assert "Envoyée le 2 mars 2026, réponse attendue avant le 1er avril 2026, en retard de 10 jours." in sheet
    part = next(part for part in soon.life.parts if part.step == "sent")
    answer = desk.page("recipient", f"/situations/{soon.life.case}/parties/{part.id}/actes/answer")
    assert "réponse attendue avant le" in answer
    assert answer.index("Camille") < answer.index("Un accompagnement est-il possible ?"), (
        "the sheet is above the questions"
    )


def test_what_is_closed_comes_last_in_a_list_and_the_rest_by_the_day_shown(desk: Desk) -> None:
    listed = desk.page("coordinator", "/situations")
    places = {name: listed.index(head.reference) for name, head in desk.heads.items() if head.reference in listed}
    closed = {name for name in places if CENOMED.step(desk.heads[name].life.step).closed}
    assert closed
    assert min(places[name] for name in closed) > max(place for name, place in places.items() if name not in closed)


@pytest.mark.clause("F33-02")
def test_what_a_seat_may_begin_is_on_its_home_page(desk: Desk) -> None:
    assert '<a href="/situations/nouvelle/refer">Nouvelle saisine</a>' in desk.page("emas", "/")
    assert "Commencer" not in desk.page("recipient", "/")


@pytest.mark.clause("F-03")
@pytest.mark.parametrize(("who", "link"), [("dpo", "/journal"), ("controller", "/parts")])
def test_a_seat_without_situations_is_told_what_it_is_for(desk: Desk, who: str, link: str) -> None:
    page = desk.page(who, "/")
    assert "À quoi sert votre accès" in page
    assert f'<a href="{link}">' in page.split("À quoi sert votre accès")[1]
    assert "À quoi sert" not in desk.page("coordinator", "/")


@pytest.mark.clause("A-01")
def test_who_waits_to_be_admitted_is_a_task_of_the_coordinator_alone(desk: Desk) -> None:
    assert "admise" not in desk.page("coordinator", "/")
    with at(desk.lives.town.moment):
        desk.lives.town.welcome("pjj", "newcomer")
    assert '<a href="/admissions">1 personne attend d’être admise</a>' in desk.page("coordinator", "/")
    assert [who for who in WHO[1:] if "admise" in desk.page(who, "/")] == []
