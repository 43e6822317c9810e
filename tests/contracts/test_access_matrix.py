"""The access matrix of situations by real requests: at each step every seat, own and other, against the reviewed page of the charter."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from tests.cases.pages import Reader
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.golden import Act, Reading
from tests.contracts.stories import LIVES, corrected, followed, in_exchange
from tests.contracts.story import Piece, Place, Story, knows, may, reads, rows_used, sent

SHOWN = re.compile(r'data-compartment="([a-z_]+)(?:-([0-9a-f-]{36}))?"')
ACTS = re.compile(r'<ul class="acts">(.*?)</ul>', re.DOTALL)
LABEL = re.compile(r'<a class="btn[^>]*>(.*?)(?: <kbd|</a>)')
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
FROM_ELSEWHERE = {"assign", "tell_apart"}  # by the signature of a record, from the comparison
Difference = tuple[str, str, Any, Any]


def shown(text: str) -> set[Place]:
    """The compartments a page shows."""
    return {(name, UUID(part) if part else None) for name, part in SHOWN.findall(text)}


def offered(text: str) -> Counter[str]:
    """The labels of the acts a page offers, spaces made plain; without whose part it is, said where several have the act."""
    found = LABEL.findall("".join(ACTS.findall(text)))
    return Counter(re.sub(r" \([^)]*\)$", "", re.sub(r"[\u00a0\u202f]", " ", label)) for label in found)


def differences(cell: Cell, story: Story) -> list[Difference]:
    """(who, step, shown, granted) wherever a real page is not what the reviewed page says."""
    path, found = f"/situations/{story.head.life.case}", []
    for name, who in cell.people.items():
        answer = cell.readers[name].get(path)
        granted, acts = reads(story.told, who, cell.people), may(story.told, who, cell.people)
        labels = Counter(golden.ACTS[act].label for act, _ in acts if act not in FROM_ELSEWHERE)
        expected = 200 if knows(story.told, who, cell.people) else 404
        seen = ((answer.status_code, expected), (shown(answer.text), granted), (offered(answer.text), labels))
        found += [(name, story.told.step, *pair) for pair in seen if pair[0] != pair[1]]
    return found


@dataclass
class Looks:
    """What everybody saw over all these lives, and the rows of the reviewed page that somebody used."""

    differences: list[Difference]
    used: set[Reading]


@pytest.fixture(scope="module")
def looks(cell: Cell) -> Looks:
    found = Looks([], set())
    for story in (point for life in LIVES for point in life(cell)):
        found.differences += differences(cell, story)
        found.used |= {row for who in cell.people.values() for row in rows_used(story.told, who, cell.people)}
    return found


@pytest.mark.clause("F33-02", "F33-03", "F33-04", "F33-05", "F33-14", "F33-15", "F33-16")
def test_at_every_step_every_page_shows_what_the_reviewed_page_grants_and_no_more(looks: Looks) -> None:
    assert looks.differences == []


def test_every_row_of_the_reviewed_page_was_asked_by_a_real_request(looks: Looks) -> None:
    computed = {
        row for row in golden.READINGS if row.compartment in ("match", "distinct")
    }  # the comparison alone shows it
    assert set(golden.READINGS) - looks.used == computed


@pytest.mark.clause("F33-16")
def test_a_list_shows_the_situations_one_reads_or_sent_and_no_other(cell: Cell) -> None:
    stories = [in_exchange(cell), next(followed(cell, ("emas",))), next(corrected(cell, "landlord"))]
    for name, who in cell.people.items():
        shown = listed(cell.readers[name]) if golden.ROUTES["/situations"][f"`{who.seat}`"] else ""
        for story in stories:
            expected = bool(reads(story.told, who, cell.people)) or sent(story.told, who, cell.people)
            assert (str(story.head.life.case) in shown) == expected, (name, story.told.step)


def listed(reader: Reader) -> str:
    """Every page of the list of situations."""
    pages = [reader.get("/situations").text]
    while f"page={len(pages)}" in pages[-1]:
        pages.append(reader.get(f"/situations?page={len(pages)}").text)
    return "".join(pages)


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize("point", ["exchange", "follow-up"])
def test_an_act_that_the_reviewed_page_does_not_open_is_missing_and_changes_nothing(cell: Cell, point: str) -> None:
    story = in_exchange(cell) if point == "exchange" else next(followed(cell, ("emas",)))
    places: list[Piece | None] = [None, *story.told.pieces]
    tried = [(act, piece) for piece in places for act in golden.ACTS.values() if _of_this_step(act, story, piece)]
    assert [door for name in cell.people for door in wrong_doors(cell, story, name, tried)] == []
    opened = cell.lives.open("coordinator", story.head)
    assert opened
    assert opened.head == story.head


def _of_this_step(act: Act, story: Story, piece: Piece | None) -> bool:
    return (piece.step if piece else story.told.step) in act.sources


def wrong_doors(
    cell: Cell, story: Story, name: str, tried: Iterable[tuple[Act, Piece | None]]
) -> list[tuple[str, str]]:
    """(who, act) that is not answered as the reviewed page says: an open act has its form, any other is a missing page."""
    reader, open_to_it = cell.readers[name], may(story.told, cell.people[name], cell.people)
    proof, found = {**reader.hidden("/mon-compte"), "seen": str(story.head.sequence)}, []
    missing = plain(reader.send(f"/situations/{uuid4()}/actes/transmit", proof))
    for act, piece in tried:
        middle = f"/parties/{piece.id}" if piece else ""
        path = f"/situations/{story.head.life.case}{middle}/actes/{act.name}"
        if (act.name, piece.id if piece else None) in open_to_it and not act.screen:
            right = reader.get(path).status_code == 200
        else:
            right = plain(reader.send(path, proof)) == missing
        found += [] if right else [(name, act.name)]
    return found


def plain(answer: TestResponse) -> tuple[int, str]:
    """An answer, its proofs masked."""
    return answer.status_code, TOKEN.sub("", answer.text)


@pytest.mark.parametrize("guard", ["granted", "concerned"])
def test_without_its_guard_the_matrix_is_red(cell: Cell, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    story = in_exchange(cell)
    monkeypatch.setattr(f"casework.cases.reading.{guard}", lambda *_args: True)
    assert differences(cell, story)
