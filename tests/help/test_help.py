"""What is explained is what the charter says, for every seat, and the pages open to all need nobody."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from audit.log import Record, entries
from casework.charters.cenomed import CENOMED
from casework.charters.glossary import ACRONYMS, TERMS
from casework.help.guide import GUIDES, PICTURES, parts
from casework.help.rights import never, readings
from casework.kernel.clock import at
from casework.store.engines import StoreDown
from casework.store.house import House
from casework.web.filters import telephones
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


@pytest.mark.clause("A-05")
@pytest.mark.parametrize("path", ["/aide/mots", "/accessibilite", "/contact"])
def test_who_is_logged_in_keeps_its_menu_on_a_page_for_all_and_the_log_knows(town_of_all: Lives, path: str) -> None:
    reader, house = Reader(application(town_of_all), town_of_all, "emas"), town_of_all.house
    with at(town_of_all.town.moment):
        before = len(logged(house))
    page = reader.get(path).text
    assert "Quitter vite" in page
    assert '<a href="/situations">Situations</a>' in page
    assert len(logged(house)) == before + 1
    with town_of_all.town.later(minutes=16):
        assert "Quitter vite" not in reader.get(path).text


def logged(house: House) -> list[Record]:
    with house.stores.case_reading() as session:
        return entries(session.connection(), house.provider.mac, limit=10_000)


def test_whom_to_call_is_read_by_who_is_logged_in_though_nothing_else_answers(
    town_of_all: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(application(town_of_all), town_of_all, "emas")
    monkeypatch.setattr(House, "log", broken)
    page = reader.get("/contact")
    assert page.status_code == 200
    assert "Un mineur est en danger" in page.text
    assert "Quitter vite" not in page.text, "no entry, no page of anybody"


def broken(*_: object) -> None:
    raise StoreDown("the case store does not answer")


def test_the_telephones_of_whom_to_call_are_called_from_there() -> None:
    told = telephones("Mairie <6e> : 01 99 00 12 34, ou 01.99.00.12.35. Poste 1234, code 75006.")
    assert told.count("<a href=") == 2
    assert '<a href="tel:+33199001234">01 99 00 12 34</a>, ou <a href="tel:+33199001235">' in told
    assert "&lt;6e&gt;" in told


def test_the_words_that_pages_explain_are_in_the_glossary_once() -> None:
    names = [term.name for term in (*TERMS, *ACRONYMS)]
    assert len(names) == len(set(names))
    used = re.findall(r"block\.term\('(\w+)'", "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")))
    assert used
    assert set(used) <= set(names)
