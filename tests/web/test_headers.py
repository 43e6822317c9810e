"""The headers of every answer: pages, refusals, failures, redirects and files."""

import pytest
from flask import Response

from casework.web import files
from casework.web.needs import OPEN, SESSION, url
from casework.web.page import reply
from tests.web.shell import Shell


def shown() -> Response:
    return reply("page.html", page="account")


def crash() -> str:
    raise ValueError


ROUTES = (
    url("/page", shown, needs=SESSION),
    url("/panne", crash, needs=OPEN),
    url("/sante", files.health, needs=OPEN),
    url("/static/<path:filename>", files.static, needs=OPEN),
)
PATHS = ("/page", "/panne", "/sante", "/absent", "/static/absent.css")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("seat", ["", "coordinator"])
def test_every_answer_is_dressed(shell: Shell, path: str, seat: str) -> None:
    if seat:
        shell.log_in(seat)
    headers = shell.client(*ROUTES).get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["Strict-Transport-Security"].startswith("max-age=")


def test_the_demo_does_not_pin_https(shell: Shell) -> None:
    answer = shell.app(*ROUTES, demo=True).test_client().get("/sante")
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_a_file_of_ours_may_be_kept_and_none_is_reached_outside(shell: Shell) -> None:
    client = shell.client(*ROUTES)
    names = [path.name for path in files.FOLDER.iterdir() if path.is_file()]
    for name in names:
        with client.get(f"/static/{name}") as answer:
            assert answer.headers["Cache-Control"].startswith("public")
    assert client.get("/static/../web/guard.py").status_code in (303, 404)
    assert client.get("/static/%2e%2e/web/guard.py").status_code in (303, 404)


def test_no_cookie_is_set_by_a_page_without_form(shell: Shell) -> None:
    shell.log_in()
    assert "Set-Cookie" not in shell.client(*ROUTES).get("/page").headers
