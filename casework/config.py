"""The settings of one process, read from the environment and refused when unsafe; the values of an instance are in its charter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url, select

from audit.pins import PinFile
from casework.charters.cenomed import CENOMED
from casework.store.engines import Stores, open_engine
from casework.store.house import House
from casework.store.tables import InstanceRow
from crypto.provider import FileProvider

PREFIX = "CASEWORK_"
REQUIRED = ("CASE_URL", "KEY_URL", "PROVIDER", "PINS", "TRUSTED_HOSTS")
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}
CHARTERS = {charter.name: charter for charter in (CENOMED,)}


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
    town: str = "Mairie"
    demo: bool = False

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
            town=environ.get(PREFIX + "TOWN", cls.town),
            demo=environ.get(PREFIX + "DEMO") == "1",
        )
        if environ.get("FLASK_DEBUG") and not settings.demo:
            raise Unsafe("FLASK_DEBUG is for the demo only: it would show real data in its traces")
        return settings

    def __post_init__(self) -> None:
        for wrong, message in self._refusals().items():
            if wrong:
                raise Unsafe(message)

    def _refusals(self) -> dict[bool, str]:
        hosts = set(self.trusted_hosts)
        checks = [
            (not hosts or any(not host or host.startswith(("*", ".")) for host in hosts), "TRUSTED_HOSTS: name each host, without joker"),
            (self.case_url == self.key_url, "CASE_URL and KEY_URL must be two stores: one thief must not hold both"),
            (self.demo and not hosts <= LOOPBACK, "the demo answers on this computer only: TRUSTED_HOSTS=127.0.0.1,localhost"),
            (not self.demo and self._beside_data(), "PROVIDER lies in the directory of a database: move it to another disk"),
        ]
        return {wrong: message for wrong, message in checks if wrong}

    def _beside_data(self) -> bool:
        folders = [Path(url.database).resolve().parent for url in map(make_url, (self.case_url, self.key_url)) if url.drivername.startswith("sqlite") and url.database]
        return any(self.provider.resolve().is_relative_to(folder) for folder in folders)


def open_house(settings: Settings) -> House:
    """The house these settings describe. Errors: Unsafe without an instance; ProviderUnusable, with what to do."""
    provider = FileProvider.load(settings.provider)
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
    with stores.case_reading() as session:
        rows = session.scalars(select(InstanceRow)).all()
    if len(rows) != 1 or rows[0].charter not in CHARTERS:
        raise Unsafe("the case store must hold exactly one instance of a known charter: run `casework init`")
    values = json.loads(rows[0].settings) if rows[0].settings else {}
    return House(stores, provider, PinFile(settings.pins), CHARTERS[rows[0].charter], rows[0].id, values)
