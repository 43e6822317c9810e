"""What a page tells before an act: what it leaves open, what was decided, asked or reported."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from casework.cases.heads import Head
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
ACTION = {"surname": "Fictif", "first_name": "Camille", "decision": "member_action", "action": "contact_family"}
DECIDED = {"decision": "orientation", "orientation": "social_service"}
STREET_WORK = {"decision": "orientation", "orientation": "street_work"}
LEISURE = {"decision": "orientation", "orientation": "leisure"}


@dataclass
class Pages:
    """A town and its readers, whose pages have plain spaces."""

    lives: Lives
    readers: dict[str, Reader]

    def page(self, head: Head, what: str = "", who: str = "coordinator") -> str:
        """A page of this situation."""
        text = self.readers[who].get(f"/situations/{head.life.case}{what}").text
        return re.sub(r"\s+", " ", re.sub(r"[\u00a0\u202f]", " ", text))

    def followed(self, *rows: dict[str, Any]) -> Head:
        """A situation whose record says this."""
        head = self.lives.play(self.lives.in_session("emas"), "coordinator", "decide", builders.decisions(*rows))
        return self.lives.play(self.lives.play(head, "coordinator", "sign_record"), "town_hall", "approve")

    def oriented(self, head: Head, mark: str = "social") -> Head:
        """The same, a sheet sent to a social service."""
        to = (self.lives.town.people["recipient"].organisation, mark)
        return self.lives.play(head, "coordinator", "orient", {"orientation": SHEET}, recipient=to)


@pytest.fixture(scope="module")
def pages(town_of_all: Lives) -> Pages:
    app = application(town_of_all)
    return Pages(
        town_of_all, {who: Reader(app, town_of_all, who) for who in ("coordinator", "head_of_school", "agent")}
    )


def warning(page: str) -> str:
    """The warnings of a page, without their tags."""
    found = re.findall(r'<div class="callout callout-warning">(.*?)</div>', page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join(found)))


# --- Closing --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("F33-06", "F33-12", "F33-15")
def test_closing_says_what_is_open_and_what_becomes_of_it_and_the_coordinator_decides(pages: Pages) -> None:
    lives = pages.lives
    head = pages.oriented(pages.followed(DECIDED, STREET_WORK))
    owner = lives.party("emas").person
    head = lives.play(head, "coordinator", "assign", {"owner_sheet": ACTION}, owner=owner, due=date(2026, 4, 1))
    told = warning(pages.page(head, "/actes/close"))
    for words in (
        "depuis le 2 mars 2026. Le destinataire garde sa fiche et peut encore répondre",
        "Fiche d’action « Prendre contact avec la famille » non faite, confiée à Emas pour le 1er avril 2026."
        " La personne responsable ne lira plus sa fiche",
        "Orientation décidée et non envoyée : Club de prévention spécialisée. Elle ne pourra plus partir.",
    ):
        assert words in told
    assert "envoyée : Service social polyvalent" not in told
    closed = pages.readers["coordinator"].post(f"/situations/{head.life.case}/actes/close", reason="actions_done")
    assert closed.status_code == 303
    sheets = [part.id for part in head.life.parts]
    assert {slot.part for slot in lives.reads_case("recipient", head.life.case)} == {sheets[0]}
    assert lives.reads_case("emas", head.life.case) == set()


def test_closing_says_nothing_of_what_is_done_or_called_back_nor_does_another_act(pages: Pages) -> None:
    lives = pages.lives
    head = pages.oriented(pages.followed(LEISURE))
    assert warning(pages.page(head, "/actes/inform")) == ""
    head = lives.play(head, "coordinator", "recall", part=head.life.parts[0].id)
    assert warning(pages.page(head, "/actes/close")) == ""
