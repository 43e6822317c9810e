"""What a remontée gives to the saisine made of it."""

import pytest

from casework.charters.remontee import as_referral
from tests import builders


@pytest.mark.clause("F33-03")
def test_what_corresponds_is_taken_over_and_nothing_is_made_up() -> None:
    said = {**builders.REMONTEE, "place_name": "Jardin fictif", "surname": "Fictif", "age": 0}
    assert as_referral(said) == {
        "identity": {"surname": "Fictif", "birth": "age_estimated", "age": 0},
        "reason": {"reasons": ["school_absence"], "main_reason": "school_absence"},
        "account": {
            "text": "Seul, en matinée.",
            "facts": [{"day": "2026-02-18", "place": "garden", "place_name": "Jardin fictif"}],
        },
    }


@pytest.mark.clause("F33-03")
def test_a_vulnerability_names_no_reason_of_a_saisine_and_an_unknown_age_no_birth() -> None:
    found = as_referral({**builders.REMONTEE, "reason": "agent_vulnerability"})
    assert found["reason"] == found["identity"] == {}
