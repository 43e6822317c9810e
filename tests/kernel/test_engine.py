"""The engine over random lives of CENOMED: it refuses or changes, never ignores; readers come from grants alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import chain
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.charters.cenomed import CENOMED
from casework.charters.explore import holds
from casework.charters.universe import CASE, DAY, INSTANCE, NOWHERE
from casework.kernel.engine import (
    Given,
    IllegalMove,
    available,
    begin,
    beginnings,
    may_read,
    play,
    readers,
    refusal,
    slots,
    stands,
)
from casework.kernel.life import (
    Actor,
    Life,
    Party,
    Principal,
    Slot,
    canonical,
    life_from_clear,
    party_from_clear,
    to_clear,
)
from casework.kernel.records import HolderKind, Relation, Take
from tests.kernel.lives import BY_SEAT, FOLLOWED, SESSION, WORLD, actor, after, informed, step

STARTS = (
    *(after("refer", seat=seat) for seat in ("pjj", "head_of_school", "landlord", "coordinator")),
    after("report", seat="agent"),
    after(*SESSION),
    after(*FOLLOWED),
    after(*FOLLOWED, "orient", "assign"),
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A life reached by up to a dozen legal moves drawn at random, from its beginning or from further on."""
    life = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(0, 12))):
        choices = [
            (open_move, some, part)
            for some in (*(Actor(INSTANCE, party) for party in WORLD.parties), Actor(INSTANCE, None))
            for part in (None, *(item.id for item in life.parts))
            for open_move in available(CENOMED, some, life, part)
        ]
        if choices:
            move, who, part = draw(st.sampled_from(choices))
            values = [g for g in WORLD.givens(move, who, life) if part is None or g.part == part]
            life = attempt(life, move.name, who, draw(st.sampled_from(values))) if values else life
    return life


def attempt(life: Life, name: str, who: Actor, values: Given) -> Life:
    try:
        return play(CENOMED, who, name, life, values, DAY)
    except IllegalMove:
        return life


@settings(max_examples=60, deadline=None)
@given(lives())
def test_a_life_survives_its_clear_form(life: Life) -> None:
    clear = to_clear(life)
    assert life_from_clear(clear) == life
    assert canonical(to_clear(life_from_clear(clear))) == canonical(clear)
    assert party_from_clear(clear["author"]) == life.author


def test_the_canonical_form_ignores_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == b'{"a":"\\u00e9","b":1}'


@pytest.mark.clause("F33-16")
@settings(max_examples=60, deadline=None)
@given(lives())
def test_readers_come_from_grants_alone(life: Life) -> None:
    found = readers(CENOMED, life)
    assert list(found) == slots(CENOMED, life)
    for slot, principals in found.items():
        grants = [grant for grant in CENOMED.grants if slot.compartment in grant.compartments]
        where = life.part(slot.part).step if slot.part else life.step
        kinds = {grant.holder for grant in grants if where in grant.steps}
        assert {principal.kind for principal in principals} <= kinds
        assert sorted(principals) == sorted(sorted(principals, reverse=True))  # one order, whatever their kinds


@pytest.mark.clause("F33-01")
@settings(max_examples=60, deadline=None)
@given(lives())
def test_whoever_may_read_holds_a_key(life: Life) -> None:
    for slot, principals in readers(CENOMED, life).items():
        for party in WORLD.parties:
            if may_read(CENOMED, Actor(INSTANCE, party), life, slot):
                assert any(holds(principal, party) for principal in principals)
        assert not may_read(CENOMED, Actor(INSTANCE, None), life, slot)


