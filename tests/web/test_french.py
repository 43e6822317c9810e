"""French on screen: days, hours, numbers and typography."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from casework.kernel import clock
from casework.web import filters, french

N, T = "\u00a0", "\u202f"


def test_a_day_is_written_whole_and_the_first_is_1er() -> None:
    assert french.day(date(2026, 12, 14)) == "lundi 14 décembre 2026"
    assert french.day("2026-05-01") == "vendredi 1er mai 2026"
    assert french.short_day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1er janvier 2027"
    assert french.short_day("2026-07-01T22:30:00+00:00") == "2 juillet 2026"


def test_hours_are_those_of_paris_and_never_break() -> None:
    assert french.hour(datetime(2026, 7, 1, 12, 30, tzinfo=UTC)) == f"14{N}h{N}30"
    assert french.hour(datetime(2026, 12, 1, 8, 0, tzinfo=UTC)) == f"9{N}h"
    assert french.hour(datetime(2026, 12, 1, 8, 5, tzinfo=UTC)) == f"9{N}h{N}05"
    assert french.hour(time(14, 30)) == f"14{N}h{N}30"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "aujourd’hui"), (1, "demain"), (-1, "hier"), (3, "dans 3 jours"), (-3, "il y a 3 jours"), (60, "dans 60 jours"),
        (92, "dans 3 mois"), (-400, "il y a 13 mois"), (800, "dans 2 ans"),
    ],
)  # fmt: skip
def test_a_distance_in_days_is_said_in_words(days: int, said: str) -> None:
    today = date(2026, 11, 24)
    assert french.relative(today + timedelta(days), today) == said


def test_the_relative_day_follows_the_one_clock() -> None:
    with clock.at(datetime(2026, 12, 11, 12, tzinfo=UTC)):
        assert filters.day_and_relative(date(2026, 12, 14)) == "lundi 14 décembre 2026 (dans 3 jours)"


def test_numbers_and_counts_are_french() -> None:
    assert french.number(1234567) == f"1{T}234{T}567"
    assert french.number(Decimal("1234.5")) == f"1{T}234,5"
    assert [french.count(n, "point") for n in (0, 1, 2)] == ["0 point", "1 point", "2 points"]
    assert french.count(3, "animal", "animaux") == "3 animaux"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Lisible par : vous", f"Lisible par{N}: vous"),
        ("Lisible par: vous", f"Lisible par{N}: vous"),
        ("Vraiment ?", f"Vraiment{T}?"),
        ("un; deux", f"un{T}; deux"),
        ("le mot « oui »", f"le mot «{N}oui{N}»"),
        ("«oui»", f"«{N}oui{N}»"),
        ("l'avis", "l’avis"),
        ("suite...", "suite…"),
        ("à 14 h 30", f"à 14{N}h{N}30"),
        ("de 9 h à 18 h, CRIP 75", f"de 9{N}h à 18{N}h, CRIP{N}75"),
        ("(art. L132-5 du code)", f"(art.{N}L132\u20115 du code)"),
        ("14:30 https://mairie.fr/?a=b;c", "14:30 https://mairie.fr/?a=b;c"),
        ("Né ou née le", "Né ou née le"),
    ],
)
def test_typography_puts_what_french_asks_for(typed: str, shown: str) -> None:
    assert french.typo(typed) == shown


@given(st.text(st.sampled_from(f"aé1 {N}{T}:;?!«»'’.()h\n"), max_size=30))
def test_typography_applied_twice_changes_nothing_more_and_keeps_the_letters(text: str) -> None:
    once = french.typo(text)
    assert french.typo(once) == once
    assert [c for c in once if c.isalnum()] == [c for c in text if c.isalnum()]


def test_made_html_is_left_alone() -> None:
    made = Markup('<a title="oui : non">')
    assert filters.typo(made) is made


def test_labels_stand_inside_sentences() -> None:
    assert french.lowered("Représentant légal") == "représentant légal"
    assert french.lowered("DSOL") == "DSOL"
    assert [french.indefinite(label) for label in ("Fait", "Décision", "")] == ["un fait", "une décision", "un "]


def test_names_are_in_the_order_of_their_letters() -> None:
    assert sorted(["Zoé", "Élodie", "STEMO", "Service", "éric"], key=french.order) == [
        "Élodie",
        "éric",
        "Service",
        "STEMO",
        "Zoé",
    ]
