"""A town that was backed up, then went on living; tests put the old files back in copies of it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from casework.accounts.login import Typed
from casework.accounts.removal import remove_seat, suspend_seat
from casework.cases import heads
from casework.cases.clocks import tick
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.restoring.acceptance import Accepted, accept
from casework.store import directory
from casework.store.house import House
from tests import builders, databases
from tests.cases.conftest import Lives, make_lives
from tests.house import APART, DATA, REGISTER, Town, close, open_files

HOLDERS = ("coordinator", "dpo")


@dataclass(frozen=True)
class Story:
    """`before`: the situations as the backup has them; `after`: as they were last."""

    town: Town
    folder: Path
    before: dict[str, Head]
    after: dict[str, Head]


@dataclass
class Restored:
    """A copy of the town, with files of the backup put back."""

    story: Story
    folder: Path
    house: House
    town: Town

    @property
    def register(self) -> Path:
        """The file of the deletion register."""
        return self.folder / APART / REGISTER

    def put_back(self, *stores: str) -> None:
        """Put these stores of the backup in the place of the present ones, in the files that a running server keeps to."""
        close(self.house)
        for name in stores:
            for old in (self.folder / DATA).glob(f"{name}.sqlite-*"):
                old.unlink()
            for kept in (self.story.folder / "backup").glob(f"{name}.sqlite*"):
                shutil.copy(kept, self.folder / DATA)
        directory._cache.clear()
        # Another process: nothing of the log is remembered.
        self.house = replace(self.house, stores=databases.open_files(self.folder / DATA))
        self.town.house = self.house

    def typed(self, name: str, **changes: str) -> Typed:
        """What this person types at the command line."""
        return self.town.people[name].typed(**changes)

    def head(self, session: Session, known: Head) -> Head:
        """The situation as it is stored now."""
        head = heads.load(self.house, session, directory.load_directory(self.house, session), known.life.case)
        assert head
        return head

    def holders(self, *names: str) -> tuple[Typed, Typed]:
        """Two share-holders."""
        first, second = names or HOLDERS
        return self.typed(first), self.typed(second)


def accepted(restored: Restored, *stores: str) -> Accepted:
    """Put these stores of the backup back and have them accepted."""
    restored.put_back(*stores)
    return accept(restored.house, restored.holders())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """After the backup: one situation destroyed, one recusal, one record approved, one seat removed and one suspended, one key given again."""
    folder = tmp_path_factory.mktemp("story")
    lives = make_lives(folder)
    convened = ("pjj", "police_station", "town_hall")
    before = {
        "destroyed": lives.play(lives.refer(), "coordinator", "dismiss", reason="out_of_scope"),
        "recused": lives.in_session(*convened),
        "approved": lives.play(lives.in_session(*convened), "coordinator", "decide", builders.decisions()),
        "again": lives.in_session(*convened),
        "emptied": _signed(lives, lives.in_session(*convened), "close"),
        "kept": lives.retained(),
    }
    close(lives.house)
    shutil.copytree(folder / DATA, folder / "backup")
    after = _go_on(lives, before)
    lives.town.moment += timedelta(hours=1)
    close(lives.house)
    return Story(lives.town, folder, before, after)


def _signed(lives: Lives, head: Head, decision: str) -> Head:
    head = lives.play(head, "coordinator", "decide", builders.decisions({"decision": decision}))
    return lives.play(head, "coordinator", "sign_record")


def _go_on(lives: Lives, before: dict[str, Head]) -> dict[str, Head]:
    recused = lives.play(before["recused"], "pjj", "recuse", person=lives.party("pjj").person)
    approved = lives.play(before["approved"], "coordinator", "sign_record")
    approved = lives.play(approved, "town_hall", "approve")
    again = lives.play(before["again"], "coordinator", "not_examined")
    again = lives.play(again, "coordinator", "schedule", meeting=uuid4())
    again = lives.play(
        again, "coordinator", "circulate", convened=[lives.party("pjj")], window=again.life.began + timedelta(days=300)
    )
    with at(lives.town.moment):
        suspend_seat(lives.house, None, lives.town.people["landlord"].tenure)
        remove_seat(lives.house, lives.acting["coordinator"], lives.town.people["police_station"].tenure)
    lives.town.moment += timedelta(days=31)
    with at(lives.town.moment):
        assert tick(lives.house).destroyed == 1
    emptied = lives.play(before["emptied"], "town_hall", "approve_closed")
    known = {"again": again, "emptied": emptied, "kept": before["kept"]}
    return {"recused": recused, "approved": approved, **known}


@pytest.fixture
def restored(story: Story, tmp_path: Path) -> Iterator[Restored]:
    """The town as it is now; `put_back` makes it older."""
    for name in (DATA, APART):
        shutil.copytree(story.folder / name, tmp_path / name)
    house = open_files(story.town.house, tmp_path)
    town = replace(story.town, house=house, people=dict(story.town.people))
    with at(town.moment):
        yield Restored(story, tmp_path, house, town)
    close(house)
