"""Pages of situations, as each seat receives them."""

import pytest

from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application, everybody

REFERRAL = {
    "identity-surname": "Fictif",
    "identity-first_name": "Camille",
    "identity-birth": "birth_known",
    "identity-birth_date": "2012-05-17",
    "identity-schooling": "lower_secondary_4_3",
    "identity-informed_how": "in_person",
    "identity-informed_on": "2026-02-20",
    "reason-reasons": ["school_absence"],
    "reason-main_reason": "school_absence",
    "account-facts-0-day": "2026-02-18",
    "account-facts-0-place": "street",
    "account-text": "Présent seul, sans cartable.",
}


@pytest.fixture
def readers(lives: Lives) -> dict[str, Reader]:
    return everybody(application(lives), lives)


@pytest.mark.clause("F33-02")
def test_a_referral_sent_from_its_form_is_read_by_the_coordinator_alone(readers: dict[str, Reader]) -> None:
    sent = readers["head_of_school"].post("/situations/nouvelle/refer", **REFERRAL)
    assert sent.status_code == 303, sent.text
    done = readers["head_of_school"].get(sent.location)
    assert "C’est enregistré" in done.text
    path = sent.location.split("/fait/")[0]
    assert "Présent seul, sans cartable." in readers["coordinator"].get(path).text
    assert "Fictif" not in readers["head_of_school"].get(path).text
    assert readers["prosecutor"].get(path).status_code == 404
