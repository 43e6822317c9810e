"""The table of the log, and what keeps it append-only in each database."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, MetaData, String, Table, Uuid

metadata = MetaData()
log_table = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("instance", Uuid, nullable=False),
    Column("at", DateTime, nullable=False, comment="UTC"),
    Column("subject", Uuid),
    Column("actor", Uuid),
    Column("type", String(48), nullable=False),
    Column("digest_key", String(48), comment="key of the digest in the body, for last_digest"),
    Column("body", LargeBinary, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
    CheckConstraint("number >= 1", name="ck_audit_log_numbered_from_one"),
    CheckConstraint("length(previous) = 32", name="ck_audit_log_previous_is_a_hash"),
    CheckConstraint("length(hash) = 32", name="ck_audit_log_hash_is_a_hash"),
    CheckConstraint("length(mac) = 32", name="ck_audit_log_mac_is_a_mac"),
    Index("ix_audit_log_subject", "subject", "number"),
    Index("ix_audit_log_actor", "actor", "number"),
    Index("ix_audit_log_digest", "subject", "digest_key", "number"),
    Index("ix_audit_log_type", "type", "number"),
    Index("ix_audit_log_at", "at", "number"),
)

# INSERT OR REPLACE deletes without firing a DELETE trigger on SQLite: the INSERT trigger stops it, and gaps too.
# ENABLE ALWAYS holds even where a session pretends to be a replica.
_PROTECT: Final[Mapping[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
        """CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
        """CREATE TRIGGER audit_log_next_number BEFORE INSERT ON audit_log
        WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit_log)
        BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$""",
        """CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()""",
        "ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only",
    ),
}


def protect_ddl(dialect_name: str) -> list[str]:
    """Statements that make the table append-only in this dialect; KeyError for a dialect we do not serve."""
    return list(_PROTECT[dialect_name])
