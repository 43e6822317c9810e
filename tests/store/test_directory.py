"""A database administrator without the provider attacks the directory; nothing of it is believed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, text, update

from audit.entry import Tip
from audit.pins import PinError, PinFile
from audit.table import log_table
from casework.accounts.removal import remove_seat, suspend_seat
from casework.kernel.life import Principal
from casework.store import directory as directories
from casework.store.directory import PIN, Directory, DirectoryBroken, DirectoryMissing, load_directory, publish
from casework.store.engines import Stores
from casework.store.house import House
from casework.store.keyring import SEAT, Acting, NoKey, copied_private, seal_copy
from casework.store.listing import Listing, keeper_message, parse
from casework.store.tables import DirectoryRow, InstanceRow, PrincipalRow, SuspensionRow
from crypto.primitives import digest
from crypto.sealing import new_sealing_pair, public_of
from crypto.signing import new_signing_pair, sign
from tests.house import Town


def load(house: House, *, fresh: bool = True) -> Directory:
    """The directory as another process would load it."""
    if fresh:
        directories._cache.clear()
        house = replace(house, stores=Stores(house.stores.case, house.stores.key))
    with house.stores.case_reading() as session:
        return load_directory(house, session)


def forge(house: House, statement: Any) -> None:
    with house.stores.case.begin() as connection:
        connection.execute(statement)


def repin(house: House, pins: dict[str, Tip]) -> None:
    house.pins.path.unlink()
    PinFile.create(house.pins.path, pins)


def sign_list(house: House, listing: Listing, private: bytes) -> None:
    """Publish a list through the application's own door, log entry included."""
    with house.writing() as writing:
        publish(writing, listing, sign(private, "directory", listing.body()))


def test_an_instance_that_is_not_open_has_no_directory(house: House) -> None:
    with pytest.raises(DirectoryMissing):
        load(house)


def test_a_list_survives_its_bytes(town: Town) -> None:
    listing = load(town.house).listing
    assert parse(listing.body()) == listing


def test_admitted_principals_have_an_id_and_strangers_do_not(town: Town) -> None:
    landlord, found = town.join("landlord"), load(town.house)
    party = landlord.party
    assert found.id_of(Principal.member(party.person)) == landlord.keys.member_id
    assert found.id_of(Principal.of_organisation("landlord", party.organisation))
    assert found.id_of(Principal.of_organisation("landlord", uuid4())) is None
    assert found.id_of(Principal.member(uuid4())) is None
    assert found.staffed("landlord", party.organisation)
    assert not found.staffed("landlord", uuid4())


def test_an_unlisted_id_has_no_public_key(town: Town) -> None:
    with pytest.raises(KeyError):
        load(town.house).public(uuid4())


def test_a_swapped_public_key_is_refused(town: Town) -> None:
    seat = load(town.house).id_of(Principal.of_seat("coordinator"))
    assert seat
    mine = load(town.house).public(seat)
    _, theirs = new_sealing_pair()
    forge(town.house, update(PrincipalRow).where(PrincipalRow.id == seat).values(public=theirs))
    assert load(town.house, fresh=False).public(seat) == mine
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_swapped_signing_key_is_refused(town: Town) -> None:
    member = town.acting("coordinator").keys.member_id
    _, theirs = new_signing_pair()
    forge(town.house, update(PrincipalRow).where(PrincipalRow.id == member).values(signing=theirs))
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_an_altered_list_is_refused(town: Town) -> None:
    body = load(town.house).listing.body().replace(b'"seat":"dpo"', b'"seat":"coordinator"')
    forge(town.house, update(DirectoryRow).values(body=body))
    with pytest.raises(DirectoryBroken):
        load(town.house)


def cut_log(house: House, least: int) -> None:
    """Roll the log back too, as somebody who owns the database can."""
    with house.stores.case.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_delete"))
        connection.execute(delete(log_table).where(log_table.c.number > least))


def test_a_list_rolled_back_with_its_log_is_behind_the_pin(town: Town) -> None:
    number = town.house.pins.read()["log"].number
    town.join("landlord")
    forge(town.house, delete(DirectoryRow).where(DirectoryRow.number == 2))
    cut_log(town.house, number)
    with pytest.raises(DirectoryBroken, match="pinned list"):
        load(town.house)


