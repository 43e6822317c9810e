"""The file of the key provider: written once and whole, read with distrust; what its keys do is in provider.py."""

import json
import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

from crypto.errors import Malformed, ProviderUnusable
from crypto.framing import exactly, frame
from crypto.primitives import KEY, digest, random_key

FORMAT = "casework-provider/1"
_MAX_BYTES = 2**16
_NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Keys:
    """Every key of a provider; `sealing` by number, the highest seals."""

    id: UUID
    pepper: bytes = field(repr=False)
    log: bytes = field(repr=False)
    clock: bytes = field(repr=False)
    sealing: dict[int, bytes] = field(repr=False)

    def check(self) -> str:
        """Finds a damaged copy, the one fault that would otherwise look like a wrong password for everybody."""
        numbered = [part for number, key in sorted(self.sealing.items()) for part in (number.to_bytes(4, "big"), key)]
        parts = frame(FORMAT.encode("ascii"), self.id.bytes, self.pepper, self.log, self.clock, *numbered)
        return digest(parts)[:8].hex()


def new_keys() -> Keys:
    return Keys(uuid4(), random_key(), random_key(), random_key(), {1: random_key()})


def rotated(keys: Keys) -> Keys:
    """The same keys and one more that seals."""
    return replace(keys, sealing=keys.sealing | {max(keys.sealing) + 1: random_key()})


def encode(keys: Keys) -> bytes:
    content = {
        "format": FORMAT,
        "id": str(keys.id),
        "pepper": keys.pepper.hex(),
        "log": keys.log.hex(),
        "clock": keys.clock.hex(),
        "sealing": {str(number): key.hex() for number, key in sorted(keys.sealing.items())},
        "check": keys.check(),
    }
    return (json.dumps(content, indent=1) + "\n").encode("ascii")


def _key(text: str) -> bytes:
    return exactly(bytes.fromhex(text), KEY, "a key")


def decode(data: bytes, path: Path) -> Keys:
    damaged = ProviderUnusable(f"The key provider file {path} is damaged or truncated. Restore it from its backup.")
    try:
        content = json.loads(data.decode("ascii"))
        found = content["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged from None
    if found != FORMAT:
        raise ProviderUnusable(f"The key provider file {path} has a format that this version does not read.")
    try:
        sealing = {int(number): _key(key) for number, key in content["sealing"].items()}
        keys = Keys(UUID(content["id"]), _key(content["pepper"]), _key(content["log"]), _key(content["clock"]), sealing)
        intact = keys.check() == content["check"] and min(sealing) >= 1
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, Malformed):
        raise damaged from None
    if not intact:
        raise damaged
    return keys


def _refuse_open_folder(path: Path) -> None:
    """In a folder that anybody may write, the file can be replaced by another."""
    if path.parent.stat().st_mode & stat.S_IWOTH:
        raise ProviderUnusable(f"Anybody can write in {path.parent}, the folder of the key provider file.")


def _check_status(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ProviderUnusable(f"The key provider {path} is not a regular file.")
    if status.st_uid != os.geteuid():
        raise ProviderUnusable(f"The key provider file {path} belongs to another system user: run this as its owner.")
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise ProviderUnusable(f"The key provider file {path} has mode {mode:04o}: others can read it. Set it to 0600.")


def read(path: Path) -> Keys:
    try:
        _refuse_open_folder(path)
        # O_NONBLOCK: a pipe put at this place must not hang the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _NO_LINK)
        with os.fdopen(descriptor, "rb") as file:
            _check_status(os.fstat(descriptor), path)
            data = file.read(_MAX_BYTES)
    except FileNotFoundError:
        raise ProviderUnusable(
            f"The key provider file {path} does not exist. Create it once, or restore it from its backup."
        ) from None
    except OSError as error:
        raise ProviderUnusable(f"The key provider file {path} cannot be read ({error.strerror}).") from None
    return decode(data, path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        _sync_folder(path)
    except OSError:
        path.unlink()
        raise


def write_new(path: Path, keys: Keys) -> None:
    """Never replaces a file: losing one loses everything that it protects."""
    try:
        _refuse_open_folder(path)
        _write(path, encode(keys))
    except FileExistsError:
        raise ProviderUnusable(f"{path} exists already and is left as it is.") from None
    except OSError as error:
        raise ProviderUnusable(f"The key provider file {path} cannot be written ({error.strerror}).") from None


def write_over(path: Path, keys: Keys) -> None:
    """The new file beside the old one, then in its place: whenever this stops, one whole file is there."""
    beside = path.with_name(path.name + ".new")
    write_new(beside, keys)
    try:
        beside.replace(path)
        _sync_folder(path)
    except OSError as error:
        raise ProviderUnusable(f"The key provider file {path} cannot be written ({error.strerror}).") from None
