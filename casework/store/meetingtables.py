"""The tables of meetings in the case store: the meeting, who is convened to it, and the dates that were proposed for one."""

from datetime import date, time
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from casework.store.base import CaseBase, col, identifier
from casework.store.tables import INSTANCE

PROPOSAL = "12 months"


class MeetingRow(CaseBase):
    """A meeting of the cell: its day, the day it was fixed (F33-07), how it was held (A24); its place is under the provider."""

    __tablename__ = "meeting"
    id: Mapped[UUID] = identifier(INSTANCE, primary_key=True)
    instance: Mapped[UUID] = identifier(INSTANCE, ForeignKey("instance.id"), index=True)
    day: Mapped[date] = col("clear_state", INSTANCE, "members")
    first_day: Mapped[date] = col("clear_state", INSTANCE, "members")
    fixed_on: Mapped[date] = col("clear_state", INSTANCE, "members")
    starts_at: Mapped[time | None] = col("clear_state", INSTANCE, "members")
    place: Mapped[bytes | None] = col("professional", INSTANCE, "members", cipher="provider")
    urgent: Mapped[bool] = col("clear_state", INSTANCE, "members", default=False)
    state: Mapped[str] = col("clear_state", INSTANCE, "members", default="fixed")
    held: Mapped[str] = col("clear_state", INSTANCE, "members", default="")


class ConvocationRow(CaseBase):
    """A tenure convened to a meeting, and its attendance (A25)."""

    __tablename__ = "convocation"
    meeting: Mapped[UUID] = identifier(INSTANCE, ForeignKey("meeting.id"), primary_key=True)
    tenure: Mapped[UUID] = identifier(INSTANCE, ForeignKey("tenure.id"), primary_key=True)
    attendance: Mapped[str] = col("clear_state", INSTANCE, "members", default="")


class ProposalRow(CaseBase):
    """Dates proposed to the members for a next meeting (F33-08); `meeting` once one of them is fixed."""

    __tablename__ = "proposal"
    id: Mapped[UUID] = identifier(PROPOSAL, primary_key=True)
    instance: Mapped[UUID] = identifier(PROPOSAL, ForeignKey("instance.id"), index=True)
    proposed_on: Mapped[date] = col("clear_state", PROPOSAL, "members")
    meeting: Mapped[UUID | None] = identifier(PROPOSAL, ForeignKey("meeting.id"))


class ProposedDayRow(CaseBase):
    """One proposed day."""

    __tablename__ = "proposed_day"
    proposal: Mapped[UUID] = identifier(PROPOSAL, ForeignKey("proposal.id"), primary_key=True)
    day: Mapped[date] = col("clear_state", PROPOSAL, "members", primary_key=True)


class AvailabilityRow(CaseBase):
    """What a tenure answered for a proposed day."""

    __tablename__ = "availability"
    __table_args__ = (ForeignKeyConstraint(["proposal", "day"], ["proposed_day.proposal", "proposed_day.day"]),)
    proposal: Mapped[UUID] = identifier(PROPOSAL, primary_key=True)
    day: Mapped[date] = col("clear_state", PROPOSAL, "members", primary_key=True)
    tenure: Mapped[UUID] = identifier(PROPOSAL, ForeignKey("tenure.id"), primary_key=True)
    answer: Mapped[str] = col("clear_state", PROPOSAL, "members")
