"""One turn of the clocks and of the cleaning, and when the last one was: a timer runs it, or the server when none does."""

import logging
import os
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
LEAP = timedelta(
    days=7
)  # what a clock that is ahead would erase cannot come back: further than this from the last turn, somebody looks first
LATE = timedelta(minutes=75)  # after this the timer is taken to be missing
ADVICE = "set the clock, then run `casework tick --clock-is-right`"


class Leapt(Exception):
    """The last turn is so long ago that the clock may be ahead; the message says what to do. Nothing was done."""


def run(house: House, mailer: Mailer | None = None, *, sure: bool = False) -> Ticked:
    """Everything that time does: sessions, attempts, people, rights, dates proposed, situations, then mail. It may be repeated.

    `sure`: somebody looked at the clock. Errors: Leapt.
    """
    ago = since_last(house)
    if not sure and ago is not None and ago > LEAP:
        raise Leapt(f"{leapt(ago)}; nothing was done: {ADVICE}")
    sweep_sessions(house)
    sweep_attempts(house)
    sweep_people(house)
    sweep_lapsed(house)
    polling.sweep(house)
    done = tick(house)
    house.remember()
    _remember(house)
    deliver(house, mailer, partial(mail_address, house))
    return done


def leapt(ago: timedelta) -> str:
    """What is known when the last turn was too long ago."""
    return f"the last turn of the clocks was {ago.days} days ago, or the clock of this computer is ahead"


def since_last(house: House) -> timedelta | None:
    """How long ago the last whole turn ended; None when there was none."""
    return age(_mark(house))


def due_now(house: House) -> bool:
    """Whether no timer took the last turn, or took it at a moment still to come: the clock was ahead."""
    ago = since_last(house)
    return ago is None or abs(ago) > LATE


def age(mark: Path) -> timedelta | None:
    """How long ago a file was written; None when it is not there."""
    try:
        return now() - datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def take_turn(house: House, mailer: Mailer | None) -> None:
    """One turn for the server: what fails is said in one line, and the pages go on."""
    try:
        done = run(house, mailer)
    except Exception as error:  # noqa: BLE001 - `casework doctor` says that the clocks stand still
        LOG.error("the turn of the clocks failed (%s): see `casework doctor`", type(error).__name__)  # noqa: TRY400 - a trace may hold data
    else:
        if done.broken or done.missing:
            LOG.error("something does not prove itself: the journal says what")


def _remember(house: House) -> None:
    mark, moment = _mark(house), now().timestamp()
    mark.touch(mode=0o600)
    os.utime(mark, (moment, moment))


def _mark(house: House) -> Path:
    return house.pins.path.with_name("last-tick")
