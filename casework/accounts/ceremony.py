"""The ceremony that opens an instance, and what the three share-holders can do later; no situation exists before it (F-02, R-07)."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from casework.accounts.admission import compared, confirm_list, listed, publish_draft, set_admitted, store_copies
from casework.accounts.errors import AccountError
from casework.accounts.grants import Draft, member_row
from casework.accounts.people import tenure_row
from casework.kernel.clock import now, today
from casework.store.house import House, Writing
from casework.store.keyring import ADMISSION, ESCROW, LOCK, ROOT, SHARE, Acting, seal_copy
from casework.store.keytables import CopyRow
from casework.store.listing import Listing
from casework.store.tables import InstanceRow, PrincipalRow, TenureRow
from crypto.framing import frame
from crypto.identity import fingerprint, lock
from crypto.primitives import digest
from crypto.sealing import public_of
from crypto.shares import split
from crypto.signing import new_signing_pair

_SECRET = 32


@dataclass(frozen=True)
class Dated:
    """A document that must exist before the opening."""

    on: date
    reference: str


@dataclass(frozen=True)
class OpeningRecord:
    """The five documents without which no instance opens (F-02, R-07)."""

    rules: Dated  # règlement intérieur (CSI L132-5)
    assessment: Dated  # AIPD
    register: Dated  # inscription au registre
    controller: Dated  # désignation du ou des responsables
    elimination: Dated  # autorisation d'élimination des archives


@dataclass(frozen=True)
class Holders:
    """The tenures that each receive one share of the escrow."""

    coordinator: UUID
    controller: UUID
    dpo: UUID


@dataclass(frozen=True)
class Opening:
    """What the first keeper brings: the second keeper's tenure, share-holders, fingerprints heard by tenure, documents."""

    second: UUID
    holders: Holders
    spoken: Mapping[UUID, str]
    record: OpeningRecord


@dataclass(frozen=True)
class _Root:
    private: bytes
    public: bytes


def open_instance(house: House, first: Acting, opening: Opening) -> str:
    """Open the instance; the fingerprint of its root, for the paper the three share-holders sign.

    Errors: AccountError "opened", "opening_incomplete", "opening_keepers", "opening_holders", "fingerprint" or "pending".
    """
    _require_record(opening.record)
    root = _Root(*new_signing_pair())
    with house.stores.case_reading() as session:
        if listed(house, session):
            raise AccountError("opened")
        rows = _admitted_rows(house, session, first, opening)
        draft = _first_list(house, session, first, root)
        members = {row.id: draft.add_tenure(row) for row in rows}
    for tenure in (first.tenure, opening.second):
        draft.certify(members[tenure], root.private)
    _escrow(draft, root, [members[tenure] for tenure in astuple(opening.holders)])
    store_copies(house, draft)
    with house.writing() as writing:
        _open_row(writing, root, opening.record)
        publish_draft(writing, first, draft)
        _log_opening(writing, first, root, rows)
    confirm_list(house)
    return root_fingerprint(root.public)


def root_fingerprint(public: bytes) -> str:
    """The root key as 25 digits."""
    return fingerprint((b"root", public))


def opening_record(house: House) -> OpeningRecord | None:
    """The documents that opened the instance; None before the ceremony. Errors: DoesNotOpen."""
    with house.stores.case_reading() as session:
        row = session.get(InstanceRow, house.instance)
        sealed = row.opening if row else None
    if sealed is None:
        return None
    clear = json.loads(house.provider.open("opening", sealed, house.instance.bytes))
    return OpeningRecord(**{name: Dated(date.fromisoformat(on), text) for name, (on, text) in clear.items()})


def _require_record(record: OpeningRecord) -> None:
    documents = [getattr(record, item.name) for item in fields(record)]
    if not all(document.reference.strip() and document.on <= today() for document in documents):
        raise AccountError("opening_incomplete")


def _admitted_rows(house: House, session: Session, first: Acting, opening: Opening) -> list[TenureRow]:
    """The tenures of the first list: each heard by voice, but the first keeper's own."""
    own = tenure_row(house, session, first.tenure)
    if (
        own is None
        or own.person != first.keys.person
        or member_row(house, session, own.person).id != first.keys.member_id
    ):
        raise AccountError("opening_keepers")
    others = sorted({opening.second, *astuple(opening.holders)} - {own.id})
    rows = {key: compared(house, session, key, opening.spoken.get(key, "")) for key in others} | {own.id: own}
    _require_keepers(house, own, rows[opening.second])
    _require_holders(house, rows, opening.holders)
    return list(rows.values())


