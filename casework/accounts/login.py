"""Log-in in one POST: password and second factor together; whatever is wrong, the answer and the work are the same."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from casework.accounts import totp
from casework.accounts.admission import has_keys, own_fingerprints
from casework.accounts.confirming import due
from casework.accounts.errors import AccountError
from casework.accounts.limits import Budget, Limited, budget, count_attempt, forgive, new_device
from casework.accounts.members import (
    Bundle,
    is_code,
    locks_changed,
    locks_hash,
    locks_hold,
    locks_of,
    open_by_code,
    open_by_password,
)
from casework.accounts.people import person_by_login, tenures_of
from casework.accounts.sessions import begin_session, founder
from casework.kernel.life import Actor, Party
from casework.store.directory import DirectoryMissing, load_directory
from casework.store.events import OUTCOMES
from casework.store.house import House, Writing
from casework.store.keyring import Keyring
from casework.store.tables import PersonRow


@dataclass(frozen=True, repr=False)
class Typed:
    """What the one form of log-in sends. A recovery code may stand for the password or for the code, not for both."""

    login: str
    password: str
    code: str
    tenure: UUID | None = None
    device: bytes | None = None


@dataclass(frozen=True, repr=False)
class Opened:
    """`token` for the session's cookie, `device` for the one that gives this browser its own budget (A-03)."""

    token: bytes
    device: bytes


class TenureChoice(AccountError):
    """Both factors are right, and the person holds several seats: the form is sent again with one of them."""

    def __init__(self, tenures: dict[UUID, Party]) -> None:
        super().__init__("tenure_choice")
        self.tenures = tenures


class Waiting(AccountError):
    """Both factors are right, and no keeper admitted the person yet: the fingerprint to read out, for each tenure that waits."""

    def __init__(self, fingerprints: dict[UUID, str]) -> None:
        super().__init__("pending")
        self.fingerprints = fingerprints


@dataclass(frozen=True, repr=False)
class Proof:
    """What both factors proved: the keys, and what this use burns (a time step, or a recovery code's slot)."""

    person: PersonRow
    bundle: Bundle
    step: int | None = None
    slot: int | None = None
    locks: dict[int, bytes] = field(default_factory=dict)

    @property
    def without_password(self) -> bool:
        """Whether a recovery code stood for the password, beside a code of the telephone."""
        return self.step is not None and self.slot is not None


def log_in(house: House, typed: Typed, address: bytes) -> Opened:
    """Open a session. Errors: Limited; AccountError "wrong", "busy", "lapsed"; TenureChoice; Waiting."""
    proof, drawn = prove(house, typed, address)
    tenure, party = _chosen(house, typed, proof, drawn)
    try:
        token = _enter(house, proof, drawn, tenure, Actor(house.instance, party))
    except AccountError:
        _log_failure(house, "wrong_secret")
        raise
    return Opened(token, new_device(house, typed.login))


def prove(house: House, typed: Typed, address: bytes) -> tuple[Proof, Budget]:
    """Both factors, the attempt counted before they are looked at. Errors: Limited; AccountError "wrong", "busy"."""
    drawn = budget(house, typed.login, address, typed.device)
    try:
        count_attempt(house, drawn)
    except Limited as refused:
        if not refused.again:  # a stranger must not fill the log at the pace of its attempts
            _log_failure(house, "limited")
        raise
    proof = _prove(house, typed)
    if proof is None:
        _log_failure(house, "wrong_secret")
        raise AccountError("wrong")
    return proof, drawn


def _enter(house: House, proof: Proof, drawn: Budget, tenure: UUID, actor: Actor) -> bytes:
    """One transaction: the code is burnt, the session begins, the log says so."""
    with house.writing() as writing:
        burn(writing, proof, actor)
        forgive(writing.session, drawn)
        writing.log(house.events.login, actor)
        return begin_session(house, writing.session, proof.bundle, proof.person.id, tenure)


