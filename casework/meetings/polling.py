"""Dates proposed to the members before a meeting is fixed (F33-08): propose, answer, see every answer, fix one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework.kernel.clock import add_months, today
from casework.kernel.life import Party
from casework.kernel.records import ChoiceList, Labelled
from casework.meetings import rules, service
from casework.meetings.service import MeetingError, organises, require
from casework.store.directory import load_directory
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import Acting
from casework.store.meetingtables import AvailabilityRow, ProposalRow, ProposedDayRow

ANSWERS = ChoiceList(
    "availability", "Votre réponse", (Labelled("yes", "Oui"), Labelled("if_needed", "Si besoin"), Labelled("no", "Non"))
)
MOST_DAYS, KEPT_MONTHS = 5, 12


@dataclass(frozen=True)
class Poll:
    """Proposed days and what each member asked answered: {tenure: {day: answer}}; `meeting` once a date is fixed."""

    id: UUID
    proposed_on: date
    meeting: UUID | None
    days: Sequence[date]
    asked: Sequence[UUID]
    answers: Mapping[UUID, Mapping[date, str]]

    def count(self, day: date, answer: str) -> int:
        """How many of those asked gave this answer for this day."""
        return sum(self.answers.get(tenure, {}).get(day) == answer for tenure in self.asked)


def propose(house: House, acting: Acting, days: Sequence[date], once: UUID | None = None) -> UUID:
    """Propose days, each a month ahead at least (F33-07). Errors: MeetingError "seat", "past", "month" or "days".

    `once`: the id the proposal will have; the same one again is the same proposal.
    """
    require(organises(house, acting), "seat")
    require(0 < len(set(days)) <= MOST_DAYS, "days")
    for day in days:
        problem = rules.fixing_problem(day, today(), urgent=False, reason="")
        require(problem is None, problem or "past")
    proposal = once or uuid4()
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        if _find(house, writing.session, proposal):
            return proposal
        writing.session.add(ProposalRow(id=proposal, instance=house.instance, proposed_on=today()))
        writing.session.flush()
        writing.session.add_all(ProposedDayRow(proposal=proposal, day=day) for day in set(days))
        service.log_meeting(writing, acting, proposal, "proposed", urgent=False)
    return proposal


def answer(house: House, acting: Acting, proposal: UUID, answers: Mapping[date, str]) -> None:
    """Answer for each proposed day, once or again until a date is fixed. Errors: MeetingError "missing", "done" or "attendance"."""
    with house.writing() as writing:
        _waiting(house, writing, proposal)
        require(_is_asked(house, acting.party), "missing")
        days = _days(writing.session, proposal)
        require(set(answers) == set(days) and all(value in ANSWERS for value in answers.values()), "attendance")
        for day, value in answers.items():
            writing.session.merge(AvailabilityRow(proposal=proposal, day=day, tenure=acting.tenure, answer=value))
        service.log_meeting(writing, acting, proposal, "answered", urgent=False)


def fix(house: House, acting: Acting, proposal: UUID, day: date) -> UUID:
    """Fix one of the proposed days as a meeting; the others end. Errors: MeetingError "missing", "done", "past" or "month"."""
    require(organises(house, acting), "seat")
    with house.writing() as writing:
        row = _waiting(house, writing, proposal)
        require(day in _days(writing.session, proposal), "missing")
        row.meeting = service.fix_in(writing, acting, day)
        return row.meeting


def polls(house: House, acting: Acting) -> list[Poll]:
    """The proposals that wait for a date, the newest first, for those who are asked; nobody else knows of them."""
    if not _is_asked(house, acting.party):
        return []
    with house.stores.case_reading() as session:
        query = select(ProposalRow).where(ProposalRow.instance == house.instance, ProposalRow.meeting.is_(None))
        rows = session.scalars(query.order_by(ProposalRow.proposed_on.desc(), ProposalRow.id)).all()
        parties = load_directory(house, session).parties()
        return [_poll(house, session, row, parties) for row in rows]


def poll(house: House, acting: Acting, proposal: UUID) -> Poll:
    """One proposal. Errors: MeetingError "missing", whether it exists or not."""
    found = next((item for item in polls(house, acting) if item.id == proposal), None)
    if found is None:
        raise MeetingError("missing")
    return found


def sweep(house: House) -> int:
    """Erase the proposals of more than a year ago (R-10); how many."""
    with house.stores.case_writing() as session:
        limit = add_months(today(), -KEPT_MONTHS)
        old = session.scalars(select(ProposalRow.id).where(ProposalRow.proposed_on <= limit)).all()
        session.execute(delete(AvailabilityRow).where(AvailabilityRow.proposal.in_(old)))
        session.execute(delete(ProposedDayRow).where(ProposedDayRow.proposal.in_(old)))
        session.execute(delete(ProposalRow).where(ProposalRow.id.in_(old)))
    return len(old)


def _is_asked(house: House, party: Party) -> bool:
    """Members sit for the arrondissement; heads of school come for their own situations alone (F33-14)."""
    return house.charter.seat(party.seat).member and party.seat != house.charter.schools


def _poll(house: House, session: Session, row: ProposalRow, parties: Mapping[UUID, Party]) -> Poll:
    answers: dict[UUID, dict[date, str]] = {}
    for item in session.scalars(select(AvailabilityRow).where(AvailabilityRow.proposal == row.id)):
        answers.setdefault(item.tenure, {})[item.day] = item.answer
    asked = [tenure for tenure, party in parties.items() if _is_asked(house, party)]
    return Poll(row.id, row.proposed_on, row.meeting, _days(session, row.id), asked, answers)


def _waiting(house: House, writing: Writing, proposal: UUID) -> ProposalRow:
    """The proposal, locked; only while no date of it is fixed."""
    row = _find(house, writing.session, proposal, lock=True)
    if row is None:
        raise MeetingError("missing")
    require(row.meeting is None, "done")
    return row


def _find(house: House, session: Session, proposal: UUID, *, lock: bool = False) -> ProposalRow | None:
    query = select(ProposalRow).where(ProposalRow.id == proposal, ProposalRow.instance == house.instance)
    return session.scalar(query.with_for_update() if lock else query)


def _days(session: Session, proposal: UUID) -> list[date]:
    query = select(ProposedDayRow.day).where(ProposedDayRow.proposal == proposal)
    return list(session.scalars(query.order_by(ProposedDayRow.day)))
