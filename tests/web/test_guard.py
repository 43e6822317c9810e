"""The guard: what no route declares is refused, who asks is checked on every verb, and a closed page looks like a missing one."""

import re
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from casework.web import guard
from casework.web.needs import OPEN, SESSION, SIGNED, seat, url
from casework.web.page import reply
from tests.web.shell import Shell, hidden

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


def form() -> Response:
    return reply("form.html")


def shown() -> Response:
    return reply("page.html", page="account")


def login() -> Response:
    return reply("page.html")


def charter() -> Response:
    return reply("form.html", page="account")


login.__module__ = charter.__module__ = "casework.accounts.views"
BOTH = ("GET", "POST")
ROUTES = (
    url("/connexion", login, needs=OPEN),
    url("/charte", charter, needs=SESSION, methods=BOTH),
    url("/ouvert", form, needs=OPEN, methods=BOTH),
    replace(url("/signe", shown, needs=SIGNED, methods=BOTH), endpoint="signed"),
    replace(url("/dpo", shown, needs=seat("dpo"), methods=BOTH), endpoint="dpo"),
)


def _masked(text: str) -> str:
    return re.sub(r'value="[0-9a-f]{128}"', "", text)


def _tokens(client: FlaskClient) -> dict[str, str]:
    return hidden(client.get("/charte"))


def test_a_request_without_session_is_sent_to_log_in_whatever_it_asks(shell: Shell) -> None:
    client = shell.client(*ROUTES)
    for path in ("/signe", "/dpo", "/charte", "/absent"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/connexion")
    assert "content" not in client.get("/signe").text


@pytest.mark.parametrize("method", METHODS)
def test_no_verb_passes_without_session(shell: Shell, method: str) -> None:
    answer = shell.client(*ROUTES).open("/signe", method=method)
    assert answer.status_code in (303, 403)
    assert "content" not in answer.text


def test_an_open_page_asks_nothing_of_the_sessions(shell: Shell) -> None:
    assert shell.client(*ROUTES).get("/ouvert").status_code == 200
    assert shell.asked == 0


def test_a_planted_token_opens_nothing(shell: Shell) -> None:
    shell.log_in()
    client = shell.app(*ROUTES).test_client()
    for value in ("", "x", "AAAA", "é", "A" * 43 + "="):
        client.set_cookie("__Host-session", value, secure=True)
        assert client.get("/signe").status_code == 303


def test_a_member_in_its_seat_passes(shell: Shell) -> None:
    shell.log_in("dpo")
    assert shell.client(*ROUTES).get("/dpo").text == "content"


@pytest.mark.parametrize("method", METHODS)
def test_a_closed_page_and_a_missing_page_are_the_same_bytes(shell: Shell, method: str) -> None:
    shell.log_in("coordinator")
    client = shell.client(*ROUTES)
    data = _tokens(client)
    closed, missing = (client.open(path, method=method, data=data) for path in ("/dpo", "/absent"))
    assert closed.status_code == missing.status_code == 404
    assert _masked(closed.text) == _masked(missing.text)
    assert dict(closed.headers) == dict(missing.headers)


def test_a_refusal_is_logged_as_what_it_is(shell: Shell) -> None:
    shell.log_in("coordinator")
    client = shell.client(*ROUTES)
    client.get("/dpo")
    client.get("/absent")
    assert [record.values["outcome"] for record in shell.records()] == ["missing", "refused"]


def test_a_verb_the_route_does_not_declare_is_missing(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    assert client.put("/signe", data=_tokens(client)).status_code == 404
    assert client.options("/signe", data=_tokens(client)).status_code == 404


@pytest.mark.clause("C-07")
def test_before_the_charter_is_signed_every_page_leads_to_it(shell: Shell) -> None:
    shell.log_in()
    shell.signed = False
    client = shell.client(*ROUTES)
    answer = client.get("/signe")
    assert (answer.status_code, answer.location) == (303, "/charte")
    assert client.post("/signe", data=_tokens(client)).status_code == 404
    assert client.get("/charte").status_code == 200


def test_a_view_added_beside_the_routes_stops_start_up(shell: Shell) -> None:
    app = shell.app(*ROUTES)
    app.add_url_rule("/cache", "hidden", lambda: "content")
    with pytest.raises(guard.Undeclared, match="/cache"):
        guard.check_declared(app, shell.house.charter)


def test_a_second_path_to_a_declared_view_stops_start_up(shell: Shell) -> None:
    app = shell.app(*ROUTES)
    app.add_url_rule("/autre", "dpo", ROUTES[-1].view, methods=["GET", "POST"], provide_automatic_options=False)
    with pytest.raises(guard.Undeclared, match="/autre"):
        guard.check_declared(app, shell.house.charter)


def test_a_need_for_an_unknown_seat_stops_start_up(shell: Shell) -> None:
    with pytest.raises(guard.Undeclared, match="mayor"):
        shell.app(*ROUTES, replace(url("/maire", shown, needs=seat("mayor")), endpoint="mayor"))


def test_a_view_added_after_start_up_is_refused(shell: Shell) -> None:
    shell.log_in()
    app = shell.app(*ROUTES)
    app.add_url_rule("/cache", "hidden", lambda: "content")
    assert _as_member(app).get("/cache").status_code == 404


def test_a_route_cannot_be_written_without_need() -> None:
    with pytest.raises(TypeError):
        url("/sans", shown)  # type: ignore[call-arg]


def test_an_unknown_host_gets_nothing(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    for path in ("/ouvert", "/signe"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.text) == (400, "Hôte inconnu.")


def test_a_forwarded_host_is_not_believed(shell: Shell) -> None:
    answer = shell.client(*ROUTES).get(
        "/signe", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    )
    assert answer.location == "/connexion"


def _as_member(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("__Host-session", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", secure=True)
    return client
