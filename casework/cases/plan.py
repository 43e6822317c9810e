"""The work of one `act`: what to write, to whom to seal, what to remove; then the two commits in their only safe order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from audit.entry import Reference
from casework.cases import facts as fact_rows
from casework.cases import heads, sealed
from casework.cases.heads import Head, Held
from casework.cases.sealed import Handed
from casework.kernel.engine import readers
from casework.kernel.life import Actor, Life, Principal, Slot
from casework.kernel.records import HolderKind
from casework.mail.service import announce
from casework.store.base import insert_all, no_part
from casework.store.directory import Directory
from casework.store.faults import point
from casework.store.house import House, Writing
from casework.store.keyring import Acting, NoKey
from casework.store.register import Gone, Loss
from casework.store.removals import intent
from casework.store.tables import CaseRow, CiphertextRow, FactRow, HeadRow, ReaderRow, RemovalRow


class Unsealable(Exception):
    """Nobody of the directory holds a key this move must seal to; `seat` says which seat is empty."""

    def __init__(self, seat: str) -> None:
        super().__init__(f"no admitted holder: {seat}")
        self.seat = seat


@dataclass
class Plan:
    """Collected while moves are played, carried out by `commit`. `acting` is None for the clock."""

    house: House
    writing: Writing
    directory: Directory
    acting: Acting | None
    head: Head | None
    first_row: dict[str, Any] = field(default_factory=dict)
    written: dict[Slot, Mapping[str, Any]] = field(default_factory=dict)
    facts: list[fact_rows.Made] = field(default_factory=list)
    _pending: dict[Slot, dict[str, Any]] = field(default_factory=dict)

    def contents(self, life: Life, slots: list[Slot]) -> dict[Slot, Mapping[str, Any]]:
        """The present contents of compartments, as far as this actor can read them. Errors: NoKey."""
        return {slot: self.written.get(slot) or self._stored(life, slot) for slot in slots}

    def write(self, slot: Slot, content: Mapping[str, Any]) -> None:
        """Have this content written; the last of several writes counts."""
        self.written[slot] = content

    def _stored(self, life: Life, slot: Slot) -> Mapping[str, Any]:
        if self.head is None or slot not in self.head.held:
            raise NoKey("nothing was written there")
        held = self.head.held[slot]
        stored = heads.envelopes(self.writing.session, {life.case: [slot]})
        key, envelope = self._key(life, slot, held), heads.envelope(stored, self.head, slot)
        return sealed.read(self.house, life.case, slot, held.key_id, held.version, key, envelope)

    def _key(self, life: Life, slot: Slot, held: Held) -> bytes:
        if self.acting is None:
            raise NoKey("the clock holds no key")
        return sealed.key_of(self.house, self.acting, self.directory, life.case, slot, held.key_id, held.principals)

    def commit(self, life: Life, *moves: str) -> Head:
        """New seals first, then the rows of the one case transaction, which the caller's `writing` commits."""
        old = self.head.held if self.head else {}
        entitled = self._entitled(life, set(old) | set(self.written))
        held, handed = dict[Slot, Held](), list[Handed]()
        for slot, principals in entitled.items():
            if slot in self.written and principals:
                held[slot], key = self._rewrite(life, slot, principals, old.get(slot))
                handed.append(Handed(slot, held[slot].key_id, key, principals))
            elif slot not in self.written:
                held[slot] = replace(old[slot], principals=principals)
                if added := principals - old[slot].principals:
                    handed.append(Handed(slot, old[slot].key_id, self._key(life, slot, old[slot]), added))
        point("before-seals")
        with self.house.stores.key_writing() as keys:
            sealed.give(keys, self.house, self.directory, life.case, handed)
        point("seals-committed")
        held = {slot: item for slot, item in held.items() if item.principals}
        return self._store(life, moves, held)

    def _entitled(self, life: Life, existing: set[Slot]) -> dict[Slot, frozenset[UUID]]:
        return {
            slot: frozenset(filter(None, (self._id(principal) for principal in principals)))
            for slot, principals in readers(self.house.charter, life).items()
            if slot in existing
        }

    def _id(self, principal: Principal) -> UUID | None:
        found = self.directory.id_of(principal)
        if found is None and principal.kind is not HolderKind.MEMBER and self.acting is not None:
            raise Unsealable(principal.seat or principal.rank)
        return found

    def _rewrite(self, life: Life, slot: Slot, principals: frozenset[UUID], old: Held | None) -> tuple[Held, bytes]:
        """What the head will say of the new content, and its key."""
        version = old.version + 1 if old else 1
        key_id, key, envelope = sealed.make(self.house, life.case, slot, version, self.written[slot])
        place = {"case": life.case, "compartment": slot.compartment, "part": no_part(slot.part)}
        self._pending[slot] = {**place, "key_id": key_id, "envelope": envelope}
        return Held(key_id, version, heads.digest(envelope), principals), key

    def _store(self, life: Life, moves: tuple[str, ...], held: Mapping[Slot, Held]) -> Head:
        session, case, old = self.writing.session, life.case, self.head.held if self.head else {}
        previous = heads.digest(self.head.body()) if self.head else bytes(32)
        reference = self.head.reference if self.head else self.first_row["reference"]
        counted = self._facts(self.head.counted if self.head else frozenset())
        head = Head(life, reference, self.head.sequence + 1 if self.head else 1, previous, held, counted)
        self._row(life, head)
        session.flush()
        for slot in set(old) - set(held) | set(old) & set(self._pending):
            session.execute(
                delete(CiphertextRow).where(
                    CiphertextRow.case == case,
                    CiphertextRow.compartment == slot.compartment,
                    CiphertextRow.part == no_part(slot.part),
                )
            )
        insert_all(session, CiphertextRow, self._pending.values())
        session.add_all(_intents(self.head, head) if self.head else ())
        if self.head:
            session.execute(delete(ReaderRow).where(ReaderRow.case == case))
        able = frozenset[UUID]().union(*(item.principals for item in held.values()))
        insert_all(session, ReaderRow, ({"case": case, "principal": item} for item in able))
        self._announce(old, held)
        self._sign(head, moves)
        return head

    def _announce(self, old: Mapping[Slot, Held], held: Mapping[Slot, Held]) -> None:
        """Leave word for who reads something that it did not read before; what time does only takes away."""
        if self.acting is None or not self.house.announces:
            return
        nobody = frozenset[UUID]()
        changes = [(old[slot].principals if slot in old else nobody, item.principals) for slot, item in held.items()]
        announce(self.writing, self.directory, changes, self.acting.party.person)

    def _row(self, life: Life, head: Head) -> None:
        row = self.writing.session.get(CaseRow, life.case) if self.head else None
        if row is None:
            row = CaseRow(
                id=life.case,
                instance=life.instance,
                sender_seat=life.sender.seat,
                sender_organisation=life.sender.organisation,
                **self.first_row,
            )
            self.writing.session.add(row)
        row.step, row.since, row.majority = life.step, life.since, life.majority
        row.sequence, row.meeting = head.sequence, life.meeting

    def _facts(self, counted: frozenset[str]) -> frozenset[str]:
        for made in self.facts:
            row, counted = fact_rows.row(self.house, made, counted)
            insert_all(self.writing.session, FactRow, [row])
        return counted

    def _sign(self, head: Head, moves: tuple[str, ...]) -> None:
        body, keys = head.body(), self.acting.keys if self.acting else None
        signature = (
            keys.sign(heads.DOMAIN, body) if keys else self.house.provider.sign_removal(heads.CLOCK_DOMAIN, body)
        )
        signer = keys.member_id if keys else None
        place = {"case": head.life.case, "sequence": head.sequence}
        row = {**place, "body": body, "signer": signer, "signature": signature}
        insert_all(self.writing.session, HeadRow, [row])
        actor = self.acting.actor if self.acting else Actor(self.house.instance, None)
        events, reference = self.house.events, Reference(head.reference)
        for move in moves:
            self.writing.log(
                events.moved,
                actor,
                subject=head.life.case,
                reference=reference,
                move=events.moves[move],
                sequence=head.sequence,
                head=heads.digest(body),
            )


def _intents(before: Head, after: Head) -> list[RemovalRow]:
    """What must leave the key store once the case transaction is committed, and never come back with a backup.

    A key replaced by a rewrite goes for everybody, but only who lost the compartment is registered: the old key is all
    that a backup of the old content has.
    """
    case, rows = after.life.case, []
    move = Gone(Loss.LOST, case, after.sequence, heads.digest(after.body()).hex())
    for slot, old in before.held.items():
        new, place = after.held.get(slot), replace(move, compartment=slot.compartment, part=no_part(slot.part))
        place = replace(place, key=old.key_id)
        if new is None:
            rows.append(intent(case, old.key_id, gone=replace(place, loss=Loss.EMPTIED)))
            continue
        lost = old.principals - new.principals
        rows += [intent(case, old.key_id, item, replace(place, principal=item)) for item in lost]
        if new.key_id != old.key_id:
            rows.append(intent(case, old.key_id))
    recused = after.life.recused - before.life.recused
    return rows + [intent(case, gone=replace(move, loss=Loss.RECUSED, principal=item)) for item in recused]
