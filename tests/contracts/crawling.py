"""A planted town as everybody sees it: each page each seat is given, what commands print, what stands in the log of the application."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from pathlib import Path
from uuid import UUID

from alembic import command
from click.testing import CliRunner
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from casework import cli
from casework.kernel import engine
from casework.kernel.clock import at
from casework.kernel.life import Life
from casework.store.migrations import STORES, steps
from tests.cases.conftest import Lives
from tests.cases.pages import Reader
from tests.contracts.canaries import Canaries
from tests.contracts.searching import marker, markers
from tests.mail.servers import HOST, SENDER, Box

LINK = re.compile(r'(?:href|action)="(/[^"#]*)')
TOKEN = re.compile(r'value="[0-9a-f]{32,}"')
NOT_CRAWLED = ("/static/", "/bootstrap/", "/journal?", "/invitation/")
ANSWERS = ("", "/impression")  # of the log about one situation
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
    box: Box = field(default_factory=Box)

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
    return _page(reader.get(path))


def _page(answer: TestResponse) -> Page:
    text = pdf_text(answer.data) if answer.mimetype == "application/pdf" else answer.text
    return Page(answer.status_code, TOKEN.sub("", unescape(text)), str(answer.headers))


def pdf_text(body: bytes) -> str:
    """The words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)


def printed(reader: Reader, known: Mapping[str, Page]) -> dict[str, Page]:
    """All that may be printed from the forms among these pages, whole."""
    found, proof = {}, reader.hidden("/mon-compte")
    for path in (path for path, page in known.items() if path.endswith("/impression") and page.status == 200):
        boxes = re.findall(r'name="(sheets|document)" value="([^"]+)"', known[path].text)
        wanted = [boxes] if boxes[0][0] == "sheets" else [[box] for box in boxes]
        for chosen in wanted:
            form = {**proof, chosen[0][0]: [value for _, value in chosen], "reason": "meeting_without_screen"}
            found[f"{path}?{chosen[0][1]}"] = _page(reader.send(path, form))
    for path in (path for path, page in known.items() if "/impression?" in path and page.status == 200):
        found[f"{path}&printed"] = _page(reader.send(path, {**proof, "reason": "right_exercised"}))
    return found


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
    paths |= {path.replace("/fait/<move>", "/fait/refer").replace("/fait/<act>", "/fait/fixed") for path in paths}
    asked = {
        f"/journal{page}?reference={head.reference}" for head in town.planted.situations.values() for page in ANSWERS
    }
    return {path for path in paths if "<" not in path and wanted(path)} | asked


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
    pages = {name: follow(reader, pages[name], every) for name, reader in town.readers.items()}
    return {name: {**found, **printed(town.readers[name], found)} for name, found in pages.items()}


@contextmanager
def sql_told() -> Iterator[None]:
    """As when somebody asks the database layer to log every statement and every row."""
    sql = logging.getLogger("sqlalchemy.engine")
    sql.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        sql.setLevel(logging.NOTSET)


def commands(lives: Lives, port: int) -> dict[str, str]:
    """What every command that needs no person says to a terminal, on this town; mail goes to this port."""
    for name in STORES:
        with (lives.house.stores.case if name == "case" else lives.house.stores.key).begin() as connection:
            command.stamp(steps(name, connection), "head")
    stores, apart = lives.house.stores, lives.folder / "provider"
    places = {"CASE_URL": stores.case.url, "KEY_URL": stores.key.url, "PROVIDER": apart / "provider.json", "PINS": apart / "pins.json"}  # fmt: skip
    environ = {f"CASEWORK_{name}": str(value) for name, value in places.items()}
    mail = {"CASEWORK_SMTP": f"smtp://{HOST}:{port}", "CASEWORK_MAIL_FROM": SENDER}
    runner = CliRunner(env={**environ, **mail, "CASEWORK_TRUSTED_HOSTS": "localhost"})
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
