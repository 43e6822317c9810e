"""Bringing each store to its present shape by the frozen steps under `migrations/`; the shape that code expects is in the tables."""

from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import Connection, Engine, inspect, text

from casework.store.engines import Stores
from casework.store.shipped import folder

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = folder("migrations")
Store: TypeAlias = Literal["case", "key"]
VERSION = "alembic_version"
STORES: tuple[Store, ...] = ("case", "key")


def upgrade(stores: Stores) -> None:
    """Every step that is missing, each store in one transaction."""
    from alembic import command  # noqa: PLC0415 - wanted once in the life of a version: it would weigh on every start

    for name in STORES:
        with _engine(stores, name).begin() as connection:
            command.upgrade(steps(name, connection), "head")


def behind(stores: Stores) -> list[Store]:
    """The stores whose shape is not the one this code was written for. Errors: StoreDown."""
    return [name for name in STORES if not _is_current(stores, name)]


def newest(name: Store) -> str:
    """The last step of a store, by the number of its file."""
    last = max(path.name for path in (FOLDER / name).glob("[0-9]*.py"))
    return f"{name}_{last[:4]}"


def steps(store: Store, connection: Connection) -> "Config":
    """What Alembic needs to move one store."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(FOLDER / store))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _is_current(stores: Stores, name: Store) -> bool:
    with (stores.case_reading if name == "case" else stores.key_reading)() as session:
        connection = session.connection()
        if not inspect(connection).has_table(VERSION):
            return False
        return connection.scalars(text(f"SELECT version_num FROM {VERSION}")).all() == [newest(name)]  # noqa: S608 - a constant


def _engine(stores: Stores, name: Store) -> Engine:
    return stores.case if name == "case" else stores.key
