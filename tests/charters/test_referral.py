"""What a list says of a referral: an age band, what is missing, and nobody's name."""

from datetime import date
from typing import Any

import pytest

from casework.charters.cenomed import POINTS
from casework.charters.referral import band, missing, points
from tests.builders import IDENTITY

TOLD = {"informed_how": "in_person", "informed_on": "2026-02-20"}
MOTHER = {"quality": "mother", "surname": "Fictif", "first_name": "Dominique", "telephone": "0639980034", **TOLD}
FULL = {**IDENTITY, "representatives": [MOTHER]}


@pytest.mark.clause("C-05", "C-10")
@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({}, ()),
        ({"birth": "birth_year_only"}, ("la date de naissance exacte",)),
        ({"schooling": "unknown"}, ("la scolarité",)),
        ({"representatives": [], "telephone": "0639980012"}, ("les représentants légaux",)),
        ({"representatives": [{**MOTHER, "telephone": ""}]}, ("un moyen de joindre la famille",)),
        ({"representatives": [{**MOTHER, "telephone": ""}], "address": "12, rue des Exemples"}, ()),
        ({"informed_how": "not_yet"}, ("l’information du mineur",)),
        ({"informed_how": "not_yet", "defer_reason": "child_interest", "defer_until": "2026-04-01"}, ()),
        (
            {"representatives": [MOTHER, {"quality": "father", "informed_how": "not_yet"}]},
            ("l’information du père",),
        ),
        (
            {"representatives": [{**MOTHER, "informed_how": "not_yet"}] * 2},
            ("l’information de la mère",),
        ),
    ],
)
def test_what_is_missing_is_told_by_kinds_of_persons(changed: dict[str, Any], lacking: tuple[str, ...]) -> None:
    assert missing({**FULL, **changed}) == lacking
    assert bool(points({**FULL, **changed})) == bool(lacking)


def test_what_is_missing_is_asked_for_once_by_its_point() -> None:
    unknown = {"birth": "birth_year", "schooling": "unknown"}
    assert points({**FULL, **unknown}) == ("identity",)
    assert set(points({"birth": "birth_known", "schooling": "college_4_3"})) == {
        "representatives",
        "contact",
        "information",
    }
    assert set(points({"birth": "", "schooling": "unknown"})) == {item.value for item in POINTS.values[:4]}


@pytest.mark.clause("C-10")
@pytest.mark.parametrize(
    ("majority", "told"),
    [
        (None, "age_unknown"),
        (date(2030, 5, 1), "13_15"),
        (date(2031, 3, 1), "13_15"),
        (date(2031, 4, 1), "under_13"),
        (date(2027, 1, 1), "16_17"),
    ],
)
def test_an_age_is_told_as_a_band_from_the_month_of_majority(majority: date | None, told: str) -> None:
    assert band(majority, date(2026, 3, 2)) == told
