"""The highest number and hash this host has seen, kept in a file outside the database; it verifies nothing itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from audit.entry import Tip
from audit.files import locked, write_whole

_FORMAT: Final = 1


class PinError(Exception):
    """The pin file is missing or unreadable, or a pin would be moved back or to another history."""


class PinFile:
    """Named pins in one JSON file of mode 0600, safe for several processes of one host; it is made once, deliberately."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, pins: Mapping[str, Tip] | None = None) -> "PinFile":
        """A new file, without pins unless some are given. PinError if there is one: it would forget what it saw."""
        with locked(path):
            if path.exists():
                raise PinError("there is a pin file already: it says what was seen last, move it away first")
            write_whole(path, _written(pins or {}))
        return cls(path)

    def read(self) -> dict[str, Tip]:
        """Every pin. PinError if the file is missing or not one of ours, even empty."""
        try:
            return _parse(json.loads(self.path.read_bytes()))
        except FileNotFoundError:
            raise PinError("the pin file is missing: restore it, it is never rebuilt by itself") from None
        except OSError as error:
            raise PinError(
                f"the pin file cannot be read ({error.strerror}): restore it, it is never rebuilt by itself"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PinError("the pin file is malformed: restore it, it is never rebuilt by itself") from error

    def advance(self, name: str, tip: Tip) -> None:
        """Move a pin forward. PinError for a lower number, or another hash under the same number."""
        self._move(name, tip, late_is_fine=False)

    def advance_unless_passed(self, name: str, tip: Tip) -> None:
        """As `advance`, for writers that race: a pin that another one already moved further stays."""
        self._move(name, tip, late_is_fine=True)

    def put(self, pins: Mapping[str, Tip]) -> None:
        """Set these pins wherever they point, backwards or in a new file: for a restored store that was accepted, and nothing else."""
        with locked(self.path):
            held = self.read() if self.path.exists() else {}
            write_whole(self.path, _written({**held, **pins}))

    def _move(self, name: str, tip: Tip, *, late_is_fine: bool) -> None:
        with locked(self.path):
            pins = self.read()
            held = pins.get(name)
            if held is None or tip.number > held.number:
                write_whole(self.path, _written({**pins, name: tip}))
            elif tip.number == held.number and tip.hash != held.hash:
                raise PinError(f"number {tip.number} was seen with another hash")
            elif tip.number < held.number and not late_is_fine:
                raise PinError(f"number {tip.number} is behind the pin {held.number}")


def _written(pins: Mapping[str, Tip]) -> bytes:
    listed = {name: {"number": tip.number, "hash": tip.hash.hex()} for name, tip in pins.items()}
    return json.dumps({"format": _FORMAT, "pins": listed}, sort_keys=True).encode("ascii")


def _parse(content: dict[str, Any]) -> dict[str, Tip]:
    if set(content) != {"format", "pins"} or content["format"] != _FORMAT:
        raise ValueError("unknown format")
    return {name: Tip(pin["number"], bytes.fromhex(pin["hash"])) for name, pin in content["pins"].items()}
