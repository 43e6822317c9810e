"""A town with every seat of CENOMED, and the moves of one life by name."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.cases.act import Change, act, begin
from casework.cases.heads import Head
from casework.cases.reading import Opened, open_situation
from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at
from casework.kernel.life import Party, Slot
from casework.kernel.records import Take
from casework.store.house import House
from casework.store.keyring import Acting
from tests import builders, databases
from tests.house import Town, afresh, copy_house, make_house, open_town

SEATS = tuple(seat.name for seat in CENOMED.seats if seat.name not in ("coordinator", "controller", "dpo"))


@dataclass
class Lives:
    """Shorthand over the services: who acts by name, which move, what is written."""

    town: Town
    acting: dict[str, Acting]
    folder: Path

    @property
    def house(self) -> House:
        """The house under test."""
        return self.town.house

    def refer(self, who: str = "head_of_school", **identity: Any) -> Head:
        """A new saisine."""
        with at(self.town.moment):
            return begin(self.house, self.acting[who], uuid4(), Change("refer", builders.referral(**identity)))

    def play(
        self, head: Head, who: str, move: str, contents: Any = None, part: UUID | None = None, **takes: Any
    ) -> Head:
        """One move on the situation as it is in `head`."""
        given = {Take[name.upper()]: value for name, value in takes.items()}
        with at(self.town.moment):
            return act(
                self.house, self.acting[who], head.life.case, head.sequence, Change(move, contents or {}, given, part)
            )

    def open(self, who: str, head: Head) -> Opened | None:
        """What this person can open."""
        with at(self.town.moment):
            return open_situation(self.house, self.acting[who], head.life.case)

    def reads(self, who: str, head: Head) -> set[str]:
        """The compartments this person opens, computed ones left out."""
        opened = self.open(who, head)
        return {slot.compartment for slot in opened.contents} - {"match"} if opened else set()

    def reads_case(self, who: str, case: UUID) -> set[Slot]:
        """The slots this person opens of a situation known by its id."""
        with at(self.town.moment):
            opened = open_situation(self.house, self.acting[who], case)
        return set(opened.contents) if opened else set()

    def party(self, who: str) -> Party:
        """The party of somebody."""
        return self.acting[who].party

    def retained(self, **identity: Any) -> Head:
        """A situation retained by the Parquet."""
        head = self.play(self.refer(**identity), "coordinator", "transmit")
        return self.play(head, "prosecutor", "retain", {"judicial": {}})

    def in_session(self, *convened: str, **identity: Any) -> Head:
        """A situation whose nominative exchange is open to these persons."""
        head = self.play(self.retained(**identity), "coordinator", "schedule", meeting=uuid4())
        parties = [self.party(who) for who in convened]
        return self.play(head, "coordinator", "circulate", convened=parties, window=date(2026, 12, 31))

    def followed(self, *convened: str) -> Head:
        """A situation whose record was approved."""
        head = self.play(self.in_session(*convened), "coordinator", "decide", builders.decisions())
        head = self.play(head, "coordinator", "sign_record")
        return self.play(head, "town_hall", "approve")


def make_lives(folder: Path, dialect: str = "sqlite", settings: dict[str, int] | None = None) -> Lives:
    """An open instance where every seat is held and logged in; `settings`: rather than those that hash quickly."""
    house = make_house(folder, dialect)
    town = open_town(house if settings is None else replace(house, settings=settings))
    kinds = {"recipient": "social_service"}
    for seat in SEATS:
        organisation = town.organisation(kinds[seat]) if seat in kinds else None
        town.join(seat, organisation=organisation)
    names = ("coordinator", "controller", "dpo", *SEATS)
    return Lives(town, {name: town.acting(name) for name in names}, folder)


@cache
def _model(dialect: str) -> tuple[Lives, tempfile.TemporaryDirectory[str]]:
    """One ceremony for the whole run; tests work on copies."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    return make_lives(Path(folder.name), dialect), folder


@contextmanager
def copied(folder: Path, dialect: str) -> Iterator[Lives]:
    """A town of one's own."""
    model, _ = _model(dialect)
    house = copy_house(model.house, model.folder, folder)
    town = replace(
        model.town, house=house, people=dict(model.town.people), organisations=dict(model.town.organisations)
    )
    yield Lives(town, afresh(model.acting), folder)
    databases.drop(house.stores)


@pytest.fixture
def lives(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lives]:
    """A town of one's own; on SQLite, unless the test is marked for both."""
    with copied(tmp_path, getattr(request, "param", "sqlite")) as made:
        yield made


@pytest.fixture(scope="module")
def town_of_all(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    """One town for every test of a module; on SQLite, unless the module is marked for both."""
    with copied(tmp_path_factory.mktemp("town"), getattr(request, "param", "sqlite")) as made:
        yield made
