"""Situations with their heads and ciphertexts, drafts, facts, and meetings."""

import sqlalchemy as sa
from alembic import op

revision = "case_0002"
down_revision = "case_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _removal()
    _fact()
    _meeting()
    _situation()
    _ciphertext()
    _draft()
    _head()
    _reader()
    _convocation()


def downgrade() -> None:
    for table in (
        "convocation",
        "reader",
        "head",
        "draft",
        "ciphertext",
        "situation",
        "meeting",
        "fact",
        "removal",
    ):
        op.drop_table(table)


def _removal() -> None:
    op.create_table(
        "removal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_removal"),
    )
    op.create_index("ix_removal_case", "removal", ["case"])


def _fact() -> None:
    op.create_table(
        "fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_fact_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
    )
    op.create_index("ix_fact_instance", "fact", ["instance"])


def _meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("fixed_on", sa.Date(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("held", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_meeting_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
    )
    op.create_index("ix_meeting_instance", "meeting", ["instance"])


def _situation() -> None:
    op.create_table(
        "situation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("once", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("majority", sa.Date(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sender_seat", sa.String(), nullable=False),
        sa.Column("sender_organisation", sa.Uuid(), nullable=False),
        sa.Column("meeting", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_situation_instance"),
        sa.PrimaryKeyConstraint("id", name="pk_situation"),
        sa.UniqueConstraint("instance", "number", name="uq_situation_instance_number"),
        sa.UniqueConstraint("instance", "once", name="uq_situation_instance_once"),
        sa.UniqueConstraint("instance", "reference", name="uq_situation_instance_reference"),
    )
    op.create_index("ix_situation_meeting", "situation", ["meeting"])
    op.create_index("ix_situation_sender_organisation", "situation", ["sender_organisation"])
    op.create_index("ix_situation_step", "situation", ["step"])


def _ciphertext() -> None:
    op.create_table(
        "ciphertext",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("compartment", sa.String(), nullable=False),
        sa.Column("part", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["situation.id"], name="fk_ciphertext_case"),
        sa.PrimaryKeyConstraint("case", "compartment", "part", name="pk_ciphertext"),
    )


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name="fk_draft_instance"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_draft_person"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("person", "form", "case", "part", name="uq_draft_person_form_case_part"),
    )
    op.create_index("ix_draft_person", "draft", ["person"])


def _head() -> None:
    op.create_table(
        "head",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.Uuid(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["situation.id"], name="fk_head_case"),
        sa.PrimaryKeyConstraint("case", "sequence", name="pk_head"),
    )


def _reader() -> None:
    op.create_table(
        "reader",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["situation.id"], name="fk_reader_case"),
        sa.PrimaryKeyConstraint("case", "principal", name="pk_reader"),
    )
    op.create_index("ix_reader_principal_case", "reader", ["principal", "case"])


def _convocation() -> None:
    op.create_table(
        "convocation",
        sa.Column("meeting", sa.Uuid(), nullable=False),
        sa.Column("tenure", sa.Uuid(), nullable=False),
        sa.Column("attendance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name="fk_convocation_meeting"),
        sa.ForeignKeyConstraint(["tenure"], ["tenure.id"], name="fk_convocation_tenure"),
        sa.PrimaryKeyConstraint("meeting", "tenure", name="pk_convocation"),
    )
