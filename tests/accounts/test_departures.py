"""Who left must not come back with a backup: registered as soon as the act is done."""

from uuid import UUID

import pytest

from casework.accounts.admission import admit, pending
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import reinvite
from casework.kernel.clock import at
from casework.store.register import Loss
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
