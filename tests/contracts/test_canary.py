"""The canary suite: every seat crawls every page; no marker reaches a seat without right, nor any file, row, copy, log, address or terminal."""

import base64
import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.accounts import people, service
from casework.cases import plan, sealed
from casework.kernel import engine
from casework.kernel.life import Life, Principal, Slot
from casework.kernel.records import Charter
from casework.mail.service import MAILER
from casework.web import errors
from casework.web.french import typo
from casework.web.page import logger as app_log
from crypto.envelope import new_key
from tests.cases.conftest import Lives, make_lives
from tests.cases.pages import application, everybody
from tests.contracts.canaries import Canaries, plant
from tests.contracts.crawling import (
    NOT_CRAWLED,
    Kept,
    Page,
    Town,
    answer_about_none,
    closed_to,
    commands,
    crawl,
    fetch,
    leaks,
    sql_told,
)
from tests.contracts.mistyped import mistype
from tests.contracts.searching import at_rest, copied, in_letter, in_rows, marker, markers
from tests.mail.servers import content, mailer, serving


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
        lives = make_lives(folder / "town")
        lives.town.house = replace(lives.house, announces=True)
        with sql_told():
            planted = plant(lives)
        app = application(lives)
        made = Town(planted, app, everybody(app, lives), folder, lines=lines)
        made.wrong = mistype(app, planted, made.readers)
        made.pages = crawl(made)
        copied(lives.house.stores, folder / "backup")
        with serving(made.box) as port:
            made.said = commands(lives, port)
            app.extensions[MAILER] = mailer(port)
            _invite(made)
        yield made
    logger.removeHandler(handler)
    logger.setLevel(level)


def _invite(town: Town) -> None:
    """Somebody is invited whose name, address and organisation bear markers."""
    place = str(town.lives.town.organisations[f"Organisme {town.planted.names[0]}"])
    form = {"name": marker(), "email": f"{marker()}@exemple.fr", "role": "pjj", "organisation": place}
    assert "/invitation/" in town.readers["coordinator"].post("/administration/invitation", **form).text


@pytest.mark.clause("F-03", "F33-16", "A-07")
def test_no_seat_receives_a_marker_that_it_may_not_read(town: Town) -> None:
    assert set(town.readers) == {seat.name for seat in town.lives.house.charter.seats}
    assert leaks(town.planted, town.pages) == set()


@pytest.mark.clause("C-09")
def test_every_page_that_holds_something_of_a_situation_bears_the_line_of_confidentiality(town: Town) -> None:
    line = typo(town.lives.house.charter.confidentiality)
    pages = {path: page for found in town.pages.values() for path, page in found.items()}
    assert {
        path for path, page in pages.items() if page.markers & set(town.planted.marks) and line not in page.text
    } == set()


@pytest.mark.clause("C-10")
def test_a_name_stands_on_the_pages_of_one_situation_the_comparison_and_the_agenda_alone(town: Town) -> None:
    names = {word for word, mark in town.planted.marks.items() if mark.field in ("surname", "first_name")}
    held = {path for found in town.pages.values() for path, page in found.items() if page.markers & names}
    shapes = {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", path) for path in held}
    assert {shape for shape in shapes if not shape.startswith("/situations/…")} == {
        "/situations/rapprochements", "/situations/rapprochements?situation=…", "/reunions/…/ordre-du-jour",
        "/reunions/…/impression?agenda",
        "/situations/nouvelle/refer", "/situations/nouvelle/report",
    }  # fmt: skip


@pytest.mark.clause("F33-16")
def test_a_page_for_the_room_holds_nothing_that_was_written_of_a_situation(town: Town) -> None:
    shown = {path: page for path, page in town.pages["coordinator"].items() if "/projection" in path}
    assert any(page.status == 200 and "Motif principal" in page.text for page in shown.values())
    assert {path for path, page in shown.items() if page.markers & set(town.planted.marks)} == set()


def test_no_seat_receives_what_somebody_mistyped(town: Town) -> None:
    known = {*town.planted.marks, *town.planted.names, town.planted.address}
    received = {
        (seat, path) for seat, found in town.pages.items() for path, page in found.items() if page.markers - known
    }
    assert received == set()
    assert set(town.wrong.values()) <= {200, 303, 400, 403, 404, 413, 422}


@pytest.mark.clause("F33-02", "F33-03", "F33-05", "F-03")
def test_names_of_professionals_are_for_members_who_invites_and_who_verifies_and_their_log_ins_for_nobody(
    town: Town,
) -> None:
    members = {seat.name for seat in town.lives.house.charter.seats if seat.member}
    read = {
        (seat, word)
        for seat, found in town.pages.items()
        for page in found.values()
        for word in page.markers - set(town.planted.marks)
    }
    assert {seat for seat, _ in read} == members | {"administrator", "dpo"}
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


@pytest.mark.clause("A-05")
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


@pytest.mark.clause("A-05")
def test_no_marker_stands_in_a_mail_and_all_mails_say_the_same(town: Town) -> None:
    letters = list(zip(town.box.taken, town.box.letters, strict=True))
    assert [
        in_letter(content(taken), to) for taken, _ in letters for to in taken.rcpt_tos if in_letter(content(taken), to)
    ] == []
    texts: dict[str, set[str]] = {}
    for _, letter in letters:
        texts.setdefault(letter["Subject"], set()).add(re.sub(r"invitation/[0-9a-f]{64}", "", letter.get_content()))
    assert {subject: len(found) for subject, found in texts.items()} == {
        "Une action vous attend": 1, "Une invitation vous est adressée": 1,
    }  # fmt: skip
    told = [envelope.rcpt_tos for envelope in town.box.taken]
    assert {len(to) for to in told} == {1}
    assert len({to for (to,) in told}) == len(told) > len(town.readers) / 2
    assert [f"{town.planted.address}@exemple.fr"] in told


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


@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("place", ["text", "Subject"])
def test_a_marker_is_found_in_a_letter_whatever_its_coding(coding: str, place: str) -> None:
    letter, word = EmailMessage(), marker()
    letter["To"] = "ada@exemple.fr"
    letter.set_content(f"é{'x' * 60}{word if place == 'text' else ''}", cte=coding)
    letter["Subject"] = f"é {word}" if place == "Subject" else "é"
    assert in_letter(letter.as_bytes(), "ada@exemple.fr") >= {word}
