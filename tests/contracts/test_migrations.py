"""Migrations make exactly the tables that code declares, on SQLite and on PostgreSQL, and can be gone back on with data in them."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, Uuid, inspect, select
from sqlalchemy.exc import DatabaseError

from audit.table import log_table, metadata, protect_ddl
from casework.store import keytables, meetingtables, tables
from casework.store.base import CaseBase, KeyBase
from casework.store.engines import Stores, open_engine
from casework.store.migrations import STORES, VERSION, Store, behind, newest, steps, upgrade
from tests import databases

MODELS: dict[Store, Sequence[MetaData]] = {"case": (CaseBase.metadata, metadata), "key": (KeyBase.metadata,)}
DECLARED = (tables, meetingtables, keytables)  # importing them fills the metadata
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text || p.prosrc FROM pg_trigger t"
    " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal",
}


def new_database(dialect: str, folder: Path) -> str:
    return databases.new_database() if dialect == "postgresql" else f"sqlite:///{folder / uuid.uuid4().hex}.sqlite"


@pytest.fixture(params=databases.DIALECTS)
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Two empty databases."""
    case, key = (open_engine(new_database(request.param, tmp_path)) for _ in STORES)
    made = Stores(case, key)
    yield made
    databases.drop(made)


def engines(stores: Stores) -> dict[Store, Any]:
    return {"case": stores.case, "key": stores.key}


def create_all(stores: Stores) -> None:
    """The tables as code declares them."""
    for name, engine in engines(stores).items():
        with engine.begin() as connection:
            for declared in MODELS[name]:
                declared.create_all(connection)
    with stores.case.begin() as connection:
        for statement in protect_ddl(connection.dialect.name):
            connection.exec_driver_sql(statement)


def drop_all(stores: Stores) -> None:
    """The tables as code declares them, gone, whatever the migrations think of them."""
    for name, engine in engines(stores).items():
        with engine.begin() as connection:
            for declared in MODELS[name]:
                declared.drop_all(connection)
            if name == "case" and connection.dialect.name == "postgresql":
                connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_log_refuse()")
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VERSION}")


def shape(connection: Connection) -> dict[str, Any]:
    """Everything a database says of its tables, in an order of its own, and its triggers."""
    seen = inspect(connection)
    found: dict[str, Any] = {
        "triggers": sorted(map(words, connection.exec_driver_sql(TRIGGERS[connection.dialect.name])))
    }
    for table in sorted(set(seen.get_table_names()) - {VERSION}):
        found[table] = {
            "columns": sorted(str({**c, "type": repr(c["type"])}) for c in seen.get_columns(table)),
            "key": str(seen.get_pk_constraint(table)),
            "foreign": sorted(map(str, seen.get_foreign_keys(table))),
            "unique": sorted(map(str, seen.get_unique_constraints(table))),
            "checks": sorted(map(str, seen.get_check_constraints(table))),
            "indexes": sorted(map(str, seen.get_indexes(table))),
        }
    return found


def words(row: Sequence[Any]) -> str:
    return " ".join(" ".join(map(str, row)).split())


def shapes(stores: Stores) -> dict[Store, dict[str, Any]]:
    found: dict[Store, dict[str, Any]] = {}
    for name, engine in engines(stores).items():
        with engine.begin() as connection:
            found[name] = shape(connection)
    return found


def go(stores: Stores, name: Store, revision: str) -> None:
    with engines(stores)[name].begin() as connection:
        (command.downgrade if revision == "base" else command.upgrade)(steps(name, connection), revision)


def fill(connection: Connection, declared: Sequence[MetaData]) -> int:
    """One row in each table, its foreign keys right; the number of tables."""
    made: dict[str, dict[str, Any]] = {}
    for table in (table for one in declared for table in one.sorted_tables):
        made[table.name] = {column.name: value(column, made) for column in table.columns}
        connection.execute(table.insert().values(made[table.name]))
    return len(made)


def value(column: Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    """Something that fits."""
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    if isinstance(column.type, Uuid):
        return uuid.UUID(int=7)
    naive = column.table.name == log_table.name
    kinds = {bytes: bytes(32), int: 1, str: "x", bool: True, date: date(2026, 1, 2), time: time(14, 30)}
    moment = datetime(2026, 1, 2, tzinfo=None if naive else UTC)
    return kinds.get(column.type.python_type, moment)


def test_migrations_make_the_tables_that_code_declares(stores: Stores) -> None:
    create_all(stores)
    declared = shapes(stores)
    drop_all(stores)
    upgrade(stores)
    migrated = shapes(stores)
    assert migrated["case"]["triggers"]
    for name in STORES:
        assert migrated[name] == declared[name]


def test_a_store_goes_up_and_down_with_data_in_every_table(stores: Stores) -> None:
    for name in STORES:
        go(stores, name, "head")
        with engines(stores)[name].begin() as connection:
            assert fill(connection, MODELS[name]) == len(shape(connection)) - 1  # less the triggers
        go(stores, name, "base")
        with engines(stores)[name].begin() as connection:
            assert shape(connection) == {"triggers": []}
        go(stores, name, "head")


def test_the_migrated_log_is_append_only(stores: Stores) -> None:
    upgrade(stores)
    with stores.case.begin() as connection:
        row = {column.name: value(column, {}) for column in log_table.columns}
        connection.execute(log_table.insert().values(row))
    for statement in (log_table.update().values(type="y"), log_table.delete()):
        with pytest.raises(DatabaseError, match="append-only"), stores.case.begin() as connection:
            connection.execute(statement)
    with stores.case.begin() as connection:
        assert connection.scalar(select(log_table.c.type)) == "x"


@pytest.mark.parametrize("name", STORES)
def test_the_last_step_by_the_name_of_its_file_is_the_last_by_what_it_says(stores: Stores, name: Store) -> None:
    with engines(stores)[name].connect() as connection:
        assert ScriptDirectory.from_config(steps(name, connection)).get_heads() == [newest(name)]


def test_a_store_knows_that_it_is_behind(stores: Stores) -> None:
    assert behind(stores) == ["case", "key"]
    go(stores, "case", "head")
    assert behind(stores) == ["key"]
    upgrade(stores)
    upgrade(stores)
    assert behind(stores) == []


def test_the_comparison_sees_a_missing_column(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'one.sqlite'}")
    with engine.begin() as connection:
        Table("one", MetaData(), Column("id", Uuid, primary_key=True), Column("more", Uuid)).create(connection)
        before = shape(connection)
        connection.exec_driver_sql("ALTER TABLE one DROP COLUMN more")
        assert shape(connection) != before
    engine.dispose()
