"""Whom to tell by mail that something waits."""

import sqlalchemy as sa
from alembic import op

revision = "case_0008"
down_revision = "case_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_announcement_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
    )
    op.create_index("ix_announcement_instance", "announcement", ["instance"])


def downgrade() -> None:
    op.drop_table("announcement")
