"""Bringing each store to its present shape by the frozen steps under `migrations/`; the shape that code expects is in the tables."""

from typing import Literal, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from casework.store.engines import Stores
from casework.store.shipped import folder

FOLDER = folder("migrations")
Store: TypeAlias = Literal["case", "key"]
STORES: tuple[Store, ...] = ("case", "key")


def upgrade(stores: Stores) -> None:
    """Every step that is missing, each store in one transaction."""
    for name in STORES:
        with _engine(stores, name).begin() as connection:
            command.upgrade(steps(name, connection), "head")


def behind(stores: Stores) -> list[Store]:
    """The stores whose shape is not the one this code was written for. Errors: StoreDown."""
    return [name for name in STORES if not _is_current(stores, name)]


def steps(store: Store, connection: Connection) -> Config:
    """What Alembic needs to move one store."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(FOLDER / store))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _is_current(stores: Stores, name: Store) -> bool:
    with (stores.case_reading if name == "case" else stores.key_reading)() as session:
        connection = session.connection()
        held = MigrationContext.configure(connection).get_current_heads()
        return set(held) == set(ScriptDirectory.from_config(steps(name, connection)).get_heads())


def _engine(stores: Stores, name: Store) -> Engine:
    return stores.case if name == "case" else stores.key
