"""The hour and the place of a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "case_0005"
down_revision = "case_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting", sa.Column("starts_at", sa.Time(), nullable=True))
    op.add_column("meeting", sa.Column("place", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("meeting", "place")
    op.drop_column("meeting", "starts_at")
