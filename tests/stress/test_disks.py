"""Stores held by somebody else, read-only or on a full disk: told in French, nothing half-written, and the same act works afterwards."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from audit.verify import verify
from casework.accounts.errors import AccountError
from casework.accounts.hosts import hash_slot
from casework.cases import drafts
from casework.cases.clocks import tick
from casework.kernel.clock import at
from casework.store.engines import StoreDown
from tests import databases
from tests.cases.conftest import Lives
from tests.cases.test_pages import REFERRAL
from tests.contracts.test_fault_points import POINTS, WORKS, assert_whole, prepared
from tests.contracts.test_stores_down import STORES, engine_of
from tests.databases import on_both
from tests.stress.browsers import come_in
from tests.stress.disks import TROUBLES, full, full_from

NEW = "/situations/nouvelle/refer"
DONE = ("case-committed", "removals-registered", "keys-removed", "destruction-done", "draft-committed")
EVERY = [(name, point) for name, points in POINTS.items() for point in ("", *points)]


def told(answer: TestResponse) -> None:
    """A refusal in French that says that nothing is lost, where what was typed is, and what to do."""
    assert answer.status_code == 503, answer.text
    words = ("est perdu", "saisie est encore", "Réessayez", "appelez l’administrateur")
    assert all(word in answer.text for word in words), answer.text


@contextmanager
def nothing_written(lives: Lives) -> Iterator[None]:
    """Nothing but entries of the log, when each session was last seen, and seals that no situation knows: the next turn deletes them."""
    before = databases.rows(lives.house.stores)
    yield
    after = databases.rows(lives.house.stores)
    assert {name for name in before if before[name] != after[name]} <= {"audit_log", "session", "seal", "locked_key"}


def untaken(lives: Lives, trouble: Callable[[], AbstractContextManager[None]], store: str) -> None:
    """Nobody acts meanwhile, nor reads what cannot be logged; afterwards the same forms pass."""
    readers, head = (
        come_in(lives, "coordinator", "prosecutor", "pjj", "dpo"),
        lives.play(lives.refer(), "coordinator", "transmit"),
    )
    act = f"/situations/{head.life.case}/actes/retain"
    asked, filled = readers["prosecutor"].hidden(act), {**readers["pjj"].hidden(NEW), **REFERRAL}
    with nothing_written(lives), trouble():
        told(readers["prosecutor"].send(act, asked))
        told(readers["pjj"].send(NEW, filled))
        told(readers["pjj"].send(NEW, {**filled, "_keep": "1"}))
        if store == "case":
            assert readers["coordinator"].get(f"/situations/{head.life.case}").status_code == 503
            assert readers["dpo"].get("/journal").status_code == 503
    with at(lives.town.moment):
        tick(lives.house)
        assert_whole(lives, head)
    assert readers["prosecutor"].send(act, asked).status_code == 303
    assert readers["pjj"].send(NEW, filled).status_code == 303
    assert readers["coordinator"].get(f"/situations/{head.life.case}").status_code == 200


@on_both("lives")
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_store_that_takes_nothing_is_told_and_the_same_form_passes_afterwards(
    lives: Lives, trouble: str, store: str
) -> None:
    untaken(lives, partial(TROUBLES[trouble], engine_of(lives, store)), store)


def test_full_disks_are_told_and_the_same_form_passes_afterwards(lives: Lives) -> None:
    untaken(lives, full, "case")


@pytest.mark.parametrize(("name", "point"), EVERY)
def test_a_disk_full_in_the_middle_of_any_step_leaves_a_whole_situation(
    town_of_all: Lives, name: str, point: str
) -> None:
    lives, head = town_of_all, prepared(town_of_all, name)
    with at(lives.town.moment):
        try:
            with full_from(point):
                WORKS[name](lives, head)
        except StoreDown:
            done = point in DONE
        else:
            done = True
        assert done == (point in DONE) or name == "destroy"
        tick(lives.house)
        assert_whole(lives, head)
        again = tick(lives.house)
    assert (again.finished, again.surplus, again.missing, again.broken) == (0, 0, 0, 0)
    if not done and name != "destroy":
        with at(lives.town.moment):
            WORKS[name](lives, head)
            assert_whole(lives, head)
    if name == "draft":
        assert drafts.find(lives.house, lives.acting["pjj"], "refer") == {"identity-surname": ["Fictif"]}


def test_where_the_pins_cannot_be_written_one_act_at_most_is_unpinned_and_nobody_reads_on(
    lives: Lives, caplog: pytest.LogCaptureFixture
) -> None:
    readers, head = (
        come_in(lives, "coordinator", "prosecutor", "pjj", "dpo"),
        lives.play(lives.refer(), "coordinator", "transmit"),
    )
    path, filled = f"/situations/{head.life.case}", {**readers["pjj"].hidden(NEW), **REFERRAL}
    asked = readers["prosecutor"].hidden(f"{path}/actes/retain")
    draft = lives.house.pins.path.with_name("pins.json.tmp")
    draft.mkdir()  # where the next pins would be written; the pins are read on
    told(readers["coordinator"].get(path))
    draft.rmdir()
    assert readers["coordinator"].get(path).status_code == 200
    before = lives.house.pins.read()["log"]
    draft.mkdir()
    assert readers["pjj"].send(NEW, filled).status_code == 303  # it is done: it must not be said undone
    with nothing_written(lives):
        told(readers["prosecutor"].send(f"{path}/actes/retain", asked))
        told(readers["coordinator"].get(path))
    assert lives.house.pins.read()["log"] == before
    assert "is the disk of the pins full?" in caplog.text
    draft.rmdir()
    assert readers["prosecutor"].send(f"{path}/actes/retain", asked).status_code == 303
    assert readers["coordinator"].get(path).status_code == 200
    with lives.house.stores.case_reading() as session:
        assert verify(session.connection(), lives.house.provider.mac, lives.house.pins.read()["log"]).sound


def test_where_the_register_cannot_be_written_keys_wait_and_go_with_the_next_turn(lives: Lives) -> None:
    head, lock = prepared(lives, "not_retain"), lives.house.register_path.with_name("deletions.jsonl.lock")
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with at(lives.town.moment):
        WORKS["not_retain"](lives, head)
        with pytest.raises(StoreDown, match="deletion register"):
            tick(lives.house)
        lock.rmdir()
        assert tick(lives.house).finished > 0
        assert_whole(lives, head)


def test_where_no_lock_can_be_laid_nobody_comes_in_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(AccountError, match="busy"), hash_slot():
        pytest.fail("a hash ran without its slot")


def test_a_full_disk_is_no_longer_full_once_there_is_room(lives: Lives) -> None:
    """The instrument itself: without it, the tests above would prove nothing."""
    rows = databases.rows(lives.house.stores)
    with full(), pytest.raises(StoreDown):
        lives.refer()
    assert databases.rows(lives.house.stores) == rows
    assert lives.refer().sequence == 1
