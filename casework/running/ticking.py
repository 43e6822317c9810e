"""One turn of the clocks and of the cleaning, and when the last one was: a timer runs it, or the server when none does."""

import logging
import threading
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
LOOK = 300.0  # s


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


def keep(house: House, mailer: Mailer | None, stop: threading.Event) -> None:
    """Take a turn whenever the timer is late, until `stop`; for a thread of the server."""
    while not stop.is_set():
        ago = since_last(house)
        if ago is None or not -LATE < ago < LATE:  # the clock may have been set back
            try:
                done = run(house, mailer)
            except Exception as error:  # noqa: BLE001 - the pages go on, and `casework doctor` says that the clocks stand still
                LOG.error("the turn of the clocks failed (%s): see `casework doctor`", type(error).__name__)  # noqa: TRY400 - a trace may hold data
            else:
                if done.broken or done.missing:
                    LOG.error("something does not prove itself: the journal says what")
        stop.wait(LOOK)


def _mark(house: House) -> Path:
    return house.pins.path.with_name("last-tick")
