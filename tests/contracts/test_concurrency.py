"""Several people and the clock at once, on both databases: nothing is lost or doubled, and nobody is taken for an attacker."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from audit.table import log_table
from casework.accounts.admission import admit
from casework.accounts.errors import AccountError
from casework.accounts.removal import remove_seat, suspend_seat
from casework.cases import clocks, drafts, heads
from casework.cases.act import Change, act, begin
from casework.cases.clocks import destroy
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.store.directory import load_directory
from casework.store.faults import at_point
from casework.store.keytables import SealRow
from casework.store.removals import finish
from casework.store.tables import CaseRow, InstanceRow
from tests import builders
from tests.cases.conftest import Lives
from tests.databases import on_both
from tests.meanwhile import WHOLE, at_once, meanwhile


class Stopped(BaseException):
    """The process ends here."""


ALARMS = ("TamperingFound", "SealMissing", "SealSurplusRemoved")
LOOKS = 200
INFORMED = Change("inform", {"identity": {"informed_how": "by_phone"}})
both = on_both("town_of_all")
postgresql = on_both("town_of_all", "postgresql")


@pytest.fixture(autouse=True)
def calm(request: pytest.FixtureRequest, town_of_all: Lives) -> Iterator[None]:
    """Whatever people do at once, no entry of the log speaks of an attack or of a repair."""
    with at(town_of_all.town.moment):
        yield
    assert logged(town_of_all, *ALARMS) == 0


def logged(lives: Lives, *types: str) -> int:
    with lives.house.stores.case_reading() as session:
        count = select(func.count()).select_from(log_table).where(log_table.c.type.in_(types))
        return session.scalar(count) or 0


def asked(lives: Lives) -> Head:
    """A situation whose author is asked for details: it reads again what it sent."""
    return again(lives, lives.refer())


def stored(lives: Lives, head: Head) -> Head:
    """The situation as it is now."""
    with lives.house.stores.case_reading() as session:
        found = heads.load(lives.house, session, load_directory(lives.house, session), head.life.case)
    assert found
    return found


@contextmanager
def stopped_at(point: str) -> Iterator[None]:
    """The process that plays a move ends at this point, between two durable steps."""

    def reached(here: str) -> None:
        if here == point:
            raise Stopped

    token = at_point.set(reached)
    with pytest.raises(Stopped):
        yield
    at_point.reset(token)


def again(lives: Lives, head: Head) -> Head:
    return lives.play(head, "coordinator", "ask_details", {"request": builders.REQUEST})


def resumed(lives: Lives, head: Head) -> Head:
    return lives.play(head, "coordinator", "resume")


def corrected(lives: Lives, head: Head) -> Head:
    return lives.play(head, "head_of_school", "correct", builders.referral(surname="Corrigé"))


@both
@pytest.mark.parametrize("words", ["FROM directory", "FROM suspension", "FROM situation"])
def test_a_move_between_two_statements_of_a_reader_is_no_tampering(town_of_all: Lives, words: str) -> None:
    lives, head = town_of_all, asked(town_of_all)
    with meanwhile(lives.house.stores.case, "after", words, lambda: resumed(lives, head), WHOLE):
        opened = lives.open("coordinator", head)
    assert opened
    assert opened.contents


@both
def test_who_looks_while_the_keys_change_sees_the_new_state(town_of_all: Lives) -> None:
    lives, head = town_of_all, asked(town_of_all)
    with meanwhile(lives.house.stores.key, "before", "FROM seal", lambda: corrected(lives, head), WHOLE):
        opened = lives.open("coordinator", head)
    assert opened
    assert (opened.head.sequence, opened.life.step) == (head.sequence + 1, "received")
    assert "Corrigé" in str(opened.contents)


@both
def test_who_looks_while_its_right_ends_sees_what_is_left_to_it(town_of_all: Lives) -> None:
    lives, head = town_of_all, asked(town_of_all)
    with meanwhile(lives.house.stores.key, "before", "FROM seal", lambda: resumed(lives, head), WHOLE):
        assert lives.reads("head_of_school", head) == set()


@both
def test_who_looks_while_a_situation_is_destroyed_finds_nothing(town_of_all: Lives) -> None:
    lives = town_of_all
    head = lives.refer()
    with meanwhile(lives.house.stores.key, "before", "FROM seal", lambda: destroy(lives.house, head.life.case), WHOLE):
        assert lives.open("coordinator", head) is None


@both
def test_a_list_published_since_a_readers_view_began_is_no_tampering(town_of_all: Lives) -> None:
    lives = town_of_all
    with lives.house.stores.case_reading() as session:
        session.scalar(select(InstanceRow.id))
        lives.town.join("landlord", f"late-{uuid4()}")
        assert load_directory(lives.house, session).tenures


@postgresql
@pytest.mark.parametrize("words", ["FROM directory", "FROM suspension"])
def test_a_suspension_between_two_statements_of_a_writer_is_no_tampering(town_of_all: Lives, words: str) -> None:
    lives, head = town_of_all, town_of_all.refer()
    leaving = lives.town.join("landlord", f"leaving-{uuid4()}")
    suspended = partial(suspend_seat, lives.house, None, leaving.tenure)
    with meanwhile(lives.house.stores.case, "after", words, suspended):
        assert lives.play(head, "coordinator", "transmit").life.step == "screening"


@both
def test_of_two_seats_suspended_at_once_both_are(town_of_all: Lives) -> None:
    lives = town_of_all
    first, second = (lives.town.join("landlord", f"both-{uuid4()}").tenure for _ in range(2))
    other = partial(suspend_seat, lives.house, None, first)
    with meanwhile(lives.house.stores.case, "before", "INSERT INTO suspension", other):
        suspend_seat(lives.house, None, second)
    with lives.house.stores.case_reading() as session:
        assert {first, second}.isdisjoint(load_directory(lives.house, session).tenures)


@both
def test_of_two_keepers_admitting_at_once_the_second_is_told(town_of_all: Lives) -> None:
    lives, town = town_of_all, town_of_all.town
    keepers = [town.acting(name) for name in ("coordinator", "second")]
    waiting = [town.welcome("landlord", f"waiting-{uuid4()}") for _ in keepers]
    works = [partial(admit, lives.house, k, w.tenure, w.fingerprint) for k, w in zip(keepers, waiting, strict=True)]
    with (
        at(town.moment),
        pytest.raises(AccountError, match="changed"),
        meanwhile(lives.house.stores.case, "before", "INSERT INTO directory", works[1]),
    ):
        assert works[0]()


@both
def test_a_seat_removed_and_another_admitted_at_once_both_count(town_of_all: Lives) -> None:
    lives, town = town_of_all, town_of_all.town
    leaving, coming = town.join("landlord", f"out-{uuid4()}"), town.welcome("landlord", f"in-{uuid4()}")
    first, second = (town.acting(name) for name in ("coordinator", "second"))
    remove = partial(remove_seat, lives.house, second, leaving.tenure)
    with at(town.moment), meanwhile(lives.house.stores.case, "before", "INSERT INTO directory", remove):
        admit(lives.house, first, coming.tenure, coming.fingerprint)
    with lives.house.stores.case_reading() as session:
        tenures = load_directory(lives.house, session).tenures
    assert (leaving.tenure in tenures, coming.tenure in tenures) == (False, True)


@both
def test_begun_at_once_situations_have_numbers_of_their_own(town_of_all: Lives) -> None:
    lives = town_of_all
    begun = at_once(*[lives.refer] * 4)
    assert {type(head) for head in begun} == {Head}
    with lives.house.stores.case_reading() as session:
        numbers = session.scalars(select(CaseRow.number).order_by(CaseRow.number)).all()
    assert len(numbers) == len(set(numbers))
    assert numbers[-1] - numbers[-4] == 3


@both
def test_one_form_sent_several_times_at_once_makes_one_situation(town_of_all: Lives) -> None:
    lives, change = town_of_all, Change("refer", builders.referral())
    send = partial(begin, lives.house, lives.acting["pjj"], uuid4(), change)
    sent = at_once(*[send] * 4)
    assert [head == sent[0] for head in sent] == [True] * 4
    assert lives.open("coordinator", sent[0])


@postgresql
def test_a_form_sent_again_while_its_situation_moves_is_no_tampering(town_of_all: Lives) -> None:
    lives, change, once = town_of_all, Change("refer", builders.referral()), uuid4()
    send = partial(begin, lives.house, lives.acting["pjj"], once, change)
    head = send()
    with meanwhile(lives.house.stores.case, "after", "FROM head", lambda: lives.play(head, "coordinator", "transmit")):
        assert send() == head


@postgresql
def test_a_form_sent_again_and_a_move_that_counts_do_not_wait_for_each_other(town_of_all: Lives) -> None:
    lives, change, once = town_of_all, Change("refer", builders.referral()), uuid4()
    send = partial(begin, lives.house, lives.acting["pjj"], once, change)
    head = lives.play(send(), "coordinator", "transmit")
    with meanwhile(lives.house.stores.case, "before", "INSERT INTO fact", send):
        lives.play(head, "prosecutor", "retain", {"judicial": {}})


@postgresql
def test_who_was_admitted_since_may_have_moved_the_situation(town_of_all: Lives) -> None:
    lives, town, case = town_of_all, town_of_all.town, town_of_all.refer().life.case
    newcomer = town.welcome("coordinator", f"newcomer-{uuid4()}")
    keeper, name = town.acting("coordinator"), next(reversed(town.people))

    def move() -> None:
        admit(lives.house, keeper, newcomer.tenure, newcomer.fingerprint)
        act(lives.house, town.acting(name), case, None, Change("ask_details", {"request": builders.REQUEST}))

    with at(town.moment), meanwhile(lives.house.stores.case, "after", "FROM directory", move, patience=3):
        act(lives.house, lives.acting["coordinator"], case, None, INFORMED)


@both
def test_one_draft_kept_several_times_at_once_is_one_draft_that_opens(town_of_all: Lives) -> None:
    lives, pjj = town_of_all, town_of_all.acting["pjj"]
    keep = partial(drafts.keep, lives.house, pjj.party, "refer", {"identity-surname": ["Fictif"]})
    assert at_once(*[keep] * 3) == [True] * 3
    (draft,) = drafts.mine(lives.house, pjj)
    assert drafts.find(lives.house, pjj, "refer") == {"identity-surname": ["Fictif"]}
    with lives.house.stores.key_reading() as keys:
        assert len(keys.scalars(select(SealRow).where(SealRow.case == draft.id)).all()) == 1


@both
def test_a_draft_replaced_while_it_is_opened_is_the_new_one(town_of_all: Lives) -> None:
    lives, pjj = town_of_all, town_of_all.acting["pjj"]
    keep = partial(drafts.keep, lives.house, pjj.party, "refer")
    keep({"identity-surname": ["Ancien"]})
    with meanwhile(
        lives.house.stores.key, "before", "FROM seal", lambda: keep({"identity-surname": ["Nouveau"]}), WHOLE
    ):
        assert drafts.find(lives.house, pjj, "refer") == {"identity-surname": ["Nouveau"]}


@both
def test_a_key_given_again_after_a_stopped_removal_stays(town_of_all: Lives) -> None:
    lives, head = town_of_all, asked(town_of_all)
    with stopped_at("case-committed"):
        resumed(lives, head)
    regained = again(lives, stored(lives, head))
    assert "identity" in lives.reads("head_of_school", regained)
    assert finish(lives.house) == 0
    assert "identity" in lives.reads("head_of_school", regained)


@both
def test_a_late_removal_does_not_take_a_key_that_was_given_again(town_of_all: Lives) -> None:
    lives, head = town_of_all, asked(town_of_all)
    with stopped_at("case-committed"):
        resumed(lives, head)
    with meanwhile(lives.house.stores.key, "before", "DELETE FROM seal", lambda: again(lives, stored(lives, head))):
        finish(lives.house)
    assert "identity" in lives.reads("head_of_school", head)


@both
def test_destroyed_by_two_at_once_a_situation_has_one_certificate(town_of_all: Lives) -> None:
    lives, before = town_of_all, logged(town_of_all, "SituationDestroyed")
    head = lives.refer()
    kill = partial(destroy, lives.house, head.life.case)
    assert at_once(kill, kill) == [None, None]
    assert logged(lives, "SituationDestroyed") == before + 1


class Crowd:
    """Everybody who does something with one situation until somebody has looked at it often enough."""

    def __init__(self, lives: Lives, head: Head) -> None:
        self.lives, self.head, self.over = lives, head, Event()

    def move(self) -> Head:
        now = self.head
        while not self.over.is_set():
            now = resumed(self.lives, again(self.lives, now))
            now = corrected(self.lives, again(self.lives, now))
        return now

    def verify(self) -> None:
        try:
            for _ in range(LOOKS):
                stored(self.lives, self.head)
                self.over.wait(0.005)
        finally:
            self.over.set()

    def look(self, who: str, always: set[str]) -> None:
        while not self.over.wait(0.01):
            assert self.lives.reads(who, self.head) >= always

    def repair(self) -> None:
        while not self.over.wait(0.01):
            assert clocks.repair(self.lives.house, self.head.life.case) == (0, 0)
            finish(self.lives.house)


@both
def test_hundreds_of_looks_at_a_situation_that_moves(town_of_all: Lives) -> None:
    lives, crowd = town_of_all, Crowd(town_of_all, town_of_all.refer())
    coordinator = partial(crowd.look, "coordinator", {"identity", "reason", "account"})
    author = partial(crowd.look, "head_of_school", set())
    moved, *others = at_once(crowd.move, crowd.verify, crowd.repair, coordinator, author)
    assert others == [None] * len(others)
    assert moved == stored(lives, crowd.head)
