"""The canary suite: every seat crawls every page; no marker reaches a seat without right, nor any file, row, copy, log, address or terminal."""

import base64
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from click.testing import CliRunner
from flask import Flask

from casework import cli
from casework.accounts import people, service
from casework.cases import plan, sealed
from casework.kernel import engine
from casework.kernel.clock import at
from casework.kernel.life import Life, Principal, Slot
from casework.kernel.records import Charter
from casework.store.migrations import STORES, steps
from casework.web import errors
from casework.web.page import logger as app_log
from crypto.envelope import new_key
from tests.cases.conftest import Lives, make_lives
from tests.cases.pages import Reader, application, everybody
from tests.contracts.canaries import Canaries, plant
from tests.contracts.mistyped import mistype
from tests.contracts.searching import at_rest, copied, in_rows, marker, markers

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
        return markers(self.headers + self.text)

    @property
    def title(self) -> str:
        """What the tab shows."""
        return "".join(re.findall(r"<title>(.*?)</title>", self.text, re.DOTALL))


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
    said: dict[str, str] = field(default_factory=dict)  # by command line
    wrong: dict[str, int] = field(default_factory=dict)

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
    """A planted town: everybody asks wrongly, then crawls; it is copied while it serves, and its commands are run."""
    folder, lines = tmp_path_factory.mktemp("canary"), list[str]()
    for name in ("town", "temporary"):
        (folder / name).mkdir()
    handler, logger, level = Kept(lines), logging.getLogger(), logging.getLogger().level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder / "temporary"))
        with sql_told():
            planted = plant(make_lives(folder / "town"))
        app = application(planted.lives)
        made = Town(planted, app, everybody(app, planted.lives), folder, lines=lines)
        made.wrong = mistype(app, planted, made.readers)
        made.pages = crawl(made)
        copied(planted.lives.house.stores, folder / "backup")
        made.said = commands(planted.lives)
        yield made
    logger.removeHandler(handler)
    logger.setLevel(level)


@contextmanager
def sql_told() -> Iterator[None]:
    """As when somebody asks the database layer to log every statement and every row."""
    sql = logging.getLogger("sqlalchemy.engine")
    sql.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        sql.setLevel(logging.NOTSET)


def commands(lives: Lives) -> dict[str, str]:
    """What every command that needs no person says to a terminal, on this town."""
    for name in STORES:
        with (lives.house.stores.case if name == "case" else lives.house.stores.key).begin() as connection:
            command.stamp(steps(name, connection), "head")
    stores, apart = lives.house.stores, lives.folder / "provider"
    places = {"CASE_URL": stores.case.url, "KEY_URL": stores.key.url, "PROVIDER": apart / "provider.json", "PINS": apart / "pins.json"}  # fmt: skip
    environ = {f"CASEWORK_{name}": str(value) for name, value in places.items()}
    runner = CliRunner(env={**environ, "CASEWORK_TRUSTED_HOSTS": "localhost"})
    with at(lives.town.moment):
        typed = ("tick", "organisation kinds", "organisation list", f"organisation add nothing {marker()}")
        said = {words: runner.invoke(cli.main, words.split()) for words in typed}
    assert [done.exit_code for done in said.values()] == [0, 0, 0, 1], said
    return {words: done.output for words, done in said.items()}


def leaks(planted: Canaries, pages: Pages) -> set[tuple[str, str, str]]:
    """(seat, path, what) for every marker of a situation or a draft received without right."""
    return {
        (seat, path, str(mark))
        for seat, found in pages.items()
        for path, page in found.items()
        for mark in (planted.marks[word] for word in page.markers & set(planted.marks))
        if not planted.may(seat, mark)
    }


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


def answer_about_none(town: Town, seat: str, path: str, case: UUID) -> Page:
    """What this seat is answered about a situation that does not exist."""
    return fetch(town.readers[seat], path.replace(str(case), str(NOBODY)))


def test_no_seat_receives_a_marker_that_it_may_not_read(town: Town) -> None:
    assert set(town.readers) == {seat.name for seat in town.lives.house.charter.seats}
    assert leaks(town.planted, town.pages) == set()


def test_no_seat_receives_what_somebody_mistyped(town: Town) -> None:
    known = {*town.planted.marks, *town.planted.names, town.planted.address}
    received = {
        (seat, path) for seat, found in town.pages.items() for path, page in found.items() if page.markers - known
    }
    assert received == set()
    assert set(town.wrong.values()) <= {200, 303, 400, 403, 404, 413, 422}


@pytest.mark.clause("F33-02", "F33-03", "F33-05", "F-03")
def test_names_of_professionals_are_for_members_and_those_who_invite_and_their_log_ins_for_nobody(town: Town) -> None:
    members = {seat.name for seat in town.lives.house.charter.seats if seat.member}
    read = {
        (seat, word)
        for seat, found in town.pages.items()
        for page in found.values()
        for word in page.markers - set(town.planted.marks)
    }
    assert {seat for seat, _ in read} == members | {"administrator"}
    assert {word for _, word in read} == set(town.planted.names)


