"""Whatever is written, rolled back, hidden, edited or put back, in any order: an answer comes from a chain without a break, or none comes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, StaticPool, create_engine, select

from audit.follower import Follower
from audit.log import LogBroken, append
from audit.table import log_table, metadata
from audit.verify import Problem, verify
from tests.audit.stores import Builders

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]

ranks = st.integers(0, 7)
subjects = st.integers(0, 1)
digests = st.integers(1, 9)
steps = st.one_of(
    st.tuples(st.just("write"), subjects, digests),
    st.tuples(st.just("write"), subjects, digests),
    st.tuples(st.just("roll back"), subjects, digests),
    st.tuples(st.just("delete"), ranks),
    st.tuples(st.just("cut"), st.integers(1, 3)),
    st.tuples(st.just("fork"), subjects, digests),
    st.tuples(st.just("splice"), ranks),
    st.tuples(st.just("edit"), ranks, st.sampled_from(["body", "previous", "hash", "mac"])),
    st.tuples(st.just("put back"), ranks),
    st.tuples(st.just("put back all")),
)


# A row of the first history under the last row of the second one.
SPLICED: list[tuple[Any, ...]] = [("write", 0, 1), ("write", 0, 2), ("fork", 0, 3), ("write", 0, 4), ("splice", 0)]


@contextmanager
def memory_log() -> Iterator[Engine]:
    """A log without protection."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def rows_of(connection: Connection) -> Rows:
    return [row._asdict() for row in connection.execute(select(log_table).order_by(log_table.c.number))]


class World:
    """A log, everything ever committed to it, a follower, and the rows that the follower may believe."""

    def __init__(self, build: Builders, engine: Engine, scratch: Engine) -> None:
        self.build, self.engine, self.scratch = build, engine, scratch
        self.follower = Follower()
        self.ever: Rows = []
        self.believed: Rows = []

    def write(self, subject: int, digest: int) -> None:
        """What the application does; it may refuse when it finds a broken end."""
        entry = self.build.move(0, bytes([digest]) * 32, self.build.subjects[subject])
        try:
            with self.engine.begin() as connection:
                number = append(connection, [entry], self.build.mac).number
                (row,) = [row for row in rows_of(connection) if row["number"] == number]
        except LogBroken:
            return
        self.ever.append(row)

    def roll_back(self, subject: int, digest: int) -> None:
        entry = self.build.move(0, bytes([digest]) * 32, self.build.subjects[subject])
        with self.engine.connect() as connection:
            try:
                append(connection, [entry], self.build.mac)
            except LogBroken:
                return
            with pytest.raises(RuntimeError):
                self.follower.follow(connection, self.build.mac)

    def delete(self, rank: int) -> None:
        with self.engine.begin() as connection:
            connection.execute(log_table.delete().where(log_table.c.number == rank + 1))

    def cut(self, count: int) -> None:
        """The last rows go."""
        with self.engine.begin() as connection:
            kept = len(rows_of(connection)) - count
            connection.execute(log_table.delete().where(log_table.c.number > kept))

    def edit(self, rank: int, column: str) -> None:
        with self.engine.begin() as connection:
            row = connection.execute(select(log_table).where(log_table.c.number == rank + 1)).first()
            if row is not None:
                value = bytes([row._mapping[column][0] ^ 1]) + row._mapping[column][1:]
                changed = log_table.update().where(log_table.c.number == rank + 1)
                connection.execute(changed.values({column: value}))

    def put_back(self, rank: int) -> None:
        """A row that was there once, of whichever history, in its place or over another one."""
        if self.ever:
            self._put(self.ever[rank % len(self.ever)])

    def _put(self, row: Row) -> None:
        with self.engine.begin() as connection:
            connection.execute(log_table.delete().where(log_table.c.number == row["number"]))
            connection.execute(log_table.insert(), row)

    def fork(self, subject: int, digest: int) -> None:
        """The last row goes and the application writes on, as after a restored backup."""
        self.cut(1)
        self.write(subject, digest)

    def splice(self, rank: int) -> None:
        """A row of one history in the place of the row of another."""
        with self.engine.begin() as connection:
            stored = {row["number"]: row["hash"] for row in rows_of(connection)}
        others = [row for row in self.ever if stored.get(row["number"]) not in (None, row["hash"])]
        if others:
            self._put(others[rank % len(others)])

    def put_back_all(self) -> None:
        """The log as the follower knows it."""
        with self.engine.begin() as connection:
            connection.execute(log_table.delete())
            if self.believed:
                connection.execute(log_table.insert(), self.believed)

    def ask(self) -> None:
        """The follower against the independent verifier, over what was believed and what lies beyond."""
        with self.engine.begin() as connection:
            stored = rows_of(connection)
        sound = self._extend(stored)
        with self.engine.begin() as connection:
            for subject in self.build.subjects[:2]:
                if sound:
                    found = self.follower.last_digest(connection, self.build.mac, subject, "head")
                    assert found == newest(self.believed, subject)
                else:
                    with pytest.raises(LogBroken):
                        self.follower.last_digest(connection, self.build.mac, subject, "head")
        assert self.follower.number == len(self.believed)

    def _extend(self, stored: Rows) -> bool:
        """Believe what continues without a break; whether everything that lies there does."""
        number = len(self.believed)
        beyond = [row for row in stored if row["number"] > number]
        tip = [row for row in stored if row["number"] == number]
        if tip and tip[0]["hash"] != self.believed[-1]["hash"]:
            return False
        if number and not tip and not beyond:
            return False
        first = self._first_problem(self.believed + beyond)
        self.believed += [row for row in beyond if first is None or row["number"] < first]
        return first is None

    def _first_problem(self, rows: Rows) -> int | None:
        with self.scratch.connect() as connection:
            if rows:
                connection.execute(log_table.insert(), rows)
            problems = verify(connection, self.build.mac).problems
            connection.rollback()
        return min((number for number, problem in problems if problem is not Problem.MISFILED), default=None)


def newest(rows: Rows, subject: UUID) -> bytes | None:
    values = [json.loads(row["body"])["values"] for row in rows]
    mine = [value["head"] for value in values if value["subject"] == f"uuid:{subject}"]
    return bytes.fromhex(mine[-1].removeprefix("digest:")) if mine else None


@pytest.mark.clause("A-06")
@settings(deadline=None, max_examples=200)
@example(plan=[((name, *rest), name == "splice") for name, *rest in SPLICED])
@given(plan=st.lists(st.tuples(steps, st.booleans()), max_size=20))
def test_an_answer_comes_from_a_chain_without_a_break_or_does_not_come(build: Builders, plan: list[Any]) -> None:
    with memory_log() as engine, memory_log() as scratch:
        world = World(build, engine, scratch)
        for (name, *rest), asked in [*plan, (("put back all",), True)]:
            getattr(world, name.replace(" ", "_"))(*rest)
            if asked:
                world.ask()
