"""The seat and the organisation a draft was written for, so that nobody finds it in another of its seats."""

import sqlalchemy as sa
from alembic import op

revision = "case_0010"
down_revision = "case_0009"
branch_labels = None
depends_on = None
FORMER = ("person", "form", "case", "part")
PRESENT = ("person", "seat", "organisation", "form", "case", "part")


def upgrade() -> None:
    with op.batch_alter_table("draft") as batch:
        batch.add_column(sa.Column("seat", sa.String(), nullable=True))
        batch.add_column(sa.Column("organisation", sa.Uuid(), nullable=True))
    for name in ("seat", "organisation"):  # of the only seat of nearly everybody; whoever has two finds it in the first
        op.execute(
            f"UPDATE draft SET {name} = (SELECT tenure.{name} FROM tenure"  # noqa: S608 - a name of the line above
            " WHERE tenure.person = draft.person AND tenure.state <> 'ended' ORDER BY tenure.id LIMIT 1)"
        )
    op.execute("DELETE FROM draft WHERE seat IS NULL")  # of somebody who left
    _unique(FORMER, PRESENT, nullable=False)


def downgrade() -> None:
    op.execute(
        "DELETE FROM draft WHERE EXISTS (SELECT 1 FROM draft AS other WHERE other.person = draft.person AND other.form = draft.form"
        ' AND other."case" = draft."case" AND other.part = draft.part AND other.id < draft.id)'
    )
    _unique(PRESENT, FORMER, nullable=True)
    with op.batch_alter_table("draft") as batch:
        batch.drop_column("organisation")
        batch.drop_column("seat")


def _unique(before: tuple[str, ...], after: tuple[str, ...], *, nullable: bool) -> None:
    with op.batch_alter_table("draft") as batch:
        batch.alter_column("seat", existing_type=sa.String(), nullable=nullable)
        batch.alter_column("organisation", existing_type=sa.Uuid(), nullable=nullable)
        batch.drop_constraint("_".join(("uq_draft", *before)), type_="unique")
        batch.create_unique_constraint("_".join(("uq_draft", *after)), list(after))
