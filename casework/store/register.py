"""The deletion register: what was taken away and must never come back with a backup; a chained file outside the databases, without personal data."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from audit.entry import GENESIS, Tip
from audit.files import locked, sync_directory, write_whole
from audit.pins import PinFile
from casework.kernel.clock import today
from casework.kernel.life import canonical
from casework.store.engines import writable
from crypto.framing import frame
from crypto.provider import Provider

PIN = "register"
NIL = UUID(int=0)
_LINE: Final = b"casework/deletion-register/1"
_START: Final = b"casework/deletion-register-start/1"


class RegisterBroken(Exception):
    """The register was cut, edited, emptied or taken away: put its own copy back, it is never rebuilt by itself."""


class Loss(StrEnum):
    """What was taken away: a whole situation; the last readers of a compartment; one reader of it; a convened person; a seat or a person's keys."""

    DESTROYED = "destroyed"
    EMPTIED = "emptied"
    LOST = "lost"
    RECUSED = "recused"
    DEPARTED = "departed"


@dataclass(frozen=True, slots=True)
class Gone:
    """One removal. `subject`: the situation, or the tenure or member that departed. `head` (hash, hex) and `sequence`: the move that did it.

    `principal` is the reader who lost the compartment, or the person who stepped back.
    """

    loss: Loss
    subject: UUID
    sequence: int = 0
    head: str = ""
    compartment: str = ""
    part: UUID = NIL
    key: UUID = NIL
    principal: UUID = NIL

    def encode(self) -> bytes:
        """The bytes an intent carries."""
        return canonical(self._clear())

    def _clear(self) -> dict[str, Any]:
        return {name: value if isinstance(value, int) else str(value) for name, value in asdict(self).items()}

    @classmethod
    def decode(cls, data: bytes) -> "Gone":
        """The inverse of `encode`. Errors: ValueError, KeyError or TypeError."""
        return cls.of(json.loads(data))

    @classmethod
    def of(cls, clear: dict[str, Any]) -> "Gone":
        """The same from JSON values. Errors: ValueError, KeyError or TypeError."""
        ids = {item.name: UUID(clear[item.name]) for item in fields(cls) if item.type is UUID}
        return cls(**{**clear, **ids, "loss": Loss(clear["loss"])})


class _Line(NamedTuple):
    raw: bytes
    tip: Tip
    day: date | None  # None: the start that pruning leaves
    gone: Gone | None


class Register:
    """Lines of JSON, each with a MAC over itself and the one before; its tip is pinned, so that a cut end is noticed too."""

    def __init__(self, path: Path, provider: Provider, pins: PinFile) -> None:
        self._path, self._provider, self._pins = path, provider, pins

    @property
    def kept(self) -> bool:
        """Whether there is any line; a computer that took nothing away yet has none."""
        return bool(_whole(self._path))

    def read(self) -> list[Gone]:
        """Every removal, oldest first. Errors: RegisterBroken."""
        return [line.gone for line in self._lines() if line.gone]

    def append(self, gone: Sequence[Gone]) -> None:
        """Add removals; they are on the disk when this returns. Errors: RegisterBroken, FileDown."""
        if not gone:
            return
        with writable("deletion register"), locked(self._path):
            tip, day, added = self._tip(), today(), b""
            for item in gone:
                tip, raw = self._next(tip, day, item)
                added += raw
            self._write(added)
            self._pins.advance_unless_passed(PIN, tip)

    def prune(self, before: date) -> int:
        """Forget the removals registered before this day: no backup that old may exist any more. How many. Errors: RegisterBroken."""
        with locked(self._path):
            lines = self._lines()
            young = next((at for at, line in enumerate(lines) if line.day and line.day >= before), len(lines))
            if not any(line.day for line in lines[:young]):
                return 0
            start = self._start(lines[young - 1].tip)
            write_whole(self._path, start + b"".join(line.raw for line in lines[young:]))
        return sum(line.day is not None for line in lines[:young])

    def _next(self, before: Tip, day: date, gone: Gone) -> tuple[Tip, bytes]:
        clear = {"number": before.number + 1, "day": day.isoformat(), "gone": gone._clear()}  # noqa: SLF001 - same module
        mac = self._provider.mac(frame(_LINE, before.hash, canonical(clear)))
        return Tip(before.number + 1, mac), canonical({**clear, "mac": mac.hex()}) + b"\n"

    def _start(self, tip: Tip) -> bytes:
        proof = self._provider.mac(frame(_START, tip.number.to_bytes(8, "big"), tip.hash))
        return canonical({"number": tip.number, "hash": tip.hash.hex(), "mac": proof.hex()}) + b"\n"

    def _lines(self) -> list[_Line]:
        """The whole chain, verified up to and beyond the pin."""
        pinned = self._pins.read().get(PIN)
        try:
            lines = list(self._chain(_whole(self._path)))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RegisterBroken("a line of the deletion register does not hold") from None
        if pinned and pinned not in {line.tip for line in lines}:
            raise RegisterBroken("the deletion register does not reach the line this computer has seen")
        return lines

    def _chain(self, raws: Iterable[bytes]) -> Iterator[_Line]:
        tip = Tip(0, GENESIS)
        for at, raw in enumerate(raws):
            clear = json.loads(raw)
            if at == 0 and "hash" in clear:
                line = _Line(raw, Tip(clear["number"], bytes.fromhex(clear["hash"])), None, None)
                expected = self._start(line.tip)
            else:
                day, gone = date.fromisoformat(clear["day"]), Gone.of(clear["gone"])
                following, expected = self._next(tip, day, gone)
                line = _Line(raw, following, day, gone)
            if not compare_digest(raw, expected):
                raise ValueError("not authentic")
            tip = line.tip
            yield line

    def _tip(self) -> Tip:
        """The last line when the pin vouches for it, which is nearly always; else the whole chain is verified."""
        pinned, last = self._pins.read().get(PIN), _last(self._path)
        if pinned and last.endswith(f'"mac":"{pinned.hash.hex()}","number":{pinned.number}}}\n'.encode()):
            return pinned
        lines = self._lines()
        return lines[-1].tip if lines else Tip(0, GENESIS)

    def _write(self, added: bytes) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "r+b") as file:
            # A line that a crash left unfinished promised nothing: what it speaks of is still an intent.
            file.truncate(sum(map(len, _whole(self._path))))
            file.seek(0, os.SEEK_END)
            file.write(added)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(self._path.parent)


def _whole(path: Path) -> list[bytes]:
    """The finished lines."""
    try:
        return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    except FileNotFoundError:
        return []


def _last(path: Path) -> bytes:
    lines = _whole(path)
    return lines[-1] if lines else b""
