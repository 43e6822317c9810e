"""A whole small town hall for tests: both stores, provider and pins on real files, an open instance, people who can log in."""

import base64
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from audit.pins import PinFile
from casework.accounts.acceptance import Accepted, begin_acceptance, finish_acceptance, prepare
from casework.accounts.admission import admit
from casework.accounts.ceremony import Dated, Holders, Opening, OpeningRecord, open_instance
from casework.accounts.login import Typed, log_in
from casework.accounts.people import Contact
from casework.accounts.service import create_organisation, invite
from casework.accounts.sessions import open_session
from casework.accounts.totp import totp_now
from casework.charters.cenomed import CENOMED
from casework.config import Settings
from casework.kernel.clock import at, today
from casework.kernel.records import Charter
from casework.store.engines import Stores
from casework.store.house import House
from casework.store.keyring import Acting, Keyring
from casework.store.tables import InstanceRow
from crypto.identity import FLOOR
from crypto.provider import FileProvider
from tests import databases

PASSWORD = "Une-Phrase-Longue-7"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DATA, APART, PROVIDER, PINS, REGISTER = "data", "provider", "provider.json", "pins.json", "deletions.jsonl"
_CHEAP = {"argon2_memory_kib": FLOOR.memory_kib, "argon2_iterations": FLOOR.iterations}


def make_house(tmp_path: Path, dialect: str = "sqlite", charter: Charter = CENOMED) -> House:
    """Empty stores for one instance, not open yet: files under `tmp_path`, or two databases of the PostgreSQL server."""
    data, apart = tmp_path / DATA, tmp_path / APART
    for folder in (data, apart):
        folder.mkdir(mode=0o700)
    stores = databases.new_stores(data, dialect)
    provider, pins = FileProvider.create(apart / PROVIDER), PinFile.create(apart / PINS)
    house = House(stores, provider, pins, charter, uuid4(), dict(_CHEAP), register_path=apart / REGISTER)
    with stores.case_writing() as session:
        session.add(InstanceRow(id=house.instance, charter=charter.name))
    return house


def copy_house(house: House, source: Path, target: Path) -> House:
    """The house made in `source`, as it is now, on databases and files of its own: cheaper than another ceremony."""
    close(house)
    for folder in (DATA, APART):
        shutil.copytree(source / folder, target / folder)
    return _placed(house, databases.copy(house.stores, target / DATA), target)


def afresh(people: Mapping[str, Acting]) -> dict[str, Acting]:
    """The same persons for a copied house, whose keyrings have opened nothing yet."""

    def emptied(keys: Keyring) -> Keyring:
        return Keyring(keys.person, keys.member_id, keys.opening, keys.signing)

    return {name: replace(acting, keys=emptied(acting.keys)) for name, acting in people.items()}


def open_files(house: House, folder: Path) -> House:
    """The same house on the files of `folder`."""
    return _placed(house, databases.open_files(folder / DATA), folder)


def _placed(house: House, stores: Stores, folder: Path) -> House:
    provider, pins = FileProvider.load(folder / APART / PROVIDER), PinFile(folder / APART / PINS)
    register, settings = folder / APART / REGISTER, dict(house.settings)
    return replace(house, stores=stores, provider=provider, pins=pins, register_path=register, settings=settings)


def close(house: House) -> None:
    """Give the files back."""
    house.stores.close()


def settings_of(house: House, folder: Path) -> Settings:
    """The settings with which a process would serve the house made in `folder`."""
    case, key = (engine.url.render_as_string(hide_password=False) for engine in (house.stores.case, house.stores.key))
    apart = folder / APART
    return Settings(case, key, apart / PROVIDER, apart / PINS, ("localhost",), "Mairie du 6e", demo=True)


