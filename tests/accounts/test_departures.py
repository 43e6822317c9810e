"""Who left must not come back with a backup: registered as soon as the act is done."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import select

from casework.accounts.acceptance import begin_acceptance
from casework.accounts.admission import admit, pending
from casework.accounts.errors import AccountError
from casework.accounts.people import Contact
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import invite, reinvite
from casework.kernel.clock import at
from casework.store.faults import at_point
from casework.store.keytables import CopyRow, MemberRow
from casework.store.register import Loss
from casework.store.removals import finish
from casework.store.tables import PersonRow
from tests.house import Somebody, Town, accept

pytestmark = pytest.mark.clause("R-08")


def departed(town: Town) -> set[UUID]:
    return {item.subject for item in town.house.register.read() if item.loss is Loss.DEPARTED}


def test_a_removed_seat_and_the_keys_that_end_with_it_are_registered(town: Town) -> None:
    member = town.join("landlord").keys.member_id
    with at(town.moment):
        assert departed(town) == set()
        remove_seat(town.house, town.acting("coordinator"), town.people["landlord"].tenure)
    assert departed(town) == {town.people["landlord"].tenure, member}


def test_a_suspended_seat_is_registered(town: Town) -> None:
    town.join("landlord")
    with at(town.moment):
        suspend_seat(town.house, None, town.people["landlord"].tenure)
    assert departed(town) == {town.people["landlord"].tenure}


@pytest.mark.parametrize("remove", [True, False])
def test_a_link_given_before_a_departure_opens_nothing(town: Town, *, remove: bool) -> None:
    town.join("landlord")
    landlord = town.people["landlord"]
    with at(town.moment):
        link = reinvite(town.house, landlord.person)
        begin_acceptance(town.house, link)
        if remove:
            remove_seat(town.house, town.acting("coordinator"), landlord.tenure)
        else:
            suspend_seat(town.house, None, landlord.tenure)
        with pytest.raises(AccountError, match="invitation"):
            begin_acceptance(town.house, link)


def test_a_link_still_opens_for_whoever_keeps_another_seat(town: Town) -> None:
    town.join("landlord")
    landlord = town.people["landlord"]
    with at(town.moment):
        invite(town.house, Contact(landlord.login, "Landlord", ""), "pjj", town.organisation("pjj"))
        link = reinvite(town.house, landlord.person)
        remove_seat(town.house, town.acting("coordinator"), landlord.tenure)
        assert begin_acceptance(town.house, link).contact.login == landlord.login


def test_keys_that_a_new_invitation_replaced_are_registered(town: Town) -> None:
    member = town.join("landlord").keys.member_id
    landlord = town.people["landlord"]
    with town.later(minutes=5):
        accepted, secret, codes = accept(town.house, reinvite(town.house, landlord.person))
        assert departed(town) == set()
        [waiting] = pending(town.house)
    town.people["landlord"] = Somebody(landlord.login, landlord.tenure, accepted, secret, landlord.organisation, codes)
    with at(town.moment):
        admit(town.house, town.acting("coordinator"), waiting.tenure, waiting.fingerprint)
    assert departed(town) == {member}
    assert town.acting("landlord").keys.member_id != member


class Killed(Exception):
    """The process died."""


@contextmanager
def killed_at(point: str) -> Iterator[None]:
    """Die where an act has committed and not yet deleted a key."""

    def reached(here: str) -> None:
        if here == point:
            raise Killed

    token = at_point.set(reached)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        at_point.reset(token)


def held(town: Town, person: UUID, member: UUID) -> Counter[str]:
    """What the key store holds of somebody: copies of seat keys, and locks by generation."""
    with town.house.stores.key_reading() as keys:
        copies = keys.scalars(select(CopyRow.purpose).where(CopyRow.holder == member)).all()
        locks = keys.scalars(select(MemberRow.generation).where(MemberRow.person == person)).all()
    return Counter([*copies, *(f"generation {number}" for number in set(locks))])


def test_a_removal_cut_short_before_its_keys_are_deleted_is_finished_later(town: Town) -> None:
    member, person = town.join("landlord").keys.member_id, town.people["landlord"].person
    with at(town.moment):
        with killed_at("removals-registered"):
            remove_seat(town.house, town.acting("coordinator"), town.people["landlord"].tenure)
        assert held(town, person, member)["seat"] == 1
        finish(town.house)
    assert held(town, person, member) == Counter()


def test_a_second_acceptance_cut_short_leaves_one_generation_of_locks_in_the_end(town: Town) -> None:
    member, person = town.join("landlord").keys.member_id, town.people["landlord"].person
    with town.later(minutes=5):
        with killed_at("removals-registered"):
            accept(town.house, reinvite(town.house, person))
        generations = [name for name in held(town, person, member) if name.startswith("generation")]
        assert len(generations) == 2
        finish(town.house)
        [left] = [name for name in held(town, person, member) if name.startswith("generation")]
        with town.house.stores.case_reading() as session:
            assert left == f"generation {session.get_one(PersonRow, person).generation}"
