"""What is noticed in a form about to be sent is told, and its author decides (C-03)."""

import re

import pytest

from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application, everybody
from tests.cases.test_pages import REFERRAL

SPOKEN = "Vu avec Kevin devant la gare."


@pytest.fixture
def readers(lives: Lives) -> dict[str, Reader]:
    return everybody(application(lives), lives)


@pytest.mark.clause("C-03")
def test_the_guard_of_free_text_explains_and_the_author_decides(readers: dict[str, Reader], lives: Lives) -> None:
    head, path = readers["head_of_school"], "/situations/nouvelle/refer"
    shown = head.post(path, **{**REFERRAL, "account-text": SPOKEN, "account-facts-0-place_name": "12, rue de Seine"})
    assert shown.status_code == 200
    assert "« Kevin »" in shown.text.replace("\u00a0", " ")
    assert "« 12, rue de Seine »" in shown.text.replace("\u00a0", " ")
    assert SPOKEN in shown.text
    (confirmed,) = re.findall(r'name="_confirmed" value="([0-9a-f]{64})"', shown.text)
    once = {"_confirmed": confirmed, "account-facts-0-place_name": "12, rue de Seine"}
    changed = head.post(path, **{**REFERRAL, **once, "account-text": f"{SPOKEN} Puis Fatou."})
    assert "« Fatou »" in changed.text.replace("\u00a0", " ")
    sent = head.post(path, **{**REFERRAL, **once, "account-text": SPOKEN})
    assert sent.status_code == 303
    assert SPOKEN in readers["coordinator"].get(sent.location.split("/fait/")[0]).text


def test_an_age_that_seldom_goes_with_a_schooling_is_told_and_the_author_decides(readers: dict[str, Reader]) -> None:
    head, path = readers["head_of_school"], "/situations/nouvelle/refer"
    young = {**REFERRAL, "identity-birth_date": "2019-06-01", "identity-schooling": "upper_secondary_general"}
    shown = head.post(path, **young)
    assert shown.status_code == 200
    assert "« Lycée général ou technologique ». Inhabituel à 6 ans" in shown.text.replace("\u00a0", " ")
    assert 'href="#f-identity-schooling"' in shown.text
    (confirmed,) = re.findall(r'name="_confirmed" value="([0-9a-f]{64})"', shown.text)
    younger = head.post(path, **{**young, "_confirmed": confirmed, "identity-birth_date": "2020-06-01"})
    assert "Inhabituel à 5 ans" in younger.text
    assert head.post(path, **{**young, "_confirmed": confirmed}).status_code == 303


@pytest.mark.clause("C-03")
def test_the_guard_leaves_the_note_of_the_parquet_alone(readers: dict[str, Reader], lives: Lives) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    path = f"/situations/{head.life.case}/actes/retain"
    assert readers["prosecutor"].post(path, **{"judicial-note": "Garde à vue de M. Durand."}).status_code == 303
