"""Keys that one move gives to one principal are locked under one sealed secret; seals of before stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "key_0002"
down_revision = "key_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "locked_key",
        sa.Column("bundle", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("bundle", "key_id", name="pk_locked_key"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("locked_key")
