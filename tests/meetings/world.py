"""An open instance with one admitted person in every seat, and situations brought to the step a test wants."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from audit.table import log_table
from casework.accounts.people import Contact, login_hash, seal_contact, seal_name
from casework.cases import act as acts
from casework.cases.act import Change
from casework.cases.heads import Head, load
from casework.charters.cenomed import CENOMED
from casework.kernel.clock import at, now, today
from casework.kernel.life import Actor, Party
from casework.kernel.records import Seat, Take
from casework.meetings import service
from casework.store.directory import load_directory, publish
from casework.store.house import House
from casework.store.keyring import APART, SEAT, Acting, Keyring, seal_copy
from casework.store.listing import Entry, Listing, Tenure, keeper_message, keys_hash
from casework.store.tables import InstanceRow, OrganisationRow, PersonRow, PrincipalRow, TenureRow
from crypto.primitives import digest
from crypto.sealing import new_sealing_pair
from crypto.signing import new_signing_pair, sign
from tests.house import afresh, copy_house, make_house

SCHOOLS = 2
Pair = tuple[bytes, bytes]  # private, public


@dataclass
class World:
    """`people` by seat name; heads of school are "head_of_school" and "head_of_school_2", each of its own school."""

    house: House
    people: dict[str, Acting] = field(default_factory=dict)

    def head(self, case: UUID) -> Head:
        with self.house.stores.case_reading() as session:
            head = load(self.house, session, load_directory(self.house, session), case)
        assert head is not None
        return head

    def tenures(self, *names: str) -> list[UUID]:
        return [self.people[name].tenure for name in names]

    def play(
        self, who: str, case: UUID, move: str, contents: Any = None, takes: Mapping[Take, Any] | None = None
    ) -> Head:
        return acts.act(self.house, self.people[who], case, None, Change(move, contents or {}, takes or {}))

    def refer(self, **changes: Any) -> UUID:
        identity = IDENTITY | {key: value for key, value in changes.items() if key in IDENTITY or key == "school"}
        reason = REASON | ({"rixe": True} if changes.get("rixe") else {})
        contents = {"identity": identity, "reason": reason, "account": ACCOUNT}
        return acts.begin(
            self.house, self.people[changes.get("by", "pjj")], uuid4(), Change("refer", contents)
        ).life.case

    def retained(self, **changes: Any) -> UUID:
        case = self.refer(**changes)
        self.play("coordinator", case, "transmit")
        self.play("prosecutor", case, "retain", {"judicial": {}})
        return case

    def meeting(self, *names: str, days: int = 0) -> UUID:
        """A meeting in so many days, fixed forty days before."""
        coordinator, day = self.people["coordinator"], today() + timedelta(days=days)
        with at(now() + timedelta(days=days - 40)):
            meeting = service.fix(self.house, coordinator, day)
        service.convene(self.house, coordinator, meeting, self.tenures(*names))
        return meeting

    def events(self, kind: str) -> int:
        with self.house.stores.case_reading() as session:
            return len(session.execute(select(log_table.c.number).where(log_table.c.type == kind)).all())


IDENTITY: dict[str, Any] = {
    "surname": "Marqueur",
    "first_name": "Témoin",
    "birth": "birth_known",
    "birth_date": date(today().year - 14, 1, 15).isoformat(),
    "schooling": "lower_secondary_4_3",
    "telephone": "01 23 45 67 89",
    "informed_how": "in_person",
    "informed_on": today().isoformat(),
    "representatives": [],
}
REASON = {
    "reasons": ["group_tension"],
    "main_reason": "group_tension",
    "origin": "pjj",
    "reception": "entered_by_referrer",
}
ACCOUNT = {"facts": [{"day": today().isoformat(), "place": "street"}], "text": "Un fait constaté."}


@cache
def _model(dialect: str) -> tuple[World, tempfile.TemporaryDirectory[str]]:
    """One instance for the whole run; tests work on copies. HPKE and Ed25519 keys are real, passwords are not needed here."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    world = World(make_house(Path(folder.name), dialect))
    _Opening(world).open()
    return world, folder


def build(folder: Path, dialect: str = "sqlite") -> World:
    """An instance of one's own in `folder`."""
    model, made = _model(dialect)
    return World(copy_house(model.house, Path(made.name), folder), afresh(model.people))


