"""What is explained is what the charter says, for every seat, and the pages open to all need nobody."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from casework.charters.cenomed import CENOMED
from casework.charters.glossary import ACRONYMS, TERMS
from casework.help.guide import GUIDES, PICTURES, parts
from casework.help.rights import never, readings
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

STATIC = Path(__file__).parents[2] / "casework" / "static"
TEMPLATES = Path(__file__).parents[2] / "templates"
MACRO = re.compile(r"macro (\w+)\(\)")


@pytest.mark.clause("F33-16", "F33-04", "F-03")
def test_what_a_seat_is_told_it_reads_is_what_the_charter_grants() -> None:
    dsol = [line.compartments for line in readings(CENOMED, "dsol")]
    assert ["Identité", "Motifs"] in dsol
    assert {"Exposé", "Décisions", "Note du Parquet"} <= set(never(CENOMED, "dsol"))
    for seat in CENOMED.seats:
        told = {name for line in readings(CENOMED, seat.name) for name in line.compartments}
        assert told.isdisjoint(never(CENOMED, seat.name))
    for seat_name in ("dpo", "controller", "administrator"):
        assert not readings(CENOMED, seat_name)


@pytest.mark.clause("F33-04")
def test_a_condition_on_the_orientation_is_told_and_a_run_of_steps_is_named_by_its_ends() -> None:
    lines = {(line.condition, line.when) for line in readings(CENOMED, "dsol")}
    assert ("les orientations vers les services sociaux", "à l’étape « Retour reçu »") in lines
    sitting = {line.when for line in readings(CENOMED, "police_station") if "convoqué" in line.condition}
    assert sitting == {"de « Échange nominatif ouvert » à « Relevé signé »"}


def test_every_seat_has_explanations_and_every_explanation_is_written() -> None:
    written = set(MACRO.findall((TEMPLATES / "help" / "parts.html").read_text(encoding="utf-8")))
    assert set(GUIDES) <= {seat.name for seat in CENOMED.seats}
    used = {name for seat in CENOMED.seats for name in parts(seat)}
    assert used == written
    assert all(parts(seat) for seat in CENOMED.seats)
    shown = {path.stem for path in (STATIC / "guide").iterdir()}
    assert shown == set(PICTURES)
    assert shown <= written
    assert parts(replace(CENOMED.seat("emas"), name="new", member=False)) == ()


@pytest.mark.clause("A-07")
def test_the_guide_is_the_one_of_the_seat_that_asks(town_of_all: Lives) -> None:
    app = application(town_of_all)
    police = unescape(Reader(app, town_of_all, "police_station").get("/aide").text)
    assert "Commissariat" in police
    assert "Envoyer une saisine" in police
    assert "Donner vos avis" not in police
    assert "inscrite au journal" in police
    assert "Donner vos avis" in Reader(app, town_of_all, "prosecutor").get("/aide").text


@pytest.mark.parametrize("path", ["/aide/mots", "/accessibilite", "/contact"])
def test_pages_for_all_need_nobody(town_of_all: Lives, path: str) -> None:
    asked = application(town_of_all).test_client().get(path, base_url="https://localhost")
    assert asked.status_code == 200
    assert "Comment ça marche" not in asked.text


def test_the_words_that_pages_explain_are_in_the_glossary_once() -> None:
    names = [term.name for term in (*TERMS, *ACRONYMS)]
    assert len(names) == len(set(names))
    used = re.findall(r"block\.term\('(\w+)'", "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")))
    assert used
    assert set(used) <= set(names)
