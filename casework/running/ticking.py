"""One turn of the clocks and of the cleaning, and when the last one was: a timer runs it, or the server when none does."""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from casework.accounts.confirming import sweep_lapsed
from casework.accounts.erasure import sweep_people
from casework.accounts.limits import sweep_attempts
from casework.accounts.people import mail_address
from casework.accounts.sessions import sweep_sessions
from casework.cases.clocks import Ticked, tick
from casework.kernel.clock import now
from casework.mail.mailer import Mailer
from casework.mail.service import deliver
from casework.meetings import polling
from casework.store.house import House

LOG = logging.getLogger(__name__)
LATE = timedelta(minutes=75)  # after this the timer is taken to be missing


def run(house: House, mailer: Mailer | None = None) -> Ticked:
    """Everything that time does: sessions, attempts, people, rights, dates proposed, situations, then mail. It may be repeated."""
    sweep_sessions(house)
    sweep_attempts(house)
    sweep_people(house)
    sweep_lapsed(house)
    polling.sweep(house)
    done = tick(house)
    house.remember()
    _mark(house).touch(mode=0o600)
    deliver(house, mailer, partial(mail_address, house))
    return done


def since_last(house: House) -> timedelta | None:
    """How long ago the last whole turn ended; None when there was none."""
    return age(_mark(house))


def age(mark: Path) -> timedelta | None:
    """How long ago a file was written; None when it is not there."""
    try:
        return now() - datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def late(house: House) -> bool:
    """Whether no timer took its turn lately: the server takes it then."""
    ago = since_last(house)
    return ago is None or not -LATE < ago < LATE  # the clock may have been set back


def take_turn(house: House, mailer: Mailer | None) -> None:
    """One turn for the server: what fails is said in one line, and the pages go on."""
    try:
        done = run(house, mailer)
    except Exception as error:  # noqa: BLE001 - `casework doctor` says that the clocks stand still
        LOG.error("the turn of the clocks failed (%s): see `casework doctor`", type(error).__name__)  # noqa: TRY400 - a trace may hold data
    else:
        if done.broken or done.missing:
            LOG.error("something does not prove itself: the journal says what")


def _mark(house: House) -> Path:
    return house.pins.path.with_name("last-tick")
