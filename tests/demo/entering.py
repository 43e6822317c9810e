"""How somebody of the demo comes in through the page of log-in."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.accounts.totp import STEP
from casework.demo import service
from casework.demo.place import Account, Place
from casework.kernel.clock import at, now

ORIGIN = "https://127.0.0.1"


def enter(app: Flask, place: Place, account: Account, turn: int = 0) -> FlaskClient:
    """A browser in which this account is logged in, in the seat of its line; `turn` counts the codes it used just before."""
    client = app.test_client()
    page = client.get("/connexion", base_url=ORIGIN).text
    with at(now() + timedelta(seconds=STEP * turn)):
        code = service.code(place, account.login)
    words = {"login": account.login, "password": account.password, "code": code}
    answer = _post(client, page, words)
    if answer.status_code == 200:
        tenure = re.search(
            rf'value="([^"]+)" required>\s*<label[^>]*>[^<]*{re.escape(account.organisation)}', answer.text
        )
        again = re.search(r'name="again" value="([^"]+)"', answer.text)
        assert tenure, answer.text
        assert again
        answer = _post(client, answer.text, {"again": again[1], "tenure": tenure[1]})
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/"), answer.text
    return client


def _post(client: FlaskClient, page: str, words: dict[str, str]) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], **words}
    return client.post("/connexion", base_url=ORIGIN, data=data, headers={"Origin": ORIGIN})