@settings(max_examples=60, deadline=None)
@given(lives(), st.data())
def test_a_move_is_refused_or_done_never_ignored(life: Life, data: st.DataObject) -> None:
    move = data.draw(st.sampled_from(CENOMED.moves))
    for who in (*(Actor(INSTANCE, party) for party in WORLD.parties), Actor(INSTANCE, None)):
        for values in list(WORLD.givens(move, who, life))[:4]:
            closed = refusal(move, who, life, values.part) if move.sources else "step"
            if closed:
                with pytest.raises(IllegalMove) as refused:
                    play(CENOMED, who, move.name, life, values, DAY)
                assert refused.value.code == closed
            else:
                changed = attempt(life, move.name, who, values)
                assert changed != life or move.writes or move.takes or move.name == "inform"


@pytest.mark.parametrize(
    ("name", "seat", "values", "code"),
    [
        ("transmit", "pjj", Given(), "seat"),
        ("retain", "prosecutor", Given(), "step"),
        ("refer", "pjj", Given(), "step"),
        ("answer", "recipient", Given(), "step"),
        ("answer", "recipient", Given(part=NOWHERE), "step"),
        ("withdraw", "dsol", Given(), "relation"),
        ("dismiss", "coordinator", Given(), "take"),
        ("dismiss", "coordinator", Given({Take.REASON: "because"}), "reason"),
        ("transmit", "coordinator", Given({Take.WINDOW: DAY}), "take"),
        ("transmit", "coordinator", Given(part=NOWHERE), "take"),
    ],
)
def test_each_refusal_says_why(name: str, seat: str, values: Given, code: str) -> None:
    with pytest.raises(IllegalMove) as refused:
        play(CENOMED, actor(seat), name, after("refer"), values, DAY)
    assert refused.value.code == code
    assert str(refused.value) == f"{name}: {code}"


@pytest.mark.clause("F33-02")
def test_nobody_begins_by_a_move_that_is_not_its_own() -> None:
    assert beginnings(CENOMED, actor("dpo")) == []
    for seat, name in (("agent", "refer"), ("pjj", "transmit")):
        with pytest.raises(IllegalMove):
            begin(CENOMED, actor(seat), name, CASE, Given(), DAY)
    with pytest.raises(IllegalMove):
        begin(CENOMED, Actor(INSTANCE, None), "refer", CASE, Given(), DAY)


@pytest.mark.clause("F33-02")
def test_a_landlord_is_never_convened() -> None:
    values = Given({Take.CONVENED: (BY_SEAT["landlord"],), Take.WINDOW: DAY})
    with pytest.raises(IllegalMove, match="take"):
        play(CENOMED, actor("coordinator"), "circulate", after(*SESSION[:-1]), values, DAY)


@pytest.mark.clause("F33-16")
def test_a_convened_person_recuses_itself_alone() -> None:
    life = after(*SESSION)
    with pytest.raises(IllegalMove, match="take"):
        play(CENOMED, actor("pjj"), "recuse", life, Given({Take.PERSON: BY_SEAT["emas"].person}), DAY)
    own = Given({Take.PERSON: BY_SEAT["pjj"].person})
    away = play(CENOMED, actor("pjj"), "recuse", life, own, DAY)
    assert Principal.member(BY_SEAT["pjj"].person) in readers(CENOMED, life)[Slot("account")]
    assert Principal.member(BY_SEAT["pjj"].person) not in readers(CENOMED, away)[Slot("account")]
    with pytest.raises(IllegalMove, match="relation"):
        play(CENOMED, actor("pjj"), "recuse", away, own, DAY)


@pytest.mark.clause("F33-16")
def test_only_a_convened_person_is_excluded_and_once() -> None:
    life = after(*SESSION)
    away = play(CENOMED, actor("coordinator"), "exclude", life, Given({Take.PERSON: BY_SEAT["emas"].person}), DAY)
    for person in (BY_SEAT["emas"].person, BY_SEAT["landlord"].person):
        with pytest.raises(IllegalMove, match="take"):
            play(CENOMED, actor("coordinator"), "exclude", away, Given({Take.PERSON: person}), DAY)


