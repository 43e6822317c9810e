"""The demo as commands use it: built when it is not there, reused otherwise, and the one-time code of an invented person."""

import base64
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from casework.accounts.totp import totp_now
from casework.config import Unsafe
from casework.demo.opening import open_cell
from casework.demo.place import Account, NoSuchLogin, NotBuilt, Place
from casework.demo.stage import Stage
from casework.demo.story import tell
from crypto.errors import CryptoError

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own in it, for its owner alone


def usable(place: Place) -> bool:
    """Whether a whole demo is there, of the shape this code was written for."""
    try:
        place.load()
        with place.house():
            return True
    except (NotBuilt, Unsafe, CryptoError):
        return False


def build(place: Place) -> list[Account]:
    """A new demo in the place of whatever was there; its log-ins.

    It is made in memory where the system offers some: a year is thousands of durable writes, and nobody needs half of it.
    """
    place.reset()
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        made = Place(Path(folder))
        made.create()
        with made.house() as house:
            stage = Stage(house)
            open_cell(stage)
            tell(stage)
        place.take(made)
    place.save(stage.accounts())
    return place.load()


def code(place: Place, login: str) -> str:
    """The one-time code of this instant. Errors: NotBuilt, NoSuchLogin."""
    account = next((item for item in place.load() if item.login == login), None)
    if account is None:
        raise NoSuchLogin(f"no log-in {login!r} in the demo: `casework demo` lists them")
    return totp_now(base64.b32decode(account.totp))