def _require_keepers(house: House, first: TenureRow, second: TenureRow) -> None:
    """Two different persons, both in a keeper's seat."""
    keepers = all(house.charter.seat(row.seat).keeper for row in (first, second))
    if not keepers or first.person == second.person:
        raise AccountError("opening_keepers")


def _require_holders(house: House, rows: Mapping[UUID, TenureRow], holders: Holders) -> None:
    """Three different persons: a keeper, the controller's representative, the DPO."""
    chosen = [rows[tenure] for tenure in astuple(holders)]
    require_three(house, [(row.seat, row.person) for row in chosen])


def require_three(house: House, holders: Sequence[tuple[str, UUID]]) -> None:
    """A keeper, the controller's representative, the DPO, in this order, as (seat, person). Errors: AccountError "opening_holders"."""
    (keeper, *others), persons = (seat for seat, _ in holders), {person for _, person in holders}
    if not house.charter.seat(keeper).keeper or others != ["controller", "dpo"] or len(persons) != len(holders):
        raise AccountError("opening_holders")


def _first_list(house: House, session: Session, first: Acting, root: _Root) -> Draft:
    listing = Listing(house.instance, 1, "", root.public.hex(), first.keys.member_id)
    draft = Draft(house, session, listing, (house.instance, b""))
    draft.admission = draft.add_pair(ADMISSION)
    return draft


def _escrow(draft: Draft, root: _Root, holders: Sequence[PrincipalRow]) -> None:
    """The escrow pair: its private half under a secret shared 2-of-3; root and admission keys are sealed to it."""
    house, (escrow, private) = draft.house, draft.add_pair(ESCROW)
    draft.copies += share_rows(house, escrow, private, [(holder.id, holder.public) for holder in holders])
    itself, (admission, admission_private) = (escrow, public_of(private)), draft.admission
    draft.copies.append(seal_copy(house, root.private, house.instance, itself, ROOT))
    draft.copies.append(seal_copy(house, admission_private, admission, itself, ESCROW))


def share_rows(house: House, escrow: UUID, private: bytes, holders: Sequence[tuple[UUID, bytes]]) -> list[CopyRow]:
    """The private half of the escrow under a new secret, and one share of that secret for each holder = (member, public key)."""
    secret = os.urandom(_SECRET)
    locked = lock(secret, private, escrow_bound(house, escrow))
    shares = zip(split(secret), holders, strict=True)
    sealed = [seal_copy(house, share, escrow, holder, SHARE) for share, holder in shares]
    return [CopyRow(principal=escrow, holder=escrow, purpose=LOCK, sealed=locked), *sealed]


def escrow_bound(house: House, escrow: UUID) -> bytes:
    """What the locked private half of the escrow is bound to."""
    return frame(b"casework/escrow/1", house.instance.bytes, escrow.bytes)


def _open_row(writing: Writing, root: _Root, record: OpeningRecord) -> None:
    """Only one ceremony goes through: the row is taken when it has no date yet."""
    house, clear = writing.house, {name: _clear(getattr(record, name)) for name in record.__dataclass_fields__}
    sealed = house.provider.seal("opening", json.dumps(clear).encode(), house.instance.bytes)
    unopened = update(InstanceRow).where(InstanceRow.id == house.instance, InstanceRow.opened_at.is_(None))
    done = writing.session.execute(
        unopened.values(opened_at=now(), root_public=root.public, opening=sealed).returning(InstanceRow.id)
    )
    if done.scalar() is None:
        raise AccountError("opened")


def _clear(document: Dated) -> list[str]:
    return [document.on.isoformat(), document.reference]


def _log_opening(writing: Writing, first: Acting, root: _Root, rows: Sequence[TenureRow]) -> None:
    events, actor = writing.house.events, first.actor
    writing.log(events.instance_opened, actor, subject=writing.house.instance, root=digest(root.public))
    for row in rows:
        set_admitted(writing.session, row.id)
        writing.log(events.admitted, actor, subject=row.person, tenure=row.id, number=1)
