"""A browser in a small town hall: every page it fetches is checked, its forms are sent back as they came."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from audit.log import entries
from casework import create_app
from casework.accounts.admission import admit, pending
from casework.accounts.people import Contact
from casework.accounts.service import invite
from casework.accounts.totp import totp_now
from casework.config import Settings
from casework.kernel.clock import at
from casework.store.house import House
from tests.browser import assert_page
from tests.house import PASSWORD, Town


def app_of(house: House) -> Flask:
    """The whole application around this house."""
    settings = Settings("sqlite:///a/case.db", "sqlite:///a/key.db", Path("b/provider"), Path("b/pins"), ("localhost",))
    return create_app(settings, house)


@dataclass
class Browser:
    """One browser; `html` is the last page."""

    town: Town
    client: FlaskClient
    html: str = ""

    def get(self, path: str, status: int = 200) -> TestResponse:
        """Fetch a page and check it."""
        with at(self.town.moment):
            return self._kept(self.client.get(path), status)

    def post(self, path: str, status: int = 200, **data: str) -> TestResponse:
        """Send the first form of the last page that has a token, with these answers."""
        with at(self.town.moment):
            return self._kept(self.client.post(path, data={**self.hidden(), **data}), status)

    def hidden(self) -> dict[str, str]:
        """The hidden inputs of the last page."""
        parts = self.html.split('type="hidden" name="')[1:]
        return {part.split('"')[0]: part.split('value="')[1].split('"')[0] for part in parts}

    def _kept(self, answer: TestResponse, status: int) -> TestResponse:
        assert answer.status_code == status, answer.text
        if answer.mimetype == "text/html" and status not in (204, 303):
            self.html = answer.text
            assert_page(answer.text, answer.headers, status)
        return answer

    def log_in(self, name: str, status: int = 303, **changes: str) -> TestResponse:
        """Go through the log-in page, the clock a minute later for a fresh code."""
        with self.town.later(minutes=1):
            somebody = self.town.people[name]
            words = {"login": somebody.login, "password": PASSWORD, "code": totp_now(somebody.secret)}
        self.get("/connexion")
        return self.post("/connexion", status, **(words | changes))

    def enter(self, name: str) -> None:
        """Log in and sign the charter when asked."""
        self.log_in(name)
        with at(self.town.moment):
            signed = self.client.get("/").status_code != 303
        if not signed:
            self.get("/charte")
            self.post("/charte", 303, agreed="1")


def events(town: Town) -> list[str]:
    """What the log says, the newest first."""
    with town.house.stores.case_reading() as session:
        return [record.type for record in entries(session.connection(), town.house.provider.mac)]


def plain(html: str) -> str:
    """The text of a page, its spaces made plain."""
    return re.sub(r"[\u00a0\u202f]", " ", unescape(html))


def second_seat(town: Town) -> None:
    """Somebody of the PJJ sits for the DSOL too."""
    town.join("pjj")
    place = town.organisation("dsol")
    with at(town.moment):
        invite(town.house, Contact("pjj@exemple.fr", "Pjj", "pjj@exemple.fr"), "dsol", place)
        [waiting] = pending(town.house)
    admit(town.house, town.acting("coordinator"), waiting.tenure, waiting.fingerprint)
