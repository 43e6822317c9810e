"""Every route × every seat × own, other, none, by real requests, against the reviewed page of access; closed looks like not there."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at
from casework.routes import ROUTES
from casework.web import access, needs
from tests.cases.pages import BASE, Reader
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.golden import Row
from tests.contracts.places import KINDS, Kinds, Places, Values, forms, make_places

TOKEN = re.compile(r'value="[0-9a-f]{128}"')
SEATS = sorted(golden.SEATS.values(), key=lambda name: name == "coordinator")  # whose posts have an effect comes last
DOORS = ("/connexion", "/deconnexion")  # asked apart: who comes in or leaves is no longer who it was
OPEN = [path for path, row in golden.ROUTES.items() if row["sans session"]]
Wrong = tuple[str, str, str, int]


@pytest.fixture(scope="module")
def places(cell: Cell) -> Places:
    return make_places(cell)


def address(path: str, values: Values) -> str:
    """The URL with these values in it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), path)


def plain(answer: TestResponse) -> tuple[int, str, str]:
    """An answer, its proofs masked, with its headers."""
    headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
    return answer.status_code, TOKEN.sub("", answer.text), str(sorted(headers.items()))


class Visitor:
    """Somebody who asks every route; `proof` makes its forms valid."""

    def __init__(self, places: Places, reader: Reader) -> None:
        self.reader, self.forms = reader, forms(places)
        self.proof, self.open_proof = reader.hidden("/charte"), reader.hidden("/connexion")
        self.missing = {verb: plain(self.asks("/absent", {}, verb)) for verb in ("GET", "POST")}

    def asks(self, path: str, values: Values, verb: str) -> TestResponse:
        """One route, with a plausible form."""
        url = address(path, values)
        if verb == "GET":
            return self.reader.get(url)
        proof = self.open_proof if path in OPEN else self.proof
        return self.reader.send(url, {**proof, **self.forms.get(path, {})})

    def closed(self, answer: TestResponse, verb: str) -> bool:
        """Whether the answer is, to the byte, the one of a page that does not exist."""
        return plain(answer) == self.missing[verb]


def opened(answer: TestResponse) -> bool:
    """Whether the page answered: shown, done, or refused for what the form says."""
    return answer.status_code in (200, 204, 303, 409, 422, 429) and answer.location != "/connexion"


def test_the_reviewed_page_is_the_one_of_the_routes(cell: Cell) -> None:
    assert golden.ACCESS.read_text(encoding="utf-8") == access.page(needs.under(ROUTES, CENOMED), CENOMED), (
        "write docs/access.md again (casework charter docs), and review its difference"
    )
    served = {rule.rule for rule in cell.app.url_map.iter_rules() if rule.endpoint != "bootstrap.static"}
    assert served == set(golden.ROUTES) == set(KINDS), "say in places.py how the new route is asked"


@pytest.mark.clause("F33-01", "F33-02", "F33-03", "F33-16", "A-07")
@pytest.mark.parametrize("name", SEATS)
def test_every_route_answers_a_seat_as_the_reviewed_page_says(places: Places, name: str) -> None:
    visitor = Visitor(places, places.cell.readers[name])
    assert list(_wrong(visitor, places, name)) == []


def _wrong(visitor: Visitor, places: Places, name: str) -> Iterator[Wrong]:
    for path, row in golden.ROUTES.items():
        asked = row[f"`{name}`"]
        kinds = KINDS[path](places, name if asked else "coordinator")
        for verb in _verbs(path, row):
            yield from _wrong_cells(visitor, path, verb, asked, kinds)


def _verbs(path: str, row: Row) -> list[str]:
    return [verb for verb in row["verbes"].split(", ") if verb == "GET" or path not in DOORS]


def _wrong_cells(visitor: Visitor, path: str, verb: str, asked: str, kinds: Kinds) -> Iterator[Wrong]:
    for kind, values in kinds.items():
        if kind == "own" or asked == "objet":
            answer = visitor.asks(path, values, verb)
            if not (_as_own(visitor, answer, verb, asked) if kind == "own" else visitor.closed(answer, verb)):
                yield path, verb, kind, answer.status_code


def _as_own(visitor: Visitor, answer: TestResponse, verb: str, asked: str) -> bool:
    return opened(answer) if asked else visitor.closed(answer, verb)


def test_without_a_session_only_the_open_pages_answer(places: Places) -> None:
    client = places.cell.app.test_client()
    asked = [
        (path, verb, row["sans session"]) for path, row in golden.ROUTES.items() for verb in row["verbes"].split(", ")
    ]
    for path, verb, answer in asked:
        url = address(path, KINDS[path](places, "coordinator")["own"])
        found = _anonymous(client, places, url, verb)
        if answer:
            assert found.status_code in (200, 422), url
        else:
            assert (found.status_code, found.location) == ((303, "/connexion") if verb == "GET" else (403, None)), url
            assert "Fictif" not in found.text


def _anonymous(client: FlaskClient, places: Places, url: str, verb: str) -> TestResponse:
    with at(places.cell.lives.town.moment):
        text = client.get("/connexion", base_url=BASE).text
        proof = re.search(r'name="csrf_token" value="([^"]+)"', text)
        assert proof
        form = {"csrf_token": proof[1]} if verb == "POST" else None
        return client.open(url, method=verb, base_url=BASE, data=form, buffered=True)


@pytest.mark.clause("C-07")
def test_before_the_charter_is_signed_only_what_the_reviewed_page_says_answers(places: Places) -> None:
    visitor = Visitor(places, Reader(places.cell.app, places.cell.lives, "second", signs=False))
    for path, row in golden.ROUTES.items():
        own = KINDS[path](places, "coordinator")["own"]
        for verb in _verbs(path, row) if path != "/charte" else ():
            answer = visitor.asks(path, own, verb)
            if row["charte non signée"]:
                assert opened(answer), path
            elif verb == "GET" and row["`coordinator`"]:
                assert answer.location == "/charte", path
            else:
                assert answer.status_code == 404, path


def test_everybody_may_come_in_and_leave_and_the_session_ends(cell: Cell) -> None:
    with cell.lives.town.later(seconds=30):
        readers = [Reader(cell.app, cell.lives, name) for name in golden.SEATS.values()]
    for reader in readers:
        assert reader.send("/deconnexion", reader.hidden("/mon-compte")).location == "/connexion"
        assert reader.get("/").location == "/connexion"


@pytest.mark.parametrize(
    ("guard", "name", "path"),
    [
        ("casework.web.needs.Need.admits", "dpo", "/situations"),
        ("casework.meetings.service._knows", "head_of_school", "/reunions/<uuid:meeting>"),
        ("casework.cases.reading.concerned", "landlord", "/situations/<uuid:case>"),
    ],
)
def test_without_its_guard_the_matrix_is_red(
    places: Places, monkeypatch: pytest.MonkeyPatch, guard: str, name: str, path: str
) -> None:
    visitor = Visitor(places, places.cell.readers[name])
    row, kinds = golden.ROUTES[path], KINDS[path](places, name)
    asked = row[f"`{name}`"]
    assert list(_wrong_cells(visitor, path, "GET", asked, kinds)) == []
    monkeypatch.setattr(guard, lambda *_args: True)
    assert list(_wrong_cells(visitor, path, "GET", asked, kinds))
