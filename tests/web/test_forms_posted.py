"""What a posted form must prove: it came from a page of this session, in this seat; and what becomes of one that comes too late."""

from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from casework.web import csrf
from casework.web.needs import OPEN, SESSION, url
from casework.web.page import reply
from tests.web.shell import TOKEN, Shell, hidden


def form() -> Response:
    return reply("form.html", page="account")


def open_form() -> Response:
    return reply("form.html")


ROUTES = (
    url("/formulaire", form, needs=SESSION, methods=("GET", "POST")),
    replace(url("/ouvert", open_form, needs=OPEN, methods=("GET", "POST")), endpoint="open"),
)


def _refused(answer: TestResponse, status: int = 400) -> bool:
    return answer.status_code == status and "enregistré" in answer.text


def test_a_form_of_this_session_is_taken(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    assert client.post("/formulaire", data=hidden(client.get("/formulaire"))).status_code == 200


def test_a_form_without_proof_is_refused_and_logged(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = hidden(client.get("/formulaire"))
    assert _refused(client.post("/formulaire"))
    assert _refused(client.post("/formulaire", data={"seat": fields["seat"]}))
    assert shell.records()[0].values["outcome"] == "csrf"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "rubbish"])
def test_a_form_of_another_site_is_refused_whatever_proof_it_carries(shell: Shell, site: str) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = hidden(client.get("/formulaire"))
    assert _refused(client.post("/formulaire", data=fields, headers={"Sec-Fetch-Site": site}))
    assert client.post("/formulaire", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_form_without_its_seat_is_refused(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = hidden(client.get("/formulaire"))
    assert _refused(client.post("/formulaire", data={"csrf_token": fields["csrf_token"]}))


def test_a_proof_of_an_open_page_does_not_serve_in_a_session(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = hidden(client.get("/formulaire")) | hidden(client.get("/ouvert"))
    assert _refused(client.post("/formulaire", data=fields))


def test_a_proof_in_the_url_is_not_one(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    assert _refused(client.post("/formulaire", query_string=hidden(client.get("/formulaire"))))


def test_two_pages_never_carry_the_same_proof(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    assert len({hidden(client.get("/formulaire"))["csrf_token"] for _ in range(4)}) == 4


def test_an_open_form_needs_the_cookie_it_was_made_with(shell: Shell) -> None:
    first, second = shell.client(*ROUTES), shell.client(*ROUTES)
    fields = hidden(first.get("/ouvert"))
    assert _refused(second.post("/ouvert", data=fields))
    second.get("/ouvert")
    assert _refused(second.post("/ouvert", data=fields))
    assert first.post("/ouvert", data=fields).status_code == 200


def test_the_cookie_of_open_forms_is_host_only_and_closed_to_scripts(shell: Shell) -> None:
    answer = shell.client(*ROUTES).get("/ouvert")
    name, *rest = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-form=")
    assert set(rest) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}


@pytest.mark.clause("F33-01")
def test_two_tabs_in_two_seats_never_mix(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = hidden(client.get("/formulaire"))
    assert shell.acting is not None
    shell.acting = replace(shell.acting, tenure=uuid4())
    answer = client.post("/formulaire", data=fields)
    assert _refused(answer, 409)
    assert "autre qualité" in answer.text
    assert shell.records()[0].values["outcome"] == "conflict"


@pytest.mark.clause("A-04")
def test_a_form_posted_after_the_session_goes_to_the_drafts_of_its_author(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    fields = {**hidden(client.get("/formulaire")), "text": "mots"}
    shell.acting = None
    assert client.post("/formulaire", data=fields).text == "ended True"
    [(token, posted)] = shell.kept
    assert (token, posted["text"]) == (TOKEN, ["mots"])


@pytest.mark.parametrize("token", ["", "00" * 64, "zz"])
def test_a_late_form_without_proof_is_not_kept(shell: Shell, token: str) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    shell.acting = None
    answer = client.post("/formulaire", data={"csrf_token": token, "text": "mots"})
    assert (answer.status_code, answer.text) == (403, "ended False")
    assert shell.kept == []


def test_a_form_too_large_is_refused_in_words(shell: Shell) -> None:
    shell.log_in()
    client = shell.client(*ROUTES)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/formulaire", data={"text": "x" * 140_000}, content_type=kind)
        assert _refused(answer, 413)
        assert shell.records()[0].values["outcome"] == "too_large"


@settings(deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), other=st.binary(min_size=32, max_size=32), noise=st.text())
def test_a_proof_holds_for_its_secret_alone(shell_for_all: Shell, secret: bytes, other: bytes, noise: str) -> None:
    with shell_for_all.app(*ROUTES).test_request_context("/ouvert"):
        from_secret = csrf.proof_for(secret)
        assert csrf.proves(secret, from_secret)
        assert csrf.proves(other, from_secret) == (secret == other)
        assert not csrf.proves(secret, noise)
