"""Which turn of the clocks is sending a mail, so that two at once send one."""

import sqlalchemy as sa
from alembic import op

revision = "case_0009"
down_revision = "case_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("announcement", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("announcement", "claimed_at")
