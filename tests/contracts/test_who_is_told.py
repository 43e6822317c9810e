"""Whoever can read something more after an act waits for a mail, and nobody else: by the kernel in random lives, and by the reviewed page."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from casework.kernel.life import Slot
from casework.store.directory import load_directory
from casework.store.tables import AnnouncementRow
from tests.cases.conftest import Lives
from tests.contracts.cell import Cell
from tests.contracts.decrypt import who_may
from tests.contracts.stories import followed, remontee
from tests.contracts.story import Story, reads
from tests.contracts.walk import Walk

LIVES, STEPS = 8, 30


def told(lives: Lives) -> set[str]:
    """Who waits for a mail, by name; then nobody does."""
    with lives.house.stores.case_writing() as session:
        rows = set(session.scalars(select(AnnouncementRow.person)))
        session.execute(delete(AnnouncementRow))
    return {name for name, acting in lives.acting.items() if acting.party.person in rows}


@pytest.fixture(scope="module")
def telling(town_of_all: Lives) -> Lives:
    """The town of the module, its acts leaving word."""
    town = replace(town_of_all.town, house=replace(town_of_all.house, announces=True))
    return Lives(town, town_of_all.acting, town_of_all.folder)


def opens(lives: Lives, case: UUID) -> dict[str, set[Slot]]:
    """What each person may open, by name, through every key it holds."""
    may = who_may(lives.house, case)
    with lives.house.stores.case_reading() as session:
        directory = load_directory(lives.house, session)
    keys = {name: set(acting.keys.holdable(directory, acting.actor)) for name, acting in lives.acting.items()}
    return {name: {slot for slot, principal in may if principal in held} for name, held in keys.items()}


@pytest.mark.parametrize("seed", range(LIVES))
def test_who_gains_a_reading_is_told_and_nobody_else_in_random_lives(telling: Lives, seed: int) -> None:
    walk, before = Walk(telling, seed), dict[str, set[Slot]]()
    walk.begin()
    for _ in range(STEPS):
        assert walk.head
        after, who = opens(telling, walk.head.life.case), walk.path[-1].split(":")[0]
        gained = {name for name, slots in after.items() if slots - before.get(name, set())} - {who}
        assert told(telling) == (gained if who != "clock" else set()), " → ".join(walk.path)
        before = after
        if not walk.step() or walk.head is None:
            break
    assert told(telling) == set()


@pytest.fixture
def announcing(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The cell, its acts leaving word: each act of a story is checked against the page; the acts that were."""
    moves, plays = list[str](), Story.plays

    def checked(story: Story, who: str, move: str, *rest: object, **given: object) -> Story:
        before = {name: reads(story.told, person, story.people) for name, person in story.people.items()}
        told(cell.lives)
        plays(story, who, move, *rest, **given)  # type: ignore[arg-type]
        after = {name: reads(story.told, person, story.people) for name, person in story.people.items()}
        assert told(cell.lives) == {name for name in after if after[name] - before[name]} - {who}, move
        moves.append(move)
        return story

    monkeypatch.setattr(Story, "plays", checked)
    monkeypatch.setattr(cell.lives, "town", replace(cell.lives.town, house=replace(cell.lives.house, announces=True)))
    yield moves
    told(cell.lives)


def test_who_gains_a_reading_by_the_reviewed_page_is_told_and_nobody_else(cell: Cell, announcing: list[str]) -> None:
    for life in (remontee, followed):
        list(life(cell))
    assert {"take_up", "retain", "circulate", "assign", "orient", "answer", "close"} <= set(announcing)
