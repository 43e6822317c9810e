"""The one unambiguous encoding of everything that is bound, signed, hashed or padded; it holds no key."""

from crypto.errors import Malformed, Oversize

_LENGTH = 4


def frame(*parts: bytes) -> bytes:
    """Each part behind its length (4 bytes, big-endian), so that no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(_LENGTH, "big") + part for part in parts)


def label(name: str) -> bytes:
    """A name chosen by code (domain, purpose, compartment): printable ASCII only, which has a single spelling."""
    if not (name.isascii() and name.isprintable()):
        raise Malformed("a label is printable ASCII")
    return name.encode("ascii")


def utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        # The original error quotes the text.
        raise Malformed("the text holds a lone surrogate") from None


def versioned(blob: bytes, version: int, lengths: range) -> bytes:
    """`blob` without its leading version byte; Malformed when the version or the whole length is not the expected."""
    if len(blob) not in lengths:
        raise Malformed("wrong length")
    if blob[0] != version:
        raise Malformed("unknown version")
    return blob[1:]


def exactly(value: bytes, length: int, what: str) -> bytes:
    if len(value) != length:
        raise Malformed(f"{what} must have {length} bytes")
    return value


def pad(content: bytes, size: int) -> bytes:
    """Length, content, zeros: always `size` + 4 bytes."""
    if len(content) > size:
        raise Oversize(f"the content exceeds {size} bytes")
    return len(content).to_bytes(_LENGTH, "big") + content.ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """The content of at least 4 authenticated bytes."""
    length, rest = int.from_bytes(padded[:_LENGTH], "big"), padded[_LENGTH:]
    if length > len(rest) or any(rest[length:]):
        raise Malformed("wrong padding")
    return rest[:length]
