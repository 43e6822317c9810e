"""The highest number and hash this host has seen, kept in a file outside the database; it verifies nothing itself."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from audit.entry import Tip

_FORMAT: Final = 1


class PinError(Exception):
    """The pin file is unreadable, or a pin would be moved back or to another history."""


class PinFile:
    """Named pins in one JSON file of mode 0600, safe for several processes of one host (lock file beside it)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = path.with_name(path.name + ".lock")
        self._draft = path.with_name(path.name + ".tmp")

    def read(self) -> dict[str, Tip]:
        """Every pin; empty if there is no file yet; PinError if the file is not one of ours, even empty."""
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return _parse(json.loads(raw))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PinError("the pin file is malformed: restore it, it is never rebuilt by itself") from error

    def advance(self, name: str, tip: Tip) -> None:
        """Move a pin forward. PinError for a lower number, or another hash under the same number."""
        self._move(name, tip, late_is_fine=False)

    def advance_unless_passed(self, name: str, tip: Tip) -> None:
        """As `advance`, for writers that race: a pin that another one already moved further stays."""
        self._move(name, tip, late_is_fine=True)

    def put(self, pins: Mapping[str, Tip]) -> None:
        """Set these pins wherever they point, backwards too: for a restored store that was accepted, and nothing else."""
        with self._locked():
            self._write({**self.read(), **pins})

    def _move(self, name: str, tip: Tip, *, late_is_fine: bool) -> None:
        with self._locked():
            pins = self.read()
            held = pins.get(name)
            if held is None or tip.number > held.number:
                self._write({**pins, name: tip})
            elif tip.number == held.number and tip.hash != held.hash:
                raise PinError(f"number {tip.number} was seen with another hash")
            elif tip.number < held.number and not late_is_fine:
                raise PinError(f"number {tip.number} is behind the pin {held.number}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A lock on the pin file itself would be lost at each rename.
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, pins: Mapping[str, Tip]) -> None:
        listed = {name: {"number": tip.number, "hash": tip.hash.hex()} for name, tip in pins.items()}
        # A draft left by a killed process may have any mode and content.
        self._draft.unlink(missing_ok=True)
        handle = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as draft:
            json.dump({"format": _FORMAT, "pins": listed}, draft, sort_keys=True)
            draft.flush()
            os.fsync(draft.fileno())
        self._draft.replace(self._path)
        _sync_directory(self._path.parent)


def _parse(content: dict[str, Any]) -> dict[str, Tip]:
    if set(content) != {"format", "pins"} or content["format"] != _FORMAT:
        raise ValueError("unknown format")
    return {name: Tip(pin["number"], bytes.fromhex(pin["hash"])) for name, pin in content["pins"].items()}


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
