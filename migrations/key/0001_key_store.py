"""The key store: sealed keys of compartments, copies of seat keys, members' locks."""

import sqlalchemy as sa
from alembic import op

revision = "key_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _key_copy()
    _member()
    _seal()


def downgrade() -> None:
    for table in (
        "seal",
        "member",
        "key_copy",
    ):
        op.drop_table(table)


def _key_copy() -> None:
    op.create_table(
        "key_copy",
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "holder", "purpose", name="pk_key_copy"),
    )


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person", "generation", "slot", name="pk_member"),
    )


def _seal() -> None:
    op.create_table(
        "seal",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "principal", name="pk_seal"),
    )
    op.create_index("ix_seal_case", "seal", ["case"])
