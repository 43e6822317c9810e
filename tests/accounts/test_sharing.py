"""The shares are made again when one of the three changes, and those of before are worthless."""

from collections.abc import Callable
from itertools import combinations, product

import pytest
from sqlalchemy import select

from audit.log import entries
from casework.accounts.admission import admit, pending
from casework.accounts.ceremony import Holders
from casework.accounts.errors import AccountError
from casework.accounts.escrow import certify_keeper, my_share, recover_escrow
from casework.accounts.people import Contact
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import invite, reinvite
from casework.accounts.sharing import missing_shares, remake_shares
from casework.kernel.clock import at
from casework.kernel.life import Principal
from casework.store.directory import load_directory
from casework.store.faults import at_point
from casework.store.keyring import SHARE
from casework.store.keytables import CopyRow
from crypto.sealing import public_of
from tests.house import Somebody, Town, accept

HOLDERS = ("coordinator", "controller", "dpo")


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def shares_of(town: Town, *names: str) -> list[bytes]:
    return [my_share(town.house, town.acting(name)) for name in names]


def holders(town: Town, *names: str) -> Holders:
    return Holders(*(town.people[name].tenure for name in names or HOLDERS))


def remake(town: Town, shares: list[bytes], *names: str, by: str = "coordinator") -> None:
    acting = town.acting(by)
    with at(town.moment):
        remake_shares(town.house, acting, holders(town, *names), shares)


def assert_opens(town: Town, shares: list[bytes]) -> None:
    with town.house.stores.case_reading() as session:
        directory = load_directory(town.house, session)
    escrow = directory.id_of(Principal.escrow())
    assert escrow
    assert public_of(recover_escrow(town.house, shares)) == directory.public(escrow)


@pytest.fixture
def old(town: Town) -> list[bytes]:
    """The three shares of the opening; then another DPO takes the seat of the first."""
    shares = shares_of(town, *HOLDERS)
    town.join("dpo", "new_dpo")
    with at(town.moment):
        remove_seat(town.house, town.acting("coordinator"), town.people["dpo"].tenure)
    return shares


def test_new_shares_open_the_same_escrow_and_the_old_ones_nothing(town: Town, old: list[bytes]) -> None:
    remake(town, old[:2], "coordinator", "controller", "new_dpo")
    new = shares_of(town, "coordinator", "controller", "new_dpo")
    for two in combinations(new, 2):
        assert_opens(town, list(two))
    for pair in (*combinations(old, 2), *product(old, new)):
        with refused("shares"):
            recover_escrow(town.house, pair)
    with town.house.stores.key_reading() as session:
        assert len(session.scalars(select(CopyRow).where(CopyRow.purpose == SHARE)).all()) == 3


def test_what_the_escrow_keeps_is_still_there(town: Town, old: list[bytes]) -> None:
    """The root and the admission key are escrowed: a new keeper is made with new shares."""
    remake(town, old[:2], "coordinator", "controller", "new_dpo")
    third = town.join("coordinator", "third")
    certify_keeper(town.house, town.acting("coordinator"), third.tenure, shares_of(town, "controller", "new_dpo"))
    somebody = town.welcome("landlord")
    assert admit(town.house, town.acting("third"), somebody.tenure, somebody.fingerprint)


def test_every_holder_is_logged(town: Town, old: list[bytes]) -> None:
    remake(town, old[:2], "coordinator", "controller", "new_dpo")
    with town.house.stores.case_reading() as session:
        newest = entries(session.connection(), town.house.provider.mac, limit=4)
    assert [item.type for item in newest] == ["EscrowShareGiven"] * 3 + ["EscrowSharesRemade"]
    assert newest[0].values["tenure"] == town.people["new_dpo"].tenure


def leaves(town: Town) -> None:
    remove_seat(town.house, town.acting("coordinator"), town.people["dpo"].tenure)


def is_suspended(town: Town) -> None:
    suspend_seat(town.house, None, town.people["dpo"].tenure)


