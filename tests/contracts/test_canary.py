"""The canary suite: every seat crawls every page; no marker reaches a seat without right, nor any file, log or temporary folder."""

import logging
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from casework.cases import plan, sealed
from casework.cases.clocks import tick
from casework.kernel import engine
from casework.kernel.clock import at
from casework.kernel.life import Life, Principal, Slot
from casework.kernel.records import Charter
from crypto.envelope import new_key
from tests.cases.conftest import Lives, make_lives
from tests.cases.pages import Reader, application, everybody
from tests.contracts.canaries import PATTERN, Canaries, plant

LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
TOKEN = re.compile(r'value="[0-9a-f]{32,}"')
NOT_CRAWLED = ("/static/", "/bootstrap/", "/journal?", "/invitation/")
NOBODY = UUID(int=9)


@dataclass(frozen=True)
class Page:
    """An answer, tokens masked."""

    status: int
    text: str
    headers: str

    @property
    def markers(self) -> set[str]:
        """The markers it holds, wherever they stand."""
        return set(re.findall(PATTERN, (self.headers + self.text).lower()))


Pages = dict[str, dict[str, Page]]  # by seat, by path


@dataclass
class Town:
    """A planted town, crawled."""

    planted: Canaries
    app: Flask
    readers: dict[str, Reader]
    folder: Path
    pages: Pages = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def lives(self) -> Lives:
        """Who lives there."""
        return self.planted.lives


class Kept(logging.Handler):
    """Keeps every line that the application writes in its logs, traces included."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def fetch(reader: Reader, path: str) -> Page:
    answer = reader.get(path)
    return Page(answer.status_code, TOKEN.sub("", unescape(answer.text)), str(answer.headers))


def wanted(path: str) -> bool:
    return not path.startswith(NOT_CRAWLED) and path != "/deconnexion"


def starts(town: Town) -> set[str]:
    """Every URL of the map that needs no more than the id of a situation, or the name of a move that begins one."""
    rules = [rule.rule for rule in town.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    lives = [head.life for head in town.planted.situations.values()]
    meetings = [life.meeting for life in lives if life.meeting]
    begins = [move.name for move in town.lives.house.charter.moves if not move.sources]
    paths = {rule.replace("<uuid:case>", str(life.case)) for rule in rules for life in lives}
    paths = {path.replace("<uuid:meeting>", str(meeting)) for path in paths for meeting in meetings}
    paths = {path.replace("/nouvelle/<move>", f"/nouvelle/{name}") for path in paths for name in begins}
    paths |= {path.replace("/fait/<move>", "/fait/transmit").replace("/fait/<act>", "/fait/approved") for path in paths}
    return {path for path in paths if "<" not in path and wanted(path)}


def follow(reader: Reader, known: Mapping[str, Page], paths: set[str]) -> dict[str, Page]:
    """Fetch these paths and all that their pages link to."""
    found, left = dict(known), sorted(paths)
    while left:
        path = left.pop()
        if path not in found:
            found[path] = fetch(reader, path)
            left += [link for link in LINK.findall(found[path].text) if wanted(link)]
    return found


def crawl(town: Town) -> Pages:
    """First what each seat finds, then for every seat what any of them found."""
    paths, pages = {"/", "/situations", *starts(town)}, {name: dict[str, Page]() for name in town.readers}
    for name, reader in town.readers.items():
        pages[name] = follow(reader, {}, paths)
    every = {path for found in pages.values() for path in found}
    return {name: follow(reader, pages[name], every) for name, reader in town.readers.items()}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A planted town that every seat has crawled."""
    folder, lines = tmp_path_factory.mktemp("canary"), list[str]()
    for name in ("town", "temporary"):
        (folder / name).mkdir()
    handler, logger, level = Kept(lines), logging.getLogger(), logging.getLogger().level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder / "temporary"))
        planted = plant(make_lives(folder / "town"))
        app = application(planted.lives)
        made = Town(planted, app, everybody(app, planted.lives), folder, lines=lines)
        made.pages = crawl(made)
        with at(planted.lives.town.moment):
            tick(planted.lives.house)
        yield made
    logger.removeHandler(handler)
    logger.setLevel(level)


def leaks(planted: Canaries, pages: Pages) -> set[tuple[str, str, str]]:
    """(seat, path, what) for every marker received without right."""
    return {
        (seat, path, str(mark))
        for seat, found in pages.items()
        for path, page in found.items()
        for mark in (planted.marks[word] for word in page.markers & set(planted.marks))
        if not planted.may(seat, mark)
    }


