"""Telling people that something waits for them: a row written with the act, one mail a day at most, sent in the turn of the clocks."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from smtplib import SMTP
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update

from casework.kernel.clock import now, today
from casework.mail.mailer import ACTION, INVITATION, RENEWAL, RENEWED, Mailer, Refused
from casework.store.directory import Directory, load_directory
from casework.store.house import House, Writing
from casework.store.keyring import holders
from casework.store.tables import AnnouncementRow

LOG = logging.getLogger(__name__)
MAILER = "casework.mailer"  # where the application keeps it
GIVEN_UP = timedelta(days=3)
BATCH = 300.0  # s: the clocks do not wait longer for a slow server
CLAIM = timedelta(minutes=15)  # a turn that has not sent its letter by then was killed
Addresses = Callable[[UUID], str]
Change = tuple[Collection[UUID], Collection[UUID]]


def announce(writing: Writing, directory: Directory, changes: Iterable[Change], actor: UUID) -> None:
    """In the transaction of an act: leave word for each person who now opens something that it did not open before, but who acted.

    `changes`: for each compartment, the principals it was sealed to and those it is sealed to now.
    """
    known = holders(directory)
    gained = {person for before, after in changes for person in _behind(known, after) - _behind(known, before)}
    writing.session.add_all(
        AnnouncementRow(id=uuid4(), instance=writing.house.instance, person=person, day=today())
        for person in gained - {actor}
    )


def _behind(known: Mapping[UUID, set[UUID]], principals: Collection[UUID]) -> set[UUID]:
    return set().union(*(known.get(item, ()) for item in principals))


def deliver(house: House, mailer: Mailer | None, addresses: Addresses) -> None:
    """Send what waits, at most one mail per person and day; what does not leave waits for the next turn, for three days."""
    _forget(house, mailer)
    waiting = _waiting(house) if mailer else []
    if not (mailer and waiting):
        return
    try:
        _send(house, mailer, addresses, waiting)
    except OSError as error:
        LOG.warning("the mail server cannot be used (%s): mails wait for the next turn", _said(error))


def waiting_since(house: House) -> date | None:
    """The day of the oldest mail that should have left on a former day; None when there is none."""
    row = AnnouncementRow
    late = select(func.min(row.day)).where(row.instance == house.instance, row.sent_on.is_(None), row.day < today())
    with house.stores.case_reading() as session:
        return session.scalar(late)


def send_invitation(mailer: Mailer, to: str, path: str, *, again: bool = False) -> bool:
    """Whether the letter with this link left; `again` for somebody whose account it will replace."""
    return _leaves(mailer, to, RENEWAL if again else INVITATION, link=mailer.home + path)


def tell_renewed(mailer: Mailer, to: str) -> bool:
    """Whether the letter left that says that the account was replaced: whoever did not do it must know (security.md §2)."""
    return _leaves(mailer, to, RENEWED)


def _leaves(mailer: Mailer, to: str, letter: str, **words: str) -> bool:
    try:
        with mailer.session() as server:
            mailer.hand(server, to, letter, **words)
    except Refused as refused:
        LOG.warning("a letter (%s) was refused by the mail server (%s)", letter, refused.code)
        return False
    except OSError as error:
        LOG.warning("a letter (%s) did not leave, the mail server cannot be used (%s)", letter, _said(error))
        return False
    return True


def _send(house: House, mailer: Mailer, addresses: Addresses, waiting: Sequence[UUID]) -> None:
    end = time.monotonic() + BATCH
    with mailer.session() as server:
        for person in waiting:
            if time.monotonic() > end:
                LOG.warning("the mail server is slow: the other mails wait for the next turn")
                return
            _send_one(house, mailer, server, addresses, person)


def _send_one(house: House, mailer: Mailer, server: SMTP, addresses: Addresses, person: UUID) -> None:
    rows = _claim(house, person)
    if not rows:
        return  # another turn is at it, or was
    try:
        mailer.hand(server, addresses(person), ACTION)
    except Refused as refused:
        LOG.warning("the mail server refused one address or mail (%s)", refused.code)
        _release(house, rows)
    except OSError:
        _release(house, rows)
        raise
    else:
        _mark(house, rows)


def _forget(house: House, mailer: Mailer | None) -> None:
    """What was sent on a former day, what is too old; everything when no mail is sent here."""
    row, day = AnnouncementRow, today()
    mine = row.instance == house.instance
    with house.stores.case_writing() as session:
        session.execute(delete(row).where(mine, row.sent_on.is_not(None), row.sent_on != day))
        late = delete(row).where(mine, row.sent_on.is_(None), *([row.day <= day - GIVEN_UP] if mailer else []))
        given_up = len(session.scalars(late.returning(row.id)).all())
    if mailer and given_up:
        LOG.warning("%d mails were given up: they did not leave in %d days", given_up, GIVEN_UP.days)


def _waiting(house: House) -> list[UUID]:
    """Each person who sits somewhere and was told nothing today, who waits longest first."""
    row = AnnouncementRow
    with house.stores.case_reading() as session:
        rows = session.scalars(select(row).where(row.instance == house.instance).order_by(row.day, row.id)).all()
        if not rows:
            return []
        seated = {tenure.person for tenure in load_directory(house, session).tenures.values()}
    told = {item.person for item in rows if item.sent_on}
    return list(dict.fromkeys(item.person for item in rows if item.person in seated - told))


def _claim(house: House, person: UUID) -> list[UUID]:
    """The rows of this person, for this turn alone to send; none when it was told today or another turn is at it."""
    row = AnnouncementRow
    mine = select(row).where(row.instance == house.instance, row.person == person).order_by(row.id).with_for_update()
    with house.stores.case_writing() as session:
        rows = session.scalars(mine).all()
        if any(item.sent_on or _claimed(item) for item in rows):
            return []
        for item in rows:
            item.claimed_at = now()
        return [item.id for item in rows]


def _claimed(row: AnnouncementRow) -> bool:
    return row.claimed_at is not None and now() - CLAIM < row.claimed_at <= now()


def _release(house: House, rows: Sequence[UUID]) -> None:
    """Let the next turn try."""
    with house.stores.case_writing() as session:
        session.execute(update(AnnouncementRow).where(_one_of(rows)).values(claimed_at=None))


def _mark(house: House, rows: Sequence[UUID]) -> None:
    """One row says until tomorrow that this person was told; what is written meanwhile waits until then."""
    first, *others = rows
    with house.stores.case_writing() as session:
        session.execute(update(AnnouncementRow).where(AnnouncementRow.id == first).values(sent_on=today()))
        session.execute(delete(AnnouncementRow).where(_one_of(others)))


def _one_of(rows: Sequence[UUID]) -> ColumnElement[bool]:
    return AnnouncementRow.id.in_(rows)


def _said(error: OSError) -> str:
    """Of an error no more than its kind and code: its words may name an address."""
    code = getattr(error, "smtp_code", None) or error.errno
    return f"{type(error).__name__} {code}" if code else type(error).__name__
