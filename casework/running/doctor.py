"""What is wrong with an installation and what to do: modes, versions, proofs, clock, disk, clocks of the charter, copy of the keys, TLS."""

import os
import shutil
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from audit.log import LogBroken, entries
from audit.pins import PinError
from casework.accounts.ceremony import opening_record
from casework.config import LOOPBACK, Settings, Unsafe, open_house
from casework.kernel.clock import now
from casework.mail.service import GIVEN_UP, waiting_since
from casework.restoring.state import found
from casework.running import ticking
from casework.running.installing import files
from casework.store.engines import StoreDown
from casework.store.house import House
from casework.store.register import RegisterBroken
from crypto.errors import ProviderUnusable

OK, WARN, FAIL = "ok", "warn", "FAIL"
ROOM = 1024**3  # bytes
COPY_AGE = timedelta(days=366)
TICK_AGE = timedelta(hours=2)
PATIENCE = 10.0  # s
GOOD = 250  # of SMTP
SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and what to do when it is not well."""

    level: str
    what: str
    todo: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, the likeliest cause first; what needs an open house is left out when it does not open."""
    try:
        yield from _private(settings)
        yield from _room(settings)
        yield from _copied(settings)
    except PermissionError as error:
        yield Finding(
            FAIL, f"this account cannot reach {error.filename}", "give its folder to the account of casework: `chown`"
        )
        return
    yield from _in_front(settings)
    yield _mail(settings)
    try:
        house = open_house(settings)
    except (Unsafe, ProviderUnusable, StoreDown, LogBroken) as error:
        yield Finding(FAIL, "the installation does not open", str(error))
        return
    try:
        yield Finding(OK, "keys, stores, log and directory belong together and prove themselves")
        for look in IN_HOUSE:
            yield from look(house)
    finally:
        house.stores.close()


def copied(settings: Settings, copy: BinaryIO) -> bool:
    """Whether `copy` is the key file as it is now, in another place; remembered when it is. Errors: OSError."""
    itself = os.path.samestat(os.fstat(copy.fileno()), settings.provider.stat())
    whole = settings.provider.read_bytes()
    same = not itself and copy.read(len(whole) + 1) == whole  # what is brought may never end
    if same:
        _copy_mark(settings).touch(mode=0o600)
    return same


def _copy_mark(settings: Settings) -> Path:
    return settings.pins.with_name("provider-copied")


def _private(settings: Settings) -> Iterator[Finding]:
    paths = [settings.provider, settings.pins, settings.register_path, *files(settings)]
    folders = {path.parent for path in paths}
    exposed = [path for path in (*paths, *sorted(folders)) if path.exists() and _exposed(path)]
    for path in exposed:
        yield Finding(FAIL, f"others can read or change {path}", f"chmod {'700' if path.is_dir() else '600'} {path}")
    if not exposed:
        yield Finding(OK, "keys, pins and databases are closed to other accounts of this computer")


