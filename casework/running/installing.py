"""Making an installation: its folders, its settings, its keys, its empty stores, and the links of the five persons who open it."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.log import tip
from audit.pins import PinFile
from casework.accounts.errors import AccountError
from casework.accounts.people import Contact
from casework.accounts.service import create_organisation, invite
from casework.charters.cenomed import CENOMED
from casework.config import FILE, Settings, Unsafe
from casework.kernel.records import Charter
from casework.store.engines import Stores, database_file, open_engine
from casework.store.house import House
from casework.store.instances import InstanceExists, create_instance
from casework.store.migrations import upgrade
from crypto.provider import FileProvider

OPENERS = ("administrator", "coordinator", "coordinator", "controller", "dpo")  # F-02: who must be there to open
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Plan:
    """What the installer answered. `keys` must be on another disk than `data`: a thief of one must not hold both."""

    data: Path
    keys: Path
    host: str
    town: str
    contact: str = ""
    dpo: str = ""
    smtp: str = ""
    mail_from: str = ""
    proxy: str = ""
    case_url: str = ""  # SQLite in `data` when not given
    key_url: str = ""

    def told(self) -> dict[str, str | list[str]]:
        """The settings, as their file says them."""
        told: dict[str, str | list[str]] = {
            "case_url": self.case_url or f"sqlite:///{self.data.resolve() / 'case.db'}",
            "key_url": self.key_url or f"sqlite:///{self.data.resolve() / 'key.db'}",
            "provider": str(self.keys.resolve() / "provider.json"),
            "pins": str(self.keys.resolve() / "pins.json"),
            "trusted_hosts": self.host.split(","),
            "town": self.town,
        }
        optional = ("contact", "dpo", "smtp", "mail_from", "proxy")
        return told | {name: value for name in optional if (value := getattr(self, name))}


def write_settings(plan: Plan, path: Path) -> Settings:
    """Make the folders and the file of settings, mode 0600. Errors: Unsafe when there is one already, or the answers are not safe."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in plan.told().items()]
    folders = (plan.data, plan.keys, path.parent)
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        raise Unsafe(f"{path} is there already: `casework init` goes on with it when {FILE} names it") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(["# What this installation is: see docs/administration.md", *lines, ""]))
        return Settings.read({FILE: str(path)})
    except UnicodeEncodeError:
        path.unlink()
        raise Unsafe("an answer holds what is no character") from None
    except (Unsafe, OSError, ValueError):
        path.unlink()
        raise


def install(settings: Settings, charter: Charter = CENOMED) -> None:
    """Make the key file, the stores, and last the pins; it goes on where it was cut. Errors: InstanceExists, Unsafe, ProviderUnusable."""
    if settings.pins.exists():
        raise InstanceExists(f"this installation serves a body already: {settings.pins} is there")
    exists = settings.provider.exists()
    provider = FileProvider.load(settings.provider) if exists else FileProvider.create(settings.provider)
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
    try:
        upgrade(stores)
        _found(stores, provider, charter)
    finally:
        stores.close()
    for path in files(settings):
        path.chmod(PRIVATE)
    PinFile.create(settings.pins)


def _found(stores: Stores, provider: FileProvider, charter: Charter) -> None:
    """Give the stores their body. Errors: InstanceExists when they have one that something was done in: its pins are lost, not missing."""
    try:
        create_instance(stores, charter, {})
    except InstanceExists:
        with stores.case_reading() as session:
            if tip(session.connection(), provider.mac):
                raise


def files(settings: Settings) -> list[Path]:
    """The databases that are files."""
    return [path for path in map(database_file, (settings.case_url, settings.key_url)) if path]


def welcome(house: House, people: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """(seat, name, path of the invitation) for each of `people`: (seat, name, e-mail address). Errors: AccountError."""
    made: dict[str, object] = {}
    for seat, name, email in people:
        if seat not in {item.name for item in house.charter.seats}:
            raise AccountError("seat")
        kind = house.charter.seat(seat).organisations[0]
        if kind not in made:
            made[kind] = create_organisation(house, kind, house.charter.organisations.label(kind))
        invited = invite(house, Contact(email, name, email), seat, made[kind])  # type: ignore[arg-type]
        yield seat, name, f"/invitation/{invited.token}"
