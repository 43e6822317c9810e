"""Every SELECT of meetings, scoped by the instance; rows only, no rule and no name."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.store.house import House
from casework.store.meetingtables import ConvocationRow, MeetingRow
from casework.store.tables import CaseRow


def find(house: House, session: Session, meeting: UUID, *, lock: bool = False) -> MeetingRow | None:
    """A meeting of this instance."""
    query = select(MeetingRow).where(MeetingRow.id == meeting, MeetingRow.instance == house.instance)
    return session.scalar(query.with_for_update() if lock else query)


def all_meetings(house: House, session: Session) -> Sequence[MeetingRow]:
    """The meetings of this instance, the latest first."""
    return session.scalars(
        select(MeetingRow).where(MeetingRow.instance == house.instance).order_by(MeetingRow.day.desc(), MeetingRow.id)
    ).all()


def convocations(session: Session, meeting: UUID) -> Sequence[ConvocationRow]:
    """Who is convened; the meeting was found in this instance before."""
    return session.scalars(
        select(ConvocationRow).where(ConvocationRow.meeting == meeting).order_by(ConvocationRow.tenure)
    ).all()


def meetings_of(session: Session, tenure: UUID) -> set[UUID]:
    """The meetings this tenure is convened to."""
    return set(session.scalars(select(ConvocationRow.meeting).where(ConvocationRow.tenure == tenure)))


def situations(house: House, session: Session, meeting: UUID, *steps: str) -> Sequence[CaseRow]:
    """The situations on the agenda of a meeting, in these steps or in any, in the order of their arrival."""
    query = select(CaseRow).where(CaseRow.instance == house.instance, CaseRow.meeting == meeting)
    return session.scalars((query.where(CaseRow.step.in_(steps)) if steps else query).order_by(CaseRow.number)).all()


def waiting(house: House, session: Session) -> Sequence[CaseRow]:
    """The situations that wait for a meeting, in the order of their arrival, whichever agenda they came back from."""
    query = select(CaseRow).where(CaseRow.instance == house.instance, CaseRow.step == "retained")
    return session.scalars(query.order_by(CaseRow.number)).all()
