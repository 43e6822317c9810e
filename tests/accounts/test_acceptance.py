"""Invitations, and the account a newcomer makes of one."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from casework.accounts.errors import AccountError
from casework.accounts.login import log_in
from casework.accounts.members import locks_of
from casework.accounts.passwords import strong
from casework.accounts.people import Contact, names
from casework.accounts.service import begin_acceptance, create_organisation, finish_acceptance, invite, reinvite
from casework.accounts.sessions import open_session
from casework.accounts.totp import DIGITS, STEP, new_secret, step_of, totp_now
from casework.store.house import House
from casework.store.tables import InvitationRow, OrganisationRow, PersonRow, TenureRow
from crypto.errors import CryptoError
from tests.house import PASSWORD, Town, accept, make_house

ANNE = Contact("anne@exemple.fr", "Anne Lebrun", "anne@exemple.fr")


def invited(house: House, contact: Contact = ANNE) -> str:
    organisation = create_organisation(house, "dpmp", f"DPMP de {contact.name}")
    token = invite(house, contact, "coordinator", organisation).token
    assert token
    return token


def refused(code: str) -> "pytest.RaisesExc[AccountError]":
    return pytest.raises(AccountError, match=f"^{code}$")


@pytest.mark.clause("A-01")
def test_an_invitation_serves_once(house: House) -> None:
    token = invited(house)
    accept(house, token)
    with refused("invitation"):
        begin_acceptance(house, token)


@pytest.mark.clause("A-01")
def test_of_two_acceptances_begun_one_ends(house: House) -> None:
    token = invited(house)
    setup = begin_acceptance(house, token)
    accept(house, token)
    with refused("invitation"):
        finish_acceptance(house, token, setup.blob, PASSWORD, "000000")


@pytest.mark.clause("A-01")
def test_an_invitation_ends_after_three_days(house: House) -> None:
    town, token = Town(house), invited(house)
    with town.later(hours=71, minutes=59):
        begin_acceptance(house, token)
    with town.later(minutes=1), refused("invitation"):
        begin_acceptance(house, token)


def test_an_invitation_of_another_house_opens_nothing(house: House, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_house(tmp_path / "other")
    invited(house)
    with refused("invitation"):
        begin_acceptance(house, invited(other))


def test_a_new_invitation_ends_the_former(house: House) -> None:
    token = invited(house)
    with house.stores.case_reading() as session:
        person = session.scalars(select(PersonRow.id)).one()
    again = reinvite(house, person)
    with refused("invitation"):
        begin_acceptance(house, token)
    assert begin_acceptance(house, again).contact == ANNE


def test_a_planted_invitation_opens_nothing(house: House) -> None:
    """A row that the database's administrator points at another token's hash: the hash is keyed."""
    invited(house)
    with house.stores.case.begin() as connection:
        connection.execute(update(InvitationRow).values(token_hash=bytes(32)))
    with refused("invitation"):
        begin_acceptance(house, "00" * 32)


def test_the_second_factor_of_another_invitation_is_refused(house: House) -> None:
    first, second = invited(house), invited(house, Contact("luc@exemple.fr", "Luc", "luc@exemple.fr"))
    setup = begin_acceptance(house, first)
    with refused("invitation"):
        finish_acceptance(house, second, setup.blob, PASSWORD, "000000")


def test_a_wrong_code_leaves_the_invitation_open(house: House) -> None:
    token = invited(house)
    with refused("totp"):
        finish_acceptance(house, token, begin_acceptance(house, token).blob, PASSWORD, "abcdef")
    accept(house, token)


@pytest.mark.clause("A-02")
def test_a_weak_password_is_refused(house: House) -> None:
    with refused("password_weak"):
        accept(house, invited(house), "bonjour")


@pytest.mark.clause("A-02")
@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Ab3!Ab3!Ab3!", False),  # repeats
        ("Zt4!quwx9RmK", True),  # 12 characters of 4 kinds
        ("Zt4!quwx9Rm", False),
        ("Zt4quwx9RmKpLs", True),  # 14 of 3
        ("Zt4quwx9RmKpL", False),
        ("ztquwxrmkplsbnvcdfgh", False),  # one kind
        ("pomme lune cheval bleu route fleuve matin", True),  # 7 words
        ("pomme lune cheval bleu route fleuve", False),
        ("pomme pomme pomme pomme pomme pomme pomme", False),
        ("Anne.Lebrun-2026!", False),  # the log-in
    ],
)
def test_the_rule_of_passwords(password: str, good: bool) -> None:  # noqa: FBT001 - a table
    assert strong(password, "anne.lebrun@exemple.fr") is good


@pytest.mark.clause("A-02")
@given(st.text(string.ascii_letters + string.digits + "!?", max_size=11))
def test_nothing_shorter_than_twelve_characters_is_a_password(password: str) -> None:
    assert not strong(password, "anne@exemple.fr")


def test_a_code_belongs_to_one_time_step(house: House) -> None:
    town, secret = Town(house), new_secret()
    with town.later():
        code = totp_now(secret)
        assert len(code) == DIGITS
        assert step_of(secret, f"{code[:3]} {code[3:]}") == int(town.moment.timestamp()) // STEP
    with town.later(seconds=STEP):
        assert step_of(secret, code)
    with town.later(seconds=STEP):
        assert step_of(secret, code) is None


def test_names_are_sealed_and_a_moved_one_does_not_open(town: Town) -> None:
    known = names(town.house)
    assert known.person(town.people["second"].person) == "Second"
    assert known.tenure(town.people["dpo"].tenure).startswith("Dpo, Délégué à la protection des données (")
    with town.house.stores.case_writing() as session:
        one, two = (session.get_one(PersonRow, town.people[name].person) for name in ("coordinator", "dpo"))
        one.contact, two.contact = two.contact, one.contact
    with pytest.raises(CryptoError):
        names(town.house)


def test_contacts_have_one_size_whatever_they_hold(house: House) -> None:
    invited(house)
    invited(house, Contact("x@y.fr", "Marie-Antoinette de la Rochefoucauld-Liancourt", "x@y.fr"))
    with house.stores.case_reading() as session:
        assert len({len(row) for row in session.scalars(select(PersonRow.contact))}) == 1
        assert len({len(row) for row in session.scalars(select(OrganisationRow.name))}) == 1


def test_an_organisation_of_an_unknown_kind_is_refused(house: House) -> None:
    with refused("organisation"):
        create_organisation(house, "circus", "Cirque")


def test_a_seat_is_held_only_for_an_organisation_of_its_kinds(house: House) -> None:
    organisation = create_organisation(house, "dpmp", "DPMP")
    for seat in ("prosecutor", "emperor"):
        with refused("seat"):
            invite(house, ANNE, seat, organisation)


def test_only_keepers_and_the_administrator_invite(town: Town) -> None:
    landlord, keeper = town.join("landlord"), town.acting("coordinator")
    place = landlord.party.organisation
    with refused("not_allowed"):
        invite(town.house, ANNE, "landlord", place, landlord.actor)
    with refused("not_allowed"):
        reinvite(town.house, town.people["coordinator"].person, landlord.actor)
    assert invite(town.house, ANNE, "landlord", place, keeper.actor).token


@pytest.mark.clause("A-01")
def test_a_second_seat_is_for_the_same_account(town: Town) -> None:
    somebody = town.people["dpo"]
    again = invite(town.house, Contact("DPO@exemple.fr ", "x", "x"), "controller", somebody.organisation)
    assert (again.person, again.token) == (somebody.person, None)


def test_a_new_acceptance_makes_new_keys_and_ends_the_former(town: Town) -> None:
    """The lost account: the former password and session open nothing, and a keeper has to admit again."""
    town.join("landlord")
    somebody, old = town.people["landlord"], town.token("landlord")
    with town.later(minutes=1):
        accepted, secret = accept(town.house, reinvite(town.house, somebody.person), "Autre-Phrase-Longue-8")
    assert open_session(town.house, old) is None
    with town.later(minutes=1), refused("wrong"):
        log_in(town.house, somebody.typed(), b"home")
    with town.later(minutes=1), refused("pending"):
        typed = somebody.typed(password="Autre-Phrase-Longue-8", code=totp_now(secret))
        log_in(town.house, typed, b"home")
    assert accepted.fingerprints[somebody.tenure] != somebody.fingerprint
    with town.house.stores.case_reading() as session:
        assert session.get_one(TenureRow, somebody.tenure).state == "pending"
        assert len(locks_of(town.house, session.get_one(PersonRow, somebody.person))) == len(accepted.codes) + 1