@pytest.mark.clause("F33-04")
@pytest.mark.parametrize(("seat", "accepted"), [("pjj", True), ("coordinator", True), ("dsol", False), ("dpo", False)])
def test_an_action_is_owned_by_a_seat_that_may_read_its_sheet(seat: str, accepted: bool) -> None:  # noqa: FBT001
    values = Given({Take.OWNER: BY_SEAT[seat].person, Take.DUE: DAY}, part=UUID(int=7))
    life = after(*FOLLOWED)
    if accepted:
        sheet = play(CENOMED, actor("coordinator"), "assign", life, values, DAY)
        assert Principal.member(BY_SEAT[seat].person) in readers(CENOMED, sheet)[Slot("owner_sheet", UUID(int=7))]
        with pytest.raises(IllegalMove, match="take"):
            play(CENOMED, actor("coordinator"), "assign", sheet, values, DAY)
    else:
        with pytest.raises(IllegalMove, match="take"):
            play(CENOMED, actor("coordinator"), "assign", life, values, DAY)


@pytest.mark.clause("C-05")
def test_without_information_only_the_crip_receives_an_orientation() -> None:
    life = replace(after(*FOLLOWED), marks=frozenset({"retenue"}))
    for mark, open_ in (("crip", True), ("social", False), ("other", False)):
        values = Given({Take.RECIPIENT: (WORLD.organisations[mark], mark)}, part=UUID(int=8))
        with pytest.raises(IllegalMove, match="mark"):
            play(CENOMED, actor("coordinator"), "orient", life, values, DAY)
        if open_:
            assert play(CENOMED, actor("coordinator"), "alert_crip", life, values, DAY).parts
        else:
            with pytest.raises(IllegalMove, match="take"):
                play(CENOMED, actor("coordinator"), "alert_crip", life, values, DAY)


@pytest.mark.clause("F33-05")
def test_only_the_addressed_organisation_answers_and_once() -> None:
    part = UUID(int=8)
    values = Given({Take.RECIPIENT: (WORLD.organisations["social"], "social")}, part=part)
    life = play(CENOMED, actor("coordinator"), "orient", after(*FOLLOWED), values, DAY)
    recipients = [Actor(INSTANCE, party) for party in WORLD.parties if party.seat == "recipient"]
    able = [some for some in recipients if available(CENOMED, some, life, part)]
    assert [some.party.organisation for some in able if some.party] == [WORLD.organisations["social"]]
    answered = play(CENOMED, able[0], "answer", life, Given(part=part), DAY)
    assert answered.part(part).step == "returned"
    with pytest.raises(IllegalMove, match="step"):
        play(CENOMED, able[0], "answer", answered, Given(part=part), DAY)
    with pytest.raises(IllegalMove, match="step"):
        play(CENOMED, actor("coordinator"), "finish", life, Given(part=part), DAY)


@pytest.mark.clause("F33-05")
def test_a_recipient_reads_its_sheet_until_the_archive_at_the_latest() -> None:
    life = after(*FOLLOWED, "orient")
    sheet = Slot("orientation", life.parts[0].id)
    for name, read in (("come_of_age", True), ("archive", False)):
        life = step(life, name)
        assert any(principal.seat == "recipient" for principal in readers(CENOMED, life)[sheet]) is read


@pytest.mark.clause("F33-16")
def test_the_end_of_the_window_closes_the_exchange_to_the_convened() -> None:
    life = after(*SESSION)
    over = step(life, "window_ends")
    assert Principal.member(BY_SEAT["pjj"].person) in readers(CENOMED, life)[Slot("identity")]
    assert {p.kind for p in readers(CENOMED, over)[Slot("identity")]} == {HolderKind.SEAT, HolderKind.ESCROW}
    with pytest.raises(IllegalMove, match="mark"):
        play(CENOMED, Actor(INSTANCE, None), "window_ends", over, Given(), DAY)


