"""Invitations, and the account a newcomer makes of one."""

import math
import string
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from audit.log import entries
from casework.accounts.acceptance import begin_acceptance, finish_acceptance, prepare
from casework.accounts.carried import Ready
from casework.accounts.errors import AccountError
from casework.accounts.login import log_in
from casework.accounts.members import locks_of
from casework.accounts.passphrases import COUNT, drawn_bits, propose, words
from casework.accounts.passwords import ENOUGH, Weak, bits, flaw, require_strong, strong
from casework.accounts.people import Contact, names
from casework.accounts.service import create_organisation, invite, reinvite
from casework.accounts.sessions import open_session
from casework.accounts.totp import DIGITS, STEP, new_secret, step_of, totp_now
from casework.store.house import House
from casework.store.keytables import CopyRow, MemberRow
from casework.store.tables import InvitationRow, OrganisationRow, PersonRow, TenureRow
from crypto.errors import CryptoError
from tests.house import PASSWORD, Town, accept, make_house

ANNE = Contact("anne@exemple.fr", "Anne Lebrun", "anne@exemple.fr")


def invited(house: House, contact: Contact = ANNE) -> str:
    organisation = create_organisation(house, "dpmp", f"DPMP de {contact.name}")
    token = invite(house, contact, "coordinator", organisation).token
    assert token
    return token


def begun(house: House, token: str) -> Ready:
    """The newcomer chose both factors, and has its codes on paper."""
    setup = begin_acceptance(house, token)
    return prepare(house, token, setup.blob, PASSWORD, totp_now(b32decode(setup.secret)))


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
    ready = begun(house, token)
    accept(house, token)
    with refused("invitation"):
        finish_acceptance(house, token, ready.blob, ready.codes[0])
    with refused("invitation"):
        prepare(house, token, ready.blob, PASSWORD, "000000")


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
    setup, ready = begin_acceptance(house, first), begun(house, first)
    with refused("invitation"):
        prepare(house, second, setup.blob, PASSWORD, "000000")
    for blob in (ready.blob, setup.blob, "", "é"):
        with refused("invitation"):
            finish_acceptance(house, second, blob, ready.codes[0])


def test_a_wrong_code_leaves_the_invitation_open(house: House) -> None:
    token = invited(house)
    with refused("totp"):
        prepare(house, token, begin_acceptance(house, token).blob, PASSWORD, "abcdef")
    accept(house, token)


def test_nothing_is_made_before_a_recovery_code_was_typed_again(house: House) -> None:
    """Cut in the middle, the account does not exist: the invitation is taken again from its first page."""
    token = invited(house)
    before, ready = everything(house), begun(house, token)
    for typed in ("", ready.password, ready.codes[0][:-1], "AAAA-AAAA-AAAA-AAAA-AAAA"):
        with refused("recovery"):
            finish_acceptance(house, token, ready.blob, typed)
    assert everything(house) == before
    again = begun(house, token)
    finish_acceptance(house, token, again.blob, again.codes[3].lower().replace("-", " "))


def test_the_recovery_code_typed_again_still_serves(town: Town) -> None:
    town.join("landlord")
    somebody = town.people["landlord"]
    assert town.token("landlord", code=somebody.codes[-1])


def everything(house: House) -> tuple[object, ...]:
    """Every row of both stores that an acceptance changes, and the end of the log."""
    with house.stores.case_reading() as case, house.stores.key_reading() as key:
        queries = (select(PersonRow.generation, PersonRow.member, PersonRow.state), select(TenureRow.state))
        rows = [tuple(case.execute(query).all()) for query in queries]
        log = tuple(record.number for record in entries(case.connection(), house.provider.mac))
        return (*rows, log, tuple(key.scalars(select(MemberRow)).all()), tuple(key.scalars(select(CopyRow)).all()))


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


@pytest.mark.clause("A-02")
@given(st.text(string.ascii_letters + string.digits + "!? ", max_size=40))
def test_the_bits_that_are_told_say_what_the_rule_says(password: str) -> None:
    wrong = flaw(password, "")
    if wrong is None:
        assert bits(password) >= ENOUGH
    if wrong == "short":
        assert bits(password) < ENOUGH


@pytest.mark.clause("A-02")
@pytest.mark.parametrize(
    ("password", "wrong", "worth"),
    [
        ("Zt4!quwx9Rm", "short", 73),
        ("pomme lune cheval bleu route fleuve", "short", 69),
        ("ztquwxrmkplsbnvcdfgh", "kinds", 94),
        ("Ab3!Ab3!Ab3!", "repeats", 80),
        ("Anne.Lebrun-2026!", "login", 113),
        ("Zt4!quwx9RmK" * 22, "long", 1_750),
    ],
)
def test_a_refused_password_is_told_why(password: str, wrong: str, worth: int) -> None:
    with pytest.raises(Weak, match="password_weak") as caught:
        require_strong(password, "anne.lebrun@exemple.fr")
    assert (caught.value.flaw, caught.value.bits) == (wrong, worth)


@pytest.mark.clause("A-02")
def test_a_proposed_phrase_is_worth_eighty_bits() -> None:
    """Drawn from the whole list, each word as likely as the next: a shorter list would be worth less."""
    assert list(words()) == sorted(set(words()))
    assert all(word.isascii() and word.islower() and word.isalpha() and 4 <= len(word) <= 8 for word in words())
    assert COUNT * math.log2(len(words())) > drawn_bits() >= ENOUGH
    proposed = [propose("anne@exemple.fr") for _ in range(40)]
    assert len(set(proposed)) == len(proposed)
    assert all(len(set(phrase.split()) & set(words())) == COUNT for phrase in proposed)


@pytest.mark.clause("A-02")
def test_a_proposed_phrase_holds_no_part_that_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter((*[["marchand", "lune", "miel", "neige", "orge", "pomme", "route"]] * 2, list(words()[:7])))
    monkeypatch.setattr("casework.accounts.passphrases.secrets.SystemRandom", lambda: Drawn(drawn))
    assert propose("marc@exemple.fr") == " ".join(words()[:7])


@dataclass
class Drawn:
    """Chance that knows what it will draw."""

    found: Iterator[list[str]]

    def sample(self, *_: object) -> list[str]:
        """The next draw."""
        return next(self.found)


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
    for name in ("coordinator", "dpo"):
        with pytest.raises(CryptoError):
            names(town.house).person(town.people[name].person)


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
        accepted, secret, codes = accept(town.house, reinvite(town.house, somebody.person), "Autre-Phrase-Longue-8")
    assert open_session(town.house, old) is None
    with town.later(minutes=1), refused("wrong"):
        log_in(town.house, somebody.typed(), b"home")
    with town.later(minutes=1), refused("pending"):
        typed = somebody.typed(password="Autre-Phrase-Longue-8", code=totp_now(secret))
        log_in(town.house, typed, b"home")
    assert accepted.fingerprints[somebody.tenure] != somebody.fingerprint
    with town.house.stores.case_reading() as session:
        assert session.get_one(TenureRow, somebody.tenure).state == "pending"
        assert len(locks_of(town.house, session.get_one(PersonRow, somebody.person))) == len(codes) + 1
