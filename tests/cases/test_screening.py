"""The Parquet's queue: twelve avis in a row, and two persons at it (F33-10)."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from audit.log import entries
from casework.cases import drafts
from casework.cases.act import Change, act, begin
from casework.cases.reading import open_situation
from casework.kernel.clock import at
from casework.store.tables import CaseRow, DraftRow
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application
from tests.contracts.telling import plain

CASE = re.compile(r'action="(/avis/[0-9a-f-]{36})"')


@pytest.fixture
def parquet(lives: Lives) -> Reader:
    return Reader(application(lives), lives, "prosecutor")


def waiting(lives: Lives, number: int) -> list[str]:
    heads = [lives.play(lives.refer(surname=f"Fictif{index}"), "coordinator", "transmit") for index in range(number)]
    return [str(head.life.case) for head in heads]


def give(parquet: Reader, avis: str, page: str = "/avis", **form: str) -> tuple[int, str]:
    """Press the button of an avis on the situation that is shown; (status, where it leads or what the page says)."""
    found = CASE.search(parquet.get(page).text)
    assert found
    answer = parquet.send(found[1], {**parquet.hidden(page), "avis": avis, **form})
    return answer.status_code, answer.location or answer.text


@pytest.mark.clause("F33-10")
def test_each_avis_is_one_press_and_shows_the_next_situation(parquet: Reader, lives: Lives) -> None:
    cases = waiting(lives, 3)
    assert "Après celle-ci, il en reste 2." in plain(parquet.get("/avis").text)
    assert give(parquet, "retain") == (303, "/avis?fait=retain")
    page = parquet.get("/avis?fait=retain").text
    assert "La situation est retenue" in page
    with lives.house.stores.case_reading() as session:
        assert f"Situation {session.get_one(CaseRow, UUID(cases[0])).reference}. La situation" in page
    assert cases[1] in page
    assert give(parquet, "not_retain")[0] == 303
    assert give(parquet, "ask_clarification", **{"request-points": "facts"})[0] == 303
    assert "Aucune situation n’attend votre avis" in parquet.get("/avis").text
    with lives.house.stores.case_reading() as session:
        steps = [session.get_one(CaseRow, UUID(case)).step for case in cases]
    assert steps == ["retained", "not_retained", "clarifying"]


@pytest.mark.clause("C-04")
def test_the_private_note_given_with_an_avis_is_read_by_the_parquet_alone(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    assert give(parquet, "retain", **{"judicial-note": "Note fictive."})[0] == 303
    assert "Note fictive." in parquet.get(f"/situations/{case}").text
    coordinator = Reader(parquet.client.application, lives, "coordinator")
    assert "Note fictive." not in coordinator.get(f"/situations/{case}").text


@pytest.mark.clause("F33-10", "R-02")
def test_an_avis_given_by_mistake_is_given_again_at_the_coordinators_demand(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    assert give(parquet, "not_retain")[0] == 303
    assert "demandez au coordonnateur" in parquet.get("/avis?fait=not_retain").text
    assert parquet.get(f"/situations/{case}").status_code == 404
    coordinator = Reader(parquet.client.application, lives, "coordinator")
    page = coordinator.get(f"/situations/{case}").text
    assert "Transmettre de nouveau au Parquet" in page
    opened = open_situation(lives.house, lives.acting["coordinator"], UUID(case))
    assert opened
    assert opened.life.reason == "not_retained"
    assert lives.play(opened.head, "coordinator", "screen_again").life.reason == ""
    assert give(parquet, "retain") == (303, "/avis?fait=retain")


@pytest.mark.clause("F33-13")
def test_a_minor_said_to_be_in_danger_comes_first_and_is_told_on_the_home_page(parquet: Reader, lives: Lives) -> None:
    first, second = waiting(lives, 2)
    assert "2 situations attendent votre avis</a>" in parquet.get("/").text
    contents = builders.referral(surname="Alerte")
    contents["reason"] |= {"danger": True, "danger_route": "crip_informed"}
    with at(lives.town.moment):
        head = begin(lives.house, lives.acting["head_of_school"], uuid4(), Change("refer", contents))
    last = str(lives.play(head, "coordinator", "transmit").life.case)
    assert "3 situations attendent votre avis, dont 1 danger signalé" in parquet.get("/").text
    shown = [CASE.search(parquet.get(page).text) for page in ("/avis", f"/avis?apres={last}", f"/avis?apres={first}")]
    assert [found[1].removeprefix("/avis/") for found in shown if found] == [last, first, second]


@pytest.mark.clause("A-05")
def test_what_the_queue_opens_to_put_danger_first_is_logged(parquet: Reader, lives: Lives) -> None:
    cases = {UUID(case) for case in waiting(lives, 2)}
    parquet.get("/avis")
    with lives.house.stores.case_reading() as session:
        found = entries(session.connection(), lives.house.provider.mac, types=[lives.house.events.read], limit=99)
    assert {
        item.subject for item in found if (item.seat, item.values["compartment"]) == ("prosecutor", "reason")
    } == cases


@pytest.mark.clause("F33-10")
def test_a_situation_transmitted_again_says_so_and_the_day_is_that_one_everywhere(lives: Lives) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    head = lives.play(head, "prosecutor", "not_retain")
    lives.town.moment += timedelta(days=20)
    lives.play(head, "coordinator", "screen_again")
    app = application(lives)
    queue = Reader(app, lives, "prosecutor").get("/avis").text.replace("\u00a0", " ")
    assert "Transmise le 22 mars 2026" in queue
    assert "Transmise de nouveau, après un avis « non retenue »." in queue
    desk = Reader(app, lives, "coordinator").get("/bureau").text.replace("\u00a0", " ")
    assert "Avis attendu" in desk
    assert "22 mars 2026" in desk
    assert "À relancer" not in desk


def test_details_without_a_point_are_asked_again_and_nothing_typed_is_lost(parquet: Reader, lives: Lives) -> None:
    waiting(lives, 1)
    status, page = give(parquet, "ask_clarification", **{"judicial-note": "Note fictive."})
    assert status == 422
    assert "Cochez au moins une réponse" in page
    assert "Note fictive." in page


def test_what_is_passed_over_comes_back_at_the_end_and_one_is_told_where_one_stands(
    parquet: Reader, lives: Lives
) -> None:
    first, second, third = waiting(lives, 3)
    passed = give(parquet, "pass")[1]
    assert passed == f"/avis?apres={first}"
    page = parquet.get(passed).text
    assert second in page
    assert "Après celle-ci, il en reste 2. Les situations passées reviennent à la fin." in plain(page)
    decided = give(parquet, "retain", passed)[1]
    page = parquet.get(decided).text
    assert third in page
    assert "Après celle-ci, il en reste une. Les situations passées reviennent à la fin." in plain(page)
    back = give(parquet, "pass", decided)[1]
    page = parquet.get(back).text
    assert first in page
    assert "il en reste une. Vous avez fait le tour : les situations passées reviennent." in plain(page)
    last = give(parquet, "retain", back)[1]
    page = parquet.get(last).text
    assert third in page
    assert "C’est la dernière." in plain(page)
    assert 'value="pass"' not in page


@pytest.mark.clause("R-01", "C-04")
@pytest.mark.parametrize(
    ("button", "status"), [({"avis": "pass"}, 303), ({"avis": "keep"}, 303), ({"_keep": "1"}, 204)]
)
def test_what_is_written_without_an_avis_is_a_draft_until_it_is_given(
    parquet: Reader, lives: Lives, button: dict[str, str], status: int
) -> None:
    case, _ = waiting(lives, 2)
    written = {"judicial-note": "Note fictive.", "request-points": "facts"}
    answer = parquet.send(f"/avis/{case}", {**parquet.hidden("/avis"), **written, **button})
    assert answer.status_code == status
    with at(lives.town.moment):
        colleague = lives.town.join("prosecutor", "colleague")
        assert drafts.find_posted(lives.house, colleague, "ask_clarification", UUID(case)) is None
    home = plain(parquet.get("/").text)
    assert "Reprendre votre brouillon du 2 mars 2026 : donner un avis, situation" in home
    for path in ("/avis", f"/avis?situation={case}"):
        page = parquet.get(path).text
        assert "Note fictive." in page
        assert "Brouillon du 2 mars 2026, repris." in plain(page)
        assert re.search(r'value="facts" checked', page)
    assert give(parquet, "not_retain")[0] == 303
    assert "Reprendre votre brouillon" not in parquet.get("/").text
    with lives.house.stores.case_reading() as session:
        assert session.scalars(select(DraftRow)).all() == []


def test_to_pass_over_without_writing_leaves_no_draft(parquet: Reader, lives: Lives) -> None:
    waiting(lives, 2)
    assert give(parquet, "pass", **{"judicial-note": " "})[0] == 303
    assert "Reprendre votre brouillon" not in parquet.get("/").text


def test_a_note_sent_after_the_session_ended_is_found_again(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    looked_at = parquet.hidden("/avis")
    lives.town.moment += timedelta(minutes=20)
    late = parquet.send(f"/avis/{case}", {**looked_at, "avis": "retain", "judicial-note": "Note fictive."})
    assert late.status_code == 403
    assert "conservé en brouillon" in late.text
    assert "Note fictive." in Reader(parquet.client.application, lives, "prosecutor").get("/avis").text


@pytest.mark.clause("F33-07")
def test_a_rixe_is_said_before_all_else_where_the_situation_is_read(parquet: Reader, lives: Lives) -> None:
    contents = builders.referral(surname="Fictif")
    contents["reason"] |= {"rixe": True}
    with at(lives.town.moment):
        head = begin(lives.house, lives.acting["head_of_school"], uuid4(), Change("refer", contents))
    case = lives.play(head, "coordinator", "transmit").life.case
    for path in ("/avis", f"/situations/{case}"):
        assert "En lien avec une rixe." in plain(parquet.get(path).text).partition("Motifs")[0]


def test_an_avis_given_by_a_colleague_meanwhile_is_told_and_not_given_twice(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    looked_at = parquet.hidden("/avis")
    with at(lives.town.moment):
        colleague = lives.town.join("prosecutor", "colleague")
        act(lives.house, colleague, UUID(case), None, Change("retain", {"judicial": {}}))
    for button in ("ask_clarification", "pass"):
        answer = parquet.send(f"/avis/{case}", {**looked_at, "avis": button, "judicial-note": "Note fictive."})
        assert answer.status_code == 409
        assert "a changé" in answer.text
        assert "Note fictive." in answer.text
        assert "une autre personne a agi" in answer.text


@pytest.mark.parametrize(("avis", "told"), [("retain", "retenue par le Parquet"), ("not_retain", "non retenue")])
def test_an_avis_sent_twice_is_told_as_ones_own(parquet: Reader, lives: Lives, avis: str, told: str) -> None:
    (case,) = waiting(lives, 1)
    looked_at = parquet.hidden("/avis")
    assert give(parquet, avis)[0] == 303
    answer = parquet.send(f"/avis/{case}", {**looked_at, "avis": avis})
    assert answer.status_code == 409
    assert "Vous veniez d’agir sur cette situation" in answer.text
    assert told in answer.text
    assert "une autre personne" not in answer.text


def test_an_avis_of_ones_own_making_is_neither_told_nor_given(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    for avis in ("destroy", "retain"):
        told = parquet.get(f"/avis?fait={avis}")
        assert told.status_code == 200
        assert 'role="status"' not in told.text.split("<main")[1].split("<form")[0].replace("data-autosave", "")
    proof = parquet.hidden("/avis")
    for avis in ("note", "close", "", "destroy"):
        assert parquet.send(f"/avis/{case}", {**proof, "avis": avis}).status_code == 404
    own = lives.refer("prosecutor")  # an act that the Parquet may play elsewhere, with its own page to confirm it
    seen = {**proof, "seen": str(own.sequence), "avis": "withdraw"}
    assert parquet.send(f"/avis/{own.life.case}", seen).status_code == 404
