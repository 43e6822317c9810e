"""Heads: the signed, chained, logged state of a situation; a read or a move begins by verifying the last one (security.md, heads)."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from audit.log import LogBroken
from casework.kernel.life import Life, Slot, canonical, life_from_clear, to_clear
from casework.store.base import no_part
from casework.store.directory import Directory, load_directory
from casework.store.house import House
from casework.store.tables import CaseRow, CiphertextRow, HeadRow
from crypto.errors import CryptoError
from crypto.signing import check_signature

Stored: TypeAlias = Mapping[
    tuple[UUID, str, UUID], tuple[UUID, bytes]
]  # key and envelope by situation, compartment, part
FORMAT = 2
DOMAIN = "casework/head/1"
CLOCK_DOMAIN = "casework/clock-head/1"
# Built once: to build a statement, and the key under which it was compiled, costs as much as to run it.
_LOCKED = (
    select(CaseRow).where(CaseRow.id == bindparam("case"), CaseRow.instance == bindparam("instance")).with_for_update()
)
_LAST = (
    select(CaseRow, HeadRow)
    .outerjoin(HeadRow, (HeadRow.case == CaseRow.id) & (HeadRow.sequence == CaseRow.sequence))
    .where(CaseRow.id.in_(bindparam("cases", expanding=True)), CaseRow.instance == bindparam("instance"))
)
_ENVELOPES = select(
    CiphertextRow.case, CiphertextRow.compartment, CiphertextRow.part, CiphertextRow.key_id, CiphertextRow.envelope
).where(
    CiphertextRow.case.in_(bindparam("cases", expanding=True)),
    CiphertextRow.compartment.in_(bindparam("names", expanding=True)),
)


class HeadBroken(Exception):
    """The stored situation is not the one last logged: nothing of it is shown, nothing is sealed to it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a head says of one existing compartment: its key, its envelope's hash and version, the principals it is sealed to."""

    key_id: UUID
    version: int
    digest: bytes
    principals: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Head:
    """The verified state of a situation."""

    life: Life
    reference: str
    sequence: int
    previous: bytes
    held: Mapping[Slot, Held] = field(default_factory=dict)
    counted: frozenset[str] = frozenset()  # facts already made for this person, by year (S-01)

    def body(self) -> bytes:
        """The canonical bytes that are hashed, signed and stored."""
        compartments = [
            {
                "compartment": slot.compartment,
                "part": str(no_part(slot.part)),
                "key": str(held.key_id),
                "version": held.version,
                "digest": held.digest.hex(),
                "principals": sorted(map(str, held.principals)),
            }
            for slot, held in sorted(self.held.items(), key=lambda item: (item[0].compartment, str(item[0].part)))
        ]
        return canonical(
            {
                "format": FORMAT,
                "life": to_clear(self.life),
                "reference": self.reference,
                "sequence": self.sequence,
                "previous": self.previous.hex(),
                "compartments": compartments,
                "counted": sorted(self.counted),
            }
        )

    @classmethod
    def parse(cls, body: bytes) -> "Head":
        """The inverse of `body`. Errors: HeadBroken."""
        try:
            clear: dict[str, Any] = json.loads(body)
            if clear["format"] != FORMAT:
                raise ValueError("format")
            held = dict(_held(item) for item in clear["compartments"])
            life = life_from_clear(clear["life"])
            return cls(
                life,
                clear["reference"],
                clear["sequence"],
                bytes.fromhex(clear["previous"]),
                held,
                frozenset(clear["counted"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise HeadBroken("malformed") from error


def _held(item: Mapping[str, Any]) -> tuple[Slot, Held]:
    part = UUID(item["part"])
    slot = Slot(item["compartment"], part if part.int else None)
    return slot, Held(
        UUID(item["key"]), item["version"], bytes.fromhex(item["digest"]), frozenset(map(UUID, item["principals"]))
    )


def digest(body: bytes) -> bytes:
    """The hash under which the log knows a head."""
    return hashlib.sha256(body).digest()


def load(house: House, session: Session, directory: Directory, case: UUID) -> Head | None:
    """The verified last head of a situation of this instance, None when there is none. Errors: HeadBroken.

    For one view of the store (`case_reading`): a move between two statements would look like a head that was put back.
    """
    stored = last(house, session, [case]).get(case)
    return None if stored is None else verified(house, session, directory, *stored)


def last(house: House, session: Session, cases: Sequence[UUID]) -> dict[UUID, tuple[CaseRow, HeadRow | None]]:
    """What is stored of situations of this instance, and their last heads: to be `verified`."""
    rows = session.execute(_LAST, {"cases": cases, "instance": house.instance})
    return {row.id: (row, stored) for row, stored in rows}


def lock(house: House, session: Session, case: UUID) -> tuple[Directory, Head | None]:
    """The same for who will move it: nobody else does until this transaction ends, so that each statement sees one state.

    The directory is read after the wait: whoever moved the situation meanwhile is in it.
    """
    row = session.scalar(_LOCKED, {"case": case, "instance": house.instance})
    directory = load_directory(house, session)
    if row is None:
        return directory, None
    head = verified(house, session, directory, row, session.get(HeadRow, (row.id, row.sequence)))
    _check_envelopes(session, head)
    return directory, head


def verified(house: House, session: Session, directory: Directory, row: CaseRow, stored: HeadRow | None) -> Head:
    """The last head of a situation, as it is stored. Errors: HeadBroken."""
    if stored is None:
        raise HeadBroken("no head")
    _check_logged(house, session, row.id, stored.body)
    head = Head.parse(stored.body)
    _check_signed(house, directory, stored, head)
    _check_projection(row, head)
    return head


def earlier(house: House, session: Session, directory: Directory, head: Head, sequence: int) -> Head | None:
    """The head that was signed at a former sequence of the same situation, None when there is none. Errors: HeadBroken."""
    stored = session.get(HeadRow, (head.life.case, sequence)) if 0 < sequence < head.sequence else None
    if stored is None:
        return None
    former = Head.parse(stored.body)
    _check_signed(house, directory, stored, former)
    return former


def _check_logged(house: House, session: Session, case: UUID, body: bytes) -> None:
    try:
        logged = house.last_digest(session, case, "head")
    except LogBroken as error:
        raise HeadBroken("log") from error
    if logged != digest(body):
        raise HeadBroken("not the head last logged")


def _check_signed(house: House, directory: Directory, stored: HeadRow, head: Head) -> None:
    try:
        key = directory.signing(stored.signer) if stored.signer else house.provider.removal_key
        check_signature(key, DOMAIN if stored.signer else CLOCK_DOMAIN, stored.body, stored.signature)
    except (CryptoError, KeyError) as error:
        raise HeadBroken("signature") from error
    if stored.case != head.life.case or stored.sequence != head.sequence:
        raise HeadBroken("another situation's head")


def _check_projection(row: CaseRow, head: Head) -> None:
    life = head.life
    columns = ("step", "since", "majority", "meeting")
    clear = [getattr(row, name) for name in columns] + [row.id, row.instance, row.reference, row.sequence]
    said = [getattr(life, name) for name in columns] + [life.case, life.instance, head.reference, head.sequence]
    clear += [row.sender_seat, row.sender_organisation]
    said += [life.sender.seat, life.sender.organisation]
    if clear != said:
        raise HeadBroken("columns differ from the head")


def _check_envelopes(session: Session, head: Head) -> None:
    """Before a move: every stored envelope is the head's, those it does not touch included."""
    rows = session.scalars(select(CiphertextRow).where(CiphertextRow.case == head.life.case)).all()
    stored = {(row.compartment, row.part, row.key_id, digest(row.envelope)) for row in rows}
    if stored != {(slot.compartment, no_part(slot.part), held.key_id, held.digest) for slot, held in head.held.items()}:
        raise HeadBroken("ciphertext")


def envelopes(session: Session, asked: Mapping[UUID, Collection[Slot]]) -> Stored:
    """What is stored of these compartments of one or several situations, in one query."""
    names = {slot.compartment for slots in asked.values() for slot in slots}
    cases = [case for case, slots in asked.items() if slots]
    rows = session.execute(_ENVELOPES, {"cases": cases, "names": list(names)})
    return {(case, name, part): (key_id, envelope) for case, name, part, key_id, envelope in rows}


def envelope(stored: Stored, head: Head, slot: Slot) -> bytes:
    """The envelope of a compartment, when it is as the head says. Errors: HeadBroken."""
    held = head.held[slot]
    key_id, found = stored.get((head.life.case, slot.compartment, no_part(slot.part)), (None, b""))
    if key_id != held.key_id or digest(found) != held.digest:
        raise HeadBroken("ciphertext")
    return found