def test_a_log_cut_under_a_running_process_is_noticed_by_the_next_reading(town: Town) -> None:
    town.join("landlord")
    town.house.follow()
    cut_log(town.house, town.house.stores.follower.number - 1)
    with pytest.raises(DirectoryBroken, match="was verified"):
        load(town.house, fresh=False)


def test_a_list_rolled_back_is_not_the_last_logged_even_without_pin(town: Town) -> None:
    town.join("landlord")
    forge(town.house, delete(DirectoryRow).where(DirectoryRow.number == 2))
    repin(town.house, {})
    with pytest.raises(DirectoryBroken, match="last logged"):
        load(town.house)


def test_a_list_taken_away_is_noticed_by_a_process_that_verified_the_list_before(town: Town) -> None:
    """Its row alone is deleted, before any process loaded and pinned it."""
    load(town.house)
    keeper = town.acting("coordinator")
    sign_list(town.house, load(town.house).listing.next(keeper.keys.member_id), keeper.keys.signing)
    forge(town.house, delete(DirectoryRow).where(DirectoryRow.number == 2))
    assert town.house.pins.read()[PIN].number == 1
    with pytest.raises(DirectoryBroken, match="last logged"):
        load(town.house, fresh=False)


def test_without_pin_file_nothing_is_loaded(town: Town) -> None:
    town.house.pins.path.unlink()
    for fresh in (True, False):
        with pytest.raises(PinError, match="missing"):
            load(town.house, fresh=fresh)


def test_emptying_the_directory_does_not_reopen_the_instance(town: Town) -> None:
    forge(town.house, delete(DirectoryRow))
    with pytest.raises(DirectoryBroken) as caught:
        load(town.house)
    assert not isinstance(caught.value, DirectoryMissing)


def test_a_list_replayed_under_a_new_number_is_refused(town: Town) -> None:
    town.join("landlord")
    with town.house.stores.case_writing() as session:
        first = session.get_one(DirectoryRow, (town.house.instance, 1))
        again = DirectoryRow(instance=first.instance, number=3, body=first.body, signature=first.signature)
        session.add(again)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_list_that_overtakes_another_history_is_refused(town: Town) -> None:
    pinned = town.house.pins.read()[PIN]
    other = Tip(pinned.number, digest(b"another list"))
    repin(town.house, {**town.house.pins.read(), PIN: other})
    with pytest.raises(DirectoryBroken):
        load(town.house)


def claims_itself(listing: Listing, acting: Acting) -> Listing:
    claim = {**listing.keepers, acting.keys.member_id: next(iter(listing.keepers.values()))}
    return replace(listing, keepers=claim)


@pytest.mark.parametrize("claim", [claims_itself, lambda listing, _: listing])
def test_a_list_signed_by_somebody_else_than_a_keeper_is_refused(
    town: Town, claim: Callable[[Listing, Acting], Listing]
) -> None:
    landlord = town.join("landlord")
    listing = claim(load(town.house).listing.next(landlord.keys.member_id), landlord)
    sign_list(town.house, listing, landlord.keys.signing)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_list_in_the_name_of_a_keeper_needs_its_signature(town: Town) -> None:
    landlord, keeper = town.join("landlord"), town.acting("coordinator")
    sign_list(town.house, load(town.house).listing.next(keeper.keys.member_id), landlord.keys.signing)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_keeper_alone_does_not_make_another_keeper(town: Town) -> None:
    """Only the root does, whose private half is in the escrow."""
    landlord, keeper = town.join("landlord"), town.acting("coordinator")
    listing = load(town.house).listing.next(keeper.keys.member_id)
    member, signing = landlord.keys.member_id, load(town.house).signing(landlord.keys.member_id)
    message = keeper_message(town.house.instance, member, signing)
    certificate = (signing + keeper.keys.sign("keeper", message)).hex()
    listing = replace(listing, keepers={**listing.keepers, member: certificate})
    sign_list(town.house, listing, keeper.keys.signing)
    sign_list(town.house, listing.next(member), landlord.keys.signing)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_keeper_who_left_signs_nothing_more(town: Town) -> None:
    second = town.acting("second")
    remove_seat(town.house, town.acting("coordinator"), town.people["second"].tenure)
    sign_list(town.house, load(town.house).listing.next(second.keys.member_id), second.keys.signing)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_a_keeper_who_left_does_not_bring_its_certificate_back(town: Town) -> None:
    """The root's signature does not expire: only the list before says who is a keeper now."""
    second, before = town.acting("second"), load(town.house).listing
    remove_seat(town.house, town.acting("coordinator"), town.people["second"].tenure)
    member = second.keys.member_id
    listing = replace(load(town.house).listing.next(member), keepers=before.keepers)
    sign_list(town.house, listing, second.keys.signing)
    with pytest.raises(DirectoryBroken):
        load(town.house)


