"""The ceremony that opens an instance, and the escrow it leaves to three persons."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from casework.accounts.admission import admit
from casework.accounts.ceremony import Dated, Holders, Opening, open_instance
from casework.accounts.errors import AccountError
from casework.accounts.escrow import certify_keeper, my_share, recover_escrow
from casework.accounts.login import log_in
from casework.kernel.clock import today
from casework.kernel.life import Principal
from casework.store.directory import DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.tables import InstanceRow
from crypto.sealing import public_of
from tests.house import Town, founders, make_house, open_town

HOLDERS = ("coordinator", "controller", "dpo")
DOCUMENTS = ("rules", "assessment", "register", "controller", "elimination")


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


@pytest.fixture
def before(house: House) -> tuple[Town, Opening]:
    return founders(house)


@pytest.fixture
def shares(town: Town) -> list[bytes]:
    return [my_share(town.house, town.acting(name)) for name in HOLDERS]


def still_closed(house: House) -> bool:
    with house.stores.case_reading() as session:
        try:
            load_directory(house, session)
        except DirectoryMissing:
            return session.get_one(InstanceRow, house.instance).opened_at is None
    return False


def test_the_ceremony_opens_with_two_keepers_and_the_root_on_paper(before: tuple[Town, Opening]) -> None:
    town, opening = before
    paper = open_instance(town.house, town.acting("coordinator"), opening)
    assert len(paper.replace(" ", "")) == 25
    with town.house.stores.case_reading() as session:
        directory = load_directory(town.house, session)
    assert directory.number == 1
    assert all(directory.is_keeper(town.acting(name).keys.member_id) for name in ("coordinator", "second"))
    assert not directory.is_keeper(town.acting("dpo").keys.member_id)
    assert directory.id_of(Principal.escrow())


def test_the_ceremony_is_held_once(before: tuple[Town, Opening]) -> None:
    town, opening = before
    first = town.acting("coordinator")
    open_instance(town.house, first, opening)
    with refused("opened"):
        open_instance(town.house, first, opening)


@pytest.mark.clause("F-02")
@pytest.mark.clause("R-07")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_missing_or_future_document_keeps_the_instance_closed(before: tuple[Town, Opening], document: str) -> None:
    town, opening = before
    first = town.acting("coordinator")
    for bad in (Dated(today(), " "), Dated(today() + timedelta(days=1), "n° 1")):
        record = replace(opening.record, **{document: bad})
        with refused("opening_incomplete"):
            open_instance(town.house, first, replace(opening, record=record))
    assert still_closed(town.house)


def test_one_keeper_is_not_enough(before: tuple[Town, Opening]) -> None:
    town, opening = before
    first = town.acting("coordinator")
    for second in (first.tenure, opening.holders.dpo):
        with refused("opening_keepers"):
            open_instance(town.house, first, replace(opening, second=second))
    assert still_closed(town.house)


@pytest.mark.parametrize("swapped", [("dpo", "controller"), ("controller", "controller"), ("coordinator", "dpo")])
def test_the_three_shares_go_to_the_three_seats(before: tuple[Town, Opening], swapped: tuple[str, str]) -> None:
    town, opening = before
    tenures = [town.people[name].tenure for name in swapped]
    with refused("opening_holders"):
        holders = Holders(opening.holders.coordinator, *tenures)
        open_instance(town.house, town.acting("coordinator"), replace(opening, holders=holders))
    assert still_closed(town.house)


@pytest.mark.parametrize("name", ["second", "controller", "dpo"])
def test_a_fingerprint_not_heard_keeps_the_instance_closed(before: tuple[Town, Opening], name: str) -> None:
    town, opening = before
    heard = {key: value for key, value in opening.spoken.items() if key != town.people[name].tenure}
    with refused("fingerprint"):
        open_instance(town.house, town.acting("coordinator"), replace(opening, spoken=heard))
    assert still_closed(town.house)


def test_before_the_opening_only_a_keeper_comes_in(before: tuple[Town, Opening]) -> None:
    town, _ = before
    with town.later(minutes=1), refused("pending"):
        log_in(town.house, town.people["dpo"].typed(), b"home")


def test_two_shares_open_the_escrow_and_one_does_not(town: Town, shares: list[bytes]) -> None:
    with town.house.stores.case_reading() as session:
        directory = load_directory(town.house, session)
    escrow = directory.id_of(Principal.escrow())
    assert escrow
    for two in combinations(shares, 2):
        assert public_of(recover_escrow(town.house, two)) == directory.public(escrow)
    for share in shares:
        for lonely in ([share], [share, share], []):
            with refused("shares"):
                recover_escrow(town.house, lonely)


def test_shares_of_another_house_open_nothing(
    town: Town, shares: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = open_town(make_house(tmp_path_factory.mktemp("other")))
    theirs = [my_share(other.house, other.acting(name)) for name in HOLDERS]
    for mixed in (theirs[:2], [shares[0], theirs[1]]):
        with refused("shares"):
            recover_escrow(town.house, mixed)


def test_only_a_share_holder_has_a_share(town: Town) -> None:
    with refused("shares"):
        my_share(town.house, town.acting("second"))


def test_two_shares_make_a_new_keeper(town: Town, shares: list[bytes]) -> None:
    third = town.join("coordinator", "third")
    with refused("shares"):
        certify_keeper(town.house, town.acting("coordinator"), third.tenure, shares[:1])
    certify_keeper(town.house, town.acting("coordinator"), third.tenure, shares[1:])
    somebody = town.welcome("landlord")
    assert admit(town.house, town.acting("third"), somebody.tenure, somebody.fingerprint)


def test_shares_do_not_make_a_keeper_of_another_seat(town: Town, shares: list[bytes]) -> None:
    with refused("seat"):
        certify_keeper(town.house, town.acting("coordinator"), town.people["dpo"].tenure, shares)
    with refused("not_allowed"):
        certify_keeper(town.house, town.acting("dpo"), town.people["second"].tenure, shares)
