"""Admission by voice, and the separate key that no keeper holds."""

import pytest
from sqlalchemy import select, update

from casework.accounts.admission import admit, hand_apart, own_fingerprints, pending
from casework.accounts.errors import AccountError
from casework.accounts.login import TenureChoice, Waiting, log_in
from casework.accounts.people import Contact
from casework.accounts.removal import remove_seat
from casework.accounts.service import invite, reinvite
from casework.accounts.sessions import open_session
from casework.kernel.clock import at
from casework.kernel.life import Principal
from casework.store.directory import Directory, load_directory
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import CopyRow
from casework.store.tables import PrincipalRow, TenureRow
from crypto.sealing import new_sealing_pair, public_of
from tests.house import Somebody, Town, accept


def directory(house: House) -> Directory:
    with house.stores.case_reading() as session:
        return load_directory(house, session)


def key_of(house: House, principal: Principal) -> bytes:
    """The public key the directory gives for a principal."""
    found = directory(house)
    key = found.id_of(principal)
    assert key
    return found.public(key)


def opens(house: House, acting: Acting, principal: Principal) -> bool:
    """Whether this person can use the private key of this principal."""
    key = directory(house).id_of(principal)
    try:
        return key is not None and public_of(acting.keys.private(house, key)) == key_of(house, principal)
    except NoKey:
        return False


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


def test_those_admitted_open_the_key_of_their_seat(town: Town) -> None:
    first = town.join("landlord")
    second = town.join("landlord", "colleague", first.party.organisation)
    competitor = town.join("landlord", "competitor", town.organisation("social_landlord", "Autre bailleur"))
    theirs = Principal.of_organisation("landlord", first.party.organisation)
    assert [opens(town.house, who, theirs) for who in (first, second, competitor)] == [True, True, False]


def test_both_keepers_open_the_key_of_their_seat(town: Town) -> None:
    for name in ("coordinator", "second"):
        assert opens(town.house, town.acting(name), Principal.of_seat("coordinator"))


def test_everybody_opens_their_own_key(town: Town) -> None:
    dpo = town.acting("dpo")
    assert opens(town.house, dpo, Principal.member(dpo.keys.person))


def test_those_who_wait_are_listed_with_what_they_read_out(town: Town) -> None:
    somebody = town.welcome("landlord")
    assert [(item.tenure, item.fingerprint) for item in pending(town.house)] == [
        (somebody.tenure, somebody.fingerprint)
    ]
    assert len(somebody.fingerprint.replace(" ", "")) == 25
    admit(town.house, town.acting("coordinator"), somebody.tenure, somebody.fingerprint)
    assert pending(town.house) == []


def test_a_wrong_fingerprint_admits_nobody(town: Town) -> None:
    somebody, keeper, number = town.welcome("landlord"), town.acting("coordinator"), directory(town.house).number
    wrong = somebody.fingerprint[:-1] + str((int(somebody.fingerprint[-1]) + 1) % 10)
    for spoken in (wrong, "", town.people["dpo"].fingerprint):
        with refused("fingerprint"):
            admit(town.house, keeper, somebody.tenure, spoken)
    assert directory(town.house).number == number


@pytest.mark.parametrize("column", ["public", "signing"])
def test_a_key_swapped_before_admission_changes_the_fingerprint(town: Town, column: str) -> None:
    somebody = town.welcome("landlord")
    swapped = new_sealing_pair()[1] if column == "public" else bytes(32)
    with town.house.stores.case.begin() as connection:
        mine = update(PrincipalRow).where(PrincipalRow.person == somebody.person)
        connection.execute(mine.values(**{column: swapped}))
    with refused("fingerprint"):
        admit(town.house, town.acting("coordinator"), somebody.tenure, somebody.fingerprint)


def test_a_seat_swapped_before_admission_changes_the_fingerprint(town: Town) -> None:
    somebody = town.welcome("landlord")
    with town.house.stores.case.begin() as connection:
        mine = update(TenureRow).where(TenureRow.id == somebody.tenure)
        connection.execute(mine.values(seat="coordinator", organisation=town.people["coordinator"].organisation))
    with refused("fingerprint"):
        admit(town.house, town.acting("coordinator"), somebody.tenure, somebody.fingerprint)


@pytest.mark.parametrize("name", ["dpo", "landlord"])
def test_only_a_keeper_admits(town: Town, name: str) -> None:
    town.join("landlord")
    somebody = town.welcome("agent")
    with refused("not_allowed"):
        admit(town.house, town.acting(name), somebody.tenure, somebody.fingerprint)


def test_nobody_is_admitted_twice(town: Town) -> None:
    landlord = town.join("landlord")
    with refused("pending"):
        admit(town.house, town.acting("coordinator"), landlord.tenure, town.people["landlord"].fingerprint)


def test_a_member_without_certificate_admits_nobody(town: Town) -> None:
    """A third coordinator holds the seat, and only the root makes keepers."""
    third, somebody = town.join("coordinator", "third"), town.welcome("landlord")
    assert opens(town.house, third, Principal.of_seat("coordinator"))
    with refused("not_allowed"):
        admit(town.house, third, somebody.tenure, somebody.fingerprint)


