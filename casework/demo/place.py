"""Where the demo keeps its files, and how its house is made, opened and thrown away."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from audit.pins import PinFile
from casework.cases import heads
from casework.charters.cenomed import CENOMED
from casework.config import Settings, open_house
from casework.store import listing
from casework.store.engines import Stores, open_engine
from casework.store.house import House
from casework.store.instances import create_instance
from casework.store.migrations import upgrade
from crypto.identity import FLOOR
from crypto.provider import FileProvider

COST = {"argon2_memory_kib": FLOOR.memory_kib, "argon2_iterations": FLOOR.iterations}
TOWN = "Mairie du 6e arrondissement (démonstration)"
CONTACT = "Service prévention de la mairie : 01 99 00 12 34, du lundi au vendredi, de 9 h à 18 h"
DPO = "dpo@exemple.invalid, ou par courrier à la mairie, 1 place des Exemples, 75000 Paris (adresse fictive)"


class NoSuchLogin(Exception):
    """The demo has no such log-in."""


class NotBuilt(Exception):
    """The demo was never built, or its building was interrupted."""


@dataclass(frozen=True, slots=True)
class Account:
    """One ready log-in of the demo; `totp` is the secret in base 32."""

    login: str
    password: str
    totp: str
    name: str
    seat: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one demo: data under `demo`, keys and pins beside it under `demo-keys`."""

    folder: Path

    @property
    def data(self) -> Path:
        """The two stores, and the log-ins of the invented persons."""
        return self.folder / "demo"

    @property
    def keys(self) -> Path:
        """The provider's file and the pins."""
        return self.folder / "demo-keys"

    @property
    def accounts(self) -> Path:
        """The log-ins; written last, so that its presence says that the demo is whole."""
        return self.data / "accounts.json"

    def settings(self) -> Settings:
        """The settings of the demo: this computer only."""
        return Settings(
            case_url=f"sqlite:///{self.data / 'case.sqlite'}",
            key_url=f"sqlite:///{self.data / 'key.sqlite'}",
            provider=self.keys / "provider.json",
            pins=self.keys / "pins.json",
            trusted_hosts=("127.0.0.1", "localhost"),
            town=TOWN,
            contact=CONTACT,
            dpo=DPO,
            demo=True,
        )

    def reset(self) -> None:
        """Forget the demo, keys included."""
        for folder in (self.data, self.keys):
            shutil.rmtree(folder, ignore_errors=True)

    def create(self) -> None:
        """New folders, a new provider, empty stores and one instance that is not open yet."""
        self.reset()
        for folder in (self.data, self.keys):
            folder.mkdir(parents=True, mode=0o700)
        settings = self.settings()
        FileProvider.create(settings.provider)
        PinFile.create(settings.pins)
        stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
        upgrade(stores)
        create_instance(stores, CENOMED, COST)
        stores.close()

    def take(self, made: "Place") -> None:
        """Keep here what was made elsewhere and is closed."""
        for here, there in ((self.keys, made.keys), (self.data, made.data)):
            shutil.copytree(there, here)

    @contextmanager
    def house(self) -> Iterator[House]:
        """The house, its connections closed at the end."""
        house = open_house(self.settings())
        try:
            yield house
        finally:
            house.stores.close()

    def save(self, accounts: Sequence[Account]) -> None:
        """Write the log-ins, readable by their owner alone."""
        handle = os.open(self.accounts, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            told = {
                "heads": heads.FORMAT,
                "lists": listing.FORMAT,
                "accounts": [asdict(account) for account in accounts],
            }
            json.dump(told, file, ensure_ascii=False, indent=1)

    def load(self) -> list[Account]:
        """The log-ins. Errors: NotBuilt, also for a demo of another shape than this code's."""
        try:
            told = json.loads(self.accounts.read_text(encoding="utf-8"))
            if (told["heads"], told["lists"]) != (heads.FORMAT, listing.FORMAT):
                raise ValueError("another format")
            return [Account(**item) for item in told["accounts"]]
        except (OSError, ValueError, TypeError, KeyError):
            raise NotBuilt("there is no demo here: run `casework demo`") from None