@pytest.mark.clause("F33-04")
@pytest.mark.parametrize(("mark", "touched"), [("social", True), ("crip", False), ("other", False)])
def test_the_dsol_sees_the_orientations_of_social_services_alone(mark: str, *, touched: bool) -> None:
    part = UUID(int=8)
    values = Given({Take.RECIPIENT: (WORLD.organisations[mark], mark)}, part=part)
    life = play(CENOMED, actor("coordinator"), "orient", after(*FOLLOWED), values, DAY)
    assert (Principal.of_seat("dsol") in readers(CENOMED, life)[Slot("orientation", part)]) is touched
    refused = refusal(CENOMED.move("record_return"), actor("dsol"), life, part)
    assert refused == (None if touched else "mark")


@pytest.mark.clause("C-05")
def test_the_route_of_the_crip_is_for_those_not_yet_informed() -> None:
    life = after(*FOLLOWED)
    assert refusal(CENOMED.move("alert_crip"), actor("coordinator"), life) == "mark"
    assert refusal(CENOMED.move("orient"), actor("coordinator"), life) is None


def test_a_move_of_one_machine_never_moves_another() -> None:
    life = after(*FOLLOWED, "orient")
    stray = replace(CENOMED.move("finish"), sources=("sent",), relation=Relation.ANY)
    assert refusal(stray, actor("pjj"), life, life.parts[0].id) == "step"


def test_a_link_is_made_and_undone() -> None:
    other = Given({Take.OTHER: UUID(int=9)})
    linked = play(CENOMED, actor("coordinator"), "link", after("refer"), other, DAY)
    assert linked.links == {UUID(int=9)}
    assert play(CENOMED, actor("coordinator"), "link", linked, other, DAY).links == frozenset()


def test_a_part_without_recipient_or_owner_is_read_by_no_one_of_theirs() -> None:
    for name, compartment in (("orient", "orientation"), ("assign", "owner_sheet")):
        life = after(*FOLLOWED, name)
        bare = life.with_part(replace(life.parts[0], recipient=None, owner=None))
        kinds = {principal.kind for principal in readers(CENOMED, bare)[Slot(compartment, life.parts[0].id)]}
        assert kinds == {HolderKind.SEAT, HolderKind.ESCROW}


def test_a_stranger_stands_in_no_relation_but_any() -> None:
    life, stranger = after(*SESSION), Party(NOWHERE, "pjj", NOWHERE)
    assert [relation for relation in Relation if stands(relation, stranger, life)] == [Relation.ANY]


@pytest.mark.clause("R-05")
def test_a_cap_is_never_moved_later() -> None:
    life = replace(after("refer"), step="correcting", cap=date(2030, 1, 1), majority=date(2028, 1, 1))
    values = informed(CENOMED.move("correct"), actor("pjj"), life)
    for cap, expected in ((date(2031, 1, 1), date(2030, 1, 1)), (date(2029, 1, 1), date(2029, 1, 1))):
        later = replace(values, derived=replace(values.derived, cap=cap, majority=cap))
        changed = play(CENOMED, actor("pjj"), "correct", life, later, DAY)
        assert (changed.cap, changed.majority) == (expected, cap)


@pytest.mark.parametrize("look", [CENOMED.seat, CENOMED.step, CENOMED.move, CENOMED.setting, CENOMED.compartment])
def test_a_name_that_is_not_declared_is_an_error(look: Callable[[str], object]) -> None:
    with pytest.raises(KeyError):
        look("nothing")


def test_the_escrow_and_organisations_are_principals_of_their_own() -> None:
    every = [
        Principal.escrow(),
        Principal.apart("dsol"),
        Principal.of_seat("dsol"),
        Principal.of_organisation("dsol", NOWHERE),
        Principal.member(NOWHERE),
    ]
    assert len(set(every)) == len(HolderKind) == len(every)
    assert not any(chain(holds(every[0], party) for party in WORLD.parties))
