"""What an intent will say in the deletion register."""

import sqlalchemy as sa
from alembic import op

revision = "case_0003"
down_revision = "case_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("removal", sa.Column("said", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("removal", "said")