class _Opening:
    def __init__(self, world: World) -> None:
        self.world, self.house = world, world.house
        self.entries: dict[UUID, Entry] = {}
        self.rows: list[Any] = []
        self.keys: dict[UUID, Pair] = {}
        self.tenures: dict[UUID, Tenure] = {}

    def open(self) -> None:
        root, root_public = new_signing_pair()
        instance = self.house.instance
        self._key("admission"), self._key("escrow")
        shared = {seat.name: self._key("seat", seat.name) for seat in CENOMED.seats if not seat.by_organisation}
        apart = {"prosecutor": self._key("apart", "prosecutor")}
        with self.house.stores.case_writing() as session:
            opened = {"opened_at": now(), "root_public": root_public}
            session.execute(update(InstanceRow).where(InstanceRow.id == instance).values(**opened))
        for seat in CENOMED.seats:
            for rank in range(SCHOOLS if seat.by_organisation else 1):
                self._person(seat, rank, shared.get(seat.name), apart.get(seat.name))
        signer = self.world.people["coordinator"].keys
        certificate = self._public_signing(signer.member_id)
        certificate += sign(root, "keeper", keeper_message(instance, signer.member_id, certificate))
        keepers = {signer.member_id: certificate.hex()}
        listing = Listing(instance, 1, "", root_public.hex(), signer.member_id, keepers, self.entries, self.tenures)
        with self.house.writing() as writing:
            writing.session.add_all(self.rows)
            writing.log(
                self.house.events.instance_opened, Actor(instance, None), subject=instance, root=digest(root_public)
            )
            publish(writing, listing, signer.sign("directory", listing.body()))

    def _public_signing(self, principal: UUID) -> bytes:
        found = next(row.signing for row in self.rows if isinstance(row, PrincipalRow) and row.id == principal)
        assert found
        return found

    def _key(
        self,
        kind: str,
        seat: str = "",
        organisation: UUID | None = None,
        person: UUID | None = None,
        signing: bytes | None = None,
    ) -> UUID:
        key, (private, public) = uuid4(), new_sealing_pair()
        self.keys[key] = private, public
        self.rows.append(
            PrincipalRow(
                id=key, instance=self.house.instance, kind=kind, seat=seat, organisation=organisation, person=person,
                public=public, signing=signing,
            )
        )  # fmt: skip
        self.entries[key] = Entry(key, kind, seat, organisation, person, keys_hash(public, signing))
        return key

    def _person(self, seat: Seat, rank: int, shared: UUID | None, apart: UUID | None) -> None:
        name = seat.name if not rank else f"{seat.name}_{rank + 1}"
        person, organisation, tenure, instance = uuid4(), uuid4(), uuid4(), self.house.instance
        contact = seal_contact(self.house, person, Contact(name, f"Personne {name}", f"{name}@exemple.fr"))
        with self.house.stores.case_writing() as session:
            session.add(
                PersonRow(
                    id=person,
                    instance=instance,
                    login_hash=login_hash(self.house, name),
                    contact=contact,
                    charter_signed="2026-1",
                    state="admitted",
                )
            )
            kind, label = seat.organisations[0], seal_name(self.house, organisation, f"Organisme {name}")
            session.add(OrganisationRow(id=organisation, instance=instance, kind=kind, name=label))
            session.flush()
            session.add(
                TenureRow(
                    id=tenure,
                    instance=instance,
                    person=person,
                    organisation=organisation,
                    seat=seat.name,
                    state="admitted",
                    confirmed_on=today(),
                )
            )
        secret, verifying = new_signing_pair()
        member = self._key("member", person=person, signing=verifying)
        held = [
            (shared or self._key("seat" if not seat.by_organisation else "organisation", seat.name, organisation), SEAT)
        ]
        held += [(apart, APART)] if apart else []
        with self.house.stores.key_writing() as keys:
            for key, purpose in held:
                keys.add(seal_copy(self.house, self.keys[key][0], key, (member, self.keys[member][1]), purpose))
        self.tenures[tenure] = Tenure(tenure, person, seat.name, organisation, kind, today())
        party = Party(person, seat.name, organisation)
        keyring = Keyring(person, member, self.keys[member][0], secret)
        self.world.people[name] = Acting(Actor(instance, party), keyring, tenure)
