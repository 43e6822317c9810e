"""The order of lists of situations, so that a page of one reads no more than it shows."""

from alembic import op

revision = "case_0007"
down_revision = "case_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_situation_listed", "situation", ["instance", "since", "number"])


def downgrade() -> None:
    op.drop_index("ix_situation_listed", table_name="situation")
