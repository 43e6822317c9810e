"""Drafts on pages: kept when a form cannot be sent yet, taken up again, offered while their act is possible (R-01)."""

import pytest

from casework.cases import drafts
from casework.kernel.clock import at
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application, everybody
from tests.cases.test_pages import NEW, SHEET, plain, service


@pytest.fixture
def readers(lives: Lives) -> dict[str, Reader]:
    return everybody(application(lives), lives)


@pytest.mark.clause("R-01")
@pytest.mark.parametrize("button", [{}, {"_more": "account-facts"}], ids=["refused", "one more fact"])
def test_what_is_typed_is_kept_when_it_cannot_be_sent_yet(
    readers: dict[str, Reader], lives: Lives, button: dict[str, str]
) -> None:
    readers["head_of_school"].post(NEW, **{"identity-surname": "Fictif", **button})
    kept = drafts.find(lives.house, lives.acting["head_of_school"], "refer")
    assert kept
    assert kept["identity-surname"] == ["Fictif"]
    assert 'value="Fictif"' in readers["head_of_school"].get(NEW).text


@pytest.mark.clause("R-01")
def test_a_draft_taken_up_again_says_so_and_can_be_thrown_away(readers: dict[str, Reader], lives: Lives) -> None:
    reader = readers["head_of_school"]
    assert "repris" not in reader.get(NEW).text
    reader.post(NEW, **{"identity-surname": "Fictif", "_keep": "1"})
    assert "Reprendre votre brouillon du 2 mars 2026 : nouvelle saisine" in plain(reader.get("/").text)
    assert "Brouillon du 2 mars 2026, repris." in plain(reader.get(NEW).text)
    assert "Jeter ce brouillon et commencer une autre saisine" in reader.get(NEW).text
    assert reader.post(NEW, _discard="1").location == NEW
    assert drafts.mine(lives.house, lives.acting["head_of_school"]) == []
    assert "Fictif" not in reader.get(NEW).text


@pytest.mark.clause("R-01")
def test_a_draft_that_was_emptied_is_one_no_more(readers: dict[str, Reader], lives: Lives) -> None:
    reader, acting = readers["head_of_school"], lives.acting["head_of_school"]
    school = {"identity-school": str(acting.party.organisation)}  # what the form says by itself
    reader.post(NEW, **{"identity-surname": "Fictif", **school, "_keep": "1"})
    assert len(drafts.mine(lives.house, acting)) == 1
    reader.post(NEW, **{"identity-surname": " ", **school, "_keep": "1"})
    assert drafts.mine(lives.house, acting) == []


@pytest.mark.clause("R-01")
def test_a_draft_is_offered_with_its_reference_while_its_act_is_possible(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.play(lives.followed(), "coordinator", "orient", {"orientation": SHEET}, recipient=service(lives))
    part = head.life.parts[0].id
    path = f"/situations/{head.life.case}/parties/{part}/actes/answer"
    readers["recipient"].post(path, **{"return-support": "support_possible", "_keep": "1"})
    line = f"Reprendre votre brouillon du 2 mars 2026 : envoyer le retour, situation {head.reference}"
    assert line in plain(readers["recipient"].get("/").text)
    lives.play(head, "dsol", "record_return", {"return": builders.RETURN}, part=part)
    home = readers["recipient"].get("/")
    assert home.status_code == 200
    assert "Reprendre" not in home.text


@pytest.mark.clause("R-01")
def test_a_draft_of_an_act_that_is_over_is_not_offered_to_who_still_reads_the_situation(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.refer()
    with at(lives.town.moment):
        drafts.keep(
            lives.house, lives.party("coordinator"), "ask_details", {"request-points": ["facts"]}, head.life.case
        )
    assert "Reprendre votre brouillon" in readers["coordinator"].get("/").text
    lives.play(head, "coordinator", "transmit")
    home = readers["coordinator"].get("/")
    assert (home.status_code, "Reprendre votre brouillon" in home.text) == (200, False)


@pytest.mark.clause("R-01")
def test_a_refused_page_says_where_what_was_typed_is_as_the_home_page_has_it(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.play(lives.refer(), "coordinator", "ask_details", {"request": builders.REQUEST})
    school, path = readers["head_of_school"], f"/situations/{head.life.case}/actes/correct"
    form = school.hidden(path) | {"account-text": "Texte récrit."}
    lives.play(head, "coordinator", "resume")
    for told in (school.send(path, form), school.get(path)):
        assert told.status_code == 409
        assert "Texte récrit." in told.text
        assert "n’est affiché qu’ici" in plain(told.text)
        assert "dans vos brouillons" not in told.text
    assert "Reprendre votre brouillon" not in school.get("/").text
