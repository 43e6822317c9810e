"""Whatever is done to the rows without the key, the verifier finds it."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from audit.entry import GENESIS, HASH_TAG, Codes, Tip
from audit.table import log_table
from audit.verify import Problem, verify
from tests.audit.stores import Builders, Store

Rows: TypeAlias = list[dict[str, Any]]

SIZE = 6
ranks = st.integers(1, SIZE)
columns = st.sampled_from([column.name for column in log_table.columns if column.name != "number"])
acts = st.one_of(
    st.tuples(st.just("delete"), ranks),
    st.tuples(st.just("cut"), ranks),
    st.tuples(st.just("swap rows"), ranks, ranks),
    st.tuples(st.just("renumber"), ranks, st.integers(1, 2**40)),
    st.tuples(st.just("replay at the end"), ranks),
    st.tuples(st.just("replay over"), ranks, ranks),
    st.tuples(st.just("copy a column"), ranks, ranks, columns),
    st.tuples(st.just("flip a byte"), ranks, st.sampled_from(["body", "previous", "hash", "mac"]), st.integers(0, 31)),
    st.tuples(st.just("chain again"), ranks),
)


def rows_of(connection: Connection) -> Rows:
    return [row._asdict() for row in connection.execute(select(log_table).order_by(log_table.c.number))]


def tamper(rows: Rows, act: tuple[Any, ...]) -> Rows:
    """One forgery of the rows, by rank; an act on a rank that is gone does nothing."""
    name, *rest = act
    ranked = RANKED[name]
    at = [rank - 1 for rank in rest[:ranked]]
    return FORGERIES[name](rows, *at, *rest[ranked:]) if max(at) < len(rows) else rows


def changed(rows: Rows, at: int, values: dict[str, Any]) -> Rows:
    return [*rows[:at], rows[at] | values, *rows[at + 1 :]]


def moved_over(rows: Rows, at: int, other: int) -> Rows:
    return changed(rows, other, rows[at] | {"number": rows[other]["number"]})


def swapped(rows: Rows, at: int, other: int) -> Rows:
    return changed(moved_over(rows, other, at), other, rows[at] | {"number": rows[other]["number"]})


def flipped(rows: Rows, at: int, column: str, place: int) -> Rows:
    value = bytearray(rows[at][column])
    value[place] ^= 1
    return changed(rows, at, {column: bytes(value)})


def replayed(rows: Rows, at: int) -> Rows:
    return [*rows, {**rows[at], "number": max(row["number"] for row in rows) + 1}]


def chained_again(rows: Rows, start: int) -> Rows:
    """Everything that can be recomputed without the key, from a row to the end."""
    made = rows[:start]
    for number, row in enumerate(rows[start:], start + 1):
        previous = made[-1]["hash"] if made else GENESIS
        digest = hashlib.sha256(HASH_TAG + number.to_bytes(8, "big") + previous + row["body"]).digest()
        made.append({**row, "number": number, "previous": previous, "hash": digest})
    return made


FORGERIES: dict[str, Callable[..., Rows]] = {
    "delete": lambda rows, at: rows[:at] + rows[at + 1 :],
    "cut": lambda rows, at: rows[:at],
    "swap rows": swapped,
    "renumber": lambda rows, at, number: changed(rows, at, {"number": number}),
    "replay at the end": replayed,
    "replay over": moved_over,
    "copy a column": lambda rows, at, other, column: changed(rows, other, {column: rows[at][column]}),
    "flip a byte": flipped,
    "chain again": chained_again,
}
RANKED = dict.fromkeys(FORGERIES, 1) | {"swap rows": 2, "replay over": 2, "copy a column": 2}


@pytest.mark.clause("A-06")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(plan=st.lists(acts, min_size=1, max_size=3))
def test_any_edit_deletion_swap_or_replay_is_found(store: Store, build: Builders, plan: list[Any]) -> None:
    with store.forgery() as connection:
        pin = store.append_on(connection, *map(build.entry, range(SIZE - 1)), build.move(SIZE, bytes(range(32))))
        before = rows_of(connection)
        after = list(before)
        for act in plan:
            after = tamper(after, act)
        after = list({row["number"]: row for row in after}.values())
        connection.execute(text("DELETE FROM audit_log"))
        if after:
            connection.execute(log_table.insert(), after)
        report = verify(connection, build.mac, pin)
        assert report.sound == (sorted(after, key=lambda row: row["number"]) == before), report.problems


def test_an_untouched_log_is_sound_and_tells_its_tip(store: Store) -> None:
    assert store.verify().tip is None
    assert store.verify().sound
    assert store.verify(Tip(0, GENESIS)).sound
    last = store.fill(1200)
    report = store.verify(last)
    assert (report.count, report.tip, report.problems) == (1200, last, [])


def test_a_cut_tail_is_found_by_the_pin_only(store: Store) -> None:
    last = store.fill(4)
    store.forge("DELETE FROM audit_log WHERE number > 2")
    assert store.verify(last).problems == [(4, Problem.TAIL)]
    assert store.verify().sound


def test_a_history_rewritten_by_the_writer_itself_is_not_the_pinned_one(store: Store, build: Builders) -> None:
    last = store.fill(3)
    store.forge("DELETE FROM audit_log")
    store.append(*(build.entry(rank + 1) for rank in range(4)))
    assert store.verify().sound
    assert store.verify(last).problems == [(3, Problem.PIN)]
    assert store.verify(Tip(0, bytes([1]) * 32)).problems == [(0, Problem.PIN)]


@pytest.mark.parametrize(
    ("forgery", "problems"),
    [
        ("DELETE FROM audit_log WHERE number = 2", [(2, Problem.GAP), (3, Problem.PREVIOUS)]),
        ("DELETE FROM audit_log WHERE number = 1", [(1, Problem.GAP), (2, Problem.PREVIOUS)]),
        ("UPDATE audit_log SET body = mac WHERE number = 2", [(2, Problem.EDITED)]),
        ("UPDATE audit_log SET mac = hash WHERE number = 2", [(2, Problem.MAC)]),
        (
            "UPDATE audit_log SET previous = hash WHERE number = 3",
            [(3, Problem.PREVIOUS), (3, Problem.EDITED)],
        ),
        ("UPDATE audit_log SET type = 'Other' WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET digest_key = 'head' WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET subject = actor WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET subject = NULL WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET actor = NULL WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET instance = actor WHERE number = 2", [(2, Problem.MISFILED)]),
        ("UPDATE audit_log SET at = '2025-03-04 10:00:00.000000' WHERE number = 2", [(2, Problem.MISFILED)]),
    ],
)
def test_a_forgery_is_named(store: Store, forgery: str, problems: list[tuple[int, Problem]]) -> None:
    store.fill(3)
    store.forge(forgery)
    assert store.verify().problems == problems


def test_a_log_of_another_key_does_not_verify(store: Store, build: Builders) -> None:
    store.fill(2)
    with store.engine.begin() as connection:
        report = verify(connection, lambda message: build.mac(build.mac(message)))
    assert report.problems == [(1, Problem.MAC), (2, Problem.MAC)]
    assert report.tip is None


def test_every_kind_of_entry_verifies(store: Store, build: Builders) -> None:
    signed_in = build.build(build.logged_in, {"second_factor": True, "method": Codes("totp")["totp"]}, actor=None)
    fine = build.entry(1, at=build.entry(1).at.replace(microsecond=7), seat=None)
    last = store.append(signed_in, fine, build.move(0, bytes(32)))
    assert store.verify(last).problems == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # elsewhere, typed columns refuse it
@pytest.mark.parametrize("value", ["'text'", "x'00'", "3"])
@pytest.mark.parametrize("column", [column.name for column in log_table.columns])
def test_a_value_of_another_type_is_found_and_stops_nothing(store: Store, column: str, value: str) -> None:
    last = store.fill(3)
    if (column, value) == ("number", "3"):
        value = "-3"
    store.forge(f"UPDATE audit_log SET {column} = {value} WHERE number = 2")  # noqa: S608
    report = store.verify(last)
    assert {number for number, _ in report.problems} & {1, 2, 3}
    assert report.count == 3
