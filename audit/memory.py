"""What a follower knows, kept in a file beside the pins so that a start reads only what came since; it is MACed, never trusted."""

import hashlib
import hmac
import struct
from pathlib import Path
from typing import Final

from audit.entry import DIGEST_LENGTH, Tip
from audit.files import locked, write_whole
from audit.follower import Follower
from audit.log import Mac

MEMORY_TAG: Final = b"audit-log/1/memory\0"
_TIP: Final = struct.Struct(f">Q{DIGEST_LENGTH}s")
_DIGEST: Final = struct.Struct(f"{DIGEST_LENGTH}s{DIGEST_LENGTH}s")


def save(path: Path, follower: Follower, mac: Mac) -> None:
    """Write the tip, then place and digest one after the other, then a MAC of it all; mode 0600."""
    tip, digests = follower.known()
    content = _TIP.pack(tip.number, tip.hash) + b"".join(where + digest for where, digest in digests.items())
    with locked(path):
        write_whole(path, content + _tag(content, mac))


def load(path: Path, mac: Mac) -> Follower:
    """The follower that was saved; one that begins at number 1 when there is none, or none that proves itself."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Follower()
    content = raw[:-DIGEST_LENGTH]
    if not hmac.compare_digest(raw[-DIGEST_LENGTH:], _tag(content, mac)):
        return Follower()
    return Follower(Tip(*_TIP.unpack_from(content)), dict(_DIGEST.iter_unpack(content[_TIP.size :])))


def _tag(content: bytes, mac: Mac) -> bytes:
    return mac(MEMORY_TAG + hashlib.sha256(content).digest())
