"""The signed list of an instance as plain values and as the bytes that are signed; it verifies nothing (directory.py does)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from casework.kernel.clock import add_months
from casework.kernel.life import Principal, canonical
from casework.kernel.records import HolderKind
from crypto.framing import frame
from crypto.primitives import digest

FORMAT = 2
CONFIRMED_FOR = 12  # months
ADMISSION = "admission"


@dataclass(frozen=True, slots=True)
class Entry:
    """One key pair: what it stands for, the hash of its public keys; `ended` entries only check old signatures."""

    id: UUID
    kind: str
    seat: str
    organisation: UUID | None
    person: UUID | None
    keys: str
    ended: bool = False

    def principal(self) -> Principal:
        """The principal it names. Errors: ValueError for the admission key, to which no situation is sealed."""
        return Principal(HolderKind(self.kind), self.kind, self.seat, self.organisation, self.person)


@dataclass(frozen=True, slots=True)
class Tenure:
    """A person admitted to a seat for an organisation of a kind; `confirmed`: the day a keeper last vouched for it."""

    id: UUID
    person: UUID
    seat: str
    organisation: UUID
    kind: str
    confirmed: date

    @property
    def until(self) -> date:
        """The day it lapses unless it is confirmed again."""
        return add_months(self.confirmed, CONFIRMED_FOR)


@dataclass(frozen=True, slots=True)
class Listing:
    """One numbered list. `keepers` maps a member's principal id to the certificate the root gave it (hex)."""

    instance: UUID
    number: int
    previous: str
    root: str
    signer: UUID
    keepers: Mapping[UUID, str] = field(default_factory=dict)
    entries: Mapping[UUID, Entry] = field(default_factory=dict)
    tenures: Mapping[UUID, Tenure] = field(default_factory=dict)

    def body(self) -> bytes:
        """The canonical bytes that are signed and chained."""
        clear = {
            "format": FORMAT,
            "instance": str(self.instance),
            "number": self.number,
            "previous": self.previous,
            "root": self.root,
            "signer": str(self.signer),
            "keepers": {str(key): value for key, value in self.keepers.items()},
            "entries": [_clear(entry) for entry in _by_id(self.entries)],
            "tenures": [_clear(tenure) for tenure in _by_id(self.tenures)],
        }
        return canonical(clear)

    def next(self, signer: UUID) -> "Listing":
        """The list that follows this one, for `signer` to sign."""
        return replace(self, number=self.number + 1, previous=digest(self.body()).hex(), signer=signer)

    def with_entry(self, entry: Entry) -> "Listing":
        """This list with one entry added or replaced."""
        return replace(self, entries={**self.entries, entry.id: entry})

    def without_entry(self, entry: UUID) -> "Listing":
        """This list with one entry ended: its signing key stays for the heads it signed."""
        return self.with_entry(replace(self.entries[entry], ended=True))

    def with_tenure(self, tenure: Tenure) -> "Listing":
        """This list with one tenure more."""
        return replace(self, tenures={**self.tenures, tenure.id: tenure})

    def without_tenure(self, tenure: UUID) -> "Listing":
        """This list without one tenure."""
        return replace(self, tenures={key: value for key, value in self.tenures.items() if key != tenure})

    def without_keeper(self, member: UUID) -> "Listing":
        """This list with one keeper less."""
        return replace(self, keepers={key: value for key, value in self.keepers.items() if key != member})

    def lapsed(self, day: date, keeping: Collection[str], gone: Collection[UUID]) -> frozenset[UUID]:
        """The tenures that nobody confirmed for twelve months (A-01). `keeping`: seats of keepers; `gone`: suspended ids.

        Of the keepers left, those confirmed last never lapse: somebody must be able to confirm.
        """
        in_office = [
            item for item in self.tenures.values() if item.seat in keeping and item.id not in gone and self._keeps(item)
        ]
        last = max((item.confirmed for item in in_office), default=None)
        spared = {item.id for item in in_office if item.confirmed == last}
        return frozenset(item.id for item in self.tenures.values() if item.until <= day) - spared

    def _keeps(self, tenure: Tenure) -> bool:
        member = self.find("member", person=tenure.person)
        return member is not None and member.id in self.keepers

    def find(
        self, kind: str, seat: str = "", organisation: UUID | None = None, person: UUID | None = None
    ) -> Entry | None:
        """The living entry that stands for exactly this, if any."""
        wanted = (kind, seat, organisation, person)
        living = (entry for entry in self.entries.values() if not entry.ended)
        return next((e for e in living if (e.kind, e.seat, e.organisation, e.person) == wanted), None)


def keys_hash(public: bytes, signing: bytes | None) -> str:
    """What an entry says of its public keys."""
    return digest(frame(b"casework/listed-keys/1", public, signing or b"")).hex()


def keeper_message(instance: UUID, principal: UUID, signing: bytes) -> bytes:
    """What the root signs to make a keeper."""
    return frame(instance.bytes, principal.bytes, signing)


def parse(body: bytes) -> Listing:
    """The inverse of `Listing.body`. Errors: KeyError, TypeError or ValueError when it is not one of ours."""
    clear = json.loads(body)
    if clear["format"] != FORMAT:
        raise ValueError("unknown format")
    entries = [_entry(item) for item in clear["entries"]]
    tenures = [_tenure(item) for item in clear["tenures"]]
    return Listing(
        instance=UUID(clear["instance"]),
        number=clear["number"],
        previous=clear["previous"],
        root=clear["root"],
        signer=UUID(clear["signer"]),
        keepers={UUID(key): value for key, value in clear["keepers"].items()},
        entries={entry.id: entry for entry in entries},
        tenures={tenure.id: tenure for tenure in tenures},
    )


def _clear(record: Entry | Tenure) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in record.__slots__}
    return {name: str(value) if isinstance(value, UUID | date) else value for name, value in values.items()}


def _by_id(records: Mapping[UUID, Any]) -> list[Any]:
    return [records[key] for key in sorted(records)]


def _entry(clear: Mapping[str, Any]) -> Entry:
    organisation, person = (UUID(clear[name]) if clear[name] else None for name in ("organisation", "person"))
    return Entry(UUID(clear["id"]), clear["kind"], clear["seat"], organisation, person, clear["keys"], clear["ended"])


def _tenure(clear: Mapping[str, Any]) -> Tenure:
    ids = {name: UUID(clear[name]) for name in ("id", "person", "organisation")}
    confirmed = date.fromisoformat(clear["confirmed"])
    return Tenure(**ids, seat=clear["seat"], kind=clear["kind"], confirmed=confirmed)