def _prove(house: House, typed: Typed) -> Proof | None:
    """Both factors, or None; unknown names and recovery codes cost the same Argon2 work."""
    with house.stores.case_reading() as session:
        person = person_by_login(house, session, typed.login)
    locks = locks_of(house, person) if person else {}
    bundle = open_by_password(house, person.id if person else house.instance, typed.password, locks)
    if person is None or not locks:
        return None
    if not locks_hold(house, person, locks):
        if not locks_changed(house, person):
            house.log([house.entry(house.events.tampering, Actor(house.instance, None), subject=person.id)])
        return None
    return _second(house, person, bundle, typed, locks)


def _second(
    house: House, person: PersonRow, bundle: Bundle | None, typed: Typed, locks: dict[int, bytes]
) -> Proof | None:
    if bundle is not None and is_code(typed.code):
        found = open_by_code(house, person, typed.code, locks)
        return Proof(person, found[1], slot=found[0], locks=locks) if found else None
    slot = None
    if bundle is None and is_code(typed.password):
        slot, bundle = open_by_code(house, person, typed.password, locks) or (None, None)
    step = totp.step_of(bundle.totp, typed.code) if bundle else None
    return None if bundle is None or step is None else Proof(person, bundle, step, slot, locks)


def _chosen(house: House, typed: Typed, proof: Proof, drawn: Budget) -> tuple[UUID, Party]:
    """The tenure to act in. Errors: TenureChoice, Waiting, AccountError "lapsed"; none is a failure of the secrets."""
    with house.stores.case_reading() as session:
        open_to = _tenures(house, session, proof)
    wanted = [typed.tenure] if typed.tenure else list(open_to)
    if len(wanted) == 1 and wanted[0] in open_to:
        return wanted[0], open_to[wanted[0]]
    with house.stores.case_writing() as session:
        forgive(session, drawn)
    if open_to:
        raise TenureChoice(open_to)
    raise _closed(house, proof)


def _closed(house: House, proof: Proof) -> AccountError:
    """Why both factors open nothing."""
    person, bundle = proof.person.id, proof.bundle
    if any(item.out and item.person == person for item in due(house)):
        return AccountError("lapsed")
    return Waiting(own_fingerprints(house, Keyring(person, bundle.member, bundle.opening, bundle.signing)))


def _tenures(house: House, session: Session, proof: Proof) -> dict[UUID, Party]:
    person = proof.person.id
    try:
        directory = load_directory(house, session)
    except DirectoryMissing:
        founders = {row.id: founder(house, session, person, row.id) for row in tenures_of(house, session, person)}
        return {key: party for key, party in founders.items() if party}
    if not has_keys(directory, person, proof.bundle.member):
        return {}
    return {key: party for key, party in directory.parties().items() if party.person == person}


def burn(writing: Writing, proof: Proof, actor: Actor) -> None:
    """A code serves once: conditional UPDATEs, so that of two uses at once one fails. Errors: AccountError "wrong"."""
    mine = update(PersonRow).where(PersonRow.id == proof.person.id).returning(PersonRow.id)
    if proof.step is not None:
        later = mine.where(PersonRow.last_step < proof.step).values(last_step=proof.step)
        _require_one(writing.session.scalar(later))
    if proof.slot is not None:
        used = proof.person.used_codes | 1 << proof.slot
        unused = mine.where(PersonRow.used_codes == proof.person.used_codes).values(used_codes=used)
        _require_one(writing.session.scalar(unused))
        row = locks_hash(proof.locks, used)
        writing.log(writing.house.events.member_changed, actor, subject=proof.person.id, row=row)


def _require_one(changed: UUID | None) -> None:
    if changed is None:
        raise AccountError("wrong")


def _log_failure(house: House, outcome: str) -> None:
    event, nobody = house.events.login_failed, Actor(house.instance, None)
    house.log([house.entry(event, nobody, outcome=OUTCOMES[outcome])])
