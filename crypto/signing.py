"""Ed25519 signatures, each valid in one domain only; who may sign what is decided elsewhere."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto.errors import DoesNotOpen
from crypto.framing import exactly, frame, label

FORMAT = b"casework/signature/1"


def _key(private: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(exactly(private, 32, "the private key"))


def verification_key(private: bytes) -> bytes:
    """The public key of a private one."""
    return _key(private).public_key().public_bytes_raw()


def new_signing_pair() -> tuple[bytes, bytes]:
    """(private, public): 32 bytes each."""
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    return private, verification_key(private)


def sign(private: bytes, domain: str, message: bytes) -> bytes:
    """64 bytes; the same message in another domain has another signature."""
    return _key(private).sign(frame(FORMAT, label(domain), message))


def check_signature(public: bytes, domain: str, message: bytes, signature: bytes) -> None:
    """Returns when the signature holds; raises DoesNotOpen otherwise."""
    key = Ed25519PublicKey.from_public_bytes(exactly(public, 32, "the public key"))
    try:
        key.verify(signature, frame(FORMAT, label(domain), message))
    except InvalidSignature:
        raise DoesNotOpen from None
