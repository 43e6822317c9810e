"""A restored backup serves nothing until two share-holders accept it, and nobody finds again what was taken from them."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from audit.entry import Tip
from audit.log import entries
from audit.verify import verify
from casework.accounts.errors import AccountError
from casework.accounts.login import log_in
from casework.accounts.sessions import open_session
from casework.cases.act import Change, Missing, act
from casework.cases.clocks import tick
from casework.cases.heads import Head
from casework.cases.reading import open_situation
from casework.config import Unsafe
from casework.kernel.records import Take
from casework.restoring.acceptance import Accepted, Refused, accept
from casework.restoring.state import found, require_current
from casework.store import seals
from casework.store.faults import at_point
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import CopyRow, MemberRow, SealRow
from casework.store.removals import intent
from casework.store.tables import CaseRow, PersonRow, SessionRow
from tests import builders
from tests.accounts.pages import Browser, app_of
from tests.restoring.conftest import Restored, accepted

BOTH = ("case", "key")
TOGETHER = [BOTH, ("case",), ("key",)]
pytestmark = pytest.mark.clause("R-08")


def events(restored: Restored) -> list[str]:
    with restored.house.stores.case_reading() as session:
        return [record.type for record in entries(session.connection(), restored.house.provider.mac)]


def acting(restored: Restored, name: str) -> Acting:
    token = restored.town.token(name)
    with restored.town.later():
        opened = open_session(restored.house, token)
    assert opened
    return opened


def reads(restored: Restored, name: str, head: Head) -> set[str]:
    """What this person opens; nothing when a key lacks."""
    who = acting(restored, name)
    try:
        with restored.town.later():
            opened = open_situation(restored.house, who, head.life.case)
    except NoKey:
        return set()
    return {slot.compartment for slot in opened.contents} if opened else set()


def lost_since(restored: Restored, name: str) -> set[tuple[str, object]]:
    """(compartment, principal) that the backup seals and the last head did not."""
    old, new = restored.story.before[name], restored.story.after[name]
    return {
        (slot.compartment, principal)
        for slot, held in old.held.items()
        for principal in held.principals - (new.held[slot].principals if slot in new.held else frozenset())
    }


@pytest.mark.parametrize("stores", TOGETHER, ids="+".join)
def test_nothing_starts_on_restored_stores(restored: Restored, stores: tuple[str, ...]) -> None:
    require_current(restored.house)
    restored.put_back(*stores)
    with pytest.raises(Unsafe, match=r"restore check.*restore accept"):
        app_of(restored.house)


def test_a_running_server_answers_that_it_is_suspended(restored: Restored) -> None:
    browser = Browser(restored.town, app_of(restored.house).test_client())
    browser.log_in("dpo")
    restored.put_back(*BOTH)
    assert browser.get("/", 303).location == "/connexion?fin=1"
    assert "deux détenteurs de parts" in browser.log_in("dpo", 503).text


@pytest.mark.parametrize("stores", TOGETHER, ids="+".join)
def test_what_was_taken_away_does_not_come_back(restored: Restored, stores: tuple[str, ...]) -> None:
    accepted(restored, *stores)
    house, story = restored.house, restored.story
    with house.stores.key_reading() as keys:
        stored = {row[:3] for row in every_key(keys)}
    gone = story.before["destroyed"].life.case
    assert not [case for case, _, _ in stored if case == gone]
    with house.stores.case_reading() as session:
        assert session.get(CaseRow, gone) is None
    for name in story.after:
        head, lost = story.before[name], lost_since(restored, name)
        back = {(s.compartment, p) for s, h in head.held.items() for _, k, p in stored if k == h.key_id}
        assert not back & lost, name
    assert lost_since(restored, "approved")
    assert set(story.before["emptied"].held) - set(story.after["emptied"].held)
    assert reads(restored, "pjj", story.before["recused"]) == set()
    assert reads(restored, "pjj", story.before["approved"]) == set()


def test_who_lost_nothing_still_reads(restored: Restored) -> None:
    accepted(restored, *BOTH)
    assert reads(restored, "coordinator", restored.story.before["recused"]) == {
        "identity",
        "reason",
        "account",
        "match",
    }
    assert reads(restored, "prosecutor", restored.story.before["kept"]) >= {"identity", "judicial"}


def test_a_recusal_holds_for_what_is_written_afterwards(restored: Restored) -> None:
    accepted(restored, *BOTH)
    head = restored.story.before["recused"]
    with restored.house.stores.case_reading() as session:
        now = restored.head(session, head)
    assert now.life.recused == restored.story.after["recused"].life.recused
    assert now.sequence == head.sequence + 1


def test_a_person_removed_since_the_backup_does_not_log_in(restored: Restored) -> None:
    accepted(restored, *BOTH)
    with restored.town.later(minutes=1), pytest.raises(AccountError, match=r"^(wrong|pending)$"):
        log_in(restored.house, restored.typed("police_station"), b"home")


def test_of_a_person_removed_since_the_backup_no_key_is_left(restored: Restored) -> None:
    accepted(restored, *BOTH)
    person = restored.town.people["police_station"].person
    with restored.house.stores.case_reading() as session:
        member = session.scalar(select(PersonRow.member).where(PersonRow.id == person))
    with restored.house.stores.key_reading() as keys:
        assert keys.scalars(select(MemberRow).where(MemberRow.person == person)).all() == []
        assert keys.scalars(select(CopyRow).where(CopyRow.holder == member)).all() == []


def test_a_person_suspended_since_the_backup_stays_suspended(restored: Restored) -> None:
    accepted(restored, *BOTH)
    with restored.town.later(minutes=1), pytest.raises(AccountError, match=r"^pending$"):
        log_in(restored.house, restored.typed("landlord"), b"home")


def test_a_key_lost_then_given_again_is_no_sign_of_a_backup(restored: Restored) -> None:
    """Live: the register knows the loss, the key store holds the key, and nothing is behind."""
    head = restored.story.after["again"]
    assert reads(restored, "pjj", head) >= {"identity", "account"}
    assert found(restored.house) == []


def test_a_removal_under_way_is_no_sign_of_a_backup(restored: Restored) -> None:
    def stop(here: str) -> None:
        if here == "removals-registered":
            raise KeyboardInterrupt

    who, head = acting(restored, "coordinator"), restored.story.after["again"]
    token = at_point.set(stop)
    with restored.town.later(), pytest.raises(KeyboardInterrupt):
        act(restored.house, who, head.life.case, head.sequence, Change("not_examined"))
    at_point.reset(token)
    assert found(restored.house) == []
    assert tick(restored.house).finished


@pytest.mark.parametrize("name", ["destroyed", "emptied", "approved"])
def test_each_kind_of_loss_betrays_an_older_key_store(restored: Restored, name: str) -> None:
    restored.put_back("key")
    with restored.house.stores.key_writing() as keys:
        keys.execute(delete(SealRow).where(SealRow.case != restored.story.before[name].life.case))
        if name == "emptied":
            for item in restored.story.after[name].held.values():
                seals.drop(keys, restored.story.after[name].life.case, item.key_id)
    assert found(restored.house) == ["deleted keys of 1 situation(s) are in the key store again"]


@pytest.mark.parametrize("pin", ["log", "directory"])
def test_another_history_is_not_taken_for_ours(restored: Restored, pin: str) -> None:
    held = restored.house.pins.read()[pin]
    restored.house.pins.put({pin: Tip(held.number, bytes(32))})
    [sentence] = found(restored.house)
    assert str(held.number) in sentence


def test_what_was_lost_is_taken_away_on_another_branch_too(restored: Restored) -> None:
    """Accepted, gone on differently, then an older key store alone: numbers alone would hide what was lost."""
    accepted(restored, *BOTH)
    head = restored.story.before["approved"]
    who = acting(restored, "coordinator")
    with restored.town.later():
        for _ in range(3):
            act(restored.house, who, head.life.case, None, Change("decide", builders.decisions()))
    restored.put_back("key")
    with restored.town.later(minutes=2):
        accept(restored.house, restored.holders("controller", "dpo"))
    old, nobody = {held.key_id for held in head.held.values()}, gone_from(restored, "approved")
    with restored.house.stores.key_reading() as keys:
        stored = {(row.key_id, row.principal) for row in every_key(keys)}
    assert nobody
    assert not [principal for key, principal in stored if key in old and principal in nobody]


@pytest.mark.clause("A-01")
def test_share_holders_whose_yearly_confirmation_is_not_in_the_backup_are_not_kept_out(restored: Restored) -> None:
    restored.put_back(*BOTH)
    with restored.town.later(days=2_000):
        accept(restored.house, restored.holders("controller", "dpo"))
    with restored.town.later(minutes=1), pytest.raises(AccountError, match="lapsed"):
        log_in(restored.house, restored.typed("dpo"), b"home")


def every_key(session: Session) -> list[seals.Given]:
    return seals.given(session, set(session.scalars(select(SealRow.case))))


def gone_from(restored: Restored, name: str) -> set[object]:
    """Who had a key of this situation in the backup, and has none any more."""
    return {principal for _, principal in lost_since(restored, name)} - {
        principal for held in restored.story.after[name].held.values() for principal in held.principals
    }


def test_what_the_backup_itself_had_promised_is_done(restored: Restored) -> None:
    restored.put_back(*BOTH)
    held = next(iter(restored.story.before["kept"].held.values()))
    with restored.house.stores.case_writing() as session:
        session.add(intent(restored.story.before["kept"].life.case, held.key_id))
    accept(restored.house, restored.holders())
    with restored.house.stores.key_reading() as keys:
        assert held.key_id not in {row.key_id for row in every_key(keys)}


def test_the_log_holds_with_the_acceptance_in_it(restored: Restored) -> None:
    before = restored.house.pins.read()
    done = accepted(restored, *BOTH)
    assert (done.pin, done.tip < done.pin) == (before["log"].number, True)
    assert (done.replayed.destroyed, done.replayed.recused, done.replayed.departed) == (1, 1, 3)
    assert "BackupRestored" in events(restored)
    with restored.house.stores.case_reading() as session:
        assert verify(session.connection(), restored.house.provider.mac, restored.house.pins.read()["log"]).sound
        assert session.scalars(select(SessionRow)).all() == []
    require_current(restored.house)
    app_of(restored.house)


def test_situations_whose_keys_lack_are_named_by_reference_alone(restored: Restored) -> None:
    done = accepted(restored, *BOTH)
    assert set(done.replayed.incomplete) == {
        restored.story.before[name].reference for name in ("approved", "again", "emptied")
    }
    assert (done.replayed.broken, done.replayed.to_recuse) == ([], [])


def test_a_second_restoration_is_refused_and_replayed_like_the_first(restored: Restored) -> None:
    accepted(restored, *BOTH)
    before = len(restored.house.register.read())
    restored.put_back(*BOTH)
    assert found(restored.house)
    with restored.town.later(minutes=2):
        done = accept(restored.house, restored.holders("controller", "dpo"))
    assert (done.replayed.destroyed, done.replayed.recused, done.replayed.departed) == (1, 1, 3)
    assert len(restored.house.register.read()) > before


def test_life_goes_on_after_the_acceptance(restored: Restored) -> None:
    accepted(restored, *BOTH)
    assert tick(restored.house).broken == 0
    who, gone = acting(restored, "coordinator"), restored.story.before["destroyed"]
    head, change = restored.story.before["kept"], Change("schedule", takes={Take.MEETING: uuid4()})
    with restored.town.later():
        assert act(restored.house, who, head.life.case, head.sequence, change).life.step == "scheduled"
        with pytest.raises(Missing):
            act(restored.house, who, gone.life.case, None, change)


@pytest.mark.parametrize("step", ["replay", "put"])
def test_an_interrupted_acceptance_leaves_the_stores_refused(
    restored: Restored, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    restored.put_back(*BOTH)
    place = "casework.restoring.acceptance.replay" if step == "replay" else "audit.pins.PinFile.put"

    def stop(*_: object) -> Accepted:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, stop)
        with pytest.raises(KeyboardInterrupt):
            accept(restored.house, restored.holders())
    assert found(restored.house)
    with restored.town.later(minutes=2):
        accept(restored.house, restored.holders())
    assert not found(restored.house)


def test_a_lost_pin_file_waits_for_two_holders_too(restored: Restored) -> None:
    restored.put_back()
    restored.house.pins.path.unlink()
    with pytest.raises(Unsafe, match="pin file is missing"):
        require_current(restored.house)
    with pytest.raises(Refused):
        accept(restored.house, restored.holders("controller", "town_hall"))
    assert not restored.house.pins.path.exists()
    register = restored.register.read_bytes()
    restored.register.unlink()
    with pytest.raises(Refused, match="neither a pin file nor a deletion register"):
        accept(restored.house, restored.holders())
    restored.register.write_bytes(register)
    done = accept(restored.house, restored.holders())
    assert done.pin == 0
    require_current(restored.house)
    assert events(restored)[0] == "BackupRestored"
