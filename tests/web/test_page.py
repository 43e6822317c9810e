"""Log before the first byte: an answer to somebody logged in leaves with an entry, or does not leave."""

import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Response, session
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import text

from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.needs import OPEN, SESSION, url
from casework.web.page import acting, current_house, go, reply
from tests.web.shell import Shell

SECRET = "Nom-Secret"


def page() -> Response:
    return reply("page.html", page="home")


def silent() -> str:
    return "content"


def listed() -> Response:
    house = current_house()
    return reply("page.html", house.entry(house.events.list, acting().actor, page=PAGES["list"], count=2))


def streamed() -> Response:
    house = current_house()
    house.log([house.entry(house.events.page, acting().actor, page=PAGES["home"])])

    def parts() -> Iterator[str]:
        yield "content"

    return Response(parts())


def wrong() -> Response:
    return reply("page.html", page="home", status=422)


def impossible() -> Response:
    return reply("page.html", page="home", status=409, outcome="illegal")


def elsewhere() -> Response:
    return go("page")


def crash() -> str:
    raise ValueError(SECRET)


def public() -> str:
    return "content"


VIEWS = (page, silent, listed, streamed, wrong, impossible, elsewhere, crash)
ROUTES = (
    *(url(f"/{view.__name__}", view, needs=SESSION) for view in VIEWS),
    url("/public", public, needs=OPEN),
    replace(url("/plante", crash, needs=OPEN), endpoint="open_crash"),
)


@pytest.fixture
def client(shell: Shell) -> FlaskClient:
    shell.log_in()
    return shell.client(*ROUTES)


def _break_the_log(shell: Shell) -> None:
    with shell.house.stores.case_writing() as session:
        session.execute(text("DROP TABLE audit_log"))


@pytest.mark.clause("A-05")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_shown_is_an_entry_of_who_saw_it(shell: Shell, client: FlaskClient, method: str) -> None:
    assert client.open("/page", method=method).status_code == 200
    [record] = shell.records()
    assert shell.acting is not None
    assert shell.acting.actor.party is not None
    assert (record.type, record.actor, record.seat) == ("PageShown", shell.acting.actor.party.person, "coordinator")


@pytest.mark.clause("A-05")
@pytest.mark.parametrize(("path", "outcome"), [("/wrong", "invalid"), ("/impossible", "illegal")])
def test_a_page_that_refuses_is_an_entry_and_a_line_that_say_so(
    shell: Shell, client: FlaskClient, caplog: pytest.LogCaptureFixture, path: str, outcome: str
) -> None:
    caplog.set_level(logging.INFO, "casework")
    client.get(path)
    [record] = shell.records()
    assert (record.type, record.values["outcome"]) == ("AccessRefused", outcome)
    assert re.search(rf"^.* 4\d\d GET {path[1:]}: {outcome}$", caplog.text, re.MULTILINE)


def test_sending_elsewhere_without_anything_to_write_is_an_entry_too(shell: Shell, client: FlaskClient) -> None:
    assert client.get("/elsewhere").status_code == 303
    assert [record.type for record in shell.records()] == ["PageShown"]


def test_a_list_gives_its_own_entries(shell: Shell, client: FlaskClient) -> None:
    client.get("/listed")
    assert [(record.type, record.values["count"]) for record in shell.records()] == [("ListShown", 2)]


@pytest.mark.parametrize("path", ["/silent", "/streamed"])
def test_an_answer_without_entry_or_not_yet_written_does_not_leave(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503
    assert "content" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/page", "/listed", "/silent", "/crash", "/absent"])
def test_without_a_log_no_page(shell: Shell, client: FlaskClient, path: str) -> None:
    _break_the_log(shell)
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "content" not in answer.text


def test_a_crash_is_an_entry_and_says_nothing_of_its_cause(shell: Shell, client: FlaskClient) -> None:
    answer = client.get("/crash")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert shell.records()[0].values["outcome"] == "error"


def test_the_application_log_names_the_place_and_never_what_was_written(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path in ("/crash", "/plante"):
        client.get(f"{path}?nom={SECRET}")
    assert "ValueError at" in caplog.text
    assert "test_page.py" in caplog.text
    assert SECRET not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_a_failure_of_the_page_of_failures_leaves_no_trace_either(
    shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    app = shell.app(*ROUTES)
    app.jinja_loader = DictLoader({"errors/fault.html": "{{ fault.nothing.of_this }}"})
    answer = app.test_client().get(f"/plante?nom={SECRET}")
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert SECRET not in caplog.text + answer.text


def test_a_failure_outside_every_handler_leaves_its_place_only(shell: Shell, caplog: pytest.LogCaptureFixture) -> None:
    app = shell.app(*ROUTES)
    try:
        raise ValueError(SECRET)
    except ValueError:
        app.log_exception(sys.exc_info())
    assert "ValueError at" in caplog.text
    assert SECRET not in caplog.text


def test_an_entry_of_a_former_request_does_not_serve_the_next(client: FlaskClient) -> None:
    assert client.get("/page").status_code == 200
    assert client.get("/silent").status_code == 503


def test_what_opening_the_session_logs_does_not_stand_for_the_page(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = shell.log_in()

    def open_and_log(house: House, _: bytes) -> Acting:
        house.log([house.entry(house.events.tampering, person.actor, subject=person.tenure)])
        return person

    monkeypatch.setattr(shell, "_open", open_and_log)
    assert shell.client(*ROUTES).get("/silent").status_code == 503


def test_flask_s_own_session_cannot_be_used(shell: Shell) -> None:
    app = shell.app(*ROUTES)
    with app.test_request_context("/public"), pytest.raises(RuntimeError, match="secret key"):
        session["name"] = SECRET
