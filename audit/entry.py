"""What an entry of the log may hold, and its exact bytes; no free text can enter, storing is not done here."""

import json
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Final, Self, TypeAlias

FORMAT: Final = 1
HASH_TAG: Final = b"audit-log/1/row\0"
MAC_TAG: Final = b"audit-log/1/mac\0"
GENESIS: Final = bytes(32)
SUBJECT: Final = "subject"

# No vowel and no look-alike sign: neither a name nor a word can be spelled with it.
REFERENCE_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
REFERENCE_LENGTH: Final = 8
DIGEST_LENGTH: Final = 32
# JSON readers that hold numbers as doubles stay exact below it.
INT_LIMIT: Final = 2**53

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,47}")
_TYPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,47}")


class Reference(str):
    """Eight signs of REFERENCE_ALPHABET; anything else is a ValueError that does not repeat it."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        if len(value) != REFERENCE_LENGTH or not set(value) <= set(REFERENCE_ALPHABET):
            raise ValueError("not a reference")
        return super().__new__(cls, value)


def new_reference() -> Reference:
    """A random reference (38 bits): unique only as far as the caller checks."""
    return Reference("".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH)))


class Code(str):
    """One identifier of a declared closed set; it comes from `Codes[...]`, never from a string alone."""

    __slots__ = ()

    def __new__(cls, value: str, declared: "Codes") -> Self:
        if type(declared) is not Codes or value not in declared:
            raise ValueError("not a declared code")
        return super().__new__(cls, value)


class Codes:
    """A closed set of identifiers `[a-z][a-z0-9_]{0,47}`, written where an event is declared."""

    def __init__(self, *names: str) -> None:
        if not all(_is_identifier(name) for name in names):
            raise ValueError("a code is [a-z][a-z0-9_]{0,47}")
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Code:
        return Code(name, self)

    def __iter__(self) -> Iterator[Code]:
        return (Code(name, self) for name in sorted(self._names))


Kind: TypeAlias = type[uuid.UUID] | type[int] | type[Reference] | type[bytes] | type[Enum] | Codes
Value: TypeAlias = uuid.UUID | int | Reference | bytes | Code | Enum

_PLAIN: Final = (uuid.UUID, int, bool, Reference, bytes)


@dataclass(frozen=True)
class EventType:
    """A declared event: its stored name and the exact keys it carries, each with its kind.

    A kind is uuid.UUID, int, bool, Reference, bytes (a digest of 32), an Enum of identifiers or a Codes.
    The key `subject`, a uuid.UUID, is the thing concerned. At most one key is a digest, so that its last
    value for a subject is one look-up. Anything else is a ValueError.
    """

    name: str
    keys: Mapping[str, Kind] = field(hash=False)

    def __post_init__(self) -> None:
        if not _TYPE_NAME.fullmatch(self.name):
            raise ValueError("the name of an event is an identifier")
        for key, kind in self.keys.items():
            _check_declaration(key, kind)
        if sum(kind is bytes for kind in self.keys.values()) > 1:
            raise ValueError("an event carries one digest at most")
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    @property
    def digest_key(self) -> str | None:
        return next((key for key, kind in self.keys.items() if kind is bytes), None)


@dataclass(frozen=True, repr=False)
class Entry:
    """One event that happened: `at` is UTC, `values` holds exactly the keys of `type`.

    A ValueError names the key at fault, never the value.
    """

    type: EventType
    at: datetime
    instance: uuid.UUID
    actor: uuid.UUID | None
    seat: Code | Enum | None
    values: Mapping[str, Value] = field(hash=False)

    def __post_init__(self) -> None:
        _check_frame(self)
        _check_keys(self.type, self.values)
        for key, kind in self.type.keys.items():
            if not _fits(kind, self.values[key]):
                raise ValueError(f"wrong value for key {key}")
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @property
    def subject(self) -> uuid.UUID | None:
        value = self.values.get(SUBJECT)
        return value if isinstance(value, uuid.UUID) else None

    def canonical(self) -> bytes:
        """Deterministic JSON: the bytes that the chain covers."""
        body = {
            "format": FORMAT,
            "type": self.type.name,
            "at": self.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
            "instance": str(self.instance),
            "actor": None if self.actor is None else str(self.actor),
            "seat": None if self.seat is None else _code_text(self.seat),
            "values": {key: _encode(value) for key, value in self.values.items()},
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")


@dataclass(frozen=True)
class Tip:
    """The number and hash of one row of the log, or of one signed list."""

    number: int
    hash: bytes

    def __post_init__(self) -> None:
        if type(self.number) is not int or self.number < 0:
            raise ValueError("a tip has a number")
        if type(self.hash) is not bytes or len(self.hash) != DIGEST_LENGTH:
            raise ValueError("a tip has a hash of 32 bytes")


def _is_identifier(value: object) -> bool:
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _is_closed(kind: object) -> bool:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return all(_is_identifier(member.value) for member in kind)
    return type(kind) is Codes


def _check_declaration(key: str, kind: Kind) -> None:
    if not _is_identifier(key):
        raise ValueError("the key of an event is an identifier")
    if key == SUBJECT and kind is not uuid.UUID:
        raise ValueError("the subject of an event is a UUID")
    if kind not in _PLAIN and not _is_closed(kind):
        raise ValueError(f"kind not allowed for key {key}")


def _check_frame(entry: Entry) -> None:
    sound = {
        "type": type(entry.type) is EventType,
        "at": _is_utc(entry.at),
        "instance": type(entry.instance) is uuid.UUID,
        "actor": entry.actor is None or type(entry.actor) is uuid.UUID,
        "seat": entry.seat is None or _is_code(entry.seat),
    }
    for name, good in sound.items():
        if not good:
            raise ValueError(f"wrong value for {name}")


def _check_keys(kind: EventType, values: Mapping[str, Value]) -> None:
    for key in kind.keys:
        if key not in values:
            raise ValueError(f"missing key {key}")
    for key in values:
        if key not in kind.keys:
            # A stranger's key may itself be a text: only an identifier is repeated.
            raise ValueError(f"undeclared key {key if _is_identifier(key) else '(not an identifier)'}")


def _is_utc(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() == timedelta(0)


def _is_code(value: object) -> bool:
    return type(value) is Code or (isinstance(value, Enum) and _is_identifier(value.value))


def _fits(kind: Kind, value: object) -> bool:
    if isinstance(kind, Codes):
        return type(value) is Code and value in kind
    if type(value) is not kind:
        return False
    if type(value) is int:
        return -INT_LIMIT < value < INT_LIMIT
    return type(value) is not bytes or len(value) == DIGEST_LENGTH


def _code_text(value: Code | Enum) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def _encode(value: Value) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, uuid.UUID):
        return f"uuid:{value}"
    if isinstance(value, bytes):
        return f"digest:{value.hex()}"
    if isinstance(value, Reference):
        return f"reference:{value}"
    return f"code:{_code_text(value)}"
