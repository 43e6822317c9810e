"""Real databases for the log: SQLite, and a database of the PostgreSQL server of the tests."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text

from audit.entry import Codes, EventType, Reference
from audit.table import metadata, protect_ddl
from tests import databases
from tests.audit.stores import Builders, Outcome, Store


@pytest.fixture(scope="session")
def build() -> Builders:
    return Builders(
        seats=Codes("coordinator", "dpo"),
        read=EventType("CaseRead", {"subject": uuid.UUID, "reference": Reference, "outcome": Outcome, "rank": int}),
        moved=EventType("CaseMoved", {"subject": uuid.UUID, "head": bytes}),
        logged_in=EventType("LoggedIn", {"second_factor": bool, "method": Codes("totp", "passkey")}),
        instance=uuid.UUID(int=1),
        subjects=[uuid.UUID(int=10 + rank) for rank in range(3)],
        outcome=Outcome,
    )


def immediate(path: Path) -> Engine:
    """An engine in WAL mode whose transactions begin with BEGIN IMMEDIATE."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "isolation_level": None})
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode = WAL"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    files = request.param == "sqlite"
    made = (
        immediate(tmp_path_factory.mktemp("log") / "log.sqlite") if files else create_engine(databases.new_database())
    )
    yield made
    made.dispose()


@pytest.fixture
def store(engine: Engine, build: Builders) -> Iterator[Store]:
    """An empty, protected log."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in protect_ddl(engine.dialect.name):
            connection.execute(text(statement))
    yield Store(engine, build)
    with engine.begin() as connection:
        metadata.drop_all(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION audit_log_refuse()"))
    # A pooled connection would keep the settings of a forgery.
    engine.dispose()