@pytest.mark.clause("F33-16")
def test_each_marker_is_received_by_every_seat_that_may_read_it(town: Town) -> None:
    may = {(seat, str(m)) for seat in town.readers for m in town.planted.marks.values() if town.planted.may(seat, m)}
    assert {name for name, _ in may} >= {
        "coordinator",
        "prosecutor",
        "police_station",
        "emas",
        "dsol",
        "agent",
        "recipient",
    }
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
        none: dict[str, Page] = {}
        for case in closed_to(town, seat):
            paths = [path for path in found if str(case) in path]
            assert paths
            for path in paths:
                shape = path.replace(str(case), "")
                none[shape] = none.get(shape) or answer_about_none(town, seat, path, case)
                apart |= {(seat, path)} if found[path] != none[shape] else set()
    assert apart == set()


def test_no_marker_stands_in_a_file_a_row_a_copy_or_a_temporary_folder(town: Town) -> None:
    assert [path.name for path in sorted((town.folder / "backup").iterdir()) if path.name.endswith("-wal")]
    assert at_rest(town.folder) == {}
    assert in_rows(town.lives.house.stores.case) == in_rows(town.lives.house.stores.key) == {}


@pytest.mark.clause("A-05")
def test_no_marker_stands_in_the_logs(town: Town) -> None:
    said = "\n".join(town.lines)
    for sign in ("INSERT INTO ciphertext", "422 POST cases.new: invalid", "404 GET None: missing"):
        assert sign in said
    assert markers(said) == set()


def test_no_marker_stands_in_an_address_a_header_or_a_title(town: Town) -> None:
    for found in town.pages.values():
        for path, page in found.items():
            assert markers(path + page.headers + page.title) == set()


def test_a_terminal_is_told_no_marker_but_the_names_of_organisations(town: Town) -> None:
    told = {words: markers(said) for words, said in town.said.items()}
    assert told.pop("organisation list") == {town.planted.names[0]}
    assert set().union(*told.values()) == set()


# --- Each guard is needed: without it the suite is red


def test_without_the_guard_a_closed_situation_is_told_apart(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = town.planted.situations["received"].life.case
    path = f"/situations/{case}"
    assert case in closed_to(town, "pjj")
    assert fetch(town.readers["pjj"], path) == answer_about_none(town, "pjj", path, case)
    monkeypatch.setattr("casework.cases.reading.granted", lambda *_args: True)
    assert fetch(town.readers["pjj"], path) != answer_about_none(town, "pjj", path, case)


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

    def clear(*_args: Any) -> bytes:
        return f"{vars(_args[-1])}".encode()

    monkeypatch.setattr(sealed, "make", plain)
    planted = Canaries(lives)
    planted.refer("open", "landlord")
    copied(lives.house.stores, lives.folder / "backup")
    assert set().union(*at_rest(lives.folder).values()) == set(planted.marks)
    assert set().union(*at_rest(lives.folder / "backup").values()) == set(planted.marks)
    assert set().union(*in_rows(lives.house.stores.case).values()) == set(planted.marks)
    monkeypatch.setattr(service, "seal_contact", clear)
    service.invite(lives.house, people.Contact(marker(), marker(), ""), "pjj", lives.party("pjj").organisation)
    assert in_rows(lives.house.stores.case).keys() == {"ciphertext", "person"}


def test_a_message_of_an_error_in_the_log_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(error: BaseException) -> None:
        app_log.error("%s", error)

    def crash(*_args: Any, **_options: Any) -> None:
        raise ValueError(marker())

    monkeypatch.setattr("casework.cases.views.reading.lines", crash)
    before = len(town.lines)
    assert town.readers["pjj"].get("/situations").status_code == 500
    assert markers("\n".join(town.lines[before:])) == set()
    monkeypatch.setattr(errors, "report", told)
    assert town.readers["pjj"].get("/situations").status_code == 500
    assert markers("\n".join(town.lines[before:]))
    del town.lines[before:]


FORMS: Mapping[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "hexadecimal": lambda word: word.hex().encode(),
    "base64": lambda word: base64.b64encode(b"x" + word),
    "UTF-16": lambda word: word.decode().encode("utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_marker_is_found_in_a_file_or_its_name_whatever_its_form(tmp_path: Path, form: str) -> None:
    (tmp_path / "inside").write_bytes(b"{" + FORMS[form](marker().encode()) + b"}")
    (tmp_path / marker()).write_bytes(b"")
    (tmp_path / "neither").write_bytes(b"canary")
    assert len(at_rest(tmp_path)) == 2
