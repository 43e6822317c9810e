"""The follower answers what was last logged, from rows it verified once; what is done to the rows afterwards changes no answer."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine, event, text

from audit import follower as followers
from audit.entry import Entry, EventType, Tip
from audit.follower import Follower, place
from audit.log import LogBroken, _row, append
from audit.table import log_table
from tests.audit.stores import Builders, Store

Ask = Callable[[Follower], bytes | None]
FIRST, SECOND, THIRD = (bytes([sign]) * 32 for sign in b"abc")


@pytest.fixture
def ask(store: Store, build: Builders) -> Ask:
    """The head of the first subject, in a transaction of its own."""

    def run(follower: Follower) -> bytes | None:
        with store.engine.begin() as connection:
            return follower.last_digest(connection, build.mac, build.subjects[0], "head")

    return run


@contextmanager
def view(store: Store) -> Iterator[Connection]:
    """A transaction that sees the log as it is now, whatever is appended meanwhile."""
    engine = create_engine(store.url)
    if store.dialect == "sqlite":
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    options = {} if store.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**options) as connection:
        connection.execute(text("SELECT count(*) FROM audit_log"))
        yield connection
    engine.dispose()


def test_the_answer_is_the_newest_of_that_subject_and_key(store: Store, build: Builders) -> None:
    follower, (mine, yours, nobody) = Follower(), build.subjects
    store.append(build.move(0, FIRST), build.move(1, SECOND), build.move(2, THIRD, yours))
    store.fill(5)
    with store.engine.begin() as connection:
        asked = [(mine, "head"), (yours, "head"), (mine, "member"), (nobody, "head")]
        found = [follower.last_digest(connection, build.mac, *item) for item in asked]
    assert found == [SECOND, THIRD, None, None]
    assert follower.number == 8


def test_an_empty_log_holds_nothing(ask: Ask) -> None:
    follower = Follower()
    assert (ask(follower), follower.number) == (None, 0)


def test_a_digest_without_subject_is_nobodys(store: Store, build: Builders, ask: Ask) -> None:
    follower = Follower()
    store.append(build.build(EventType("Sealed", {"head": bytes}), {"head": FIRST}), build.move(1, SECOND))
    assert ask(follower) == SECOND
    assert len(follower.known()[1]) == 1


def test_what_others_append_is_followed_and_each_row_is_verified_and_read_once(
    store: Store, build: Builders, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower, verified, parsed = Follower(), list[bytes](), list[bytes]()

    def mac(message: bytes) -> bytes:
        verified.append(message)
        return build.mac(message)

    def loads(body: bytes) -> Any:
        parsed.append(body)
        return json.loads(body)

    monkeypatch.setattr(followers, "json", SimpleNamespace(loads=loads))
    for digest in (FIRST, SECOND, THIRD):
        store.append(build.entry(), build.move(0, digest))
        with store.engine.begin() as connection:
            found = [follower.last_digest(connection, mac, build.subjects[0], "head") for _ in range(3)]
        assert found == [digest] * 3
    assert len(verified) == len(set(verified)) == 6
    assert len(parsed) == 3


def test_a_long_log_is_followed_to_its_end(store: Store, build: Builders, ask: Ask) -> None:
    follower = Follower()
    store.fill(1_000)
    assert (ask(follower), follower.number) == (None, 1_000)
    store.append(*map(build.entry, range(1_500)), build.move(0, FIRST))
    assert (ask(follower), follower.number) == (FIRST, 2_501)


def test_a_hidden_row_is_answered_from_memory_and_seen_as_a_gap_by_a_fresh_follower(
    store: Store, build: Builders, ask: Ask
) -> None:
    followed = Follower()
    store.append(build.move(0, FIRST), build.move(1, SECOND), build.entry(2))
    assert ask(followed) == SECOND
    store.forge("DELETE FROM audit_log WHERE number = 2")
    assert ask(followed) == SECOND
    fresh = Follower()
    with pytest.raises(LogBroken, match="row 3 does not continue"):
        ask(fresh)
    assert fresh.number == 1


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_log SET body = previous WHERE number = 2",
        "UPDATE audit_log SET mac = hash WHERE number = 2",
        "UPDATE audit_log SET previous = mac WHERE number = 2",
        "UPDATE audit_log SET number = 9 WHERE number = 2",
        "DELETE FROM audit_log WHERE number = 2",
    ],
)
def test_a_row_that_fails_fails_at_every_call_and_no_longer_once_it_is_put_back(
    store: Store, build: Builders, ask: Ask, forgery: str
) -> None:
    follower = Follower()
    store.append(build.move(0, FIRST))
    assert ask(follower) == FIRST
    store.append(build.move(1, SECOND), build.move(2, THIRD))
    store.forge("CREATE TABLE kept AS SELECT * FROM audit_log")
    store.forge(forgery)
    for _ in range(3):
        with pytest.raises(LogBroken):
            ask(follower)
        assert follower.number == 1
    store.forge("DELETE FROM audit_log")
    store.forge("INSERT INTO audit_log SELECT * FROM kept ORDER BY number")
    store.forge("DROP TABLE kept")
    assert ask(follower) == THIRD


def test_a_log_cut_below_what_was_verified_is_refused(store: Store, build: Builders, ask: Ask) -> None:
    follower = Follower()
    store.append(build.move(0, FIRST), build.move(1, SECOND))
    assert ask(follower) == SECOND
    store.forge("DELETE FROM audit_log WHERE number = 2")
    for _ in range(2):
        with pytest.raises(LogBroken, match="ends at 1, and 2 was verified"):
            ask(follower)
    store.forge("DELETE FROM audit_log")
    with pytest.raises(LogBroken, match="ends at 0"):
        ask(follower)


@pytest.mark.parametrize("more", [0, 3])
def test_another_history_written_from_a_backup_is_refused(store: Store, build: Builders, ask: Ask, more: int) -> None:
    follower = Follower()
    store.append(build.move(0, FIRST), build.move(1, SECOND))
    assert ask(follower) == SECOND
    store.forge("DELETE FROM audit_log WHERE number = 2")
    store.append(build.move(2, THIRD), *map(build.entry, range(more)))
    for _ in range(2):
        with pytest.raises(LogBroken, match="row 2 does not continue"):
            ask(follower)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # elsewhere, typed columns refuse it
@pytest.mark.parametrize("change", ["number = 'last'", "body = 'text'", "hash = 1"])
def test_a_row_of_a_wrong_type_is_a_broken_row(store: Store, build: Builders, ask: Ask, change: str) -> None:
    store.append(build.move(0, FIRST))
    store.forge("CREATE TABLE loose AS SELECT * FROM audit_log")
    store.forge("ALTER TABLE audit_log RENAME TO kept")
    store.forge("ALTER TABLE loose RENAME TO audit_log")
    store.forge(f"UPDATE audit_log SET {change}")  # noqa: S608
    with pytest.raises(LogBroken, match="malformed"):
        ask(Follower())
    store.forge("DROP TABLE kept")


def test_what_was_appended_in_the_transaction_in_hand_is_never_believed(
    store: Store, build: Builders, ask: Ask
) -> None:
    follower = Follower()
    store.append(build.move(0, FIRST))
    with store.engine.connect() as connection:
        store.append_on(connection, build.move(1, SECOND))
        for call in (
            lambda: follower.follow(connection, build.mac),
            lambda: follower.last_digest(connection, build.mac, build.subjects[0], "head"),
        ):
            with pytest.raises(RuntimeError, match="appended to in this transaction"):
                call()
        connection.rollback()
        assert follower.follow(connection, build.mac) == 1
    assert ask(follower) == FIRST


def test_an_older_view_gets_the_answer_of_its_time(store: Store, build: Builders, ask: Ask) -> None:
    follower = Follower()
    store.append(build.move(0, FIRST))
    assert ask(follower) == FIRST
    floor, (mine, yours, _) = follower.number, build.subjects
    with view(store) as then:
        store.append(build.move(1, SECOND), build.move(2, THIRD, yours), build.move(3, THIRD), build.entry())
        assert ask(follower) == THIRD
        assert follower.follow(then, build.mac, floor) == 1
        found = [follower.last_digest(then, build.mac, subject, "head", floor) for subject in (mine, yours)]
        assert found == [FIRST, None]
        with pytest.raises(LogBroken, match="ends at 1, and 5 was verified"):
            follower.last_digest(then, build.mac, mine, "head")
    with view(store) as now:
        assert follower.last_digest(now, build.mac, mine, "head", floor) == THIRD


def test_a_cut_log_is_no_older_view(store: Store, build: Builders, ask: Ask) -> None:
    """The view was opened after two rows were verified: it cannot hold one only."""
    follower = Follower()
    store.append(build.move(0, FIRST), build.move(1, SECOND))
    assert ask(follower) == SECOND
    store.forge("DELETE FROM audit_log WHERE number = 2")
    with view(store) as cut, pytest.raises(LogBroken, match="ends at 1, and 2 was verified"):
        follower.last_digest(cut, build.mac, build.subjects[0], "head", floor=2)


def test_a_view_older_than_the_horizon_is_refused_and_what_it_needed_is_forgotten(
    store: Store, build: Builders, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "HORIZON", 3)
    follower, heads = Follower(), [bytes([sign]) * 32 for sign in b"abcdefgh"]
    store.append(build.move(0, heads[0]))
    with view(store) as old:
        for digest in heads[1:5]:
            store.append(build.move(0, digest))
            assert ask(follower) == digest
        assert len(follower._replaced) == 3
        with pytest.raises(LogBroken, match="ends at 1"):
            follower.last_digest(old, build.mac, build.subjects[0], "head", floor=0)
    with view(store) as recent:
        for digest in heads[5:]:
            store.append(build.move(0, digest))
            assert ask(follower) == digest
        assert follower.last_digest(recent, build.mac, build.subjects[0], "head", floor=5) == heads[4]
    assert len(follower.known()[1]) == 1


@pytest.mark.parametrize("gone", [1, 2])
def test_it_may_begin_at_a_verified_row_and_needs_none_before(
    store: Store, build: Builders, ask: Ask, gone: int
) -> None:
    start = store.append(build.move(0, FIRST), build.entry())
    known = {place(build.subjects[0], "head"): FIRST}
    store.append(build.entry(2), build.move(3, SECOND, build.subjects[1]))
    store.forge(f"DELETE FROM audit_log WHERE number <= {gone}")  # noqa: S608
    follower = Follower(start, known)
    assert (ask(follower), follower.number) == (FIRST, 4)
    with pytest.raises(LogBroken, match="does not continue"):
        ask(Follower(Tip(start.number, bytes(32)), known))
    with pytest.raises(LogBroken, match="does not continue"):
        ask(Follower())


def test_a_view_from_before_the_beginning_has_no_answer(store: Store, build: Builders) -> None:
    store.append(build.move(0, FIRST))
    with view(store) as old:
        start = store.append(build.move(1, SECOND))
        with pytest.raises(LogBroken, match="ends at 1"):
            Follower(start).last_digest(old, build.mac, build.subjects[0], "head", floor=0)


def test_a_number_left_out_is_refused_even_in_rows_of_the_key_holder(store: Store, build: Builders, ask: Ask) -> None:
    last = store.append(build.move(0, FIRST))
    row = _row(build.move(1, SECOND), Tip(last.number + 1, last.hash), build.mac)
    with store.engine.begin() as connection:
        store.disarm(connection)
        connection.execute(log_table.insert(), row)
    with pytest.raises(LogBroken, match="row 3 does not continue"):
        ask(Follower())


def test_threads_share_one_follower(store: Store, build: Builders) -> None:
    """Every thread writes its own subject, and finds its last write at once, whoever read the rows."""
    follower, threads, rounds = Follower(), 8, 10
    start = Barrier(threads)

    def work(rank: int) -> list[bool]:
        mine, right = UUID(int=1_000 + rank), []
        start.wait()
        for turn in range(rounds):
            digest = bytes([rank, turn]) * 16
            store.append(build.entry(turn), build.move(turn, digest, mine))
            with store.engine.begin() as connection:
                right.append(follower.last_digest(connection, build.mac, mine, "head") == digest)
        return right

    with ThreadPoolExecutor(threads) as pool:
        assert all(answer for answers in pool.map(work, range(threads)) for answer in answers)
    assert follower.number == threads * rounds * 2


def test_entries_of_another_key_are_nobodys(store: Store, build: Builders, ask: Ask) -> None:
    def strange(message: bytes) -> bytes:
        return build.mac(build.mac(message))

    entry: Entry = build.move(0, FIRST)
    with store.engine.begin() as connection:
        append(connection, [entry], strange)
    with pytest.raises(LogBroken, match="not authentic"):
        ask(Follower())