def _exposed(path: Path) -> bool:
    """A folder may be passed through, never listed or written; a file of ours not even read."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _room(settings: Settings) -> Iterator[Finding]:
    for folder in sorted({path.parent for path in (settings.pins, *files(settings))}):
        try:
            free = shutil.disk_usage(folder).free
        except FileNotFoundError:
            yield Finding(FAIL, f"there is no folder {folder}", "put it back, or run `casework init`")
            continue
        left = f"{free / ROOM:.1f} GiB free for {folder}"
        yield (
            Finding(OK, left)
            if free >= ROOM
            else Finding(FAIL, left, "make room: nothing is written when a disk is full")
        )
        if not os.access(folder, os.W_OK):
            yield Finding(FAIL, f"{folder} cannot be written by this account", "run casework as its own account")


def _copied(settings: Settings) -> Iterator[Finding]:
    age = ticking.age(_copy_mark(settings))
    newer = age is not None and settings.provider.exists() and (ticking.age(settings.provider) or age) < age
    if age is None or age > COPY_AGE or newer:
        since = "since the key file changed" if newer else "for a year"
        when = "never checked" if age is None else f"not checked {since}"
        yield Finding(
            WARN,
            f"the copy of the key file was {when}",
            "`casework copied - < PATH-OF-THE-COPY`: without this file everything is lost",
        )
    else:
        yield Finding(OK, f"the copy of the key file was checked {age.days} days ago")


def _in_front(settings: Settings) -> Iterator[Finding]:
    hosts = [host for host in settings.trusted_hosts if host not in LOOPBACK]
    if not hosts:
        return
    if not settings.proxy:
        yield Finding(
            WARN, "no proxy is set", "all who log in share one address, and one allowance of failures: set `proxy`"
        )
    for host in hosts:
        yield _answers(host)


def _answers(host: str) -> Finding:
    try:
        with urllib.request.urlopen(f"https://{host}/connexion", timeout=PATIENCE) as answer:
            headers = answer.headers
    except (urllib.error.URLError, ssl.SSLError, OSError) as error:
        return Finding(
            FAIL,
            f"https://{host}/ does not answer: {error}",
            "see the web server in front, its certificate, and `casework serve`",
        )
    kept = all(headers.get(name) for name in ("Strict-Transport-Security", "Content-Security-Policy"))
    if not kept:
        return Finding(FAIL, f"https://{host}/ loses our headers", "let the web server in front pass every header on")
    return Finding(OK, f"https://{host}/ answers, with a certificate that this computer trusts")


def _mail(settings: Settings) -> Finding:
    """A session is opened and ended; no mail is sent."""
    if settings.mailer is None:
        return Finding(OK, "no mail server is set: nobody is told by mail that something waits")
    try:
        with settings.mailer.session() as server:
            code, _ = server.noop()
    except OSError as error:
        return Finding(
            FAIL, f"the mail server cannot be used: {error}", "see `smtp`, and the certificate of the server"
        )
    if code != GOOD:
        return Finding(FAIL, f"the mail server answers {code}", "see its own log")
    return Finding(OK, "the mail server answers, encrypted or on this computer, and knows us")


def _served(house: House) -> Iterator[Finding]:
    try:
        behind = found(house)
    except (RegisterBroken, PinError) as error:
        yield Finding(
            FAIL, f"{error}: nothing is served", "put the copy of that file back; it is never made again by itself"
        )
        return
    for sentence in behind:
        yield Finding(
            FAIL, f"{sentence}: nothing is served", "`casework restore check`, then `casework restore accept`"
        )
    if not behind and opening_record(house) is None:
        yield Finding(
            WARN,
            "the instance is not open: no situation can be written",
            "hold the ceremony, from a coordinator's pages",
        )


def _clock(house: House) -> Iterator[Finding]:
    with house.stores.case_reading() as session:
        newest = entries(session.connection(), house.provider.mac, limit=1)
    if newest and newest[0].at > now() + SKEW:
        yield Finding(
            FAIL,
            f"the clock of this computer is before the newest entry of the log ({newest[0].at:%Y-%m-%d %H:%M} UTC)",
            "set it, by NTP: deadlines and codes depend on it",
        )
    else:
        yield Finding(
            OK, f"the clock of this computer ({now():%Y-%m-%d %H:%M} UTC) is after the newest entry of the log"
        )


def _ticked(house: House) -> Iterator[Finding]:
    ago = ticking.since_last(house)
    if ago is not None and ago > ticking.LEAP:
        yield Finding(FAIL, f"{ticking.leapt(ago)}: nothing is erased on its day", ticking.ADVICE)
    elif ago is not None and ago < -TICK_AGE:
        yield Finding(
            FAIL,
            "the clocks of the charter ran at a moment still to come: the clock of this computer was ahead",
            "run `casework tick`",
        )
    elif ago is None or ago > TICK_AGE:
        when = "never ran" if ago is None else f"ran last {ago.total_seconds() / 3600:.0f} hours ago"
        yield Finding(
            FAIL,
            f"the clocks of the charter {when}: nothing is erased on its day",
            "run `casework serve`, or the timer of `casework tick`",
        )
    else:
        yield Finding(OK, f"the clocks of the charter ran {max(0, ago.total_seconds()) / 60:.0f} minutes ago")


def _mails_waiting(house: House) -> Iterator[Finding]:
    """A mail that did not leave on its day is told here: nobody else sees that it is missing."""
    late = waiting_since(house)
    if late:
        yield Finding(
            WARN,
            f"mails wait since {late}, and are given up {GIVEN_UP.days} days after their day",
            "see above what the mail server answers, and its own log for addresses that it refuses",
        )


IN_HOUSE: tuple[Callable[[House], Iterator[Finding]], ...] = (_served, _clock, _ticked, _mails_waiting)
