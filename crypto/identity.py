"""From what a person types or carries to the keys that lock their private keys; accounts and limits live elsewhere."""

import os
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from argon2.low_level import Type, hash_secret_raw

from crypto.errors import Malformed
from crypto.framing import exactly, frame, utf8, versioned
from crypto.primitives import KEY, NONCE, TAG, decrypt, derive, digest, encrypt

LOCK_FORMAT = b"casework/lock/1"
PASSWORD_FORMAT = b"casework/password/1"
PASSWORD_LOCK_FORMAT = b"casework/password-lock/1"
RECOVERY_FORMAT = b"casework/recovery/1"
SESSION_FORMAT = b"casework/session/1"
FINGERPRINT_FORMAT = b"casework/fingerprint/1"

SALT = 16
_VERSION = 1
_MAX_SECRET = 2**16
_ARGON2_VERSION = 0x13
_MAX_MEMORY_KIB, _MAX_ITERATIONS, _MAX_LANES = 2**20, 16, 16
# Letters and digits that cannot be taken for one another in handwriting: no 0 O D Q, 1 I L, 2 Z, 5 S, 8 B, U V, G 6.
_RECOVERY_LETTERS = "ACEFHJKMNPRTWXY3479"
_RECOVERY_LENGTH = 20
_FINGERPRINT_DIGITS = 25

Pepper = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Cost:
    """What one Argon2id hash costs: memory in KiB, passes, lanes. Malformed beyond what a host can serve."""

    memory_kib: int
    iterations: int
    lanes: int

    def __post_init__(self) -> None:
        memory_fits = 8 * self.lanes <= self.memory_kib <= _MAX_MEMORY_KIB
        if not (memory_fits and 1 <= self.iterations <= _MAX_ITERATIONS and 1 <= self.lanes <= _MAX_LANES):
            raise Malformed("impossible cost")

    def encode(self) -> bytes:
        return b"".join(number.to_bytes(4, "big") for number in astuple(self))

    @classmethod
    def decode(cls, data: bytes, floor: "Cost") -> "Cost":
        """Malformed below `floor` in any of the three: a planted blob must not make a password cheap to guess."""
        exactly(data, 12, "a cost")
        cost = cls(*(int.from_bytes(data[at : at + 4], "big") for at in (0, 4, 8)))
        if any(value < least for value, least in zip(astuple(cost), astuple(floor), strict=True)):
            raise Malformed("the cost is below the floor")
        return cost


DEFAULT = Cost(memory_kib=64 * 1024, iterations=3, lanes=1)
FLOOR = Cost(memory_kib=19 * 1024, iterations=2, lanes=1)


def new_salt() -> bytes:
    return os.urandom(SALT)


def password_key(password: str, salt: bytes, cost: Cost, pepper: Pepper) -> bytes:
    """HKDF(pepper(Argon2id(NFKC(password)))): 32 bytes; the same on every keyboard, useless without the provider."""
    typed = utf8(unicodedata.normalize("NFKC", password))
    exactly(salt, SALT, "the salt")
    stretched = hash_secret_raw(
        typed, salt, cost.iterations, cost.memory_kib, cost.lanes, KEY, Type.ID, _ARGON2_VERSION
    )
    return derive(pepper(frame(PASSWORD_FORMAT, stretched)), frame(PASSWORD_FORMAT))


def lock(key: bytes, secret: bytes, aad: bytes) -> bytes:
    """AES-256-GCM of at most 64 KiB; the tag is the check of the password, no verifier exists."""
    if len(secret) > _MAX_SECRET:
        raise Malformed("too long to be a secret")
    return bytes([_VERSION]) + encrypt(key, secret, frame(LOCK_FORMAT, aad))


def unlock(key: bytes, blob: bytes, aad: bytes) -> bytes:
    least = 1 + NONCE + TAG
    body = versioned(blob, _VERSION, range(least, least + _MAX_SECRET + 1))
    return decrypt(key, body, frame(LOCK_FORMAT, aad))


def lock_by_password(password: str, secret: bytes, aad: bytes, pepper: Pepper, cost: Cost = DEFAULT) -> bytes:
    """A blob that carries its own cost and a fresh salt, both bound to what it holds."""
    header = bytes([_VERSION]) + cost.encode() + new_salt()
    key = password_key(password, header[-SALT:], cost, pepper)
    return header + lock(key, secret, frame(PASSWORD_LOCK_FORMAT, header, aad))


def unlock_by_password(password: str, blob: bytes, aad: bytes, pepper: Pepper, floor: Cost = FLOOR) -> bytes:
    """The secret; DoesNotOpen for a wrong password, Malformed for a cost below `floor` (before any hashing)."""
    at_cost, at_salt, at_lock = 1, 13, 13 + SALT
    least = at_lock + 1 + NONCE + TAG
    versioned(blob, _VERSION, range(least, least + _MAX_SECRET + 1))
    cost = Cost.decode(blob[at_cost:at_salt], floor)
    key = password_key(password, blob[at_salt:at_lock], cost, pepper)
    return unlock(key, blob[at_lock:], frame(PASSWORD_LOCK_FORMAT, blob[:at_lock], aad))


def _groups(symbols: Sequence[str], width: int, separator: str) -> str:
    return separator.join("".join(symbols[at : at + width]) for at in range(0, len(symbols), width))


def new_recovery_code() -> str:
    """Five groups of four letters and digits: 84 bits."""
    return _groups([secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_LENGTH)], 4, "-")


def _recovery_letters(code: str) -> str:
    """The twenty letters, whatever the case, spaces and dashes; Malformed when others appear."""
    kept = [
        letter
        for letter in unicodedata.normalize("NFKC", code).upper()
        if not letter.isspace() and unicodedata.category(letter) != "Pd"
    ]
    if len(kept) != _RECOVERY_LENGTH or not set(kept) <= set(_RECOVERY_LETTERS):
        raise Malformed("not a recovery code")
    return "".join(kept)


def recovery_key(code: str, salt: bytes, pepper: Pepper) -> bytes:
    """No stretching: a code is random, a password is not."""
    letters = utf8(_recovery_letters(code))
    return derive(pepper(frame(RECOVERY_FORMAT, exactly(salt, SALT, "the salt"), letters)), frame(RECOVERY_FORMAT))


def session_key(token: bytes, pepper: Pepper) -> bytes:
    """HKDF(token ‖ pepper(token)): neither the cookie's token (32 bytes) nor the database and provider suffice."""
    exactly(token, KEY, "the token")
    return derive(token + pepper(frame(SESSION_FORMAT, token)), frame(SESSION_FORMAT))


def fingerprint(parts: Sequence[bytes]) -> str:
    """Five groups of five digits (83 bits), to be read digit by digit: French says 4 20 10 and 90 alike."""
    number = int.from_bytes(digest(frame(FINGERPRINT_FORMAT, *parts)), "big") % 10**_FINGERPRINT_DIGITS
    return _groups(f"{number:0{_FINGERPRINT_DIGITS}d}", 5, " ")
