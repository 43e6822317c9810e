"""Drafts (R-01): the posted form of one act, sealed to its author alone in one seat, kept until sent or fourteen days."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import defer
from werkzeug.datastructures import MultiDict

from casework.kernel.clock import today
from casework.kernel.life import Party, Principal
from casework.store import seals
from casework.store.base import no_part
from casework.store.directory import load_directory
from casework.store.engines import StoreDown
from casework.store.faults import point
from casework.store.house import House
from casework.store.instances import take_turn
from casework.store.keyring import Acting, NoKey
from casework.store.keytables import SealRow
from casework.store.tables import DraftRow
from crypto.envelope import EnvelopeContext, new_key, open_content, seal_content
from crypto.errors import Oversize
from crypto.sealing import SealContext, seal, unseal

SIZE, LABEL, SCHEMA = 49_152, "draft", bytes(32)
_OF = select(DraftRow).where(
    DraftRow.instance == bindparam("instance"),
    DraftRow.person == bindparam("person"),
    DraftRow.seat == bindparam("seat"),
    DraftRow.organisation == bindparam("organisation"),
)
_SAME = _OF.where(
    DraftRow.form == bindparam("form"), DraftRow.case == bindparam("case"), DraftRow.part == bindparam("part")
)
_ID = _SAME.with_only_columns(DraftRow.id)
_CHANGED = _SAME.with_only_columns(DraftRow.changed_on)
Form = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as a list shows it; its content stays sealed."""

    id: UUID
    form: str
    case: UUID | None
    part: UUID | None
    changed_on: date


def keep(
    house: House, author: Party, form: str, posted: Form, case: UUID | None = None, part: UUID | None = None
) -> bool:
    """Keep a posted form for its author; False when it is too long to be kept. The former draft of the same act goes once this one is there.

    Needs only the author's public key.
    """
    draft_id, key_id, key = uuid4(), uuid4(), new_key()
    plaintext = json.dumps({name: list(values) for name, values in posted.items()}, ensure_ascii=False).encode()
    try:
        envelope = seal_content(key, plaintext, SIZE, _context(house, draft_id, key_id))
    except Oversize:
        return False
    with house.stores.case_writing() as session:
        take_turn(session, house.instance)  # the search for orphan seals waits, and so does the same form sent twice
        directory = load_directory(house, session)
        member = directory.id_of(Principal.member(author.person))
        if member is None:
            return False
        sealed = seal(directory.public(member), key, _seal_context(house, draft_id, key_id, member))
        with house.stores.key_writing() as keys:
            keys.add(SealRow(key_id=key_id, principal=member, case=draft_id, sealed=sealed))
        point("draft-sealed")
        place = _place(house, author, form, case, part)
        former = session.scalar(_SAME, place)
        if former is not None:
            session.delete(former)
            session.flush()
        session.add(DraftRow(id=draft_id, key_id=key_id, changed_on=today(), envelope=envelope, **place))
    point("draft-committed")
    if former is not None:
        with suppress(StoreDown):  # the draft is kept; the search for orphan seals finds what is left of the former one
            _delete_key(house, former.id)
    return True


def _delete_key(house: House, draft: UUID) -> None:
    with house.stores.key_writing() as keys:
        seals.drop_all(keys, [draft])


def find(house: House, acting: Acting, form: str, case: UUID | None = None, part: UUID | None = None) -> Form | None:
    """The author's own draft of this act. Errors: NoKey without its key; crypto.errors.DoesNotOpen when it was altered."""
    with house.stores.case_reading() as session:
        row = session.scalar(_SAME, _place(house, acting.party, form, case, part))
    if row is None:
        return None
    with house.stores.key_reading() as keys:
        sealed = keys.get(SealRow, (row.key_id, acting.keys.member_id))
    if sealed is None:
        return _find_again(house, acting, row, (form, case, part))
    private = acting.keys.private(house, acting.keys.member_id)
    key = unseal(private, sealed.sealed, _seal_context(house, row.id, row.key_id, acting.keys.member_id))
    opened: Form = json.loads(open_content(key, row.envelope, _context(house, row.id, row.key_id)))
    return opened


def _find_again(
    house: House, acting: Acting, row: DraftRow, asked: tuple[str, UUID | None, UUID | None]
) -> Form | None:
    """The key went between the two stores: with its draft, sent or replaced meanwhile, or alone."""
    with house.stores.case_reading() as session:
        if session.get(DraftRow, row.id) is not None:
            raise NoKey("the key of this draft is not there")
    return find(house, acting, *asked)


def find_posted(
    house: House, acting: Acting, form: str, case: UUID | None = None, part: UUID | None = None
) -> MultiDict[str, str] | None:
    """The author's own draft, as it was posted."""
    found = find(house, acting, form, case, part)
    return None if found is None else MultiDict([(name, value) for name, values in found.items() for value in values])


def kept_on(house: House, author: Party, form: str, case: UUID | None = None, part: UUID | None = None) -> date | None:
    """The day this draft was last written; None when there is none."""
    with house.stores.case_reading() as session:
        return session.scalar(_CHANGED, _place(house, author, form, case, part))


def blank(posted: Form, first: Form) -> bool:
    """Whether a form says nothing more than it did at `first`."""
    typed = {name: [value for value in values if value.strip()] for name, values in posted.items()}
    return not any(values and list(first.get(name, ())) != values for name, values in typed.items() if "-" in name)


def mine(house: House, acting: Acting) -> list[Draft]:
    """The author's drafts in this seat, newest first."""
    with house.stores.case_reading() as session:
        # Not the rows: a page of home would read every envelope, 48 KiB each.
        query = _OF.order_by(DraftRow.changed_on.desc()).options(defer(DraftRow.envelope, raiseload=True))
        rows = session.scalars(query, _author(house, acting.party)).all()
    return [
        Draft(r.id, r.form, r.case if r.case.int else None, r.part if r.part.int else None, r.changed_on) for r in rows
    ]


def forget(house: House, author: Party, form: str, case: UUID | None = None, part: UUID | None = None) -> None:
    """Destroy a draft, key first."""
    with house.stores.case_reading() as session:
        draft = session.scalar(_ID, _place(house, author, form, case, part))
    if draft is None:
        return
    _delete_key(house, draft)
    with house.stores.case_writing() as session:
        session.execute(delete(DraftRow).where(DraftRow.id == draft))


def _author(house: House, author: Party) -> dict[str, Any]:
    return {
        "instance": house.instance,
        "person": author.person,
        "seat": author.seat,
        "organisation": author.organisation,
    }


def _place(house: House, author: Party, form: str, case: UUID | None, part: UUID | None) -> dict[str, Any]:
    return {**_author(house, author), "form": form, "case": no_part(case), "part": no_part(part)}


def _context(house: House, draft: UUID, key_id: UUID) -> EnvelopeContext:
    return EnvelopeContext(house.instance, draft, LABEL, no_part(None), key_id, SCHEMA, 1)


def _seal_context(house: House, draft: UUID, key_id: UUID, principal: UUID) -> SealContext:
    return SealContext("draft-key", house.instance, draft, LABEL, no_part(None), key_id, principal)