@dataclass(repr=False)
class Somebody:
    """A person of a test: how it logs in, and where it sits."""

    login: str
    tenure: UUID
    accepted: Accepted
    secret: bytes
    organisation: UUID
    codes: tuple[str, ...]

    @property
    def person(self) -> UUID:
        """The id of its account."""
        return self.accepted.person

    @property
    def fingerprint(self) -> str:
        """What it reads to a keeper."""
        return self.accepted.fingerprints[self.tenure]

    def typed(self, **changes: object) -> Typed:
        """The log-in form, filled in right."""
        values = {"login": self.login, "password": PASSWORD, "code": totp_now(self.secret)}
        return Typed(**(values | changes))  # type: ignore[arg-type]


@dataclass(repr=False)
class Town:
    """A house with people; time stands still and moves with `later`."""

    house: House
    people: dict[str, Somebody] = field(default_factory=dict)
    organisations: dict[str, UUID] = field(default_factory=dict)
    moment: datetime = START

    @contextmanager
    def later(self, **span: float) -> Iterator[None]:
        """Live this much after the town's present moment, which stays there afterwards."""
        self.moment += timedelta(**span)
        with at(self.moment):
            yield

    def organisation(self, kind: str, name: str = "") -> UUID:
        """The organisation of this kind and name, created when new."""
        label = name or f"Organisme {kind}"
        if label not in self.organisations:
            self.organisations[label] = create_organisation(self.house, kind, label)
        return self.organisations[label]

    def welcome(
        self, seat: str, name: str | None = None, organisation: UUID | None = None, called: str = ""
    ) -> Somebody:
        """Invite somebody to a seat; the person accepts. Kept in `people` under `name` (the seat by default)."""
        name, kind = name or seat, self.house.charter.seat(seat).organisations[0]
        login, place = f"{name}@exemple.fr", organisation or self.organisation(kind)
        invited = invite(self.house, Contact(login, called or name.title(), login), seat, place)
        assert invited.token
        with self.later(minutes=2):
            accepted, secret, codes = accept(self.house, invited.token)
        self.people[name] = Somebody(login, invited.tenure, accepted, secret, place, codes)
        return self.people[name]

    def acting(self, name: str) -> Acting:
        """Log in (a minute later, for a fresh code) and open the session."""
        token = self.token(name)
        with at(self.moment):
            acting = open_session(self.house, token)
        assert acting
        return acting

    def token(self, name: str, **changes: object) -> bytes:
        """The session token of a fresh log-in, the clock a minute further."""
        with self.later(minutes=1):
            return log_in(self.house, self.people[name].typed(**changes), name.encode()).token

    def join(self, seat: str, name: str | None = None, organisation: UUID | None = None, called: str = "") -> Acting:
        """Invite, accept, admit by the coordinator, log in."""
        somebody = self.welcome(seat, name, organisation, called)
        admit(self.house, self.acting("coordinator"), somebody.tenure, somebody.fingerprint)
        return self.acting(name or seat)


def accept(house: House, token: str, password: str = PASSWORD) -> tuple[Accepted, bytes, tuple[str, ...]]:
    """Go through the pages of an invitation: (accepted, TOTP secret, recovery codes)."""
    setup = begin_acceptance(house, token)
    secret = base64.b32decode(setup.secret)
    ready = prepare(house, token, setup.blob, password, totp_now(secret))
    return finish_acceptance(house, token, ready.blob, ready.codes[-1]), secret, ready.codes


def founders(house: House) -> tuple[Town, Opening]:
    """Two coordinators, the controller's representative and the DPO have accepted; the ceremony can be held."""
    town = Town(house)
    first, second = town.welcome("coordinator"), town.welcome("coordinator", "second")
    controller, dpo = town.welcome("controller"), town.welcome("dpo")
    spoken = {somebody.tenure: somebody.fingerprint for somebody in (second, controller, dpo)}
    record = OpeningRecord(*(Dated(today(), f"n° {number}") for number in range(1, 6)))
    return town, Opening(second.tenure, Holders(first.tenure, controller.tenure, dpo.tenure), spoken, record)


def open_town(house: House) -> Town:
    """An open instance with its two keepers, the controller's representative and the DPO."""
    town, opening = founders(house)
    open_instance(house, town.acting("coordinator"), opening)
    return town
