"""The Parquet's queue: twelve avis in a row, and two persons at it (F33-10)."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from audit.log import entries
from casework.cases.act import Change, act, begin
from casework.cases.reading import open_situation
from casework.kernel.clock import at
from casework.store.tables import CaseRow
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

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
    assert "1 sur 3" in parquet.get("/avis").text
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


def test_a_situation_is_passed_over_and_comes_back(parquet: Reader, lives: Lives) -> None:
    first, second = waiting(lives, 2)
    assert first in parquet.get("/avis").text
    assert second in parquet.get(f"/avis?apres={first}").text
    assert first in parquet.get(f"/avis?apres={second}").text


def test_an_avis_given_by_a_colleague_meanwhile_is_told_and_not_given_twice(parquet: Reader, lives: Lives) -> None:
    (case,) = waiting(lives, 1)
    looked_at = parquet.hidden("/avis")
    with at(lives.town.moment):
        colleague = lives.town.join("prosecutor", "colleague")
        act(lives.house, colleague, UUID(case), None, Change("retain", {"judicial": {}}))
    answer = parquet.send(f"/avis/{case}", {**looked_at, "avis": "ask_clarification", "judicial-note": "Note fictive."})
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
