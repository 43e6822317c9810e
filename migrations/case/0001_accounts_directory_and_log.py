"""Accounts, the signed directory, and the log that nobody can rewrite."""

import sqlalchemy as sa
from alembic import op

revision = "case_0001"
down_revision = None
branch_labels = None
depends_on = None

# Copied from the log's own statements: a step that ran must say the same for ever.
PROTECT = {
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


def upgrade() -> None:
    _attempt()
    _instance()
    _session()
    _directory()
    _organisation()
    _person()
    _principal()
    _suspension()
    _invitation()
    _tenure()
    _audit_log()
    for statement in PROTECT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "audit_log",
        "tenure",
        "invitation",
        "suspension",
        "principal",
        "person",
        "organisation",
        "directory",
        "session",
        "instance",
        "attempt",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_log_refuse()")


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_attempt"),
    )


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("charter", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("root_public", sa.LargeBinary(), nullable=True),
        sa.Column("opening", sa.LargeBinary(), nullable=True),
        sa.Column("settings", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("tenure", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["person"])


def _directory() -> None:
    op.create_table(
        "directory",
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_directory_instance"),
        sa.PrimaryKeyConstraint("instance", "number", name="pk_directory"),
    )


def _organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_organisation_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_index("ix_organisation_instance", "organisation", ["instance"])


def _person() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("login_hash", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        sa.Column("charter_signed", sa.String(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("used_codes", sa.Integer(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_person_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("instance", "login_hash", name="uq_person_instance_login_hash"),
    )


def _principal() -> None:
    op.create_table(
        "principal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("signing", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_principal_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_principal"),
    )
    op.create_index("ix_principal_instance", "principal", ["instance"])


def _suspension() -> None:
    op.create_table(
        "suspension",
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_suspension_instance"),
        sa.PrimaryKeyConstraint("subject", name="pk_suspension"),
    )
    op.create_index("ix_suspension_instance", "suspension", ["instance"])


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_invitation_person"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitation"),
    )
    op.create_index("ix_invitation_person", "invitation", ["person"])


def _tenure() -> None:
    op.create_table(
        "tenure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_tenure_instance"),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_tenure_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_tenure_person"),
        sa.PrimaryKeyConstraint("id", name="pk_tenure"),
    )
    op.create_index("ix_tenure_instance", "tenure", ["instance"])
    op.create_index("ix_tenure_person", "tenure", ["person"])


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("type", sa.String(length=48), nullable=False),
        sa.Column(
            "digest_key", sa.String(length=48), nullable=True, comment="key of the digest in the body, for last_digest"
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="ck_audit_log_hash_is_a_hash"),
        sa.CheckConstraint("length(mac) = 32", name="ck_audit_log_mac_is_a_mac"),
        sa.CheckConstraint("length(previous) = 32", name="ck_audit_log_previous_is_a_hash"),
        sa.CheckConstraint("number >= 1", name="ck_audit_log_numbered_from_one"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_audit_log_actor", "audit_log", ["actor", "number"])
    op.create_index("ix_audit_log_digest", "audit_log", ["subject", "digest_key", "number"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject", "number"])
