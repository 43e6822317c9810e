"""Every route asked by every seat with what no page would ask: a refusal or a page, never a failure, never a word that this seat may not read."""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from audit.verify import verify
from casework.cases.clocks import tick
from casework.kernel.clock import at
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application, everybody
from tests.contracts import golden
from tests.contracts.canaries import Canaries, plant
from tests.contracts.crawling import pdf_text
from tests.contracts.searching import markers
from tests.stress.served import SECONDS

ALLOWED = {200, 204, 303, 308, 400, 403, 404, 405, 409, 413, 422, 429}
LEAVING = (  # who leaves, or is sent away, is no longer who it was: only looked at
    "/deconnexion",
    "/mon-compte/connexions",
    "/mon-compte/qualite",
    "/connexion",
    "/administration/qualites/<uuid:tenure>/retrait",
    "/administration/qualites/<uuid:tenure>/suspension",
)
ROUNDS = max(1, int(SECONDS / 5))
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
STRANGE = (
    "0", "-1", "null", "undefined", "%00", "a%00b", "..%2F..%2Fetc%2Fpasswd", "%2e%2e%2f", "..", "%", "%zz", "%C3%28", "%ED%A0%80", "%F0%9F%91%A9",
    "a" * 3_000, "'%20OR%201=1--", "{{7*7}}", "%7B%7B7*7%7D%7D", "<script>", "2026-02-30", "9999-99-99", "1e400", "%E2%80%AE", "%0d%0aSet-Cookie:x=1",
)  # fmt: skip
QUERIES = (
    "", "?", "?page=-1", "?page=" + "9" * 400, "?page=%00", "?page=1&page=2", "?annee=0", "?reference=%27", "?avant=-1", "?avant=" + "9" * 30,

    "?jour=2026-02-30", "?jour=0001-01-01", "?jour=9999-12-31", "?du=&au=",
    "?personne=" + "f" * 36, "?sheets=identity&reason=x", "?v=%00", "?" + "a=1&" * 1_500,
    "?step[]=x", "?ordre=%F0%9F%91%A9", "?%ff=%fe",
)  # fmt: skip


NAMES = (
    "seen", "once", "reason", "target", "tenure", "tenures", "person", "left", "right", "day", "answer", "avis", "spoken", "sheets",
    "document", "identity-surname", "identity-birth_date", "account-text", "judicial-note", "agreed", "version", "blob", "again", "first", "other",
    "name", "email", "role", "organisation", "password", "code", "new", "_keep", "_more", "_less", "_send", "_confirmed",
    "steering", "starts_at", "place", "took_place",
)  # fmt: skip


@pytest.fixture(scope="module")
def planted(town_of_all: Lives) -> Canaries:
    return plant(town_of_all)


@pytest.fixture(scope="module")
def readers(planted: Canaries) -> dict[str, Reader]:
    return everybody(application(planted.lives), planted.lives)


def ids(planted: Canaries) -> list[str]:
    """Ids of everything there is: situations, their parts, meetings, persons, tenures; and of nothing."""
    lives = [head.life for head in planted.situations.values()]
    found = {str(life.case) for life in lives} | {str(part.id) for life in lives for part in life.parts}
    found |= {str(life.meeting) for life in lives if life.meeting}
    found |= {str(acting.party.person) for acting in planted.lives.acting.values()}
    found |= {str(acting.tenure) for acting in planted.lives.acting.values()}
    return [*sorted(found), str(uuid4()), str(uuid4()).upper(), "{" + str(uuid4()) + "}", str(uuid4()).replace("-", "")]


def values(planted: Canaries) -> list[str]:
    """What may stand in the place of a name."""
    return [
        *(move.name for move in planted.lives.house.charter.moves),
        *STRANGE,
        "mineur",
        "theme.css",
        "../../pyproject.toml",
    ]


def addresses(path: str, known: list[str], named: list[str], chance: random.Random) -> str:
    """The route with something in each of its places: mostly an id that exists, of somebody else perhaps."""

    def one(found: re.Match[str]) -> str:
        pool = known if "uuid" in found[0] and chance.random() < 0.8 else named
        return quote(chance.choice(pool), safe="%/.-_~:'{}=<>")

    return PLACE.sub(one, path) + chance.choice(QUERIES)


def form(proof: Mapping[str, str], known: list[str], chance: random.Random) -> dict[str, Any]:
    """A proof that holds, and fields of any page with ids and words from anywhere."""
    return {**proof, **{name: chance.choice([*known, *STRANGE]) for name in chance.sample(NAMES, 12)}}


def asked(readers: Mapping[str, Reader], planted: Canaries) -> Iterator[tuple[str, str, TestResponse]]:
    """(seat, request, answer) of every route and verb, whoever it is meant for."""
    chance, known, named = random.Random(33), ids(planted), values(planted)  # noqa: S311 - the same each run
    for name, reader in readers.items():
        proof = reader.hidden("/charte")
        for path, row in golden.ROUTES.items():
            for _ in range(ROUNDS):
                url = addresses(path, known, named, chance)
                if path in LEAVING or chance.random() < 0.5:
                    yield name, f"GET {url}", reader.get(url)
                else:
                    yield (
                        name,
                        f"POST {url}",
                        reader.send(url, form(proof, known, chance) if "POST" in row["verbes"] else {}),
                    )


def words(answer: TestResponse) -> str:
    """What an answer says, a paper included."""
    return pdf_text(answer.data) if answer.mimetype == "application/pdf" else answer.data.decode("utf-8", "replace")


def test_no_route_fails_or_tells_whatever_is_asked_of_it(
    planted: Canaries,
    readers: dict[str, Reader],
    caplog: pytest.LogCaptureFixture,
    request: pytest.FixtureRequest,
) -> None:
    wrong, told, number = list[Any](), set[Any](), 0
    for name, line, answer in asked(readers, planted):
        number, text = number + 1, words(answer)
        if answer.status_code not in ALLOWED or "Traceback" in text or "werkzeug" in text:
            wrong.append((name, line[:200], answer.status_code))
        marks = markers(text + str(answer.headers)) & set(planted.marks)
        told |= {
            (name, line[:200], planted.marks[word]) for word in marks if not planted.may(name, planted.marks[word])
        }
    assert wrong == []
    assert told == set()
    assert [name for name, reader in readers.items() if reader.get("/").status_code != 200] == []
    request.node.user_properties.append(("requests", number))
    assert number >= len(readers) * len(golden.ROUTES) * ROUNDS
    assert " at /" not in caplog.text, caplog.text  # the line of a failure says its place
    assert markers(caplog.text) == set()
    lives = planted.lives
    with at(lives.town.moment), lives.house.stores.case_reading() as session:
        assert verify(session.connection(), lives.house.provider.mac, lives.house.pins.read()["log"]).sound
    with at(lives.town.moment):
        done = tick(lives.house)
    assert (done.broken, done.missing, done.surplus) == (0, 0, 0)
