"""The settings of one process, read from the environment and refused when unsafe; the values of an instance are in its charter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url, select

from audit import memory
from audit.follower import Follower
from audit.log import LogBroken
from audit.pins import PinError, PinFile
from casework.charters.cenomed import CENOMED
from casework.store.engines import Stores, open_engine
from casework.store.house import House, memory_path
from casework.store.tables import InstanceRow
from crypto.provider import FileProvider

PREFIX = "CASEWORK_"
TOWN = "Mairie"
REGISTER = "deletions.jsonl"
REQUIRED = ("CASE_URL", "KEY_URL", "PROVIDER", "PINS", "TRUSTED_HOSTS")
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
CHARTERS = {charter.name: charter for charter in (CENOMED,)}


ADVICE = (
    "A backup was restored, or a store was tampered with. Nothing is served until two of the three share-holders accept it:"
    " stop the server, run `casework restore check`, then `casework restore accept`."
)


class Unsafe(Exception):
    """The process must not start; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and whom to answer. `demo` is the invented world, served on this computer only."""

    case_url: str
    key_url: str
    provider: Path
    pins: Path
    trusted_hosts: tuple[str, ...]
    town: str = TOWN
    demo: bool = False
    register: Path | None = None  # beside the pins when not given

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings under CASEWORK_*. Errors: Unsafe."""
        missing = [PREFIX + name for name in REQUIRED if not environ.get(PREFIX + name)]
        if missing:
            raise Unsafe(f"set {', '.join(missing)}")
        settings = cls(
            case_url=environ[PREFIX + "CASE_URL"],
            key_url=environ[PREFIX + "KEY_URL"],
            provider=Path(environ[PREFIX + "PROVIDER"]),
            pins=Path(environ[PREFIX + "PINS"]),
            trusted_hosts=tuple(environ[PREFIX + "TRUSTED_HOSTS"].split(",")),
            town=environ.get(PREFIX + "TOWN", TOWN),
            demo=environ.get(PREFIX + "DEMO") == "1",
            register=Path(environ[PREFIX + "REGISTER"]) if environ.get(PREFIX + "REGISTER") else None,
        )
        if environ.get("FLASK_DEBUG") and not settings.demo:
            raise Unsafe("FLASK_DEBUG is for the demo only: it would show real data in its traces")
        return settings

    def __post_init__(self) -> None:
        hosts = set(self.trusted_hosts)
        if any(not host or host.startswith(("*", ".")) for host in hosts):
            raise Unsafe("TRUSTED_HOSTS: name each host, without joker")
        if self.demo and not hosts <= LOOPBACK:
            raise Unsafe("the demo answers on this computer only: TRUSTED_HOSTS=127.0.0.1,localhost")
        if self.case_url == self.key_url:
            raise Unsafe("CASE_URL and KEY_URL must be two stores: one thief must not hold both")
        if not self.demo and self._beside_data(self.provider):
            raise Unsafe("PROVIDER lies in the directory of a database: move it to another disk")
        if not self.demo and self._beside_data(self.register_path):
            raise Unsafe(
                "REGISTER lies in the directory of a database: a backup would bring it back with what it must undo"
            )

    @property
    def register_path(self) -> Path:
        """Where the deletion register is: it must not travel with the backups it will be replayed on."""
        return self.register or self.pins.with_name(REGISTER)

    def _beside_data(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(folder) for folder in self._folders())

    def _folders(self) -> list[Path]:
        """Where the databases that are files lie."""
        urls = map(make_url, (self.case_url, self.key_url))
        return [
            Path(url.database).resolve().parent for url in urls if url.get_backend_name() == "sqlite" and url.database
        ]


def open_house(settings: Settings) -> House:
    """The house these settings describe, its log verified. Errors: Unsafe or ProviderUnusable, with what to do."""
    house = unverified_house(settings, PinFile(settings.pins), remembering=True)
    try:
        house.follow()
    except PinError as error:
        raise Unsafe(f"{settings.pins}: {error}. If it is lost for good: `casework restore accept`") from None
    except LogBroken as error:
        raise Unsafe(f"the log does not prove itself: {error}. {ADVICE}") from None
    return house


def unverified_house(settings: Settings, pins: PinFile, *, remembering: bool = False) -> House:
    """The same, nothing of its log verified yet; `remembering` begins where a former process stood. Errors: as above."""
    provider = FileProvider.load(settings.provider)
    follower = memory.load(memory_path(settings.pins), provider.mac) if remembering else Follower()
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url), follower)
    with stores.case_reading() as session:
        rows = session.scalars(select(InstanceRow)).all()
    if len(rows) != 1 or rows[0].charter not in CHARTERS:
        raise Unsafe("the case store must hold exactly one instance of a known charter: run `casework init`")
    values = json.loads(rows[0].settings) if rows[0].settings else {}
    body = rows[0]
    return House(stores, provider, pins, CHARTERS[body.charter], body.id, values, register_path=settings.register_path)
