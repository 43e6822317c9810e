"""Entries deleted in the middle of the log, and the state before them put back: no older head, list, lock or suspension comes back.

A process that had followed the log past the deletion answers from memory; one that starts afterwards sees the gap.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from audit import follower as followers
from audit.log import LogBroken
from casework.accounts.charter import sign_charter
from casework.accounts.credentials import Wanted, finish_change, prepare_password
from casework.accounts.errors import AccountError
from casework.accounts.login import log_in
from casework.accounts.removal import suspend_seat
from casework.accounts.totp import totp_now
from casework.cases.act import Change, act
from casework.cases.heads import Head, HeadBroken
from casework.cases.reading import open_situation
from casework.kernel.clock import at
from casework.store import seals
from casework.store.directory import PIN, DirectoryBroken, load_directory, publish
from casework.store.house import House
from casework.web.page import HOUSE, WatchedHouse
from crypto.signing import sign
from tests.cases.conftest import Lives, make_lives
from tests.cases.pages import Reader, application
from tests.contracts.attacker import PutBack, Writer, another_process, attacking
from tests.house import PASSWORD

NEW = "Une-Autre-Phrase-Longue-8"
WHO = "landlord"


@dataclass(frozen=True)
class Attack:
    """What happened, the entry of it, the rows to put back, and what somebody would get by it."""

    happen: Callable[[Lives, Head], None]
    entry: str
    keep: Callable[[Writer, Head], list[PutBack]]
    profit: Callable[[Lives, Head], Any]


def _schedule(lives: Lives, head: Head) -> None:
    lives.play(head, "coordinator", "schedule", meeting=uuid4())


def _keep_situation(writer: Writer, head: Head) -> list[PutBack]:
    case, stores = head.life.case, writer.house.stores
    tables = (("situation", "id"), ("head", "case"), ("ciphertext", "case"), ("reader", "case"))
    kept = [writer.keep(stores.case, table, column, case) for table, column in tables]
    with stores.key_reading() as keys:
        bundles = {row.bundle for row in seals.given(keys, [case])}
    locks = [writer.keep(stores.key, "locked_key", "bundle", bundle) for bundle in bundles]
    return [*kept, writer.keep(stores.key, "seal", "case", case), *locks]


def _open(lives: Lives, head: Head) -> Any:
    found = open_situation(lives.house, lives.acting["coordinator"], head.life.case)
    return found is not None and found.head.sequence == head.sequence


def _publish(lives: Lives, _head: Head) -> None:
    """A list of its own, published and not loaded by this host yet, so that no pin knows it."""
    keys = lives.acting["coordinator"].keys
    with lives.house.writing() as writing:
        listing = load_directory(lives.house, writing.session).listing.next(keys.member_id)
        publish(writing, listing, sign(keys.signing, "directory", listing.body()))


def _keep_directory(writer: Writer, _head: Head) -> list[PutBack]:
    return [writer.keep(writer.house.stores.case, "directory", "instance", writer.house.instance)]


def _load(lives: Lives, _head: Head) -> Any:
    return _directory(lives.house).number == lives.house.pins.read()[PIN].number


def _directory(house: House) -> Any:
    with house.stores.case_reading() as session:
        return load_directory(house, session)


def _change_password(lives: Lives, _head: Head) -> None:
    with lives.town.later(seconds=30):  # a code opens once
        wanted = Wanted(PASSWORD, totp_now(lives.town.people[WHO].secret), NEW)
        ready = prepare_password(lives.house, lives.acting[WHO], b"session", wanted, b"home")
        finish_change(lives.house, lives.acting[WHO], b"session", ready.blob, ready.codes[0])


def _keep_locks(writer: Writer, _head: Head) -> list[PutBack]:
    person, stores = writer.lives.acting[WHO].keys.person, writer.house.stores
    return [writer.keep(stores.case, "person", "id", person), writer.keep(stores.key, "member", "person", person)]


def _log_in(lives: Lives, _head: Head) -> Any:
    with lives.town.later(minutes=1):
        return log_in(lives.house, lives.town.people[WHO].typed(), b"home").token


def _suspend(lives: Lives, _head: Head) -> None:
    suspend_seat(lives.house, None, lives.acting[WHO].tenure)


def _keep_suspensions(writer: Writer, _head: Head) -> list[PutBack]:
    house = writer.house
    tenure = writer.keep(house.stores.case, "tenure", "id", writer.lives.acting[WHO].tenure)
    return [writer.keep(house.stores.case, "suspension", "instance", house.instance), tenure]


def _sit(lives: Lives, _head: Head) -> Any:
    return _directory(lives.house).party(lives.acting[WHO].tenure)


ATTACKS = {
    "head": Attack(_schedule, "SituationMoved", _keep_situation, _open),
    "list": Attack(_publish, "DirectorySigned", _keep_directory, _load),
    "password": Attack(_change_password, "MemberRowChanged", _keep_locks, _log_in),
    "suspension": Attack(_suspend, "SuspensionsChanged", _keep_suspensions, _sit),
}
REFUSED = (HeadBroken, DirectoryBroken, LogBroken, AccountError)
SAID = {"running": "last logged|wrong", "new": "^log$|LogBroken|does not continue"}
each_process = pytest.mark.parametrize("process", SAID)
each_attack = pytest.mark.parametrize("name", ATTACKS)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    return make_lives(tmp_path_factory.mktemp("hidden"))


@pytest.fixture(scope="module")
def mine(town: Lives) -> Head:
    """A situation retained by the Parquet, readable on pages."""
    with at(town.town.moment):
        sign_charter(town.house, town.acting["coordinator"], town.house.charter.version)
    return town.retained()


@pytest.fixture
def writer(town: Lives, mine: Head) -> Iterator[Writer]:
    with attacking(town) as attacker:
        yield attacker


def carry_out(writer: Writer, mine: Head, name: str, process: str) -> Attack:
    """The whole attack; a process that is not new had followed the log past the entry before it was deleted."""
    attack, lives = ATTACKS[name], writer.lives
    kept = attack.keep(writer, mine)
    with at(lives.town.moment):
        attack.happen(lives, mine)
        writer.house.log([writer.house.entry(writer.house.events.logout, lives.acting["dpo"].actor)])
        if process == "running":
            writer.house.follow()
    writer.hide(attack.entry)
    for put_back in kept:
        put_back()
    if process == "new":
        another_process(lives)
    return attack


@pytest.mark.clause("A-06")
@each_attack
@each_process
def test_a_state_put_back_under_a_hidden_entry_is_refused(
    town: Lives, mine: Head, writer: Writer, name: str, process: str
) -> None:
    attack = carry_out(writer, mine, name, process)
    with at(town.town.moment):
        for _ in range(2):
            with pytest.raises(REFUSED, match=SAID[process]):
                attack.profit(town, mine)


@each_attack
def test_before_the_entry_the_same_state_was_good(town: Lives, mine: Head, writer: Writer, name: str) -> None:
    with at(town.town.moment):
        assert ATTACKS[name].profit(town, mine)


@each_attack
def test_a_follower_that_overlooks_gaps_lets_it_pass(
    town: Lives, mine: Head, writer: Writer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The suite can fail: it is continuity alone that refuses the attack."""
    attack = carry_out(writer, mine, name, "new")
    monkeypatch.setattr(followers, "_require", lambda *_: None)
    with at(town.town.moment):
        assert attack.profit(town, mine)


@each_process
def test_no_page_shows_it_and_no_move_is_played_on_it(town: Lives, mine: Head, writer: Writer, process: str) -> None:
    reader = Reader(application(town), town, "coordinator")
    path = f"/situations/{mine.life.case}"
    assert "Fictif" in reader.get(path).text
    carry_out(writer, mine, "head", process)
    reader.client.application.extensions[HOUSE] = WatchedHouse.of(town.house)
    page = reader.get(path)
    assert (page.status_code, "Fictif" in page.text) == (503, False)
    change = Change("inform", {"identity": {"informed_how": "by_phone", "informed_on": "2026-02-27"}})
    with at(town.town.moment), pytest.raises(REFUSED, match=SAID[process]):
        act(town.house, town.acting["coordinator"], mine.life.case, mine.sequence, change)
