"""Sealed sessions (A-04): the row opens only with the token of its cookie; membership is checked at every request."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from casework.accounts.admission import has_keys
from casework.accounts.charter import version_signed
from casework.accounts.members import Bundle
from casework.accounts.people import open_name, tenure_row
from casework.kernel.clock import SKEW, now
from casework.kernel.life import Actor, Party
from casework.store.directory import DirectoryMissing, load_directory
from casework.store.house import House
from casework.store.keyring import Acting, Keyring
from casework.store.tables import OrganisationRow, SessionRow
from crypto.errors import CryptoError
from crypto.framing import frame
from crypto.identity import lock, session_key, unlock

IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=8)
KEYLESS = timedelta(hours=1)
_MOVED = timedelta(minutes=1)
_TOKEN = 32
# Built once: to build a statement, and the key under which it was compiled, costs as much as to run it.
_OF_TOKEN = select(SessionRow).where(
    SessionRow.instance == bindparam("instance"), SessionRow.token_hash == bindparam("token")
)


@dataclass(frozen=True)
class Place:
    """Whose session it is, and since when: what its keys are bound to."""

    person: UUID
    tenure: UUID
    began_at: datetime
    seen_at: datetime


def begin_session(
    house: House, session: Session, bundle: Bundle, person: UUID, tenure: UUID, began_at: datetime | None = None
) -> bytes:
    """A new session inside the transaction of the log-in, or of the change of seat that goes on with one begun earlier; its token."""
    token, place = secrets.token_bytes(_TOKEN), Place(person, tenure, began_at or now(), now())
    row = SessionRow(token_hash=token_hash(house, token), instance=house.instance, person=person, tenure=tenure)
    row.began_at, row.seen_at, row.keys = place.began_at, place.seen_at, _lock(house, token, place, bundle)
    session.add(row)
    return token


def open_session(house: House, token: bytes) -> Acting | None:
    """Who acts; None when the token opens nothing, the time is over, or the seat is no longer held.

    Errors: DirectoryBroken when the directory does not prove itself.
    """
    with house.stores.case_reading() as session:
        row = _row(house, session, token)
        bundle = _unlock(house, token, row) if row and not is_over(row) else None
        party = _party(house, session, row, bundle) if row and bundle else None
        place = _place(house, session, party) if party else ""
        signed = version_signed(house, session, party.person) if party else ""
    if row is None or bundle is None:
        return None
    if party is None:
        log_out(house, token)
        return None
    if now() - row.seen_at >= _MOVED:
        _move(house, token, row, bundle)
    keys = Keyring(row.person, bundle.member, bundle.opening, bundle.signing)
    return Acting(Actor(house.instance, party), keys, row.tenure, place, signed)


def _place(house: House, session: Session, party: Party) -> str:
    """What the organisation is called, where a person may act for another one in the same seat."""
    held = house.charter.seat(party.seat).by_organisation
    row = session.get(OrganisationRow, party.organisation) if held else None
    return open_name(house, row) if row else ""


def other_seats(house: House, acting: Acting) -> dict[UUID, Party]:
    """The other tenures this person may act in."""
    with house.stores.case_reading() as session:
        parties = _parties(house, session)
    return {key: party for key, party in parties.items() if party.person == acting.keys.person and key != acting.tenure}


def change_seat(house: House, token: bytes, acting: Acting, tenure: UUID) -> bytes | None:
    """Leave one's seat for another of one's own, in a new session that lasts no longer; None when it is not open.

    Every page shown before belongs to the session that ended.
    """
    party = other_seats(house, acting).get(tenure)
    with house.writing() as writing:
        row = _row(house, writing.session, token)
        bundle = _unlock(house, token, row) if row else None
        if party is None or row is None or bundle is None:
            return None
        writing.session.execute(delete(SessionRow).where(SessionRow.token_hash == row.token_hash))
        writing.log(house.events.logout, acting.actor)
        writing.log(house.events.login, Actor(house.instance, party))
        return begin_session(house, writing.session, bundle, party.person, tenure, row.began_at)


def idle_until(house: House, token: bytes) -> datetime | None:
    """When the session ends if nothing more is asked: at most a minute early, since `seen_at` moves once a minute."""
    with house.stores.case_reading() as session:
        row = _row(house, session, token)
    return min(row.seen_at + IDLE, row.began_at + WHOLE) if row else None


def expired_author(house: House, token: bytes) -> Party | None:
    """Who a session belonged to, within the hour after its end: a refused POST is sealed to its author as a draft."""
    with house.stores.case_reading() as session:
        row = _row(house, session, token)
        if row is None or now() >= _end(row) + KEYLESS:
            return None
        party = load_directory(house, session).party(row.tenure)
    return party if party and party.person == row.person else None


def log_out(house: House, token: bytes, acting: Acting | None = None) -> None:
    """End a session at once."""
    with house.writing() as writing:
        writing.session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash(house, token)))
        if acting:
            writing.log(house.events.logout, acting.actor)


def sweep_sessions(house: House) -> None:
    """Take the keys out of ended sessions, delete those ended for an hour."""
    with house.stores.case_writing() as session:
        mine = SessionRow.instance == house.instance
        session.execute(update(SessionRow).where(mine, or_(_ended_since(now()), _ahead(SKEW))).values(keys=None))
        session.execute(delete(SessionRow).where(mine, or_(_ended_since(now() - KEYLESS), _ahead(KEYLESS))))


def _ended_since(moment: datetime) -> ColumnElement[bool]:
    return or_(SessionRow.seen_at <= moment - IDLE, SessionRow.began_at <= moment - WHOLE)


def _ahead(span: timedelta) -> ColumnElement[bool]:
    return SessionRow.seen_at > now() + span


def _row(house: House, session: Session, token: bytes) -> SessionRow | None:
    return session.scalar(_OF_TOKEN, {"instance": house.instance, "token": token_hash(house, token)})


def _end(row: SessionRow) -> datetime:
    return min(row.seen_at + IDLE, row.began_at + WHOLE)


def is_over(row: SessionRow) -> bool:
    """Whether its time is over, swept or not; one seen by a clock that was ahead would last until time has caught up with it."""
    return row.keys is None or not row.seen_at - SKEW <= now() < _end(row)


def _party(house: House, session: Session, row: SessionRow, bundle: Bundle) -> Party | None:
    """The party of the tenure, when the present list admits it with these very keys."""
    try:
        directory = load_directory(house, session)
    except DirectoryMissing:
        return founder(house, session, row.person, row.tenure)
    party = directory.party(row.tenure)
    same = party is not None and party.person == row.person and has_keys(directory, row.person, bundle.member)
    return party if same else None


def founder(house: House, session: Session, person: UUID, tenure: UUID) -> Party | None:
    """Before the opening only, a keeper-to-be may come in, to hold the ceremony."""
    row = tenure_row(house, session, tenure)
    if row is None or row.state != "pending" or row.person != person or not house.charter.seat(row.seat).keeper:
        return None
    return Party(row.person, row.seat, row.organisation)


def _parties(house: House, session: Session) -> dict[UUID, Party]:
    try:
        return load_directory(house, session).parties()
    except DirectoryMissing:
        return {}


def _move(house: House, token: bytes, row: SessionRow, bundle: Bundle) -> None:
    """`seen_at` is bound to the keys: moving it locks them again, so that nobody without the token can."""
    place = Place(row.person, row.tenure, row.began_at, now())
    same = update(SessionRow).where(SessionRow.token_hash == row.token_hash, SessionRow.seen_at == row.seen_at)
    with house.stores.case_writing() as session:
        session.execute(same.values(seen_at=place.seen_at, keys=_lock(house, token, place, bundle)))


def _lock(house: House, token: bytes, place: Place, bundle: Bundle) -> bytes:
    secret = Bundle(bundle.member, bundle.opening, bundle.signing, b"").encode()
    return lock(session_key(token, house.provider.pepper), secret, _bound(house, place))


def _unlock(house: House, token: bytes, row: SessionRow) -> Bundle | None:
    place = Place(row.person, row.tenure, row.began_at, row.seen_at)
    try:
        key = session_key(token, house.provider.pepper)
        return Bundle.decode(unlock(key, row.keys or b"", _bound(house, place)))
    except CryptoError:
        return None


def _bound(house: House, place: Place) -> bytes:
    times = (place.began_at.isoformat().encode(), place.seen_at.isoformat().encode())
    return frame(b"casework/session-keys/1", house.instance.bytes, place.person.bytes, place.tenure.bytes, *times)


def token_hash(house: House, token: bytes) -> bytes:
    """How a session is found."""
    return house.provider.lookup("session", f"{house.instance}:{token.hex()}")
