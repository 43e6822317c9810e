"""A secret handed to one key holder: HPKE with a hybrid post-quantum KEM; it proves nothing about who sealed it."""

import hashlib
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto.errors import DoesNotOpen, Malformed
from crypto.framing import exactly, frame, label, versioned

FORMAT = b"casework/seal/1"
PRIVATE = 32
PUBLIC = 1184 + 32
OVERHEAD = 1 + 1120 + 16
_VERSION = 1
_MAX_PLAINTEXT = 2**16
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True)
class SealContext:
    """What is sealed, about what, to whom. Ids that do not apply are nil, a compartment that does not is empty."""

    purpose: str
    instance: UUID
    case: UUID
    compartment: str
    part: UUID
    key_id: UUID
    principal: UUID

    def bound(self) -> bytes:
        return frame(
            FORMAT,
            label(self.purpose),
            self.instance.bytes,
            self.case.bytes,
            label(self.compartment),
            self.part.bytes,
            self.key_id.bytes,
            self.principal.bytes,
        )


def _halves(private: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """The two keys that grow from a 32-byte seed, as the KEM's own document expands it."""
    expanded = hashlib.shake_256(exactly(private, PRIVATE, "the private key")).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def public_of(private: bytes) -> bytes:
    """The public key of a private one, to compare with what a directory or a recovered share claims."""
    kem, curve = _halves(private)
    return kem.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def new_sealing_pair() -> tuple[bytes, bytes]:
    """(private, public): 32 and 1216 bytes."""
    private = os.urandom(PRIVATE)
    return private, public_of(private)


def seal(public: bytes, plaintext: bytes, context: SealContext) -> bytes:
    """`plaintext` (at most 64 KiB: keys and shares, not content) for the holder of `public`; OVERHEAD bytes longer."""
    exactly(public, PUBLIC, "the public key")
    if len(plaintext) > _MAX_PLAINTEXT:
        raise Malformed("too long to be a key")
    info = context.bound()
    try:
        kem = MLKEM768PublicKey.from_public_bytes(public[:1184])
        curve = X25519PublicKey.from_public_bytes(public[1184:])
        return bytes([_VERSION]) + _SUITE.encrypt(plaintext, MLKEM768X25519PublicKey(kem, curve), info)
    except ValueError:
        # Coefficients out of range, or a point of small order that would fix the shared secret.
        raise Malformed("not a public key") from None


def unseal(private: bytes, sealed: bytes, context: SealContext) -> bytes:
    """What was sealed to this key in this context; DoesNotOpen otherwise."""
    body = versioned(sealed, _VERSION, range(OVERHEAD, OVERHEAD + _MAX_PLAINTEXT + 1))
    key = MLKEM768X25519PrivateKey(*_halves(private))
    try:
        return _SUITE.decrypt(body, key, context.bound())
    except InvalidTag:
        raise DoesNotOpen from None
