"""Base classes and column declarations: a column without class, cipher, clock and readers stops start-up (R-10)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy import Dialect, MetaData, Table, TypeDecorator, insert
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
CLASSES = {"random_id", "clear_state", "key_material", "nominative", "professional", "anonymous", "technical"}
CIPHERS = {"none", "envelope", "seal", "provider", "member_lock", "lock", "keyed_hash", "hash", "signature"}
SEALED_CLASSES = {"key_material", "nominative", "professional", "anonymous"}


class UndeclaredColumn(Exception):
    """A column says nothing of what it holds: nothing may be stored in it."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, timezone-aware in Python and UTC in the store; a naive one is refused."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive instants. Errors: ValueError."""
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a timezone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Give back UTC, whatever the store kept."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CaseBase(DeclarativeBase):
    """Tables of the case store."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


class KeyBase(DeclarativeBase):
    """Tables of the key store."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {datetime: UtcDateTime}


def col(kind: str, clock: str, readers: str, *args: Any, cipher: str = "none", **options: Any) -> MappedColumn[Any]:
    """A declared column. `kind` and `cipher` from the sets above; `clock` names what ends it; `readers` who may see it in clear."""
    return mapped_column(*args, info={"class": kind, "cipher": cipher, "clock": clock, "readers": readers}, **options)


def identifier(clock: str, *args: Any, **options: Any) -> MappedColumn[Any]:
    """A random identifier: means nothing outside the store."""
    return col("random_id", clock, "server", *args, **options)


def undeclared(*bases: type[DeclarativeBase]) -> Iterator[str]:
    """Every "table.column" whose declaration is missing or says a nominative or key column stands in clear."""
    for base in bases:
        for table in base.metadata.sorted_tables:
            yield from (f"{table.name}.{name}" for name in _undeclared(table))


def require_declared(*bases: type[DeclarativeBase]) -> None:
    """Stop the start-up when a column has no class, cipher, clock or readers (R-10). Errors: UndeclaredColumn, naming each."""
    names = list(undeclared(*bases))
    if names:
        raise UndeclaredColumn(f"declare class, cipher, clock and readers of {', '.join(names)}")


def _undeclared(table: Table) -> Iterator[str]:
    for column in table.columns:
        info = column.info
        known = (
            info.get("class") in CLASSES and info.get("cipher") in CIPHERS and info.get("clock") and info.get("readers")
        )
        if not known or (info["class"] in SEALED_CLASSES and info["cipher"] == "none"):
            yield column.name


def insert_all(session: Session, table: type[DeclarativeBase], rows: Iterable[Mapping[str, Any]]) -> None:
    """New rows in one statement, without the objects a session follows: for rows that nobody reads again in its transaction."""
    listed = list(rows)
    if listed:
        session.execute(insert(table.metadata.tables[table.__tablename__]), listed)


def no_part(part: UUID | None) -> UUID:
    """The id stored for a compartment of the situation itself: a nil UUID keeps primary keys free of NULL."""
    return part or UUID(int=0)
