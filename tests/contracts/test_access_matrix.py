"""The access matrix by real requests: every page of situations × every seat × own, other, none; what is closed looks like what is not there."""

import re
from uuid import uuid4

import pytest
from flask import Flask

from casework.accounts.charter import sign_charter
from casework.cases.heads import Head
from casework.cases.reading import concerned, moves
from casework.kernel.clock import at
from casework.routes import ROUTES
from casework.web.needs import Route
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
FILES = [route for route in ROUTES if route.needs.subject == "situation" and "GET" in route.methods]
SEATS = (
    "coordinator",
    "town_hall",
    "prosecutor",
    "police_station",
    "pjj",
    "head_of_school",
    "dsol",
    "landlord",
    "agent",
    "recipient",
    "dpo",
)


@pytest.fixture(scope="module")
def app(town_of_all: Lives) -> Flask:
    for acting in town_of_all.acting.values():
        with at(town_of_all.town.moment):
            sign_charter(town_of_all.house, acting, town_of_all.house.charter.version)
    return application(town_of_all)


@pytest.fixture(scope="module")
def situations(town_of_all: Lives) -> dict[str, Head]:
    """One situation before its check, one before the Parquet, one followed with an orientation waiting."""
    lives = town_of_all
    received = lives.refer()
    screened = lives.play(lives.refer("pjj"), "coordinator", "transmit")
    followed = lives.followed("police_station", "dsol", "town_hall")
    sheet = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
    recipient = (lives.town.people["recipient"].organisation, "social")
    oriented = lives.play(followed, "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    return {"received": received, "screened": screened, "oriented": oriented}


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize("seat", SEATS)
def test_every_page_of_a_situation_opens_to_those_concerned_and_is_missing_to_all_others(
    town_of_all: Lives, app: Flask, situations: dict[str, Head], seat: str
) -> None:
    reader, house = Reader(app, town_of_all, seat), town_of_all.house
    actor = town_of_all.acting[seat].actor
    nothing = reader.get(f"/situations/{uuid4()}")
    assert nothing.status_code == 404
    for head in situations.values():
        page = reader.get(f"/situations/{head.life.case}")
        assert (page.status_code == 200) == concerned(house, actor, head.life)
        if page.status_code != 200:
            assert TOKEN.sub("", page.text) == TOKEN.sub("", nothing.text)
        possible = {(part, move.name) for part, move in moves(house, actor, head.life)}
        for part in (None, *(item.id for item in head.life.parts)):
            for move in house.charter.moves:
                assert_act(reader, head, part, move.name, (part, move.name) in possible)


def assert_act(reader: Reader, head: Head, part: object, move: str, possible: bool) -> None:  # noqa: FBT001
    middle = f"/parties/{part}" if part else ""
    status = reader.get(f"/situations/{head.life.case}{middle}/actes/{move}").status_code
    assert status in ((200, 404) if possible else (404,)), (move, status)


@pytest.mark.parametrize("route", FILES, ids=lambda route: route.endpoint)
def test_nobody_without_a_session_sees_anything(app: Flask, situations: dict[str, Head], route: Route) -> None:
    case = situations["received"].life.case
    path = route.path.replace("<uuid:case>", str(case)).replace("<uuid:part>", str(case)).replace("<move>", "transmit")
    answer = app.test_client().get(path, base_url="https://localhost")
    assert answer.status_code in (303, 404)
    assert "Fictif" not in answer.text
