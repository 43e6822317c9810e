"""The pages of indicators at a browser: what a year says, what is typed, and what no destruction changes."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from audit.log import entries
from casework.cases.clocks import destroy
from casework.cases.facts import Made, all_facts, row
from casework.indicators import typed
from casework.indicators.service import figures
from casework.kernel.clock import at
from casework.store.tables import CaseRow, FactRow, TypedYearRow
from tests import builders
from tests.browser import assert_page
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

NEXT = datetime(2027, 1, 4, 9, tzinfo=UTC)
PAGE, FORM = "/indicateurs", "/indicateurs/saisie"
TOKEN = re.compile(r'value="[0-9a-f]{32,}"')


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture(scope="module")
def coordinator(town_of_all: Lives) -> Reader:
    return Reader(application(town_of_all), town_of_all, "coordinator")


@pytest.fixture
def lived(lives: Lives) -> Lives:
    """Situations at several lengths of life."""
    for who in ("pjj", "head_of_school"):
        lives.refer(who)
    lives.play(lives.refer(), "coordinator", "dismiss", reason="out_of_scope")
    head = lives.followed("pjj")
    recipient = (lives.town.people["recipient"].organisation, "social")
    sheet = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
    head = lives.play(head, "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    with lives.town.later(days=15):
        lives.play(head, "recipient", "answer", {"return": builders.RETURN}, part=head.life.parts[0].id)
    return lives


def facts_of(lives: Lives) -> list[dict[str, Any]]:
    with lives.house.stores.case_reading() as session:
        return [dict(fact) for fact in all_facts(lives.house, session)]


@pytest.mark.clause("R-09", "S-01", "F33-11")
def test_destroying_every_situation_leaves_every_indicator_byte_identical(lived: Lives) -> None:
    house, reader = lived.house, Reader(application(lived), lived, "coordinator")

    def shown() -> tuple[list[bytes], str, str]:
        with house.stores.case_reading() as session:
            stored = [bytes(found.body) for found in session.scalars(select(FactRow).order_by(FactRow.id))]
        with at(NEXT):
            told = repr(figures(house, 2026))
        return stored, told, TOKEN.sub("", reader.get(PAGE).text)

    before = shown()
    with house.stores.case_reading() as session:
        cases = list(session.scalars(select(CaseRow.id)))
    with at(lived.town.moment):
        for case in cases:
            destroy(house, case)
    with house.stores.case_reading() as session:
        assert (len(cases), session.scalars(select(CaseRow.id)).all()) == (4, [])
    assert shown() == before


@pytest.mark.clause("F33-11", "S-01")
def test_an_orientation_and_its_return_say_how_many_whole_weeks_they_took(lived: Lives) -> None:
    found = facts_of(lived)
    weeks = {fact["kind"]: fact["weeks"] for fact in found if "weeks" in fact}
    assert weeks == {"situation_retained": 0, "situation_examined": 0, "orientation_made": 0, "return_received": 2}
    assert {fact["kind"] for fact in found if "weeks" not in fact} == {"referral_made"}


@pytest.mark.clause("F33-11", "S-02")
def test_the_running_year_shows_totals_and_says_when_the_rest_comes(coordinator: Reader) -> None:
    answer = coordinator.get(PAGE)
    assert_page(answer.text, answer.headers)
    told = words(answer.text)
    assert "L’année n’est pas terminée : ces totaux sont ceux du 2 mars 2026." in told
    assert "À partir du 1er janvier 2027" in told
    assert "Nombre de saisines par les partenaires, par trimestre" in told
    assert "Réunions du comité de pilotage parisien Nombre inscrit par le coordonnateur. non inscrit" in told
    assert "Totaux de l’année 2026" in told


@pytest.mark.clause("S-02")
def test_a_small_total_is_exact_on_screen_and_never_on_paper(town_of_all: Lives, coordinator: Reader) -> None:
    house = town_of_all.house
    with at(datetime(2025, 5, 4, tzinfo=UTC)), house.stores.case_writing() as session:
        for _ in range(3):
            session.add(FactRow(**row(house, Made("situation_retained", {}, 1), frozenset())[0]))
    page = coordinator.get(f"{PAGE}?annee=2025").text
    assert '<span class="on-screen">3</span><span class="on-paper">moins de 5</span>' in page
    nothing = [line for line in page.splitlines() if "Nombre d’orientations" in line and "trimestre" in line]
    assert [line.startswith('<tr class="on-screen">') for line in nothing] == [True]
    assert page.count('<p class="on-screen">Rien n’est compté') == page.count('<p class="on-paper">La répartition')
    assert page.count('<p class="on-paper">La répartition') == 3  # persons; the calendar counts meetings


@pytest.mark.clause("F33-11")
def test_what_is_typed_is_shown_to_both_logged_without_its_words_and_kept_under_the_provider(
    town_of_all: Lives, coordinator: Reader
) -> None:
    text = "Les services répondent plus vite.\nLes familles viennent."
    answer = coordinator.post(f"{FORM}?annee=2025", steering="2", quality=text)
    assert answer.location == f"{PAGE}?annee=2025&fait=1"
    mairie = Reader(application(town_of_all), town_of_all, "town_hall")
    for reader in (coordinator, mairie):
        told = words(reader.get(answer.location).text)
        assert "Réunions du comité de pilotage parisien Nombre inscrit par le coordonnateur. 2" in told
        assert "Les services répondent plus vite. Les familles viennent." in told
    assert FORM in coordinator.get(PAGE).text
    assert FORM not in mairie.get(PAGE).text
    house = town_of_all.house
    with house.stores.case_reading() as session:
        (last,) = entries(session.connection(), house.provider.mac, types=[house.events.typed])
        stored = session.get_one(TypedYearRow, (house.instance, 2025))
    assert dict(last.values) == {"year": 2025}
    assert b"services" not in stored.body


@pytest.mark.clause("F33-11", "C-10")
@pytest.mark.parametrize("name", ["Fictif", "CAMILLE", "camîlle"])
def test_the_text_never_holds_the_name_of_a_person_concerned_unless_it_is_a_word_that_the_person_confirms(
    town_of_all: Lives, coordinator: Reader, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    town_of_all.refer()
    before = typed.find(town_of_all.house, 2026)
    answer = coordinator.post(FORM, steering="0", quality=f"La situation de {name} avance.")
    refused = name[0].isupper()
    assert (answer.status_code, f"« {name} »" in words(answer.text)) == (422 if refused else 200, True)
    assert typed.find(town_of_all.house, 2026) == before
    form = {**coordinator.hidden(FORM), "steering": "0", "quality": f"La situation de {name} avance."}
    confirmed = re.search(r'name="_confirmed" value="([0-9a-f]{64})"', answer.text)
    again = coordinator.send(FORM, {**form, "_confirmed": confirmed[1] if confirmed else "1"})
    assert again.status_code == (422 if refused else 303)
    assert name not in caplog.text


@pytest.mark.clause("F33-11")
def test_a_professional_and_a_stranger_are_noticed_too(town_of_all: Lives, coordinator: Reader) -> None:
    known = typed.known_names(town_of_all.house, town_of_all.acting["coordinator"])
    assert {"prosecutor", "coordinator"} <= known
    answer = coordinator.post(FORM, steering="0", quality="Merci à Prosecutor pour son avis.")
    assert answer.status_code == 422
    answer = coordinator.post(FORM, steering="0", quality="Merci à Gontran pour son avis.")
    assert (answer.status_code, "Vous décidez" in words(answer.text)) == (200, True)


@pytest.mark.clause("F33-11")
def test_two_who_type_at_once_are_told_and_nothing_is_lost(coordinator: Reader) -> None:
    late = coordinator.hidden(f"{FORM}?annee=2026")
    assert coordinator.post(FORM, steering="1", quality="Premier texte.").status_code == 303
    answer = coordinator.send(FORM, {**late, "steering": "2", "quality": "Autre texte."})
    assert (answer.status_code, "Autre texte." in answer.text) == (409, True)
    assert "changées depuis que vous avez ouvert la page" in words(answer.text)
    assert "Premier texte." in coordinator.get(PAGE).text
    assert_page(answer.text, answer.headers, 409)


@pytest.mark.parametrize("year", ["1999", "2031", "x"])
def test_no_year_is_typed_that_has_no_figures(coordinator: Reader, year: str) -> None:
    assert coordinator.get(f"{FORM}?annee={year}").status_code == (200 if year == "x" else 404)
