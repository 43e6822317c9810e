"""Appending to the log and reading it back, on SQLite and on PostgreSQL."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, IntegrityError

from audit.entry import GENESIS, Codes, EventType, Reference, Tip
from audit.log import LogBroken, append, entries, require_whole, tip
from audit.table import log_table, protect_ddl
from tests.audit.stores import Builders, Store

P = ParamSpec("P")
R = TypeVar("R")


class Read(Protocol):
    """Call a function of the log in a transaction of its own."""

    def __call__(
        self, function: Callable[Concatenate[Connection, P], R], *arguments: P.args, **options: P.kwargs
    ) -> R: ...


@pytest.fixture
def read(store: Store) -> Read:
    def run(function: Callable[Concatenate[Connection, P], R], *arguments: P.args, **options: P.kwargs) -> R:
        with store.engine.begin() as connection:
            return function(connection, *arguments, **options)

    return run


def test_entries_are_numbered_without_gap_over_calls(store: Store, build: Builders, read: Read) -> None:
    assert read(tip, build.mac) is None
    assert store.append(build.entry(0), build.entry(1)).number == 2
    last = store.append(build.entry(2))
    assert last.number == 3
    assert read(tip, build.mac) == last
    assert [record.number for record in read(entries, build.mac)] == [3, 2, 1]
    assert store.verify(last).sound


def test_an_empty_call_appends_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="nothing to append"):
        store.append()


def test_a_mac_of_another_length_is_refused(store: Store, build: Builders, read: Read) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        read(append, [build.entry()], lambda _: b"short")
    assert read(tip, build.mac) is None


def test_a_record_gives_back_what_was_logged(store: Store, build: Builders, read: Read) -> None:
    seen, moved = build.entry(1), build.move(2, bytes(range(32)))
    signed_in = build.build(
        build.logged_in, {"second_factor": False, "method": Codes("totp")["totp"]}, actor=None, seat=None
    )
    store.append(seen, moved, signed_in)
    third, second, first = read(entries, build.mac)
    for record, entry in ((first, seen), (second, moved), (third, signed_in)):
        assert (record.type, record.at, record.instance) == (entry.type.name, entry.at, entry.instance)
        assert (record.actor, record.seat, record.subject) == (entry.actor, entry.seat, entry.subject)
        assert record.values == entry.values
    assert type(first.values["reference"]) is Reference
    assert third.values["second_factor"] is False
    assert "BCDF" not in repr(first)


@pytest.mark.clause("A-09")
def test_records_are_found_by_subject_actor_type_and_page(store: Store, build: Builders, read: Read) -> None:
    store.append(*(build.entry(rank) for rank in range(6)), build.move(6, bytes(32)))

    def numbers(**wanted: Any) -> list[int]:
        return [record.number for record in read(entries, build.mac, **wanted)]

    assert numbers(subject=build.subjects[0]) == [7, 4, 1]
    assert numbers(actor=uuid.UUID(int=101)) == [6, 4, 2]
    assert numbers(types=[build.moved]) == [7]
    assert numbers(types=[]) == []
    assert numbers(subject=build.subjects[0], actor=uuid.UUID(int=101), types={build.read}) == [4]
    assert numbers(limit=2) == [7, 6]
    assert numbers(before=6, limit=2) == [5, 4]
    assert numbers(types=[build.read, build.moved], limit=3) == [7, 6, 5]


@pytest.mark.clause("A-05")
def test_records_of_a_span_of_time_are_found_whatever_else_is_asked(store: Store, build: Builders, read: Read) -> None:
    store.append(*(build.entry(rank) for rank in range(6)), build.move(6, bytes(32)))
    first, last = build.entry(2).at, build.entry(5).at

    def numbers(**wanted: Any) -> list[int]:
        return [record.number for record in read(entries, build.mac, **wanted)]

    assert numbers(start=first, end=last) == [5, 4, 3]
    assert numbers(start=last) == [7, 6]
    assert numbers(end=first, before=2) == [1]
    assert numbers(start=first, end=last, subject=build.subjects[0], types=[build.read]) == [4]
    assert numbers(start=first, types=[build.moved]) == [7]
    assert numbers(end=build.entry(0).at) == []
    for forgery, bounds in (("2001-01-01", {"end": first}), ("2101-01-01", {"start": last})):
        store.forge("UPDATE audit_log SET at = :at WHERE number = 4", at=datetime.fromisoformat(forgery))
        with pytest.raises(LogBroken, match="another day"):
            numbers(**bounds)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_log SET body = previous WHERE number = 3",
        "UPDATE audit_log SET mac = hash WHERE number = 3",
        "UPDATE audit_log SET hash = mac WHERE number = 3",
        "UPDATE audit_log SET previous = mac WHERE number = 3",
        "UPDATE audit_log SET number = 4 WHERE number = 3",
    ],
)
def test_a_row_that_does_not_prove_itself_is_neither_read_nor_extended(
    store: Store, build: Builders, read: Read, forgery: str
) -> None:
    store.append(build.entry(), build.entry(), build.move(0, bytes(32)))
    store.forge(forgery)
    with pytest.raises(LogBroken, match="not authentic"):
        read(entries, build.mac)
    with pytest.raises(LogBroken, match="not authentic"):
        store.append(build.entry())


def test_a_row_filed_elsewhere_is_not_shown_there(store: Store, build: Builders, read: Read) -> None:
    store.append(build.move(0, bytes(32)), build.entry(1))
    subject = {"sqlite": build.subjects[2].hex, "postgresql": build.subjects[2]}[store.dialect]
    store.forge("UPDATE audit_log SET subject = :subject, type = 'Nothing'", subject=subject)
    wanted: dict[str, Any]
    for wanted in ({"subject": build.subjects[2]}, {"types": [EventType("Nothing", {})]}):
        with pytest.raises(LogBroken, match="filed under another"):
            read(entries, build.mac, **wanted)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # elsewhere, typed columns refuse it
@pytest.mark.parametrize("change", ["number = 0", "number = 'last'", "body = 'text'", "mac = NULL", "hash = 1"])
def test_a_row_of_a_wrong_type_is_a_broken_row(store: Store, build: Builders, read: Read, change: str) -> None:
    store.append(build.entry())
    store.forge("CREATE TABLE loose AS SELECT * FROM audit_log")
    store.forge("ALTER TABLE audit_log RENAME TO kept")
    store.forge("ALTER TABLE loose RENAME TO audit_log")
    store.forge(f"UPDATE audit_log SET {change}")  # noqa: S608
    with pytest.raises(LogBroken, match="malformed"):
        read(entries, build.mac)
    assert not store.verify().sound
    store.forge("DROP TABLE kept")


def test_a_log_rolled_back_is_not_written_over(store: Store, build: Builders, read: Read) -> None:
    pin = store.fill(3)
    assert store.append(build.entry(3), pin=pin).number == 4
    store.forge("DELETE FROM audit_log WHERE number > 2")
    with pytest.raises(LogBroken, match="pinned row 3"):
        store.append(*(build.entry(rank) for rank in range(5)), pin=pin)
    assert store.verify().count == 2
    store.fill(5)
    with pytest.raises(LogBroken, match="pinned row 3"):
        store.append(build.entry(), pin=pin)


def test_the_first_entry_of_a_pinned_log_that_was_emptied_is_refused(store: Store, build: Builders) -> None:
    with pytest.raises(LogBroken, match="pinned row 1"):
        store.append(build.entry(), pin=Tip(1, GENESIS))


REPLAYED = "INTO audit_log SELECT * FROM audit_log WHERE number = 2"
PAST = {
    "sqlite": [
        "UPDATE audit_log SET type = 'Other'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE number = 2",
        f"INSERT {REPLAYED}",
        f"INSERT OR REPLACE {REPLAYED}",
        f"INSERT OR IGNORE {REPLAYED}",
        f"INSERT {REPLAYED}".replace(
            "*", "number + 5, instance, at, subject, actor, type, digest_key, body, body, body, body"
        ),
    ],
    "postgresql": [
        "UPDATE audit_log SET type = 'Other'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE number = 2",
        "TRUNCATE audit_log",
        "SET LOCAL session_replication_role = replica; DELETE FROM audit_log",
        f"INSERT {REPLAYED} ON CONFLICT (number) DO UPDATE SET type = 'Other'",
    ],
}


@pytest.mark.clause("A-06")
@pytest.mark.parametrize(
    ("engine", "statement"),
    [(dialect, statement) for dialect, statements in PAST.items() for statement in statements],
    indirect=["engine"],
)
def test_the_database_refuses_every_change_of_the_past(store: Store, statement: str) -> None:
    last = store.fill(3)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert store.verify(last).sound


@pytest.mark.parametrize("column", ["hash", "previous", "mac"])
def test_the_database_refuses_a_hash_of_another_length(store: Store, build: Builders, column: str) -> None:
    row = {"number": 1, "instance": build.instance, "at": build.entry().at.replace(tzinfo=None), "type": "CaseRead"}
    hashes = dict.fromkeys(["body", "hash", "previous", "mac"], bytes(32))
    with store.engine.begin() as connection:
        refused = pytest.raises(IntegrityError, match=f"ck_audit_log_{column}")
        with refused, connection.begin_nested():
            connection.execute(log_table.insert(), row | hashes | {column: b"short"})
        connection.execute(log_table.insert(), row | hashes)


def test_no_protection_is_invented_for_an_unknown_dialect() -> None:
    with pytest.raises(KeyError):
        protect_ddl("oracle")


def test_what_happened_to_a_subject_is_found_by_its_subject_whatever_kind_is_asked(
    store: Store, build: Builders, read: Read
) -> None:
    """SQLite would rather read every entry of a kind than those of one subject."""
    if store.engine.dialect.name != "sqlite":
        return
    store.append(build.entry(0))
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    read(entries, build.mac, subject=build.subjects[0], types=[build.read])
    event.remove(store.engine, "before_cursor_execute", note)
    statement, parameters = asked[-1]
    with store.engine.begin() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert "ix_audit_log_subject" in str(plan)


def test_a_row_taken_away_among_those_verified_is_missed(store: Store, build: Builders, read: Read) -> None:
    store.append(build.entry(0), build.entry(1), build.entry(2))
    read(require_whole, 3)
    with store.forgery() as connection:
        connection.execute(log_table.delete().where(log_table.c.number == 2))
        with pytest.raises(LogBroken, match="missing before 3"):
            require_whole(connection, 3)
