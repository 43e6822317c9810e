"""Values that no person of the cell can have, and sizes no form can have: told on their field or on a page, what was typed kept."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse, stream_encode_multipart

from casework.cases import drafts
from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at
from casework.kernel.records import Compartment, Field, Kind
from tests.cases.pages import BASE, Reader
from tests.cases.test_pages import REFERRAL
from tests.contracts.cell import Cell
from tests.contracts.telling import SECRET, Teller, plain

NEW = "/situations/nouvelle/refer"
WIDE = "\U00020000"  # four bytes
BIRTHS: Mapping[str, tuple[Mapping[str, str], str, str]] = {  # what is typed, the field it is told on, and in which words
    "in the future": ({"birth_date": "2027-01-01"}, "birth_date", "La date doit être dans le passé, au plus tard aujourd’hui."),
    "tomorrow": ({"birth_date": "03/03/2026"}, "birth_date", "La date doit être dans le passé"),
    "of age today": ({"birth_date": "2008-03-02"}, "birth_date", "La personne doit avoir moins de 18 ans"),
    "of age long ago": ({"birth_date": "1980-05-17"}, "birth_date", "La personne doit avoir moins de 18 ans"),
    "another century": ({"birth_date": "1812-05-17"}, "birth_date", "Vérifiez l’année."),
    "no such day": ({"birth_date": "30/02/2012"}, "birth_date", "Indiquez un jour, un mois et une année"),
    "only a year, typed as a day": ({"birth_date": "2012"}, "birth_date", "Indiquez un jour, un mois et une année"),
    "only a year, in the future": ({"birth": "birth_year_only", "birth_year": "2030"}, "birth_year", "entre 1900 et 2026"),
    "only a year, of age": ({"birth": "birth_year_only", "birth_year": "1999"}, "birth_year", "La personne doit avoir moins de 18 ans"),
    "only a year, in two digits": ({"birth": "birth_year_only", "birth_year": "12"}, "birth_year", "en quatre chiffres"),
    "only a year, left out": ({"birth": "birth_year_only", "birth_year": ""}, "birth_year", "Indiquez une année."),
    "an age, of age": ({"birth": "age_estimated", "age": "18"}, "age", "La personne doit avoir moins de 18 ans"),
    "an age below zero": ({"birth": "age_estimated", "age": "-1"}, "age", "entre 0 et 120"),
}  # fmt: skip


def filled(**identity: str) -> dict[str, Any]:
    """The referral, with another identity and a word that no log may hold."""
    return {**REFERRAL, "identity-address": SECRET, **{f"identity-{name}": value for name, value in identity.items()}}


@pytest.mark.clause("F33-12")
@pytest.mark.parametrize("case", BIRTHS)
def test_a_birth_that_no_minor_can_have_is_told_on_its_field_and_nothing_typed_is_lost(
    cell: Cell, teller: Teller, case: str
) -> None:
    identity, name, sentence = BIRTHS[case]
    answer = teller.told(partial(cell.readers["pjj"].post, NEW, **filled(**identity)), 422, sentence)
    assert f'<a href="#f-identity-{name}">' in answer.text
    assert f'value="{identity[name]}"' in answer.text
    assert f'value="{SECRET}"' in answer.text


@pytest.mark.clause("F33-12")
def test_only_a_year_is_enough_to_refer(cell: Cell) -> None:
    sent = cell.readers["pjj"].post(NEW, **filled(birth="birth_year_only", birth_year="2011"))
    assert sent.status_code == 303, sent.text
    shown = cell.readers["coordinator"].get(sent.location.split("/fait/")[0]).text
    assert "Année de naissance 2011" in plain(shown)


# --- Sizes and bytes


def test_more_than_a_form_can_hold_is_refused_in_words(cell: Cell, teller: Teller) -> None:
    reader, form = cell.readers["pjj"], filled()
    parts = {f"x{number}": "1" for number in range(1_001)}
    large = {**reader.hidden(NEW), **form, "account-text": SECRET * 30_000}
    teller.told(partial(reader.send, NEW, large), 413, "dépasse la taille permise", "Raccourcissez les textes")
    many = {**reader.hidden(NEW), **form, **parts}
    teller.told(partial(reader.send, NEW, many, content_type="multipart/form-data"), 413, "dépasse la taille permise")


def test_bytes_that_are_no_text_are_told_on_their_field(cell: Cell, teller: Teller) -> None:
    reader = cell.readers["pjj"]
    flat = {name: value[0] if isinstance(value, list) else value for name, value in filled().items()}
    stream, _, boundary = stream_encode_multipart({**reader.hidden(NEW), **flat, "identity-surname": "Fic~~tif"})
    body = stream.read().replace(b"~~", b"\xff\xfe\x80")

    def send() -> TestResponse:
        with at(cell.lives.town.moment):
            content_type = f"multipart/form-data; boundary={boundary}"
            return reader.client.post(NEW, data=body, content_type=content_type, base_url=BASE)

    answer = teller.told(send, 422, "Des caractères invisibles ou illisibles ont été retirés")
    assert '<a href="#f-identity-surname">' in answer.text
    assert 'value="Fictif"' in answer.text


def test_a_form_that_is_no_form_is_refused(cell: Cell, teller: Teller) -> None:
    def send() -> TestResponse:
        with at(cell.lives.town.moment):
            return cell.readers["pjj"].client.post(NEW, json={"identity-surname": SECRET}, base_url=BASE)

    teller.told(send, 400, "Ce formulaire n’a pas été reconnu")


@pytest.mark.clause("R-01")
def test_a_form_too_long_for_a_draft_comes_back_whole_and_the_former_draft_stays(cell: Cell, teller: Teller) -> None:
    reader, long = cell.readers["emas"], SECRET * 1_500
    kept = reader.post(NEW, **filled(), _keep="1")
    assert "conservé quatorze jours" in plain(kept.text)
    form = {**filled(), "account-text": long, "_keep": "1"}
    answer = teller.told(partial(reader.post, NEW, **form), 422, "Il n’est pas conservé", "Raccourcissez les textes")
    assert long in answer.text
    with at(cell.lives.town.moment):
        found = drafts.find(cell.lives.house, cell.lives.acting["emas"], "refer")
    assert found
    assert found["identity-address"] == [SECRET]


def test_a_form_too_long_for_a_draft_that_comes_after_the_session_is_said_to_be_lost(cell: Cell) -> None:
    with cell.lives.town.later(seconds=30):
        reader = Reader(cell.app, cell.lives, "police_station")
    hidden = reader.hidden(NEW)
    for text, said in ((SECRET * 1_500, "n’a pas été enregistrée"), (SECRET, "est conservé en brouillon")):
        with at(cell.lives.town.moment + timedelta(minutes=16)):
            form = {**hidden, **filled(), "account-text": text}
            answer = reader.client.post(NEW, data=form, base_url=BASE)
        assert (answer.status_code, said in plain(answer.text)) == (403, True)


@pytest.mark.parametrize("year", ["-1", "0", "2025", "9" * 4_000, "%00", SECRET])
def test_a_year_without_facts_is_answered_by_this_one(cell: Cell, year: str) -> None:
    assert "Indicateurs de l’année 2026" in plain(cell.readers["coordinator"].get(f"/indicateurs?annee={year}").text)


# --- What a field accepts always fits


@pytest.mark.parametrize("compartment", CENOMED.compartments, ids=lambda item: item.name)
def test_the_longest_content_of_a_compartment_fits_its_envelope(compartment: Compartment) -> None:
    content = json.dumps(longest(compartment.fields), ensure_ascii=False).encode()
    assert len(content) <= compartment.size


def longest(fields: Sequence[Field]) -> dict[str, Any]:
    """Every field filled with the most bytes it can hold."""
    return {item.name: _longest(item) for item in fields}


def _longest(item: Field) -> Any:
    if item.kind is Kind.ROWS:
        return [longest(item.fields)] * item.rows[1]
    listed = [value.value for value in item.choices.values] if item.choices else []
    if item.kind is Kind.CHOICES:
        return listed
    words = WIDE * item.limit if item.kind in (Kind.LINE, Kind.TEXT, Kind.PHONE, Kind.EMAIL) else str(uuid4())
    return max(listed, key=len) if listed else words


def test_the_longest_names_of_professionals_and_organisations_are_stored(cell: Cell) -> None:
    reader, place = cell.readers["administrator"], str(cell.lives.town.organisation("pjj"))
    name, email = WIDE * 120, f"{WIDE * 109}@exemple.fr"
    invited = reader.post("/administration/invitation", name=name, email=email, role="pjj", organisation=place)
    assert "Personne invitée" in plain(invited.text)
    made = reader.post("/administration/organisme", name=name, kind="pjj")
    assert "Organisme créé" in plain(reader.get(made.location).text)
    assert (
        reader.get("/administration").text.count(name) == 3
    )  # the person's also on its button, for who hears the page


def test_an_address_is_shown_as_it_was_typed(cell: Cell) -> None:
    typed = {"email": "l'école...:@exemple.fr", "telephone": "01 23 45 67 89"}
    sent = cell.readers["pjj"].post(NEW, **filled(**typed))
    assert sent.status_code == 303, sent.text
    shown = unescape(cell.readers["coordinator"].get(sent.location.split("/fait/")[0]).text)
    assert all(f"<dd>{value}</dd>" in shown for value in typed.values())
