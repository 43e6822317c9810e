"""Dates proposed for a next meeting, and what members answer (F33-08)."""

import sqlalchemy as sa
from alembic import op

revision = "case_0004"
down_revision = "case_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("meeting", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_proposal_instance"),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name="fk_proposal_meeting"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.create_index("ix_proposal_instance", "proposal", ["instance"])
    op.create_table(
        "proposed_day",
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["proposal"], ["proposal.id"], name="fk_proposed_day_proposal"),
        sa.PrimaryKeyConstraint("proposal", "day", name="pk_proposed_day"),
    )
    op.create_table(
        "availability",
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenure", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal", "day"], ["proposed_day.proposal", "proposed_day.day"], name="fk_availability_proposal_day"
        ),
        sa.ForeignKeyConstraint(["tenure"], ["tenure.id"], name="fk_availability_tenure"),
        sa.PrimaryKeyConstraint("proposal", "day", "tenure", name="pk_availability"),
    )


def downgrade() -> None:
    for table in ("availability", "proposed_day", "proposal"):
        op.drop_table(table)
