"""The symmetric calls of the library, each with our fixed parameters; no algorithm is written here."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import DoesNotOpen
from crypto.framing import exactly

KEY = 32
NONCE = 12
TAG = 16


def random_key() -> bytes:
    return os.urandom(KEY)


def encrypt(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext. A random 96-bit nonce is safe for 2**32 messages under one key."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(exactly(key, KEY, "the key")).encrypt(nonce, plaintext, bound)


def decrypt(key: bytes, body: bytes, bound: bytes) -> bytes:
    """Raises DoesNotOpen; `body` has at least NONCE + TAG bytes."""
    try:
        return AESGCM(exactly(key, KEY, "the key")).decrypt(body[:NONCE], body[NONCE:], bound)
    except InvalidTag:
        raise DoesNotOpen from None


def derive(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 with an empty salt: every secret given here is already uniformly random or a keyed hash."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=None, info=info).derive(secret)


def authenticate(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256."""
    code = hmac.HMAC(key, hashes.SHA256())
    code.update(data)
    return code.finalize()


def digest(data: bytes) -> bytes:
    """SHA-256."""
    sha256 = hashes.Hash(hashes.SHA256())
    sha256.update(data)
    return sha256.finalize()
