"""One compartment at rest: AES-256-GCM, padded to one size, bound to where it belongs; its key comes from elsewhere."""

from dataclasses import dataclass
from uuid import UUID

from crypto.errors import Malformed
from crypto.framing import exactly, frame, label, pad, unpad, versioned
from crypto.primitives import NONCE, TAG, decrypt, encrypt, random_key

FORMAT = b"casework/envelope/1"
OVERHEAD = 1 + NONCE + 4 + TAG
NIL = UUID(int=0)
_VERSION = 1
_MAX_SIZE = 2**24


@dataclass(frozen=True)
class EnvelopeContext:
    """Where an envelope belongs. `part` is NIL when the compartment has none, `schema` the digest of its fields
    (32 bytes), `version` that of the record.
    """

    instance: UUID
    case: UUID
    compartment: str
    part: UUID
    key_id: UUID
    schema: bytes
    version: int

    def bound(self) -> bytes:
        if not 0 <= self.version < 2**64:
            raise Malformed("a record version has 8 bytes")
        return frame(
            FORMAT,
            self.instance.bytes,
            self.case.bytes,
            label(self.compartment),
            self.part.bytes,
            self.key_id.bytes,
            exactly(self.schema, 32, "the schema digest"),
            self.version.to_bytes(8, "big"),
        )


def new_key() -> bytes:
    return random_key()


def seal_content(key: bytes, plaintext: bytes, size: int, context: EnvelopeContext) -> bytes:
    """An envelope of exactly `size` + OVERHEAD bytes, whatever the content; Oversize when it holds more than `size`."""
    if not 0 <= size <= _MAX_SIZE:
        raise Malformed(f"an envelope holds at most {_MAX_SIZE} bytes")
    return bytes([_VERSION]) + encrypt(key, pad(plaintext, size), context.bound())


def open_content(key: bytes, envelope: bytes, context: EnvelopeContext) -> bytes:
    """The content; DoesNotOpen or Malformed, never a part of it."""
    body = versioned(envelope, _VERSION, range(OVERHEAD, OVERHEAD + _MAX_SIZE + 1))
    return unpad(decrypt(key, body, context.bound()))