@pytest.mark.clause("C-04")
def test_the_separate_key_goes_from_holder_to_member_only(town: Town) -> None:
    first, second, apart = town.join("prosecutor"), town.join("prosecutor", "deputy"), Principal.apart("prosecutor")
    assert opens(town.house, first, apart)
    assert not opens(town.house, second, apart)
    assert not opens(town.house, town.acting("coordinator"), apart)
    with refused("not_allowed"):
        hand_apart(town.house, town.acting("coordinator"), second.tenure)
    hand_apart(town.house, first, second.tenure)
    assert opens(town.house, town.acting("deputy"), apart)


@pytest.mark.clause("C-04")
def test_the_separate_key_is_not_handed_out_of_the_seat(town: Town) -> None:
    holder, landlord = town.join("prosecutor"), town.join("landlord")
    with refused("not_allowed"):
        hand_apart(town.house, holder, landlord.tenure)


@pytest.mark.clause("C-04")
def test_no_keeper_and_no_escrow_hold_the_separate_key(town: Town) -> None:
    holder = town.join("prosecutor")
    apart = directory(town.house).id_of(Principal.apart("prosecutor"))
    with town.house.stores.key_reading() as session:
        holders = session.scalars(select(CopyRow.holder).where(CopyRow.principal == apart)).all()
    assert list(holders) == [holder.keys.member_id]


@pytest.mark.clause("C-04")
def test_the_separate_key_is_lost_with_its_last_holder(town: Town) -> None:
    town.join("prosecutor")
    first = key_of(town.house, Principal.apart("prosecutor"))
    remove_seat(town.house, town.acting("coordinator"), town.people["prosecutor"].tenure)
    assert directory(town.house).id_of(Principal.apart("prosecutor")) is None
    successor = town.join("prosecutor", "successor")
    assert opens(town.house, successor, Principal.apart("prosecutor"))
    assert key_of(town.house, Principal.apart("prosecutor")) != first


def test_a_person_admitted_again_keeps_every_seat_with_new_keys(town: Town) -> None:
    landlord, keeper = town.join("landlord"), town.acting("coordinator")
    theirs, somebody = (
        Principal.of_organisation("landlord", landlord.party.organisation),
        town.people["landlord"],
    )
    before = key_of(town.house, theirs)
    with town.later(minutes=1):
        accepted, secret, codes = accept(town.house, reinvite(town.house, somebody.person))
    admit(town.house, keeper, somebody.tenure, accepted.fingerprints[somebody.tenure])
    town.people["landlord"] = Somebody(somebody.login, somebody.tenure, accepted, secret, somebody.organisation, codes)
    assert opens(town.house, town.acting("landlord"), theirs)
    assert key_of(town.house, theirs) == before
    assert directory(town.house).id_of(Principal.member(somebody.person)) != landlord.keys.member_id


def test_with_two_seats_one_chooses_at_log_in(town: Town) -> None:
    somebody = town.people["dpo"]
    second = invite(town.house, Contact(somebody.login, "", ""), "controller", somebody.organisation)
    waiting = pending(town.house)
    admit(town.house, town.acting("coordinator"), second.tenure, waiting[0].fingerprint)
    with town.later(minutes=1):
        with pytest.raises(TenureChoice) as caught:
            log_in(town.house, somebody.typed(), b"home")
        assert set(caught.value.tenures) == {somebody.tenure, second.tenure}
        opened = log_in(town.house, somebody.typed(tenure=second.tenure), b"home")
        acting = open_session(town.house, opened.token)
    assert acting
    assert acting.party.seat == "controller"
    with town.later(minutes=1), refused("tenure_choice"):
        log_in(town.house, somebody.typed(tenure=town.people["second"].tenure), b"home")


@pytest.mark.clause("F33-01", "A-01")
@pytest.mark.parametrize("seat", ["dsol", "prosecutor"])
def test_who_waits_reads_its_own_digits_from_its_own_keys(town: Town, seat: str) -> None:
    """Keys swapped in the stores after the acceptance: the keeper's page shows other digits than the newcomer reads."""
    somebody = town.welcome(seat)
    with town.later(minutes=1), pytest.raises(Waiting, match="pending") as caught:
        log_in(town.house, somebody.typed(), b"home")
    assert caught.value.fingerprints == {somebody.tenure: somebody.fingerprint}
    planted, _ = new_sealing_pair()
    with town.house.stores.case_writing() as session:
        session.execute(
            update(PrincipalRow).where(PrincipalRow.person == somebody.person).values(public=public_of(planted))
        )
    with town.later(minutes=1), pytest.raises(Waiting) as again:
        log_in(town.house, somebody.typed(), b"home")
    assert again.value.fingerprints == caught.value.fingerprints
    [seen] = pending(town.house)
    assert seen.fingerprint != somebody.fingerprint


@pytest.mark.clause("F33-01")
def test_a_second_seat_is_admitted_by_the_digits_of_my_account(town: Town) -> None:
    landlord, place = town.join("landlord"), town.organisation("dsol")
    with at(town.moment):
        made = invite(town.house, Contact("landlord@exemple.fr", "x", "x"), "dsol", place)
        digits = own_fingerprints(town.house, landlord.keys)
    admit(town.house, town.acting("coordinator"), made.tenure, digits[made.tenure])
    assert own_fingerprints(town.house, landlord.keys) == {}
    assert town.token("landlord", tenure=made.tenure)
