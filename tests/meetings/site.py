"""The real application over a world: one client per person, each page checked."""

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework import create_app
from casework.config import Settings
from casework.routes import PARTS
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.guard import Doors
from casework.web.session import SESSION
from tests.browser import assert_page
from tests.meetings.world import World


class Site:
    """A browser for each seat; a page that breaks a promise of the interface fails the test."""

    def __init__(self, world: World) -> None:
        self.world = world
        tokens = {name: name.encode().ljust(32, b"-") for name in world.people}
        people = {token: world.people[name] for name, token in tokens.items()}

        def open_session(_: House, token: bytes) -> Acting | None:
            return people.get(token)

        doors = Doors(open_session, lambda _h, _a: True, lambda _h, _t, _p, _f: False)
        settings = Settings(
            "sqlite:///a/case.db", "sqlite:///a/key.db", Path("b/provider"), Path("b/pins"), ("localhost",)
        )
        self.app = create_app(settings, world.house, replace(PARTS, doors=doors, tasks=()))
        self.tokens = tokens

    def client(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie(SESSION, base64.urlsafe_b64encode(self.tokens[who]).decode(), secure=True)
        return client

    def get(self, who: str, path: str, status: int = 200) -> str:
        return self._checked(self.client(who).get(path, base_url="https://localhost"), status)

    def post(
        self, who: str, path: str, data: dict[str, Any] | None = None, *, page: str = "", status: int = 303
    ) -> str:
        """Post what the form of `page` (by default the page itself) holds hidden, with `data` over it."""
        client = self.client(who)
        shown = client.get(page or path, base_url="https://localhost").text
        hidden: dict[str, Any] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown):
            hidden.setdefault(name, []).append(value)
        response = client.post(path, data={**hidden, **(data or {})}, base_url="https://localhost")
        return self._checked(response, status)

    def _checked(self, response: TestResponse, status: int) -> str:
        assert response.status_code == status, f"{response.status_code}: {response.text[-2000:]}"
        if response.mimetype == "text/html" and status != 303:
            assert_page(response.text, response.headers, status)
        return response.headers.get("Location", "") if status == 303 else response.text