def at_rest(folder: Path) -> dict[str, set[str]]:
    """The markers that stand in files or in their names, by the name of the file."""
    files = {str(path): path.name.encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = {name: set(re.findall(PATTERN.encode(), content.lower())) for name, content in files.items()}
    return {name: {word.decode() for word in words} for name, words in found.items() if words}


def closed_to(town: Town, seat: str) -> list[UUID]:
    """The situations of which this seat may know nothing: it reads none of it, may not act on it, did not send it."""
    charter, actor = town.lives.house.charter, town.lives.acting[seat].actor
    return [
        head.life.case
        for head in town.planted.situations.values()
        if actor.party
        and head.life.sender.organisation != actor.party.organisation
        and not any(engine.may_read(charter, actor, head.life, slot) for slot in engine.slots(charter, head.life))
        and not any(engine.available(charter, actor, head.life, part) for part in (None, *_parts(head.life)))
    ]


def _parts(life: Life) -> list[UUID]:
    return [part.id for part in life.parts]


def told_apart(town: Town, seat: str, path: str, case: UUID) -> bool:
    """Whether the answer to this seat differs from the one about a situation that does not exist."""
    return fetch(town.readers[seat], path) != fetch(town.readers[seat], path.replace(str(case), str(NOBODY)))


def test_no_seat_receives_a_marker_that_it_may_not_read(town: Town) -> None:
    assert leaks(town.planted, town.pages) == set()


@pytest.mark.clause("F33-16")
def test_each_marker_is_received_by_every_seat_that_may_read_it(town: Town) -> None:
    may = {(seat, str(m)) for seat in town.readers for m in town.planted.marks.values() if town.planted.may(seat, m)}
    assert {name for name, _ in may} >= {"coordinator", "prosecutor", "police_station", "dsol", "agent", "recipient"}
    marks = town.planted.marks
    received = {
        (seat, str(marks[word]))
        for seat, found in town.pages.items()
        for page in found.values()
        for word in page.markers & set(marks)
    }
    assert received == may


def test_every_page_of_the_map_was_shown_to_somebody(town: Town) -> None:
    shown: set[str] = set()
    adapter = town.app.url_map.bind("localhost", url_scheme="https")
    for found in town.pages.values():
        for path, page in found.items():
            if page.status == 200:
                shown.add(adapter.match(path.split("?")[0], method="GET")[0])
    rules = [rule for rule in town.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    expected = {rule.endpoint for rule in rules if not rule.rule.startswith(NOT_CRAWLED)}
    assert expected - shown == set()


def test_the_answer_about_a_closed_situation_is_the_one_about_none(town: Town) -> None:
    apart = set()
    for seat, found in town.pages.items():
        for case in closed_to(town, seat):
            paths = [path for path in found if str(case) in path]
            assert paths
            apart |= {(seat, path) for path in paths[:6] if told_apart(town, seat, path, case)}
    assert apart == set()


def test_no_marker_stands_in_a_file_a_log_or_a_temporary_folder(town: Town) -> None:
    assert at_rest(town.folder) == {}
    assert town.lines
    assert re.findall(PATTERN, "\n".join(town.lines).lower()) == []


def test_no_marker_stands_in_an_address_or_a_header(town: Town) -> None:
    for found in town.pages.values():
        for path, page in found.items():
            assert not re.findall(PATTERN, path.lower() + page.headers.lower())


def test_without_the_guard_a_closed_situation_is_told_apart(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = town.planted.situations["received"].life.case
    path = f"/situations/{case}"
    assert case in closed_to(town, "pjj")
    assert not told_apart(town, "pjj", path, case)
    monkeypatch.setattr("casework.cases.reading.granted", lambda *_args: True)
    assert told_apart(town, "pjj", path, case)


def test_without_the_guard_and_with_a_seal_too_many_a_marker_leaks(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(charter: Charter, life: Life) -> dict[Slot, frozenset[Principal]]:
        found = engine.readers(charter, life)
        return {slot: principals | {Principal.of_seat("prosecutor")} for slot, principals in found.items()}

    monkeypatch.setattr(plan, "readers", too_many)
    planted = Canaries(town.lives)
    planted.refer("open", "landlord")
    path = f"/situations/{planted.situations['open'].life.case}"
    reader = town.readers["prosecutor"]
    assert leaks(planted, {"prosecutor": {path: fetch(reader, path)}}) == set()
    monkeypatch.setattr("casework.cases.reading.granted", lambda *_args: True)
    assert leaks(planted, {"prosecutor": {path: fetch(reader, path)}})


def test_without_encryption_every_marker_is_found_at_rest(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(*_args: Any) -> tuple[UUID, bytes, bytes]:
        return uuid4(), new_key(), repr(_args[-1]).encode()

    monkeypatch.setattr(sealed, "make", plain)
    planted = Canaries(lives)
    planted.refer("open", "landlord")
    assert set().union(*at_rest(lives.folder).values()) == set(planted.marks)
