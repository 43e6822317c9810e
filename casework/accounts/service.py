"""Organisations and invitations: how a professional comes to have an account; admission to a seat is in admission.py."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from casework.accounts import totp
from casework.accounts.admission import drop_unlisted, fingerprint_of, has_apart
from casework.accounts.errors import AccountError
from casework.accounts.members import (
    GENERATIONS,
    NewMember,
    forget_generations,
    lock_bundle,
    locks_hash,
    new_member,
    store_rows,
)
from casework.accounts.passwords import strong
from casework.accounts.people import (
    Contact,
    login_hash,
    open_contact,
    open_name,
    person_by_login,
    person_row,
    seal_contact,
    seal_name,
    tenures_of,
)
from casework.kernel.clock import now
from casework.kernel.life import Actor, Party
from casework.store.house import House, Writing
from casework.store.instances import take_turn
from casework.store.keyring import APART, seal_copy
from casework.store.tables import InvitationRow, OrganisationRow, PersonRow, PrincipalRow, SessionRow, TenureRow
from crypto.errors import CryptoError
from crypto.sealing import new_sealing_pair

VALID = timedelta(hours=72)
MARK = 8  # bytes of a keyed hash
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Invited:
    """What an invitation made. `token` is None when the person has an account already: a keeper admits the new seat."""

    person: UUID
    tenure: UUID
    token: str | None


@dataclass(frozen=True, repr=False)
class Setup:
    """What the newcomer's page shows; `blob` comes back hidden in its form and holds the secret under the provider."""

    blob: str
    secret: str
    uri: str
    contact: Contact


@dataclass(frozen=True, repr=False)
class Accepted:
    """Shown once: ten recovery codes, and the fingerprint to read to a keeper for each tenure."""

    person: UUID
    codes: tuple[str, ...]
    fingerprints: dict[UUID, str]


def create_organisation(house: House, kind: str, name: str, by: Actor | None = None) -> UUID:
    """A new organisation. Errors: AccountError "organisation" for an unknown kind, "known" for one that is there, "not_allowed"."""
    _require_inviter(house, by)
    if kind not in house.charter.organisations or not name.strip():
        raise AccountError("organisation")
    key = uuid4()
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        _require_unknown(house, writing.session, kind, name)
        writing.session.add(
            OrganisationRow(id=key, instance=house.instance, kind=kind, name=seal_name(house, key, name.strip()))
        )
        writing.log(house.events.created, by or _nobody(house), subject=key)
    return key


def invite(house: House, contact: Contact, seat: str, organisation: UUID, by: Actor | None = None) -> Invited:
    """A way into a seat: 72 hours, single use (A-01). Errors: AccountError "seat", "organisation", "invited", "not_allowed"."""
    _require_inviter(house, by)
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        _require_seat(house, writing.session, seat, organisation)
        person = person_by_login(house, writing.session, contact.login) or _new_person(house, writing.session, contact)
        if any(
            (row.seat, row.organisation) == (seat, organisation)
            for row in tenures_of(house, writing.session, person.id)
        ):
            raise AccountError("invited")
        tenure = TenureRow(id=uuid4(), instance=house.instance, person=person.id, organisation=organisation, seat=seat)
        tenure.state = "invited" if person.member is None else "pending"
        writing.session.add(tenure)
        token = _new_token(house, writing.session, person) if person.member is None else None
        writing.log(house.events.invited, by or _nobody(house), subject=person.id)
    return Invited(person.id, tenure.id, token)


def reinvite(house: House, person: UUID, by: Actor | None = None, seen: str | None = None) -> str:
    """A token for somebody who lost the way in: accepting makes new keys, that a keeper must admit again.

    `seen`: the mark of the invitation that the form was written after, None for whatever it is now; the same form sent again is
    "changed", so that the link already handed over still opens.
    """
    _require_inviter(house, by)
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        row = person_row(house, writing.session, person)
        if row is None or not row.contact:
            raise AccountError("invitation")
        former = writing.session.scalar(select(InvitationRow).where(InvitationRow.person == person))
        if seen not in (None, mark(former)):
            raise AccountError("changed")
        token = _new_token(house, writing.session, row)
        writing.log(house.events.invited, by or _nobody(house), subject=person)
    return token


def mark(invitation: InvitationRow | None) -> str:
    """What tells an invitation from the next one, and opens nothing."""
    return invitation.token_hash[:MARK].hex() if invitation else ""


