"""How many password hashes run at once on a host, all processes together; the counting of failures is in limits.py."""

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casework.accounts.errors import AccountError
from casework.store.house import House
from crypto.identity import DEFAULT, Cost

_WAIT = 10.0  # seconds
_PAUSE = 0.02


def cost(house: House) -> Cost:
    """What one hash costs on this installation."""
    memory = house.settings.get("argon2_memory_kib", DEFAULT.memory_kib)
    return Cost(memory, house.settings.get("argon2_iterations", DEFAULT.iterations), DEFAULT.lanes)


@contextmanager
def hash_slot() -> Iterator[None]:
    """Hold one of the host's slots while a hash runs. Errors: AccountError "busy" after ten seconds."""
    until = time.monotonic() + _WAIT
    while (handle := _taken()) is None:
        if time.monotonic() > until:
            raise AccountError("busy")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        os.close(handle)


def _taken() -> int | None:
    """A slot, or None while all are held. A folder that cannot be written says no more than that nobody comes in now."""
    try:
        return _take()
    except OSError:
        raise AccountError("busy") from None


def _take() -> int | None:
    # One processor stays with those who read: a hash keeps the one it has for a sixth of a second.
    for number in range(max(1, (os.cpu_count() or 1) - 1)):
        handle = os.open(_folder() / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return handle
    return None


def _folder() -> Path:
    """A folder of this system user alone: another user's lock would be a way to refuse every log-in."""
    path = Path(tempfile.gettempdir()) / f"casework-hashes-{os.geteuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise AccountError("busy")
    return path
