"""Thousands of drafts, of one seat and of many: home, the turn of the clocks, and how both grow."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, insert, select

from casework.cases import drafts, waiting
from casework.cases.clocks import tick
from casework.kernel.clock import at
from casework.store.keytables import SealRow
from casework.store.tables import DraftRow
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application
from tests.stress.served import SECONDS

MANY = min(10_000, int(SECONDS * 170))  # ten thousand from a minute on
LEAST = 50
OURS = 0.02  # seconds, for each draft and page: far above what is measured, far below what reading each envelope would cost


def add(lives: Lives, who: str, number: int) -> None:
    """So many drafts on situations of their own, as large as drafts are."""
    house, party = lives.house, lives.party(who)
    member = lives.acting[who].keys.member_id
    with at(lives.town.moment):
        assert drafts.keep(house, party, "correct", {"account-text": ["Fictif"]}, uuid4())
    with house.stores.case_reading() as session:
        model = session.scalars(select(DraftRow).where(DraftRow.person == party.person)).first()
        assert model
        same = {
            name: getattr(model, name)
            for name in ("instance", "person", "seat", "organisation", "form", "part", "changed_on", "envelope")
        }
    made = [{**same, "id": uuid4(), "key_id": uuid4(), "case": uuid4()} for _ in range(number - 1)]
    seals = [
        {"key_id": each["key_id"], "principal": member, "case": each["id"], "sealed": bytes(1_200)} for each in made
    ]
    with house.stores.key_writing() as keys:
        keys.execute(insert(SealRow), seals)
    with house.stores.case_writing() as session:
        for first in range(0, len(made), 500):
            session.execute(insert(DraftRow), made[first : first + 500])


@contextmanager
def asked_of(engine: Engine) -> Iterator[list[str]]:
    """The statements that a store is given meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def took(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.clause("R-01")
def test_thousands_of_drafts_stop_neither_home_nor_the_clocks(lives: Lives, request: pytest.FixtureRequest) -> None:
    with lives.town.later(seconds=30):
        reader = Reader(application(lives), lives, "pjj")
    add(lives, "pjj", LEAST)
    few = took(lambda: reader.get("/"))
    add(lives, "pjj", MANY)
    add(lives, "emas", LEAST)
    answers: list[Any] = []
    with asked_of(lives.house.stores.case) as statements:
        many = took(lambda: answers.append(reader.get("/")))
    assert not [each for each in statements if "draft.envelope" in each], "every envelope is read for a list of names"
    (answer,) = answers
    assert answer.status_code == 200
    assert "Reprendre votre brouillon" not in answer.text  # of situations that are not open to their author
    assert len(answer.data) < 50_000
    with at(lives.town.moment):
        turn = took(lambda: tick(lives.house))
    request.node.user_properties.append(("seconds", {"few": few, "many": many, "turn": turn, "drafts": MANY}))
    assert many < 1 + OURS * MANY / 10
    assert turn < 2 + OURS * MANY / 10
    lives.town.moment += timedelta(days=14)
    with at(lives.town.moment):
        assert tick(lives.house).drafts == MANY + 2 * LEAST
        assert tick(lives.house).surplus == 0
    with lives.house.stores.case_reading() as session:
        assert session.scalar(select(func.count()).select_from(DraftRow)) == 0


@pytest.mark.clause("R-01")
def test_a_home_page_names_some_drafts_and_counts_the_others(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(lives.town.moment):
        drafts.keep(lives.house, lives.party("pjj"), "refer", {"identity-surname": ["Fictif"]})
    with lives.town.later(seconds=30):
        reader = Reader(application(lives), lives, "pjj")
    assert "Reprendre votre brouillon" in reader.get("/").text
    monkeypatch.setattr(waiting, "DRAFTS", 0)
    assert "1 brouillon plus ancien" in reader.get("/").text