def begin_acceptance(house: House, token: str) -> Setup:
    """A second factor for the newcomer to enter; nothing is stored. Errors: AccountError "invitation"."""
    with house.stores.case_reading() as session:
        contact = open_contact(house, _invited(house, session, token))
    secret = totp.new_secret()
    blob = house.provider.seal("acceptance", secret, _token_hash(house, token))
    return Setup(blob.hex(), totp.readable(secret), totp.uri(secret, contact.login, "Casework"), contact)


def finish_acceptance(house: House, token: str, blob: str, password: str, code: str) -> Accepted:
    """Make the account's keys. Errors: AccountError "invitation", "password_weak" (A-02) or "totp"."""
    with house.stores.case_reading() as session:
        person = _invited(house, session, token)
        seats = {row.seat for row in tenures_of(house, session, person.id) if has_apart(house, row.seat)}
    if not strong(password, open_contact(house, person).login):
        raise AccountError("password_weak")
    member = new_member(uuid4(), _entered(house, token, blob, code))
    generation = secrets.randbelow(GENERATIONS) + 1
    rows, codes = lock_bundle(house, person.id, generation, password, member.bundle)
    store_rows(house, person.id, generation, rows)
    pairs = [_new_apart(house, person.id, seat, member) for seat in sorted(seats)]
    with house.writing() as writing:
        _use(house, writing.session, token)
        _become(writing, person, generation, member, pairs)
        digest = locks_hash({row.slot: row.locked for row in rows}, 0)
        fingerprints = _await_admission(writing, person.id, digest)
    forget_generations(house, person.id, but=generation)
    return Accepted(person.id, tuple(codes), fingerprints)


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


def _entered(house: House, token: str, blob: str, code: str) -> bytes:
    try:
        secret = house.provider.open("acceptance", bytes.fromhex(blob), _token_hash(house, token))
    except (CryptoError, ValueError):
        raise AccountError("invitation") from None
    if totp.step_of(secret, code) is None:
        raise AccountError("totp")
    return secret


def _require_inviter(house: House, by: Actor | None) -> None:
    """Keepers and the technical administrator invite; None is the command line."""
    if by is None:
        return
    if by.party is None or not (house.charter.seat(by.seat).keeper or by.seat == ADMINISTRATOR):
        raise AccountError("not_allowed")


def _require_seat(house: House, session: Session, seat: str, organisation: UUID) -> None:
    query = select(OrganisationRow.kind).where(OrganisationRow.instance == house.instance)
    kind = session.scalar(query.where(OrganisationRow.id == organisation))
    if kind is None:
        raise AccountError("organisation")
    if kind not in next((item.organisations for item in house.charter.seats if item.name == seat), ()):
        raise AccountError("seat")


def _require_unknown(house: House, session: Session, kind: str, name: str) -> None:
    same = select(OrganisationRow).where(OrganisationRow.instance == house.instance, OrganisationRow.kind == kind)
    if name.strip().casefold() in {open_name(house, row).casefold() for row in session.scalars(same)}:
        raise AccountError("known")


def _new_person(house: House, session: Session, contact: Contact) -> PersonRow:
    row = PersonRow(id=uuid4(), instance=house.instance, login_hash=login_hash(house, contact.login), charter_signed="")
    row.contact, row.last_step, row.generation, row.used_codes = seal_contact(house, row.id, contact), 0, 0, 0
    row.state = "invited"
    session.add(row)
    session.flush()
    return row


def _new_token(house: House, session: Session, person: PersonRow) -> str:
    """A token; those given before no longer open."""
    session.execute(delete(InvitationRow).where(InvitationRow.person == person.id))
    token = secrets.token_hex(32)
    session.add(InvitationRow(token_hash=_token_hash(house, token), person=person.id, expires_at=now() + VALID))
    return token


def _invited(house: House, session: Session, token: str) -> PersonRow:
    row = session.get(InvitationRow, _token_hash(house, token))
    person = person_row(house, session, row.person) if row and row.used_at is None and now() < row.expires_at else None
    if person is None:
        raise AccountError("invitation")
    return person


def _use(house: House, session: Session, token: str) -> None:
    """Single use: of two acceptances at once, one goes through."""
    unused = update(InvitationRow).where(
        InvitationRow.token_hash == _token_hash(house, token),
        InvitationRow.used_at.is_(None),
        InvitationRow.expires_at > now(),
    )
    done = session.execute(unused.values(used_at=now()))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise AccountError("invitation")


def _token_hash(house: House, token: str) -> bytes:
    return house.provider.lookup("invitation", f"{house.instance}:{token}")


def _nobody(house: House) -> Actor:
    return Actor(house.instance, None)
