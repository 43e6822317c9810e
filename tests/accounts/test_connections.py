"""Where I am logged in: each of my open sessions and no other, closed from afar on its next request, and logged."""

import pytest

from audit.log import entries
from casework.accounts.connections import Connection, close, connections
from casework.accounts.sessions import open_session
from casework.kernel.clock import at
from casework.store.house import House
from tests.accounts.pages import Browser, app_of
from tests.house import Town


def open_to(town: Town, token: bytes) -> bool:
    with at(town.moment):
        return open_session(town.house, token) is not None


def seen(town: Town, token: bytes) -> list[Connection]:
    with at(town.moment):
        acting = open_session(town.house, token)
        assert acting
        return connections(town.house, acting, token)


def closed(town: Town, token: bytes, handle: str | None = None) -> int:
    with at(town.moment):
        acting = open_session(town.house, token)
        assert acting
        return close(town.house, acting, token, handle)


def logged(house: House) -> list[object]:
    with house.stores.case_reading() as session:
        found = entries(session.connection(), house.provider.mac, types=[house.events.closed])
        return [record.values["count"] for record in found]


def test_my_open_sessions_are_listed_this_one_first(town: Town) -> None:
    town.token("coordinator")
    first, mine = town.token("dpo"), town.token("dpo")
    found = seen(town, first)
    assert [item.here for item in found] == [True, False]
    assert [item.here for item in seen(town, mine)] == [True, False]
    assert {item.tenure for item in found} == {town.people["dpo"].tenure}
    with town.later(minutes=14):
        assert open_to(town, mine)
    with town.later(minutes=2):
        assert [item.here for item in seen(town, mine)] == [True]


def test_one_session_or_all_the_others_are_closed_on_their_next_request(town: Town) -> None:
    keeper, mine = town.token("coordinator"), town.token("dpo")
    first, second, third = (town.token("dpo") for _ in range(3))
    handles = {item.began_at: item.handle for item in seen(town, mine)}
    assert closed(town, mine, handles[sorted(handles)[1]]) == 1
    assert [open_to(town, token) for token in (first, second, third, mine)] == [False, True, True, True]
    assert closed(town, mine) == 2
    assert [open_to(town, token) for token in (second, third, mine, keeper)] == [False, False, True, True]
    assert closed(town, mine) == 0
    assert logged(town.house) == [2, 1]


def test_nobody_closes_this_very_session_nor_one_of_somebody_else(town: Town) -> None:
    keeper, mine = town.token("coordinator"), town.token("dpo")
    (theirs, *_), [here] = seen(town, keeper), seen(town, mine)
    for handle in (theirs.handle, here.handle, "", "é"):
        assert closed(town, mine, handle) == 0
    assert open_to(town, keeper)
    assert open_to(town, mine)
    assert logged(town.house) == []


@pytest.mark.clause("A-04")
def test_the_page_shows_and_closes_a_session_left_open_elsewhere(town: Town) -> None:
    here, left = (Browser(town, app_of(town.house).test_client()) for _ in range(2))
    left.enter("dpo")
    here.enter("dpo")
    assert "nulle part ailleurs" not in here.get("/mon-compte/connexions").text
    here.post("/mon-compte/connexions", 303, handle=here.html.split('name="handle" value="')[1].split('"')[0])
    assert "nulle part ailleurs" in here.get("/mon-compte/connexions").text
    assert left.get("/", 303).location == "/connexion?fin=1"
    left.enter("dpo")
    here.get("/mon-compte/connexions")
    here.post("/mon-compte/connexions", 303, others="1")
    assert left.get("/", 303).location == "/connexion?fin=1"
