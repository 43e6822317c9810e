"""The settings of one process, read from the environment and refused when unsafe; the values of an instance are in its charter."""

import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit import memory
from audit.follower import Follower
from audit.log import LogBroken
from audit.pins import PinError, PinFile
from casework.charters.cenomed import CENOMED
from casework.mail.mailer import Mailer, Refused, address
from casework.mail.relay import Relay
from casework.store.directory import DirectoryBroken, DirectoryMissing, load_directory
from casework.store.engines import StoreDown, Stores, database_file, open_engine, understood
from casework.store.house import House, memory_path
from casework.store.keyring import ESCROW, LOCK
from casework.store.keytables import CopyRow
from casework.store.migrations import behind
from casework.store.tables import InstanceRow
from crypto.provider import FileProvider

PREFIX = "CASEWORK_"
FILE = PREFIX + "CONFIG"
TOWN = "Mairie"
REGISTER = "deletions.jsonl"
REQUIRED = ("CASE_URL", "KEY_URL", "PROVIDER", "PINS", "TRUSTED_HOSTS")
DRIVERS = ("sqlite", "postgresql+psycopg")
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
    contact: str = ""  # whom to call, one line shown to everybody
    dpo: str = ""  # how families reach the DPO, on the notices (C-05)
    demo: bool = False
    register: Path | None = None  # beside the pins when not given
    smtp: str = field(default="", repr=False)  # the mail server, with its password; no mail leaves without
    mail_from: str = ""  # the address that letters come from, and to which a server sends back those it cannot deliver
    proxy: str = ""  # the address of the web server that speaks TLS for us; it alone says who asks

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings of the file that CASEWORK_CONFIG names; what the environment says under CASEWORK_* comes first. Errors: Unsafe."""
        given = {name: environ[PREFIX + name.upper()] for name in cls.__slots__ if environ.get(PREFIX + name.upper())}
        told: dict[str, Any] = _from_file(environ.get(FILE)) | given
        missing = [PREFIX + name for name in REQUIRED if not told.get(name.lower())]
        if missing:
            raise Unsafe(f"set {', '.join(missing)}, or the same names in small letters in the file that {FILE} names")
        hosts, register = told.pop("trusted_hosts"), told.pop("register", None)
        settings = cls(
            provider=Path(told.pop("provider")),
            pins=Path(told.pop("pins")),
            trusted_hosts=tuple(hosts.split(",") if isinstance(hosts, str) else hosts),
            register=Path(register) if register else None,
            demo=told.pop("demo", "") in ("1", True),
            **told,
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
        for name in ("case_url", "key_url"):
            if not understood(getattr(self, name)):
                raise Unsafe(
                    f"{name.upper()} must be of the form sqlite:////folder/file or postgresql+psycopg://user@host/database"
                )
        if self.case_url == self.key_url:
            raise Unsafe("CASE_URL and KEY_URL must be two stores: one thief must not hold both")
        if not self.demo and self._beside_data(self.provider):
            raise Unsafe("PROVIDER lies in the directory of a database: move it to another disk")
        if not self.demo and self._beside_data(self.register_path):
            raise Unsafe(
                "REGISTER lies in the directory of a database: a backup would bring it back with what it must undo"
            )
        _ = self.mailer

    @property
    def mailer(self) -> Mailer | None:
        """How mail leaves; None when it does not. Errors: Unsafe."""
        if not (self.smtp or self.mail_from):
            return None
        try:
            sender = address(self.mail_from)
        except Refused:
            raise Unsafe("MAIL_FROM must be one address, and goes with SMTP") from None
        try:
            return Mailer(Relay.of(self.smtp), sender, f"https://{self.trusted_hosts[0]}", self.contact)
        except ValueError as error:
            raise Unsafe(f"SMTP: {error}") from None

    @property
    def register_path(self) -> Path:
        """Where the deletion register is: it must not travel with the backups it will be replayed on."""
        return self.register or self.pins.with_name(REGISTER)

    def _beside_data(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(folder) for folder in self._folders())

    def _folders(self) -> list[Path]:
        """Where the databases that are files lie."""
        return [path.resolve().parent for path in map(database_file, (self.case_url, self.key_url)) if path]


def _from_file(path: str | None) -> dict[str, Any]:
    """The settings of a TOML file that only its owner may change, and nobody else but a group may read. Errors: Unsafe."""
    if not path:
        return {}
    try:
        with Path(path).open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            told = tomllib.load(opened)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unsafe(f"{path} cannot be read: {error}") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise Unsafe(f"{path} may hold a password and others can read or change it: chmod 640 {path}")
    unknown = sorted(set(told) - set(Settings.__slots__))
    if unknown:
        raise Unsafe(f"{path}: no setting is called {', '.join(unknown)}; there are {', '.join(Settings.__slots__)}")
    wrong = [name for name, value in told.items() if not _of_its_kind(name, value)]
    if wrong:
        raise Unsafe(
            f"{path}: {', '.join(wrong)} is not of the kind expected (text in quotes, a list of texts, true or false)"
        )
    return told


def _of_its_kind(name: str, value: object) -> bool:
    if name == "demo":
        return isinstance(value, bool)
    if name == "trusted_hosts":
        return isinstance(value, list) and all(isinstance(host, str) for host in value)
    return isinstance(value, str)


def open_house(settings: Settings) -> House:
    """The house these settings describe, its log verified, its stores, provider and pins known to belong together.

    Errors: Unsafe or ProviderUnusable, with what to do.
    """
    house = unverified_house(settings, PinFile(settings.pins), remembering=True)
    try:
        with _answering(house.stores):
            _verify(house)
    except PinError as error:
        house.stores.close()
        raise Unsafe(f"{settings.pins}: {error}. If it is lost for good: `casework restore accept`") from None
    return house


def unverified_house(settings: Settings, pins: PinFile, *, remembering: bool = False) -> House:
    """The same, nothing of its log verified yet; `remembering` begins where a former process stood. Errors: as above."""
    provider = FileProvider.load(settings.provider)
    require_files(settings)
    follower = memory.load(memory_path(settings.pins), provider.mac) if remembering else Follower()
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url), follower)
    with _answering(stores):
        late = behind(stores)
        if late:
            raise Unsafe(f"the {' and '.join(late)} store is not of this version: run `casework migrate`")
        return _house(settings, stores, provider, pins)


@contextmanager
def _answering(stores: Stores) -> Iterator[None]:
    """Give the connections back when the process must not start."""
    try:
        yield
    except StoreDown as down:
        stores.close()
        raise Unsafe(f"{down}, or is not a database of casework: see {PREFIX}{down.store.upper()}_URL") from down
    except Unsafe:
        stores.close()
        raise


def require_files(settings: Settings) -> None:
    """SQLite would begin an empty file where one is missing. Errors: Unsafe."""
    for name, url in (("CASE_URL", settings.case_url), ("KEY_URL", settings.key_url)):
        path = database_file(url)
        if path and not path.is_file():
            raise Unsafe(
                f"{PREFIX}{name}: there is no file; put it back, or run `casework init` for a new installation"
            )


def _house(settings: Settings, stores: Stores, provider: FileProvider, pins: PinFile) -> House:
    with stores.case_reading() as session:
        rows = session.scalars(select(InstanceRow)).all()
    if len(rows) != 1 or rows[0].charter not in CHARTERS:
        raise Unsafe("the case store must hold exactly one instance of a known charter: run `casework init`")
    values = json.loads(rows[0].settings) if rows[0].settings else {}
    body, register, announces = rows[0], settings.register_path, bool(settings.smtp)
    charter = CHARTERS[body.charter]
    return House(stores, provider, pins, charter, body.id, values, register_path=register, announces=announces)


def _verify(house: House) -> None:
    """Nothing may be read from, or sealed into, what belongs to another instance. Errors: Unsafe, PinError."""
    try:
        house.follow()
        with house.stores.case_reading() as session:
            listing = load_directory(house, session).listing
    except LogBroken as error:
        raise Unsafe(
            f"the log does not prove itself, or PROVIDER is not the key file of this case store: {error}. {ADVICE}"
        ) from None
    except DirectoryMissing:
        return  # the ceremony has not been held: neither store holds a situation
    except DirectoryBroken as error:
        raise Unsafe(f"the directory does not prove itself, nothing was done: {error}. {ADVICE}") from None
    escrow = listing.find(ESCROW)
    with house.stores.key_reading() as keys:
        if escrow is None or keys.get(CopyRow, (escrow.id, escrow.id, LOCK)) is None:
            raise Unsafe("the key store is not the one of this case store: put back the one that was saved with it")
