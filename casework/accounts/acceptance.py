"""Accepting an invitation: password, telephone, and codes on paper that the newcomer proves to have; then the account, all at once."""

import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from casework.accounts import totp
from casework.accounts.admission import drop_unlisted, fingerprint_of, has_apart
from casework.accounts.carried import Ready, carried, draw, opened
from casework.accounts.errors import AccountError
from casework.accounts.members import (
    GENERATIONS,
    NewMember,
    lock_bundle,
    locks_hash,
    new_member,
    store_rows,
)
from casework.accounts.passwords import require_strong
from casework.accounts.people import Contact, open_contact, person_row, tenures_of
from casework.accounts.service import token_hash
from casework.kernel.clock import now
from casework.kernel.life import Actor, Party
from casework.store.house import House, Writing
from casework.store.keyring import APART, seal_copy
from casework.store.removals import DEPARTURES, finish, former_locks
from casework.store.tables import InvitationRow, PersonRow, PrincipalRow, SessionRow
from crypto.sealing import new_sealing_pair

SECOND_FACTOR, READY = "acceptance", "acceptance-ready"


@dataclass(frozen=True, repr=False)
class Setup:
    """What the newcomer's page shows; `blob` comes back hidden in its form and holds the secret under the provider."""

    blob: str
    secret: str
    uri: str
    contact: Contact

    @property
    def grouped(self) -> str:
        """The secret as it is copied by hand."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


@dataclass(frozen=True, repr=False)
class Accepted:
    """The account is made: the fingerprint to read to a keeper, for each tenure; `renewed` when it replaces a former one."""

    person: UUID
    fingerprints: dict[UUID, str]
    renewed: bool


def begin_acceptance(house: House, token: str) -> Setup:
    """A second factor for the newcomer to enter; nothing is stored. Errors: AccountError "invitation"."""
    with house.stores.case_reading() as session:
        contact = open_contact(house, _invited(house, session, token))
    secret = totp.new_secret()
    blob = house.provider.seal(SECOND_FACTOR, secret, token_hash(house, token))
    return Setup(blob.hex(), totp.readable(secret), totp.uri(secret, contact.login, "Casework"), contact)


def prepare(house: House, token: str, blob: str, password: str, code: str) -> Ready:
    """Both factors are good: the codes to keep on paper. Errors: AccountError "invitation", "totp"; Weak (A-02)."""
    with house.stores.case_reading() as session:
        login = open_contact(house, _invited(house, session, token)).login
    require_strong(password, login)
    secret = opened(house, (SECOND_FACTOR, token_hash(house, token)), blob, "invitation")
    if totp.step_of(secret, code) is None:
        raise AccountError("totp")
    return draw(house, (READY, token_hash(house, token)), password, secret)


def prepared(house: House, token: str, blob: str) -> Ready:
    """The same, as it comes back from a page. Errors: AccountError "invitation"."""
    with house.stores.case_reading() as session:
        _invited(house, session, token)
    return carried(house, (READY, token_hash(house, token)), blob, "invitation")


def finish_acceptance(house: House, token: str, blob: str, typed: str) -> Accepted:
    """Make the account's keys; `typed` is one of the codes, which it does not use up. Errors: AccountError "invitation" or "recovery"."""
    ready = prepared(house, token, blob)
    ready.require(typed)
    with house.stores.case_reading() as session:
        person = _invited(house, session, token)
        seats = {row.seat for row in tenures_of(house, session, person.id) if has_apart(house, row.seat)}
    member = new_member(uuid4(), ready.totp)
    generation = secrets.randbelow(GENERATIONS) + 1
    rows = lock_bundle(house, person.id, generation, ready.password, member.bundle, ready.codes)
    store_rows(house, person.id, generation, rows)
    pairs = [_new_apart(house, person.id, seat, member) for seat in sorted(seats)]
    with house.writing() as writing:
        _use(house, writing.session, token)
        _become(writing, person, generation, member, pairs)
        digest = locks_hash({row.slot: row.locked for row in rows}, 0)
        fingerprints = _await_admission(writing, person.id, digest)
        writing.session.add(former_locks(person.id))
    finish(house, DEPARTURES)
    return Accepted(person.id, fingerprints, renewed=person.member is not None)


def _become(writing: Writing, person: PersonRow, generation: int, member: NewMember, pairs: list[PrincipalRow]) -> None:
    """The person's row names the new keys; sessions under the former ones end, and pairs nobody listed are forgotten."""
    house, session = writing.house, writing.session
    drop_unlisted(house, session, person.id)
    session.execute(delete(SessionRow).where(SessionRow.person == person.id))
    changed = update(PersonRow).where(PersonRow.id == person.id)
    session.execute(
        changed.values(generation=generation, used_codes=0, member=member.bundle.member, state="accepted", last_step=0)
    )
    own = PrincipalRow(id=member.bundle.member, instance=house.instance, kind="member", person=person.id)
    own.public, own.signing = member.public, member.verifying
    session.add_all([own, *pairs])
    session.flush()


def _await_admission(writing: Writing, person: UUID, digest: bytes) -> dict[UUID, str]:
    """Every tenure waits for a keeper; the new locks and the acceptance are logged."""
    house, fingerprints = writing.house, {}
    tenures = tenures_of(house, writing.session, person)
    for row in tenures:
        row.state = "pending"
        fingerprints[row.id] = fingerprint_of(house, writing.session, row)
    party = Party(person, tenures[0].seat, tenures[0].organisation) if tenures else None
    actor = Actor(house.instance, party)
    writing.log(house.events.member_changed, actor, subject=person, row=digest)
    writing.log(house.events.accepted, actor, subject=person)
    return fingerprints


def _new_apart(house: House, person: UUID, seat: str, member: NewMember) -> PrincipalRow:
    """The separate pair of a seat, born with its first member; its private half is sealed to that member alone."""
    private, public = new_sealing_pair()
    key = uuid4()
    copy = seal_copy(house, private, key, (member.bundle.member, member.public), APART)
    with house.stores.key_writing() as session:
        session.add(copy)
    return PrincipalRow(id=key, instance=house.instance, kind="apart", seat=seat, person=person, public=public)


def _invited(house: House, session: Session, token: str) -> PersonRow:
    row = session.get(InvitationRow, token_hash(house, token))
    person = person_row(house, session, row.person) if row and row.used_at is None and now() < row.expires_at else None
    if person is None:
        raise AccountError("invitation")
    return person


def _use(house: House, session: Session, token: str) -> None:
    """Single use: of two acceptances at once, one goes through."""
    unused = update(InvitationRow).where(
        InvitationRow.token_hash == token_hash(house, token),
        InvitationRow.used_at.is_(None),
        InvitationRow.expires_at > now(),
    )
    done = session.execute(unused.values(used_at=now()))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise AccountError("invitation")
