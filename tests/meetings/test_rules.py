"""The rules of meetings as properties over days and lives."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.charters import referral
from casework.charters.cenomed import CENOMED
from casework.kernel.clock import add_months
from casework.kernel.life import Life, Party
from casework.meetings import rules

DAYS = st.dates(date(2025, 1, 1), date(2040, 12, 31))
PJJ = Party(uuid4(), "pjj", uuid4())
LIFE = Life(uuid4(), uuid4(), "scheduled", date(2026, 1, 1), date(2026, 1, 1), PJJ, PJJ)


@pytest.mark.clause("F33-07")
@given(today=DAYS, ahead=st.integers(0, 90))
def test_an_ordinary_meeting_is_fixed_a_month_ahead_or_not_at_all(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    problem = rules.fixing_problem(day, today, urgent=False, reason="")
    assert (problem is None) == (day >= add_months(today, 1))
    assert problem in (None, "month")


@pytest.mark.clause("F33-07")
@given(
    today=DAYS, ahead=st.integers(0, 60), reason=st.sampled_from([value.value for value in rules.URGENT_REASON.values])
)
def test_an_urgent_meeting_may_come_sooner_with_a_reason_of_the_list(today: date, ahead: int, reason: str) -> None:
    day = today + timedelta(days=ahead)
    assert rules.fixing_problem(day, today, urgent=True, reason=reason) is None
    assert rules.fixing_problem(day, today, urgent=True, reason="") == "reason"
    assert rules.fixing_problem(day, today, urgent=True, reason="because") == "reason"
    assert rules.fixing_problem(day, today, urgent=False, reason=reason) == "reason"


@pytest.mark.parametrize("urgent", [True, False])
@given(today=DAYS, back=st.integers(1, 60))
def test_no_meeting_is_fixed_in_the_past(urgent: bool, today: date, back: int) -> None:  # noqa: FBT001
    reason = "clash_occurred" if urgent else ""
    assert rules.fixing_problem(today - timedelta(days=back), today, urgent=urgent, reason=reason) == "past"


@pytest.mark.clause("F33-07")
@given(fixed=DAYS, first=st.integers(0, 60), wait=st.integers(0, 90), later=st.integers(1, 200))
def test_a_meeting_postponed_never_waits_for_another_month(fixed: date, first: int, wait: int, later: int) -> None:
    day = add_months(fixed, 1) + timedelta(days=first)
    today, new = fixed + timedelta(days=wait), day + timedelta(days=later)
    assert rules.postponing_problem(day, new, today) == ("past" if new < today else None)


@given(day=DAYS, sooner=st.integers(0, 40))
def test_a_meeting_is_never_brought_forward(day: date, sooner: int) -> None:
    new = day - timedelta(days=sooner)
    assert rules.postponing_problem(day, new, new) == "earlier"


@pytest.mark.clause("F33-08")
@given(first=DAYS, later=st.integers(0, 100))
def test_how_a_meeting_was_held_follows_from_its_days(first: date, later: int) -> None:
    day = first + timedelta(days=later)
    assert rules.how_held(day, first, urgent=False) == ("held_later" if later else "held_on_date")
    assert rules.how_held(day, first, urgent=True) == "held_urgent"


@pytest.mark.clause("F33-14")
def test_a_head_of_school_is_convened_for_its_own_pupils_alone() -> None:
    school, other = uuid4(), uuid4()
    own, foreign = Party(uuid4(), "head_of_school", school), Party(uuid4(), "head_of_school", other)
    assert rules.convened_to([own, foreign, PJJ], replace(LIFE, school=school), CENOMED) == tuple(sorted([own, PJJ]))
    assert rules.convened_to([own, foreign], replace(LIFE, sender=foreign), CENOMED) == (foreign,)
    assert rules.convened_to([own, foreign], LIFE, CENOMED) == ()


@pytest.mark.clause("F33-02")
@pytest.mark.parametrize("seat", [seat.name for seat in CENOMED.seats if not seat.member])
def test_who_is_not_a_member_is_never_convened(seat: str) -> None:
    assert rules.convened_to([Party(uuid4(), seat, uuid4())], LIFE, CENOMED) == ()


@pytest.mark.clause("F33-15")
def test_an_owner_is_a_present_convened_person_and_never_the_dsol() -> None:
    dsol, gone, coordinator = (
        Party(uuid4(), "dsol", uuid4()),
        Party(uuid4(), "emas", uuid4()),
        Party(uuid4(), "coordinator", uuid4()),
    )
    life = replace(LIFE, convened=(dsol, gone, PJJ), recused=frozenset({gone.person}))
    assert rules.owners(CENOMED, life, coordinator) == tuple(sorted([PJJ, coordinator]))


@pytest.mark.clause("F33-15")
def test_a_sheet_copies_three_fields_of_the_identity_and_no_more() -> None:
    identity = {"surname": "A", "first_name": "B", "telephone": "1", "address": "C", "birth_date": "2012-01-01"}
    row = {"decision": "member_action", "action": "meet_family", "due": "2026-12-01", "owner": str(PJJ.person)}
    assert rules.sheet(identity, row) == {
        "decision": "member_action", "action": "meet_family", "due": "2026-12-01", "surname": "A", "first_name": "B", "telephone": "1",
    }  # fmt: skip


def test_a_sheet_already_given_is_not_given_twice_but_two_equal_decisions_give_two() -> None:
    row = {"decision": "lead_named", "owner": str(PJJ.person)}
    sheet, part = (PJJ.person, {"decision": "lead_named"}), UUID(int=7)
    assert rules.entrusted([row], {}, {}) == ([sheet], [])
    assert rules.entrusted([row], {}, {part: sheet}) == ([], [])
    assert rules.entrusted([row, row], {}, {part: sheet}) == ([sheet], [])
    assert rules.entrusted([{"decision": "close"}], {}, {part: sheet}) == ([], [part])


@pytest.mark.clause("F33-14")
def test_present_for_its_own_situations_only_is_for_heads_of_school() -> None:
    head = [value.value for value in rules.attendances(CENOMED, "head_of_school")]
    pjj = [value.value for value in rules.attendances(CENOMED, "pjj")]
    assert (head[0], pjj[0]) == ("own_cases_only", "present")
    assert "present" not in head
    assert "own_cases_only" not in pjj


@pytest.mark.clause("C-10")
@given(began=DAYS, months=st.integers(1, 18 * 12))
def test_the_age_band_comes_from_the_coarse_majority(began: date, months: int) -> None:
    majority = add_months(began.replace(day=1), months)
    age = (18 * 12 - months) / 12
    assert referral.band(majority, began) == ("under_13" if age < 13 else "13_15" if age < 16 else "16_17")
    assert referral.band(None, began) == "age_unknown"
