"""A browser without script for the pages of a whole town: logs in by its form and sends back the hidden inputs."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from casework import create_app
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.cases.conftest import Lives
from tests.house import PASSWORD, settings_of

BASE = "https://localhost"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def application(lives: Lives) -> Flask:
    """The real application over the town."""
    return create_app(settings_of(lives.house, lives.folder), lives.house)


class Reader:
    """One person at a browser, who came in by the log-in page and signed the charter; without a name, somebody still outside."""

    def __init__(self, app: Flask, lives: Lives, name: str = "", *, signs: bool = True) -> None:
        self.lives, self.client = lives, app.test_client()
        if name:
            self._come_in(name, signs=signs)

    def _come_in(self, name: str, *, signs: bool) -> None:
        lives = self.lives
        somebody = lives.town.people[name]
        with at(lives.town.moment):
            code = totp_now(somebody.secret)
        came = self.post("/connexion", login=somebody.login, password=PASSWORD, code=code)
        assert came.status_code == 303, came.text
        if signs and self.get("/").location == "/charte":
            assert self.post("/charte", agreed="1").location == "/"

    def get(self, path: str) -> TestResponse:
        """Fetch a page."""
        with at(self.lives.town.moment):
            return self.client.get(path, base_url=BASE, buffered=True)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden inputs of the last form of a page."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.get(path).text)}

    def send(self, path: str, form: Mapping[str, Any], **options: Any) -> TestResponse:
        """Post exactly this."""
        with at(self.lives.town.moment):
            return self.client.post(path, data=form, base_url=BASE, **options)

    def post(self, path: str, **form: Any) -> TestResponse:
        """Fetch the page, then send its form with these values."""
        return self.send(path, {**self.hidden(path), **form})


def everybody(app: Flask, lives: Lives) -> dict[str, Reader]:
    """Everybody of the town at a browser of their own, by name; half a minute later, since a code opens once."""
    with lives.town.later(seconds=30):
        return {name: Reader(app, lives, name) for name in lives.acting}
