"""A browser without script for the pages of a whole town: logs in by cookie, keeps the hidden inputs, checks every page it is given."""

import base64
import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from casework import create_app
from casework.kernel.clock import at
from casework.web.session import SESSION
from tests.cases.conftest import Lives
from tests.house import settings_of

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def application(lives: Lives) -> Flask:
    """The real application over the town."""
    return create_app(settings_of(lives.house, lives.folder), lives.house)


class Reader:
    """One person at a browser."""

    def __init__(self, app: Flask, lives: Lives, name: str) -> None:
        self.lives, self.client = lives, app.test_client()
        token = base64.urlsafe_b64encode(lives.town.token(name)).decode()
        self.client.set_cookie(SESSION, token, domain="localhost", secure=True)

    def get(self, path: str) -> TestResponse:
        """Fetch a page."""
        with at(self.lives.town.moment):
            return self.client.get(path, base_url="https://localhost")

    def post(self, path: str, **form: Any) -> TestResponse:
        """Fetch the page, then send its form with these values."""
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(self.get(path).text)}
        with at(self.lives.town.moment):
            return self.client.post(path, data={**hidden, **form}, base_url="https://localhost")
