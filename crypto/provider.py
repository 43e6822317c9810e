"""The keys of the installation, used through a few verbs that never give one out; a token could stand behind them."""

import unicodedata
from os import PathLike
from pathlib import Path
from typing import Protocol
from uuid import UUID

from crypto import keyfile
from crypto.errors import DoesNotOpen, Malformed
from crypto.framing import frame, label, pad, unpad, utf8, versioned
from crypto.primitives import NONCE, TAG, authenticate, decrypt, derive, encrypt
from crypto.signing import sign, verification_key

PEPPER_FORMAT = b"casework/pepper/1"
LOOKUP_FORMAT = b"casework/lookup/1"
KEY_FORMAT = b"casework/provider-key/1"
BLOB_FORMAT = b"casework/provider-blob/1"
OVERHEAD = 1 + 4 + NONCE + 4 + TAG
_VERSION = 1
_MAX_CONTENT = 2**24


class Provider(Protocol):
    """What the application may ask; a domain separates uses, so that nothing made for one serves another."""

    @property
    def id(self) -> UUID: ...

    @property
    def removal_key(self) -> bytes:
        """The Ed25519 public key that checks `sign_removal`; accepted for removals only."""
        ...

    def pepper(self, data: bytes) -> bytes:
        """A keyed hash (32 bytes) of a stretched password, of a recovery code or of a token."""
        ...

    def lookup(self, domain: str, value: str) -> bytes:
        """A keyed hash (32 bytes), the same for every way of typing one value: case, width, spaces around."""
        ...

    def seal(self, domain: str, plaintext: bytes, aad: bytes, *, size: int | None = None) -> bytes:
        """A blob of OVERHEAD bytes more than the plaintext, or than `size` when given; Oversize beyond it."""
        ...

    def open(self, domain: str, blob: bytes, aad: bytes) -> bytes:
        """The plaintext; DoesNotOpen or Malformed."""
        ...

    def mac(self, data: bytes) -> bytes:
        """The keyed hash (32 bytes) of a log entry."""
        ...

    def sign_removal(self, domain: str, message: bytes) -> bytes:
        """A signature of the clock key, for `check_signature` with `removal_key` and the same domain."""
        ...


def _folded(value: str) -> bytes:
    """Folding can undo normalisation, hence the second one."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return utf8(unicodedata.normalize("NFKC", folded).strip())


class FileProvider:
    """A provider whose keys are in one file of mode 0600, outside the data; its repr shows its id only."""

    __slots__ = ("_keys",)

    def __init__(self, keys: keyfile.Keys) -> None:
        self._keys = keys

    def __repr__(self) -> str:
        return f"FileProvider({self.id})"

    @classmethod
    def create(cls, path: str | PathLike[str]) -> "FileProvider":
        """Writes new keys at `path`; ProviderUnusable when something is there already."""
        keys = keyfile.new_keys()
        keyfile.write_new(Path(path), keys)
        return cls(keys)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "FileProvider":
        """ProviderUnusable, with what to do, when the file is missing, exposed or damaged."""
        return cls(keyfile.read(Path(path)))

    @classmethod
    def rotate(cls, path: str | PathLike[str]) -> "FileProvider":
        """Adds a sealing key, used from now on; the former ones still open. A new backup of the file is needed."""
        keys = keyfile.rotated(keyfile.read(Path(path)))
        keyfile.write_over(Path(path), keys)
        return cls(keys)

    @property
    def id(self) -> UUID:
        return self._keys.id

    @property
    def removal_key(self) -> bytes:
        return verification_key(self._keys.clock)

    def pepper(self, data: bytes) -> bytes:
        return authenticate(self._keys.pepper, frame(PEPPER_FORMAT, data))

    def lookup(self, domain: str, value: str) -> bytes:
        return authenticate(self._keys.pepper, frame(LOOKUP_FORMAT, label(domain), _folded(value)))

    def _domain_key(self, number: int, domain: str) -> bytes:
        try:
            return derive(self._keys.sealing[number], frame(KEY_FORMAT, label(domain)))
        except KeyError:
            raise DoesNotOpen from None

    def _bound(self, header: bytes, domain: str, aad: bytes) -> bytes:
        return frame(BLOB_FORMAT, self.id.bytes, header, label(domain), aad)

    def seal(self, domain: str, plaintext: bytes, aad: bytes, *, size: int | None = None) -> bytes:
        size = len(plaintext) if size is None else size
        if size not in range(_MAX_CONTENT + 1):
            raise Malformed(f"a blob holds at most {_MAX_CONTENT} bytes")
        number = max(self._keys.sealing)
        header, padded = bytes([_VERSION]) + number.to_bytes(4, "big"), pad(plaintext, size)
        return header + encrypt(self._domain_key(number, domain), padded, self._bound(header, domain, aad))

    def open(self, domain: str, blob: bytes, aad: bytes) -> bytes:
        versioned(blob, _VERSION, range(OVERHEAD, OVERHEAD + _MAX_CONTENT + 1))
        header, body = blob[:5], blob[5:]
        key = self._domain_key(int.from_bytes(header[1:], "big"), domain)
        return unpad(decrypt(key, body, self._bound(header, domain, aad)))

    def mac(self, data: bytes) -> bytes:
        return authenticate(self._keys.log, data)

    def sign_removal(self, domain: str, message: bytes) -> bytes:
        return sign(self._keys.clock, domain, message)
