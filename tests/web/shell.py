"""A small application around the real guard, headers, log and errors: real SQLite stores, doors that a test holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response
from flask.testing import FlaskClient
from jinja2 import DictLoader
from sqlalchemy import text
from werkzeug.test import TestResponse

from audit.log import Record, entries
from audit.pins import PinFile
from audit.table import metadata, protect_ddl
from casework import create_app
from casework.charters.cenomed import CENOMED
from casework.config import Settings
from casework.kernel.life import Actor, Party
from casework.routes import Parts
from casework.store.base import CaseBase, KeyBase
from casework.store.engines import Stores, open_engine
from casework.store.house import House
from casework.store.keyring import Acting, Keyring
from casework.web.guard import Doors, Form
from casework.web.needs import OPEN, Route
from casework.web.page import reply
from casework.web.session import SESSION
from crypto.provider import FileProvider

PAGES = {
    "accounts/ended.html": "ended {{ kept }}",
    "errors/fault.html": "{{ fault.texts[0] }} {{ form_fields() }}",
    "form.html": "{{ form_fields() }}",
    "page.html": "content",
}
TOKEN = bytes(range(32))
COOKIE = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def page() -> Response:
    """A page of the layout's own links."""
    return reply("page.html")


LAYOUT = tuple(
    Route(f"/{name}", page, OPEN, ("GET",), f"accounts.{name}", "")
    for name in ("home", "login", "logout", "stay", "charter")
)


def new_house(folder: Path) -> House:
    """A house with empty tables."""
    stores = Stores(open_engine(f"sqlite:///{folder}/case.db"), open_engine(f"sqlite:///{folder}/key.db"))
    CaseBase.metadata.create_all(stores.case)
    metadata.create_all(stores.case)
    KeyBase.metadata.create_all(stores.key)
    with stores.case_writing() as session:
        for statement in protect_ddl("sqlite"):
            session.execute(text(statement))
    provider, pins = FileProvider.create(folder / "provider.json"), PinFile.create(folder / "pins.json")
    return House(stores, provider, pins, CENOMED, uuid4(), register_path=folder / "deletions.jsonl")


@dataclass
class Shell:
    """The doors, with what is behind them; `acting` is whoever the session cookie stands for."""

    house: House
    acting: Acting | None = None
    signed: bool = True
    kept: list[tuple[bytes, Form]] = field(default_factory=list)
    asked: int = 0

    def log_in(self, seat: str = "coordinator", tenure: UUID | None = None) -> Acting:
        """Let somebody be behind the session cookie."""
        person = uuid4()
        actor = Actor(self.house.instance, Party(person, seat, uuid4()))
        self.acting = Acting(actor, Keyring(person, uuid4(), b"", b""), tenure or uuid4())
        return self.acting

    def _open(self, _: House, token: bytes) -> Acting | None:
        self.asked += 1
        return self.acting if token == TOKEN else None

    def _keep(self, _: House, token: bytes, _asked: Mapping[str, Any], form: Form) -> bool:
        self.kept.append((token, form))
        return True

    def doors(self) -> Doors:
        """What create_app receives."""
        return Doors(self._open, lambda _house, _acting: self.signed, self._keep)

    def app(self, *routes: Route, hosts: tuple[str, ...] = ("localhost",), demo: bool = False) -> Flask:
        """The application with these routes only."""
        settings = Settings(
            "sqlite:///a/case.db", "sqlite:///a/key.db", Path("b/provider"), Path("b/pins"), hosts, demo=demo
        )
        given = {route.endpoint for route in routes}
        added = tuple(route for route in LAYOUT if route.endpoint not in given)
        app = create_app(settings, self.house, Parts((*routes, *added), self.doors()))
        app.jinja_loader = DictLoader(PAGES)
        return app

    def client(self, *routes: Route) -> FlaskClient:
        """A browser that bears the session cookie when somebody is logged in."""
        client = self.app(*routes).test_client()
        if self.acting:
            client.set_cookie(SESSION, COOKIE, secure=True)
        return client

    def records(self) -> list[Record]:
        """The log, newest first."""
        with self.house.stores.case_reading() as session:
            return entries(session.connection(), self.house.provider.mac)


def hidden(response: TestResponse) -> dict[str, str]:
    """The hidden inputs of a page."""
    parts = response.text.split('name="')[1:]
    return {part.split('"')[0]: part.split('value="')[1].split('"')[0] for part in parts}
