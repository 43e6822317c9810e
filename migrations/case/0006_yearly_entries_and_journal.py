"""What is typed once a year for the indicators; the log found by kind of entry and by day."""

import sqlalchemy as sa
from alembic import op

revision = "case_0006"
down_revision = "case_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typed_year",
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_typed_year_instance")),
        sa.PrimaryKeyConstraint("instance", "year", name=op.f("pk_typed_year")),
    )
    op.create_index("ix_audit_log_type", "audit_log", ["type", "number"])
    op.create_index("ix_audit_log_at", "audit_log", ["at", "number"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_at", table_name="audit_log")
    op.drop_index("ix_audit_log_type", table_name="audit_log")
    op.drop_table("typed_year")
