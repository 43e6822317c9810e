"""The second factor of RFC 6238: which time step a code belongs to; refusing a used step is the store's work."""

import base64
import hmac
import os

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from casework.kernel.clock import now

SECRET = 20  # bytes
STEP = 30  # seconds
DIGITS = 6
_WINDOW = (0, -1, 1)


def new_secret() -> bytes:
    """A random secret, the length RFC 4226 recommends."""
    return os.urandom(SECRET)


def readable(secret: bytes) -> str:
    """The secret as a person types it into an application."""
    return base64.b32encode(secret).decode("ascii")


def uri(secret: bytes, account: str, issuer: str) -> str:
    """The address a telephone reads from the square code."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def totp_now(secret: bytes) -> str:
    """The code of this instant."""
    return _totp(secret).generate(now().timestamp()).decode("ascii")


def step_of(secret: bytes, code: str) -> int | None:
    """The time step whose code this is, among the present one and its neighbours; None for any other code."""
    typed = "".join(code.split())
    present = int(now().timestamp()) // STEP
    for step in (present + shift for shift in _WINDOW):
        expected = _totp(secret).generate(step * STEP)
        if hmac.compare_digest(expected, typed.encode("utf-8", "replace")):
            return step
    return None


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what every application on telephones supports; HMAC does not need it collision-free.
    return TOTP(secret, DIGITS, SHA1(), STEP)  # noqa: S303 - see above
