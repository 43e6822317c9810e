"""A browser without script for the pages of a whole town: logs in by cookie, keeps the hidden inputs, checks every page it is given."""

import base64
import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from casework import create_app
from casework.accounts.charter import sign_charter
from casework.kernel.clock import at
from casework.web.session import SESSION
from tests.cases.conftest import Lives
from tests.house import settings_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def application(lives: Lives) -> Flask:
    """The real application over the town."""
    return create_app(settings_of(lives.house, lives.folder), lives.house)


def everybody(lives: Lives) -> dict[str, "Reader"]:
    """Everybody at a browser, the charter signed."""
    app = application(lives)
    for acting in lives.acting.values():
        with at(lives.town.moment):
            sign_charter(lives.house, acting, lives.house.charter.version)
    return {name: Reader(app, lives, name) for name in lives.acting}


class Reader:
    """One person at a browser."""

    def __init__(self, app: Flask, lives: Lives, name: str) -> None:
        self.lives, self.client, self.acting = lives, app.test_client(), lives.acting[name]
        token = base64.urlsafe_b64encode(lives.town.token(name)).decode()
        self.client.set_cookie(SESSION, token, domain="localhost", secure=True)

    def get(self, path: str) -> TestResponse:
        """Fetch a page."""
        with at(self.lives.town.moment):
            return self.client.get(path, base_url="https://localhost")

    def post(self, path: str, **form: Any) -> TestResponse:
        """Fetch the page, then send its form with these values."""
        return self.send(path, self.form(path), **form)

    def form(self, path: str) -> dict[str, str]:
        """The hidden inputs of a page that is now open at this browser."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.get(path).text)}

    def send(self, path: str, hidden: dict[str, str], **form: Any) -> TestResponse:
        """Send the form of a page opened before."""
        with at(self.lives.town.moment):
            return self.client.post(path, data={**hidden, **form}, base_url="https://localhost")
