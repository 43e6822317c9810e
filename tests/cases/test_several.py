"""Several situations opened at a glance, and those that do not open."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from casework.cases.sealed import Sealed, keys_of
from casework.cases.several import glimpses
from casework.kernel.clock import at
from casework.kernel.life import Life, Slot
from casework.store.directory import load_directory
from casework.store.keytables import SealRow
from casework.store.tables import CiphertextRow, HeadRow
from tests.cases.desk_town import Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


def everything(_life: Life) -> tuple[str, ...]:
    return ("identity", "match", "deliberation")


@pytest.mark.clause("F33-16")
def test_a_glimpse_shows_what_the_charter_grants_and_no_situation_of_others(desk: Desk) -> None:
    house, case = desk.lives.house, desk.heads["silent"].life.case
    with at(desk.lives.town.moment):
        (seen,) = glimpses(house, desk.lives.acting["prosecutor"], [case], everything)
        assert glimpses(house, desk.lives.acting["pjj"], [case]) == []
    assert set(seen.contents) == {Slot("identity")}


def test_a_key_is_opened_by_those_alone_to_whom_the_head_says_it_is_sealed(desk: Desk) -> None:
    house, head, slot = desk.lives.house, desk.heads["silent"], Slot("identity")
    held, acting = head.held[slot], desk.lives.acting["coordinator"]
    asked = [Sealed(head.life.case, slot, held.key_id, known) for known in (held.principals, frozenset[UUID]())]
    with at(desk.lives.town.moment), house.stores.case_reading() as session:
        directory = load_directory(house, session)
        found = [keys_of(house, acting, directory, [item]) for item in asked]
    assert [list(keys) for keys in found] == [[held.key_id], []]


# --- What does not open: last, since it breaks situations -----------------------------------------------------------


@pytest.mark.clause("A-05")
def test_a_situation_that_does_not_open_is_said_and_the_others_are_shown(desk: Desk) -> None:
    case = desk.heads["whole"].life.case
    with desk.lives.house.stores.key_writing() as keys:
        keys.execute(delete(SealRow).where(SealRow.case == case))
    assert desk.where("whole") == {"illisibles"}
    assert desk.where("danger") == {"d-abord"}
    assert desk.readers["coordinator"].get("/").status_code == 200


@pytest.mark.clause("A-05")
@pytest.mark.parametrize(("nickname", "table"), [("lacking", CiphertextRow), ("danger", HeadRow)])
def test_an_altered_situation_is_reported_and_left_out(
    desk: Desk, nickname: str, table: type[CiphertextRow | HeadRow]
) -> None:
    case, column = desk.heads[nickname].life.case, "envelope" if table is CiphertextRow else "body"
    with desk.lives.house.stores.case_writing() as session:
        session.execute(update(table).where(table.case == case).values({column: b"altered"}))
    before = len(desk.logged())
    assert desk.where(nickname) == {"illisibles"}
    reported = {item.subject for kind, item in desk.logged()[before:] if kind == "TamperingFound"}
    assert case in reported
    assert desk.where("danger_asked") == {"d-abord", "precisions"}
