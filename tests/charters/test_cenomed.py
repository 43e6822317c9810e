"""CENOMED against the rules written by hand: who sits, closed lists, what contents derive, refuse and count."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.charters.birth import age_on, birthday_month, bounds, middle
from casework.charters.cenomed import (
    CENOMED,
    POINT_FIELDS,
    POINTS,
    SHEET_TOLD,
    USUAL_AGES,
    age_band,
    derive,
    dimensions,
    doubts,
    problems,
)
from casework.kernel.records import Kind

ENTERED = date(2026, 3, 15)

# --- who sits, and what is known of a person ------------------------------------------------------------------------

IDENTITY = "surname first_name sex birth birth_date birth_year age address telephone email schooling school"
INFORMATION = "informed_how informed_on informed_by defer_reason defer_until"
REPRESENTATIVE = "quality surname first_name address telephone email"


@pytest.mark.clause("F33-01")
def test_the_seats_are_those_of_the_fiche_and_the_judge_has_none() -> None:
    members = "coordinator town_hall prosecutor police_station pjj security_officer emas head_of_school dsol"
    around = "landlord agent recipient controller dpo administrator"
    assert [seat.name for seat in CENOMED.seats if seat.member] == members.split()
    assert [seat.name for seat in CENOMED.seats if not seat.member] == around.split()


@pytest.mark.clause("C-01")
def test_nothing_else_is_asked_of_a_minor_nor_of_its_representatives() -> None:
    fields = CENOMED.compartment("identity").fields
    assert [item.name for item in fields] == [*IDENTITY.split(), *INFORMATION.split(), "representatives"]
    (guardians,) = (item.fields for item in fields if item.name == "representatives")
    assert [item.name for item in guardians] == [*REPRESENTATIVE.split(), *INFORMATION.split()]
    copied = {item.name for item in CENOMED.compartment("orientation").fields} - {"type", "request", "representatives"}
    assert copied == set(IDENTITY.split()) - {"school"}


@pytest.mark.clause("C-06")
def test_nothing_about_a_person_is_a_number_but_its_age_and_the_clock_only_takes_readers_away() -> None:
    numbers = {item.name for part in CENOMED.compartments for item in part.fields if item.kind in (Kind.AGE, Kind.YEAR)}
    assert numbers == {"age", "birth_year"}
    timed = [move for move in CENOMED.moves if move.timed]
    assert {move.target for move in timed} <= {"", "dismissed", "closed", "archived", "destroyed"}
    assert not any(move.sets or move.writes for move in timed)


# --- closed lists ---------------------------------------------------------------------------------------------------

LISTS = {  # A12 says « deferred » where the Parquet's own reason stays in its compartment; A13 without its two moves
    "reason": "school_absence school_break_risk unsupervised_public_space incivilities minor_incidents group_tension "
    "undue_influence peer_harassment online_risk risk_behaviour leaving_home support_request",
    "agent_reason": "agent_out_of_school agent_vulnerability",
    "origin": "town_hall dpmp_coordinator dpmp_agent prosecutor police_station pjj school education_security dsol "
    "social_landlord",
    "reception": "entered_by_referrer entered_on_behalf",
    "schooling": "primary_school lower_secondary_6_5 lower_secondary_4_3 upper_secondary_general "
    "upper_secondary_vocational apprenticeship back_to_school_scheme home_education training employment neither unknown",
    "quality": "mother father other_parental_authority guardian care_service unknown",
    "birth": "birth_known birth_year_only age_estimated",
    "place": "school_inside school_surroundings street garden riverbank public_facility building_common_parts transport "
    "shop online other_public_place",
    "steps_taken": "talk_with_minor talk_with_family internal_meeting mediation help_offered none_yet",
    "danger_route": "crip_informed prosecutor_informed emergency_called advice_119 doing_it_now",
    "informed_how": "in_person by_phone notice_handed notice_posted school_portal through_care_service not_yet",
    "defer_reason": "child_interest safety_of_a_person contact_unknown no_known_guardian urgent_meeting deferred",
    "prosecutor_defer": "prosecutor_request",
    "dismissal": "out_of_scope other_arrondissement child_protection_first linked_to_open_case withdrawn",
    "shown": "received details_requested taken_into_account",
    "decision": "orientation member_action lead_named keep_open postponed other_arrondissement no_further_action close",
    "action": "contact_family meet_family inform_family find_service school_meeting presence_on_place "
    "report_next_meeting",
    "orientation": "crip75 social_service educational_success street_work other_association school night_mediation "
    "holiday_programme family_council parenting_support leisure",
    "recipient": "social_service crip75 association head_of_school educational_success_lead",
    "return_support": "support_possible support_not_possible received_only",
    "return_redirection": "not_redirected redirected_social redirected_medico_social",
    "closure": "returns_received actions_done no_further_action not_retained other_arrondissement came_of_age no_event "
    "not_screened right_exercised withdrawn out_of_scope",
    "held": "held_on_date held_later not_held held_urgent",
    "attendance": "present excused represented absent own_cases_only",
    "print_reason": "meeting_without_screen hand_to_recipient inform_person right_exercised lawful_request",
    "age_band": "under_13 13_15 16_17 age_unknown",
}


@pytest.mark.clause("C-02")
def test_the_closed_lists_are_the_approved_ones() -> None:
    found = {item.name: " ".join(value.value for value in item.values) for item in CENOMED.lists}
    assert {name: found.get(name) for name in LISTS} == LISTS
    assert sorted(found.keys() - LISTS.keys()) == ["organisation", "points", "request", "sex"]


@pytest.mark.clause("S-05")
def test_reasons_are_counted_by_family() -> None:
    reasons = next(item for item in CENOMED.lists if item.name == "reason")
    assert {reasons.family(item.value) for item in reasons.values} == set(reasons.families)
    assert reasons.family("online_risk") == "vulnerability"
    assert reasons.label("online_risk").startswith("Usages")
    assert "online_risk" in reasons
    assert "drugs" not in reasons
    places = next(item for item in CENOMED.lists if item.name == "place")
    assert places.family("street") == "street"


@pytest.mark.clause("F33-05")
def test_every_orientation_that_leaves_has_one_kind_of_recipient() -> None:
    assert set(CENOMED.recipients) == set(LISTS["recipient"].split())
    assert set(CENOMED.sent_to.values()) == set(CENOMED.recipients)
    assert {item.mark for item in CENOMED.recipients.values()} == {"social", "crip", "other"}


# --- births ---------------------------------------------------------------------------------------------------------

births = st.dates(date(1990, 1, 1), date(2060, 1, 1))


@pytest.mark.clause("F33-12")
@given(births, st.integers(0, 25 * 365))
def test_whoever_has_the_estimated_age_was_born_within_its_bounds(born: date, lived: int) -> None:
    entered = born + timedelta(days=lived)
    age = age_on((born, born), entered)
    span = bounds({"age": age}, entered)
    assert span is not None
    assert span[0] <= born <= span[1]
    assert age_on(span, entered) == age


@pytest.mark.clause("R-05")
@pytest.mark.clause("F33-12")
@given(births, st.integers(0, 17 * 365), st.sampled_from(["birth_date", "birth_year", "age"]))
def test_the_cap_assumes_the_oldest_age_and_majority_the_middle(born: date, lived: int, known: str) -> None:
    entered = born + timedelta(days=lived)
    value = {"birth_date": born.isoformat(), "birth_year": born.year, "age": age_on((born, born), entered)}[known]
    found = derive({"remontee": {known: value}}, entered)
    assert found.cap is not None
    assert found.majority is not None
    assert found.cap <= birthday_month(born, 25)  # nothing is kept beyond the real birthday
    assert (found.cap.day, found.majority.day) == (1, 1)
    span = bounds({known: value}, entered)
    assert span is not None
    assert found.majority == birthday_month(middle(span), 18)
    if known == "birth_date":
        assert (found.cap, found.majority) == (birthday_month(born, 25), birthday_month(born, 18))


def test_an_unknown_birth_has_no_bounds() -> None:
    assert bounds({"surname": "Exemple"}, ENTERED) is None
    assert derive({"remontee": {}}, ENTERED).cap is None
    assert derive({}, ENTERED).majority is None


# --- what contents derive -------------------------------------------------------------------------------------------

TOLD = {"informed_how": "in_person", "informed_on": "2026-03-01"}
DEFERRED = {"informed_how": "not_yet", "defer_reason": "deferred", "defer_until": "2026-04-01"}
CHILD: dict[str, Any] = {"surname": "Exemple", "first_name": "Alix", "birth_date": "2012-05-20", **TOLD}


@pytest.mark.clause("C-05")
@pytest.mark.parametrize(
    ("child", "guardians", "informed"),
    [
        (TOLD, [], True),
        (TOLD, [TOLD, DEFERRED], True),
        (TOLD, [TOLD, {}], False),
        ({"informed_how": "in_person"}, [], False),
        ({"informed_how": "not_yet", "informed_on": "2026-03-01"}, [TOLD], False),
        ({"informed_how": "not_yet", "defer_reason": "deferred"}, [], False),
        (DEFERRED, [], True),
    ],
)
def test_informed_means_everybody_told_or_deferred_to_a_date(
    child: dict[str, str],
    guardians: list[dict[str, str]],
    informed: bool,  # noqa: FBT001
) -> None:
    identity = {"surname": "Exemple", "first_name": "Alix", **child, "representatives": guardians}
    assert derive({"identity": identity}, ENTERED).marks == {"informed": informed}


@pytest.mark.clause("C-10")
def test_a_match_record_holds_name_and_bounds_and_nothing_else() -> None:
    school = UUID(int=5)
    found = derive({"identity": {**CHILD, "school": str(school), "address": "1 rue Exemple"}}, ENTERED)
    assert found.school == school
    assert found.contents == {
        "match": {"surname": "Exemple", "first_name": "Alix", "earliest": "2012-05-20", "latest": "2012-05-20"}
    }
    without = derive({"identity": {"surname": "Exemple", "first_name": "Alix"}}, ENTERED)
    assert without.contents == {"match": {"surname": "Exemple", "first_name": "Alix"}}
    assert (without.school, without.majority, without.cap) == (None, None, None)


@pytest.mark.clause("C-08")
@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        (["close", "orientation"], "outcome_followed"),
        (["postponed", "close"], "outcome_postponed"),
        (["close", "no_further_action"], "outcome_closed"),
        (["other_arrondissement"], "outcome_nothing"),
    ],
)
def test_decisions_have_exactly_one_outcome(decisions: list[str], outcome: str) -> None:
    marks = derive({"deliberation": {"decisions": [{"decision": name} for name in decisions]}}, ENTERED).marks
    assert [name for name, on in marks.items() if on] == [outcome]
    assert set(marks) == set(CENOMED.derivable["deliberation"])


# --- what is refused and counted ------------------------------------------------------------------------------------


@pytest.mark.clause("F33-12")
def test_a_person_of_age_cannot_be_referred() -> None:
    for identity, field in (
        ({"birth_date": "2008-03-15"}, "birth_date"),
        ({"birth_year": 2007}, "birth_year"),
        ({"age": 18}, "age"),
    ):
        assert list(problems({"identity": identity}, ENTERED)) == [("identity", field)]
    assert problems({"identity": {"birth_date": "2008-03-16"}}, ENTERED) == {}


@pytest.mark.parametrize(
    ("identity", "doubted"),
    [
        ({"birth_date": "2019-06-01", "schooling": "upper_secondary_general"}, "Inhabituel à 6 ans"),
        ({"birth_date": "2024-06-01", "schooling": "primary_school"}, "Inhabituel à 1 an :"),
        ({"birth_date": "2009-06-01", "schooling": "primary_school"}, "Inhabituel à 16 ans"),
        ({"age": 9, "schooling": "employment"}, "Inhabituel à 9 ans"),
        ({"birth_date": "2010-06-01", "schooling": "upper_secondary_general"}, ""),
        ({"age": 12, "schooling": "upper_secondary_general"}, ""),  # thirteen, from one end of the estimate
        ({"birth_date": "2019-06-01", "schooling": "neither"}, ""),
        ({"schooling": "employment"}, ""),
        ({}, ""),
    ],
)
def test_an_age_and_a_schooling_that_seldom_go_together_are_a_doubt_and_no_refusal(
    identity: dict[str, Any], doubted: str
) -> None:
    found = doubts({"identity": identity}, ENTERED)
    assert bool(found) == bool(doubted)
    for field, (_, advice) in found.items():
        assert field == ("identity", "schooling")
        assert advice.startswith(doubted)
    assert problems({"identity": identity}, ENTERED) == {}


def test_the_usual_ages_are_those_of_minors_in_the_list_of_schoolings() -> None:
    (listed,) = (found for found in CENOMED.lists if found.name == "schooling")
    assert all(value in listed for value in USUAL_AGES)
    assert all(0 < least < most < 18 for least, most in USUAL_AGES.values())


@pytest.mark.clause("C-02")
def test_the_main_reason_is_one_of_the_reasons() -> None:
    assert problems({"reason": {"reasons": ["incivilities"], "main_reason": "incivilities"}}, ENTERED) == {}
    found = problems({"reason": {"reasons": ["incivilities"], "main_reason": "online_risk"}}, ENTERED)
    assert list(found) == [("reason", "main_reason")]


@pytest.mark.clause("F33-15")
def test_an_action_needs_an_owner_and_a_day() -> None:
    rows = [
        {"decision": "member_action"},
        {"decision": "lead_named"},
        {"decision": "member_action", "owner": "somebody", "due": "2026-05-01"},
    ]
    assert list(problems({"deliberation": {"decisions": rows}}, ENTERED)) == [
        ("deliberation", "decisions-0-owner"),
        ("deliberation", "decisions-0-due"),
        ("deliberation", "decisions-1-owner"),
    ]


@pytest.mark.clause("C-08")
@pytest.mark.parametrize("alone", ["postponed", "other_arrondissement", "no_further_action", "close"])
def test_what_ends_or_puts_off_the_examination_is_decided_alone(alone: str) -> None:
    rows = [{"decision": "orientation", "orientation": "crip75"}, {"decision": alone}]
    assert list(problems({"deliberation": {"decisions": rows}}, ENTERED)) == [("deliberation", "decisions-1-decision")]
    assert problems({"deliberation": {"decisions": rows[1:]}}, ENTERED) == {}


def test_what_cannot_be_is_refused() -> None:
    born = {"birth_date": "2015-06-01"}
    account = {"facts": [{"day": "2014-01-01"}, {"day": "2026-01-01"}]}
    assert list(problems({"identity": born, "account": account}, ENTERED)) == [("account", "facts-0-day")]
    assert list(problems({"remontee": {"age": 45}}, ENTERED)) == [("remontee", "age")]
    told = born | {"informed_on": "2000-01-01", "representatives": [{"informed_on": "2000-01-01"}, {}]}
    assert list(problems({"identity": told}, ENTERED)) == [
        ("identity", "informed_on"),
        ("identity", "representatives-0-informed_on"),
    ]
    steps = {"reasons": ["incivilities"], "main_reason": "incivilities", "steps_taken": ["mediation", "none_yet"]}
    assert list(problems({"reason": steps}, ENTERED)) == [("reason", "steps_taken")]


@pytest.mark.clause("S-01")
def test_facts_carry_families_and_bands_only() -> None:
    reason = {"origin": "pjj", "main_reason": "online_risk"}
    found = dimensions("referral_made", {"identity": CHILD, "reason": reason}, ENTERED)
    assert found == {"origin": "pjj", "family": "vulnerability", "age_band": "13_15"}
    unknown = dimensions("referral_made", {"identity": {}, "reason": reason}, ENTERED)
    assert unknown["age_band"] == "age_unknown"
    assert dimensions("orientation_made", {"orientation": {"type": "crip75"}}, ENTERED) == {"type": "crip75"}
    answer = {"support": "support_possible", "redirection": "redirected_medico_social"}
    assert dimensions("return_received", {"return": answer}, ENTERED) == {
        "support": "support_possible",
        "redirection": "redirected",
    }
    assert dimensions("meeting_held", {}, ENTERED) == {}


@pytest.mark.parametrize(
    ("age", "band"), [(0, "under_13"), (12, "under_13"), (13, "13_15"), (15, "13_15"), (16, "16_17"), (17, "16_17")]
)
def test_ages_fall_in_three_bands(age: int, band: str) -> None:
    assert age_band(age) == band


@pytest.mark.clause("F33-04")
def test_the_dsol_writes_nothing_on_content_beyond_its_own_referrals() -> None:
    moves = {move.name for move in CENOMED.moves if "dsol" in move.seats and move.writes}
    assert moves == {"refer", "correct", "clarify", "record_return"}


@pytest.mark.clause("F33-02")
def test_every_point_that_may_be_asked_is_about_fields_of_the_charter() -> None:
    fields = {
        f"{part.name}-{item.name}{inner}"
        for part in CENOMED.compartments
        for item in part.fields
        for inner in ("", *(f"-{each.name}" for each in item.fields))
    }
    assert set(POINT_FIELDS) == {item.value for item in POINTS.values}
    assert {name for names in POINT_FIELDS.values() for name in names} <= fields


@pytest.mark.clause("F33-15")
def test_what_is_told_of_a_decision_is_of_one_in_the_list() -> None:
    decisions = next(item for item in CENOMED.lists if item.name == "decision")
    assert set(SHEET_TOLD) <= {item.value for item in decisions.values}


@pytest.mark.clause("F33-12")
@pytest.mark.parametrize(
    ("year", "told"),
    [(2009, ""), (2008, "comptée au milieu de l’année"), (2007, "doit avoir moins de 18 ans"), (1999, "doit avoir")],
)
def test_a_year_alone_is_explained_where_it_leaves_a_doubt_and_refused_plainly_elsewhere(year: int, told: str) -> None:
    found = problems({"identity": {"birth": "birth_year_only", "birth_year": year}}, date(2026, 11, 29))
    assert told in found.get(("identity", "birth_year"), "")
    assert bool(found) == bool(told)
