"""Every invented person gets in with the printed password and the code of the command line, and every page offered to it answers."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casework import create_app
from casework.demo import service
from casework.demo.people import PLAYERS
from casework.demo.place import Account, NotBuilt, Place
from tests.browser import Page, assert_page

MOST = 60  # pages for one person
ORIGIN = "https://127.0.0.1"


@pytest.fixture(scope="module")
def served(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A copy: the other tests look at the demo as it was built."""
    copied = Place(tmp_path_factory.mktemp("served") / "var")
    shutil.copytree(place.folder, copied.folder)
    return copied


@pytest.fixture(scope="module")
def app(served: Place) -> Iterator[Flask]:
    with served.house() as house:
        yield create_app(served.settings(), house)


@pytest.fixture(params=[player.login for player in PLAYERS])
def account(request: pytest.FixtureRequest, served: Place) -> Account:
    return next(item for item in served.load() if item.login == request.param)


def enter(app: Flask, served: Place, account: Account) -> FlaskClient:
    client = app.test_client()
    page = client.get("/connexion", base_url=ORIGIN).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    words = {"login": account.login, "password": account.password, "code": service.code(served, account.login)}
    data = {"csrf_token": token.group(1), **words}
    answer = client.post("/connexion", base_url=ORIGIN, data=data, headers={"Origin": ORIGIN})
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/"), answer.text
    return client


def links(html: str) -> set[str]:
    found = {urlsplit(node.attrs.get("href", "")) for node in Page(html).all("a")}
    return {url.path + (f"?{url.query}" if url.query else "") for url in found if url.path.startswith("/")}


def test_every_page_a_person_is_offered_answers(app: Flask, served: Place, account: Account) -> None:
    client = enter(app, served, account)
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        seen.add(path)
        answer = client.get(path, base_url=ORIGIN)
        assert answer.status_code == 200, f"{path}: {answer.status}"
        if answer.mimetype == "text/html":
            assert_page(answer.text, answer.headers)
            waiting += sorted(links(answer.text) - seen - set(waiting))
    assert len(seen) > 1


def test_a_code_opens_nothing_without_the_password(app: Flask, served: Place) -> None:
    account = served.load()[0]
    wrong = Account(account.login, "Autre-mot-2026!", account.totp, account.name, account.seat, account.organisation)
    with pytest.raises(AssertionError):
        enter(app, served, wrong)


def test_a_demo_of_another_shape_is_not_reused(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.data.mkdir(parents=True)
    place.accounts.write_text(json.dumps({"heads": 0, "accounts": []}), encoding="utf-8")
    with pytest.raises(NotBuilt):
        place.load()