def test_the_key_of_a_departed_signer_still_checks_what_it_signed(town: Town) -> None:
    landlord = town.join("landlord")
    member = landlord.keys.member_id
    remove_seat(town.house, town.acting("coordinator"), landlord.tenure)
    found = load(town.house)
    assert found.signing(member)
    assert found.id_of(Principal.member(landlord.keys.person)) is None
    with pytest.raises(KeyError):
        found.public(member)


def test_another_root_is_refused(town: Town) -> None:
    _, public = new_signing_pair()
    forge(town.house, update(InstanceRow).values(root_public=public))
    with pytest.raises(DirectoryBroken):
        load(town.house)


@pytest.mark.clause("C-07")
def test_a_suspended_tenure_and_its_person_are_out(town: Town) -> None:
    landlord = town.join("landlord")
    suspend_seat(town.house, None, landlord.tenure)
    found = load(town.house, fresh=False)
    assert found.party(landlord.tenure) is None
    assert found.id_of(Principal.member(landlord.keys.person)) is None
    assert landlord.keys.member_id not in landlord.keys.holdable(found, landlord.actor)


@pytest.fixture
def suspension(town: Town) -> UUID:
    landlord = town.join("landlord")
    suspend_seat(town.house, None, landlord.tenure)
    return landlord.tenure


def test_a_reading_sees_one_moment_of_the_rows_and_of_the_log(town: Town) -> None:
    """Somebody is suspended while a page is being made, and another thread has followed the log past it."""
    landlord, house = town.join("landlord"), town.house
    with house.stores.case_reading() as session:
        assert load_directory(house, session).party(landlord.tenure)
        suspend_seat(house, None, landlord.tenure)
        house.follow()
        assert load_directory(house, session).party(landlord.tenure)
    with house.stores.case_reading() as session:
        assert load_directory(house, session).party(landlord.tenure) is None


def test_a_suspension_taken_away_is_noticed(town: Town, suspension: UUID) -> None:
    forge(town.house, delete(SuspensionRow))
    with pytest.raises(DirectoryBroken, match="last logged"):
        load(town.house, fresh=False)


def test_a_suspension_made_by_hand_is_noticed(town: Town) -> None:
    keeper = town.people["coordinator"].tenure
    with town.house.stores.case_writing() as session:
        row = SuspensionRow(subject=keeper, instance=town.house.instance, at=town.moment, signature=bytes(64))
        session.add(row)
    with pytest.raises(DirectoryBroken, match="last logged"):
        load(town.house, fresh=False)


def test_a_suspension_that_the_provider_did_not_sign_is_refused(town: Town, suspension: UUID) -> None:
    forge(town.house, update(SuspensionRow).values(signature=bytes(64)))
    with pytest.raises(DirectoryBroken, match="not authentic"):
        load(town.house, fresh=False)


def test_a_planted_copy_of_a_seat_key_is_never_handed_on(town: Town) -> None:
    """Who can write the key store plants a key of its own for the admission key to spread."""
    landlord, found = town.join("landlord"), load(town.house)
    entry = found.listing.find("organisation", "landlord", landlord.party.organisation)
    assert entry
    mine = copied_private(town.house, entry, (landlord.keys.member_id, landlord.keys.opening), SEAT)
    assert public_of(mine) == found.public(entry.id)
    theirs, _ = new_sealing_pair()
    holder = (landlord.keys.member_id, found.public(landlord.keys.member_id))
    with town.house.stores.key_writing() as session:
        session.merge(seal_copy(town.house, theirs, entry.id, holder, SEAT))
    with pytest.raises(NoKey):
        copied_private(town.house, entry, (landlord.keys.member_id, landlord.keys.opening), SEAT)


def test_a_person_without_a_copy_opens_no_seat_key(town: Town) -> None:
    landlord, found = town.join("landlord"), load(town.house)
    coordinator = found.id_of(Principal.of_seat("coordinator"))
    assert coordinator
    with pytest.raises(NoKey):
        landlord.keys.private(town.house, coordinator)
    assert coordinator not in landlord.keys.holdable(found, landlord.actor)
