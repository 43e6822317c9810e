"""Before an orientation leaves: what the cell decided, what is known and may be copied, what deserves a look (F33-05)."""

import re

import pytest

from tests.cases.conftest import Lives
from tests.cases.test_before_an_act import DECIDED, LEISURE, STREET_WORK, Pages, opened, warning


@pytest.fixture(scope="module")
def pages(town_of_all: Lives) -> Pages:
    return opened(town_of_all)


def ticked(page: str) -> list[str]:
    """The recipients chosen at first, by type."""
    return re.findall(r'name="target" value="(\w+):[^"]+" checked', page)


def test_the_orientation_decided_by_the_cell_is_shown_and_chosen_at_first(pages: Pages) -> None:
    page = pages.page(pages.followed(DECIDED, LEISURE), "/orientation")
    assert "<dd>Service social polyvalent : à envoyer</dd>" in page
    assert "sport ou de culture : proposée à la famille, rien ne part</dd>" in page
    assert ticked(page) == ["social_service"]
    assert warning(page) == ""


def test_an_orientation_that_was_not_decided_or_already_left_is_warned_of_and_can_be_sent(pages: Pages) -> None:
    head, to = pages.followed(), pages.lives.town.people["recipient"].organisation
    form, reader = {"target": f"social_service:{to}", "request": "assess"}, pages.readers["coordinator"]
    page = pages.page(head, "/orientation")
    assert "n’a décidé aucune orientation à envoyer" in warning(page)
    assert ticked(page) == []
    path = f"/situations/{head.life.case}/orientation"
    assert "La cellule n’a pas décidé cette orientation" in warning(reader.post(path, **form).text)
    head = pages.oriented(pages.followed(DECIDED))
    page = pages.page(head, "/orientation")
    assert "<dd>Service social polyvalent : déjà envoyée</dd>" in page
    assert "Chaque orientation décidée est déjà envoyée." in warning(page)
    assert ticked(page) == []
    path = f"/situations/{head.life.case}/orientation"
    assert "Cette orientation a déjà été envoyée." in warning(reader.post(path, **form).text)
    pages.lives.play(head, "coordinator", "recall", part=head.life.parts[0].id)
    assert "<dd>Service social polyvalent : à envoyer</dd>" in pages.page(head, "/orientation")
    assert reader.post(path, **form, _send="1").status_code == 303


@pytest.mark.clause("F33-05")
def test_only_what_is_known_is_offered_to_copy_and_a_sheet_that_reaches_nobody_says_so(pages: Pages) -> None:
    offered = re.compile(r'name="copied" value="(\w+)"( checked)?')
    to, reader = pages.lives.town.people["recipient"].organisation, pages.readers["coordinator"]
    form, alone = {"target": f"social_service:{to}", "request": "assess"}, "aucun moyen de joindre la famille"
    bare = pages.followed(DECIDED)
    assert offered.findall(pages.page(bare, "/orientation")) == [("birth_date", " checked"), ("schooling", " checked")]
    assert alone in warning(reader.post(f"/situations/{bare.life.case}/orientation", **form).text)
    known = pages.followed(DECIDED, telephone="01 00 00 00 00", email="f@exemple.fr")
    path = f"/situations/{known.life.case}/orientation"
    assert ("telephone", " checked") in offered.findall(pages.page(known, "/orientation"))
    assert alone not in reader.post(path, **form, copied=["telephone"]).text
    assert alone in warning(reader.post(path, **form, copied=["schooling"]).text)


def test_a_decided_orientation_that_nobody_can_receive_says_why(pages: Pages) -> None:
    told = warning(pages.page(pages.followed(STREET_WORK), "/orientation"))
    assert "« Club de prévention spécialisée » est décidée, mais personne n’y est encore admis" in told
