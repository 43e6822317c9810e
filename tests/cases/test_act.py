"""`act`: who may play which move with what, two people at once, and refusals that write nothing in either store."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.cases.act import Change, Conflict, Missing, Unsealable, act, begin
from casework.cases.facts import all_facts
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.kernel.engine import IllegalMove
from casework.kernel.life import Slot
from casework.kernel.records import Take
from casework.store.keyring import NoKey
from crypto.errors import Oversize
from tests import builders, databases
from tests.cases.conftest import Lives
from tests.databases import on_both

Rows = dict[str, list[tuple[Any, ...]]]
SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
OTHER_TEXT = "Vu deux fois devant le collège."


def everything(lives: Lives) -> Rows:
    """Every row of both stores, the log included."""
    return databases.rows(lives.house.stores)


@pytest.fixture
def untouched(town_of_all: Lives) -> Iterator[Callable[[], None]]:
    """Called once the scene is set: from there to the end of the test nothing may be written."""
    before: list[Rows] = []
    yield lambda: before.append(everything(town_of_all))
    (expected,) = before
    assert everything(town_of_all) == expected


def begun(lives: Lives, who: str, once: UUID, **identity: Any) -> Head:
    with at(lives.town.moment):
        return begin(lives.house, lives.acting[who], once, Change("refer", builders.referral(**identity)))


def content(lives: Lives, who: str, head: Head, compartment: str) -> Any:
    opened = lives.open(who, head)
    assert opened
    return opened.contents[Slot(compartment)]


def oriented(lives: Lives) -> Head:
    recipient = (lives.town.people["recipient"].organisation, "social")
    return lives.play(lives.followed(), "coordinator", "orient", {"orientation": SHEET}, recipient=recipient)


@on_both("town_of_all")
def test_who_acts_second_is_told_and_neither_work_is_lost(town_of_all: Lives) -> None:
    lives = town_of_all
    seen = lives.play(lives.refer(), "coordinator", "transmit")
    informed = {"identity": {"informed_how": "by_phone", "informed_on": "2026-02-27"}}
    first = lives.play(seen, "coordinator", "inform", informed)
    with pytest.raises(Conflict) as told:
        lives.play(seen, "prosecutor", "retain", {"judicial": {"note": "Pour mémoire."}})
    assert told.value.head == first
    second = lives.play(told.value.head, "prosecutor", "retain", {"judicial": {"note": "Pour mémoire."}})
    assert content(lives, "prosecutor", second, "judicial") == {"note": "Pour mémoire."}
    assert content(lives, "prosecutor", second, "identity")["informed_how"] == "by_phone"
    assert content(lives, "prosecutor", second, "identity")["surname"] == builders.IDENTITY["surname"]


@on_both("town_of_all")
def test_of_two_people_acting_at_the_same_instant_one_is_told(town_of_all: Lives) -> None:
    lives = town_of_all
    seen, gate = lives.play(lives.refer(), "coordinator", "transmit"), Barrier(2)

    def run(who: str, move: str, contents: Any) -> Head | Conflict:
        gate.wait(30)
        try:
            return lives.play(seen, who, move, contents)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(2) as pool:
        retain = pool.submit(run, "prosecutor", "retain", {"judicial": {}})
        inform = pool.submit(run, "coordinator", "inform", {"identity": {"informed_how": "by_phone"}})
        results = [retain.result(60), inform.result(60)]
    (done,) = [item for item in results if isinstance(item, Head)]
    (told,) = [item for item in results if isinstance(item, Conflict)]
    assert told.head == done
    assert done.sequence == seen.sequence + 1


@on_both("town_of_all")
def test_a_move_at_the_wrong_step_is_refused_and_writes_nothing(
    town_of_all: Lives, untouched: Callable[[], None]
) -> None:
    head = town_of_all.refer()
    untouched()
    with pytest.raises(IllegalMove) as refused:
        town_of_all.play(head, "prosecutor", "retain", {"judicial": {}})
    assert refused.value.code == "step"


def test_a_move_of_another_seat_is_refused_and_writes_nothing(
    town_of_all: Lives, untouched: Callable[[], None]
) -> None:
    head = town_of_all.refer()
    untouched()
    with pytest.raises(IllegalMove) as refused:
        town_of_all.play(head, "prosecutor", "transmit")
    assert refused.value.code == "seat"


def test_a_timed_move_is_refused_to_everybody(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    head = town_of_all.play(town_of_all.refer(), "coordinator", "dismiss", reason="out_of_scope")
    untouched()
    for who in town_of_all.acting:
        with pytest.raises(IllegalMove):
            town_of_all.play(head, who, "erase")


@pytest.mark.parametrize("whose", ["another situation", "nobody"])
def test_a_part_of_another_situation_is_refused_and_writes_nothing(
    town_of_all: Lives, untouched: Callable[[], None], whose: str
) -> None:
    lives = town_of_all
    mine, other = oriented(lives), oriented(lives)
    part = other.life.parts[0].id if whose == "another situation" else uuid4()
    untouched()
    with pytest.raises(IllegalMove):
        lives.play(mine, "recipient", "answer", {"return": builders.RETURN}, part=part)


def test_a_part_given_to_a_move_of_the_situation_is_refused(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    head = oriented(town_of_all)
    untouched()
    with pytest.raises(IllegalMove):
        town_of_all.play(head, "coordinator", "close", part=head.life.parts[0].id, reason="returns_received")


def test_a_new_part_never_takes_the_place_of_one_that_exists(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    lives, head = town_of_all, oriented(town_of_all)
    recipient = (lives.town.people["recipient"].organisation, "social")
    untouched()
    with pytest.raises(IllegalMove):
        lives.play(
            head, "coordinator", "orient", {"orientation": SHEET}, part=head.life.parts[0].id, recipient=recipient
        )


def test_an_unknown_situation_is_missing(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    untouched()
    with at(town_of_all.town.moment), pytest.raises(Missing):
        act(town_of_all.house, town_of_all.acting["coordinator"], uuid4(), None, Change("transmit"))


@on_both("town_of_all")
@pytest.mark.clause("S-01")
def test_the_same_form_sent_twice_makes_one_situation_and_one_fact(town_of_all: Lives) -> None:
    lives, once = town_of_all, uuid4()
    first = begun(lives, "pjj", once)
    before = everything(lives)
    assert begun(lives, "pjj", once, surname="Autre") == first
    assert everything(lives) == before
    with lives.house.stores.case_reading() as session:
        assert sum(1 for _ in all_facts(lives.house, session)) == len(before["fact"])


def test_the_form_of_another_person_gives_nothing_of_its_situation(
    town_of_all: Lives, untouched: Callable[[], None]
) -> None:
    once = uuid4()
    begun(town_of_all, "pjj", once)
    untouched()
    with pytest.raises(Missing):
        begun(town_of_all, "landlord", once)


UNDECLARED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a compartment the move does not write": ({"judicial": {"note": "x"}, "account": builders.ACCOUNT}, {}),
    "a field the compartment does not have": ({"judicial": {"note": "x", "secret": "y"}}, {}),
    "no compartment at all": ({}, {}),
    "a take the move does not have": ({"judicial": {}}, {"window": None}),
}


@pytest.mark.parametrize("name", UNDECLARED)
def test_data_that_the_move_does_not_declare_is_refused(
    town_of_all: Lives, untouched: Callable[[], None], name: str
) -> None:
    contents, takes = UNDECLARED[name]
    head = town_of_all.play(town_of_all.refer(), "coordinator", "transmit")
    untouched()
    with pytest.raises(IllegalMove) as refused:
        town_of_all.play(head, "prosecutor", "retain", contents, **takes)
    assert refused.value.code == "take"


def test_a_partial_write_takes_its_own_fields_only(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    head = town_of_all.refer()
    untouched()
    with pytest.raises(IllegalMove):
        town_of_all.play(head, "coordinator", "inform", {"identity": {"surname": "Autre"}})


def test_a_repeated_group_takes_its_own_fields_only(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    lives, contents = town_of_all, builders.referral(representatives=[{"quality": "mother", "secret": "y"}])
    untouched()
    with at(lives.town.moment), pytest.raises(IllegalMove):
        begin(lives.house, lives.acting["pjj"], uuid4(), Change("refer", contents))


def test_a_missing_take_and_a_reason_of_another_list_are_refused(
    town_of_all: Lives, untouched: Callable[[], None]
) -> None:
    head = town_of_all.refer()
    untouched()
    wrong: list[dict[str, Any]] = [{}, {"reason": "returns_received"}]
    for takes in wrong:
        with pytest.raises(IllegalMove):
            town_of_all.play(head, "coordinator", "dismiss", **takes)


def test_a_content_too_long_writes_nothing_in_either_store(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    lives = town_of_all
    head = lives.play(lives.refer(), "coordinator", "transmit")
    untouched()
    with pytest.raises(Oversize):
        lives.play(head, "prosecutor", "retain", {"judicial": {"note": "x" * 5_000}})
    contents = {**builders.referral(), "account": {**builders.ACCOUNT, "text": "x" * 9_000}}
    with at(lives.town.moment), pytest.raises(Oversize):
        begin(lives.house, lives.acting["pjj"], uuid4(), Change("refer", contents))


@pytest.mark.clause("F33-05")
def test_a_seat_that_nobody_holds_is_named_and_nothing_is_written(town_of_all: Lives) -> None:
    lives, head = town_of_all, town_of_all.followed()
    empty = lives.town.organisation("social_service", "Service sans personne")
    before = everything(lives)
    with pytest.raises(Unsealable) as refused:
        lives.play(head, "coordinator", "orient", {"orientation": SHEET}, recipient=(empty, "social"))
    assert refused.value.seat == "recipient"
    assert everything(lives) == before


@on_both("town_of_all")
@pytest.mark.clause("F33-04")
def test_the_dsol_corrects_its_own_referral_without_ever_reading_the_account(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.play(lives.refer("dsol"), "coordinator", "ask_details", {"request": builders.REQUEST})
    assert lives.reads("dsol", head) == {"identity", "reason", "request"}
    new = {**builders.referral(surname="Corrigé")}
    kept = lives.play(head, "dsol", "correct", {name: new[name] for name in ("identity", "reason")})
    assert content(lives, "coordinator", kept, "account") == builders.ACCOUNT
    assert content(lives, "coordinator", kept, "identity")["surname"] == "Corrigé"
    asked = lives.play(kept, "coordinator", "ask_details", {"request": builders.REQUEST})
    sent = lives.play(asked, "dsol", "correct", {**new, "account": {**builders.ACCOUNT, "text": OTHER_TEXT}})
    assert content(lives, "coordinator", sent, "account")["text"] == OTHER_TEXT
    assert lives.reads("dsol", sent) == set()


@pytest.mark.clause("F33-02")
def test_the_author_reads_again_only_while_corrections_are_asked(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.refer("landlord")
    assert lives.reads("landlord", head) == set()
    asked = lives.play(head, "coordinator", "ask_details", {"request": builders.REQUEST})
    assert lives.reads("landlord", asked) == {"identity", "reason", "account", "request"}
    assert lives.open("head_of_school", asked) is None
    corrected = lives.play(asked, "landlord", "correct", builders.referral(surname="Corrigé"))
    assert lives.reads("landlord", corrected) == set()
    assert content(lives, "coordinator", corrected, "identity")["surname"] == "Corrigé"
    with pytest.raises(IllegalMove):
        lives.play(corrected, "landlord", "correct", builders.referral())


@on_both("town_of_all")
@pytest.mark.clause("F33-16")
def test_a_recused_person_reads_nothing_more_and_recuses_nobody_else(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.in_session("police_station", "pjj")
    assert "account" in lives.reads("police_station", head)
    with pytest.raises(IllegalMove):
        lives.play(head, "police_station", "recuse", person=lives.party("pjj").person)
    recused = lives.play(head, "police_station", "recuse", person=lives.party("police_station").person)
    assert lives.open("police_station", recused) is None
    assert "account" in lives.reads("pjj", recused)
    excluded = lives.play(recused, "coordinator", "exclude", person=lives.party("pjj").person)
    assert lives.open("pjj", excluded) is None


@pytest.mark.clause("C-05")
def test_nothing_reaches_an_agenda_before_the_family_is_informed(
    town_of_all: Lives, untouched: Callable[[], None]
) -> None:
    head = town_of_all.retained(informed_how="not_yet")
    assert "informed" not in head.life.marks
    untouched()
    with pytest.raises(IllegalMove) as refused:
        town_of_all.play(head, "coordinator", "schedule", meeting=uuid4())
    assert refused.value.code == "mark"


@pytest.mark.clause("C-05")
def test_informing_the_family_opens_the_agenda(town_of_all: Lives) -> None:
    lives, told = town_of_all, {"informed_how": "by_phone", "informed_on": "2026-02-27"}
    head = lives.play(lives.retained(informed_how="not_yet"), "coordinator", "inform", {"identity": told})
    assert "informed" in head.life.marks
    assert lives.play(head, "coordinator", "schedule", meeting=uuid4()).life.step == "scheduled"


@on_both("town_of_all")
def test_without_its_key_a_move_writes_nothing(town_of_all: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    lives, head = town_of_all, town_of_all.refer()
    before = everything(lives)

    def lost(*_args: Any) -> bytes:
        raise NoKey("lost")

    monkeypatch.setattr("casework.cases.sealed.key_of", lost)
    for move, contents in (("transmit", None), ("inform", {"identity": {"informed_how": "by_phone"}})):
        with pytest.raises(NoKey):
            lives.play(head, "coordinator", move, contents)
    assert everything(lives) == before


@on_both("town_of_all")
def test_several_moves_are_played_as_one_or_not_at_all(town_of_all: Lives, untouched: Callable[[], None]) -> None:
    lives, head = town_of_all, town_of_all.refer()
    untouched()
    changes = (Change("transmit"), Change("dismiss", takes={Take.REASON: "out_of_scope"}))
    with at(lives.town.moment), pytest.raises(IllegalMove):
        act(lives.house, lives.acting["coordinator"], head.life.case, head.sequence, *changes)