def has_new_keys(town: Town) -> None:
    dpo = town.people["dpo"]
    with town.later(minutes=5):
        accepted, secret, codes = accept(town.house, reinvite(town.house, dpo.person))
        [waiting] = pending(town.house)
    town.people["dpo"] = Somebody(dpo.login, dpo.tenure, accepted, secret, dpo.organisation, codes)
    with at(town.moment):
        admit(town.house, town.acting("coordinator"), waiting.tenure, waiting.fingerprint)


def leaves_for_another_seat(town: Town) -> None:
    """The person and its keys stay: only the seat that holds a share is gone."""
    dpo = town.people["dpo"]
    place = town.organisation(town.house.charter.seat("pjj").organisations[0])
    made = invite(town.house, Contact(dpo.login, "Dpo", dpo.login), "pjj", place)
    [waiting] = pending(town.house)
    admit(town.house, town.acting("coordinator"), made.tenure, waiting.fingerprint)
    leaves(town)


@pytest.mark.parametrize(
    "departure", [leaves, is_suspended, has_new_keys, leaves_for_another_seat], ids=lambda item: item.__name__
)
def test_a_share_without_its_holder_is_seen(town: Town, departure: Callable[[Town], None]) -> None:
    assert missing_shares(town.house) == 0
    with at(town.moment):
        departure(town)
    assert missing_shares(town.house) == 1


def test_a_holder_with_new_keys_receives_a_new_share(town: Town) -> None:
    shares = shares_of(town, "coordinator", "controller")
    has_new_keys(town)
    with refused("shares"):
        shares_of(town, "dpo")
    remake(town, shares)
    assert missing_shares(town.house) == 0
    assert_opens(town, shares_of(town, "dpo", "controller"))


@pytest.mark.parametrize(
    "names",
    [
        ("coordinator", "controller", "dpo"),
        ("controller", "coordinator", "new_dpo"),
        ("coordinator", "new_dpo", "new_dpo"),
        ("new_dpo", "controller", "new_dpo"),
    ],
)
def test_shares_go_to_the_three_admitted_seats(town: Town, old: list[bytes], names: tuple[str, ...]) -> None:
    with refused("opening_holders"):
        remake(town, old[:2], *names)
    assert_opens(town, old[:2])


def test_one_person_in_two_seats_receives_one_share(town: Town, old: list[bytes]) -> None:
    keeper = town.people["coordinator"]
    with at(town.moment):
        contact = Contact(keeper.login, "Coordinator", keeper.login)
        made = invite(town.house, contact, "dpo", town.people["new_dpo"].organisation)
        [waiting] = pending(town.house)
    admit(town.house, town.acting("second"), made.tenure, waiting.fingerprint)
    twice = Holders(keeper.tenure, town.people["controller"].tenure, made.tenure)
    acting = town.acting("second")
    with at(town.moment), refused("opening_holders"):
        remake_shares(town.house, acting, twice, old[:2])


def test_one_share_or_anothers_word_does_not_make_new_ones(town: Town, old: list[bytes]) -> None:
    for few in (old[:1], [old[0], old[0]], [old[0], b"academic acid"]):
        with refused("shares"):
            remake(town, few, "coordinator", "controller", "new_dpo")
    with refused("not_allowed"):
        remake(town, old[:2], "coordinator", "controller", "new_dpo", by="controller")
    assert_opens(town, old[:2])


def test_interrupted_the_old_shares_still_serve(town: Town, old: list[bytes]) -> None:
    def stop(here: str) -> None:
        if here == "shares-logged":
            raise KeyboardInterrupt

    token = at_point.set(stop)
    with pytest.raises(KeyboardInterrupt):
        remake(town, old[:2], "coordinator", "controller", "new_dpo")
    at_point.reset(token)
    assert_opens(town, old[:2])
    remake(town, old[:2], "coordinator", "controller", "new_dpo")
    assert missing_shares(town.house) == 0
