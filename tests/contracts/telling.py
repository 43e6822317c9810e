"""What a refusal must be, whoever asks: a page in French, one English line without a word of anybody, and no trace in what is stored."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from casework.store.base import CaseBase
from tests.browser import assert_page
from tests.contracts.cell import Cell

SECRET = "Marqueurquinexistenullepartailleurs"
OF_THE_MOMENT = {"session", "attempt", "draft"}  # who is here, how often it tried, what it keeps for itself
LINE = re.compile(r"^(?:INFO|ERROR) +casework:page\.py:\d+ (\d{3} (?:GET|POST) [\w.]+: \w+)$", re.MULTILINE)


def substance(cell: Cell) -> dict[str, list[Any]]:
    """Everything stored about situations, meetings and accounts, sealed keys of situations included."""
    stores, found = cell.lives.house.stores, {}
    with stores.case.connect() as connection:
        for name in set(CaseBase.metadata.tables) - OF_THE_MOMENT:
            found[name] = sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"'))))  # noqa: S608 - declared names
        drafts = {row[0] for row in connection.execute(text("SELECT id FROM draft"))}
    with stores.key.connect() as connection:
        seals = connection.execute(text('SELECT "case", key_id, principal FROM seal')).all()
    return {**found, "seal": sorted(map(repr, (row for row in seals if row[0] not in drafts)))}


@contextmanager
def unchanged(cell: Cell) -> Iterator[None]:
    """Nothing is written by what happens inside."""
    before = substance(cell)
    yield
    after = substance(cell)
    assert {name for name in before if before[name] != after[name]} == set()


class Teller:
    """Has somebody ask for what is refused, and checks how it is told."""

    def __init__(self, cell: Cell, log: pytest.LogCaptureFixture) -> None:
        self.cell, self.log = cell, log

    def told(self, ask: Callable[[], TestResponse], status: int, *sentences: str) -> TestResponse:
        """The refusal, once checked."""
        self.log.clear()
        with unchanged(self.cell):
            answer = ask()
        assert answer.status_code == status, answer.text[-3_000:]
        assert_page(answer.text, answer.headers, status)
        shown = plain(answer.text)
        for sentence in sentences:
            assert sentence in shown, shown
        assert [line for line in LINE.findall(self.log.text) if line.startswith(str(status))], self.log.text
        assert SECRET not in self.log.text
        return answer


def plain(html: str) -> str:
    """The words of a page, spaces and hyphens made plain."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).replace("\u2011", "-")
