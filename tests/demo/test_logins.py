"""Every invented person gets in with the printed password and the code of the command line, and every page offered to it answers."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from casework import create_app
from casework.demo.people import ORGANISATIONS, PLAYERS, Player
from casework.demo.place import Account, NotBuilt, Place
from tests.browser import Page, assert_page
from tests.demo.entering import ORIGIN, enter

MOST = 60  # pages for one person


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


def links(html: str) -> set[str]:
    found = {urlsplit(node.attrs.get("href", "")) for node in Page(html).all("a")}
    return {
        url.path + (f"?{url.query}" if url.query else "")
        for url in found
        if not url.scheme and url.path.startswith("/")
    }


@pytest.mark.parametrize("player", PLAYERS, ids=lambda player: player.key)
def test_every_page_a_person_is_offered_answers(app: Flask, served: Place, player: Player) -> None:
    line = (player.login, ORGANISATIONS[player.organisation][1])
    account = next(item for item in served.load() if (item.login, item.organisation) == line)
    client = enter(app, served, account, turn=bool(player.again))
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
