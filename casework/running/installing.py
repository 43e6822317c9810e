"""Making an installation: its folders, its settings, its keys and its empty stores. Cut anywhere, it goes on when it is run again."""

import json
import os
from dataclasses import astuple, dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from audit.files import sync_directory
from audit.log import tip
from audit.pins import PinFile
from casework.accounts.ceremony import opening_record
from casework.charters.cenomed import CENOMED
from casework.config import FILE, Settings, Unsafe, open_house
from casework.kernel.records import Charter
from casework.store.engines import Stores, database_file, open_engine
from casework.store.instances import InstanceExists, create_instance
from casework.store.migrations import upgrade
from crypto.errors import ProviderUnusable
from crypto.provider import FileProvider

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
    """Make the folders and the file of settings, mode 0600, whole or not at all.

    Errors: Unsafe when there is one already, when the answers are not safe, or when a database does not answer.
    """
    if bool(plan.case_url) != bool(plan.key_url):
        raise Unsafe("give both --case-url and --key-url, or neither: two databases on PostgreSQL, or two files")
    if "\0" in "".join(map(str, astuple(plan))):
        raise Unsafe("an answer holds what is no character")
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in plan.told().items()]
    for folder in (plan.data, plan.keys, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)  # of a former run that was cut
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="utf-8") as file:
            file.write("\n".join(["# What this installation is: see docs/administration.md", *lines, ""]))
            file.flush()
            os.fsync(file.fileno())
        require_servers(Settings.read({FILE: str(draft)}))
        os.link(draft, path)
    except UnicodeEncodeError:
        raise Unsafe("an answer holds what is no character") from None
    except FileExistsError:
        raise Unsafe(f"{path} is there already: `casework init` goes on with it when {FILE} names it") from None
    finally:
        draft.unlink(missing_ok=True)
        sync_directory(path.parent)
    return Settings.read({FILE: str(path)})


def require_servers(settings: Settings) -> None:
    """Databases that are not files answer and know us. Errors: Unsafe, with the words of the server, never an address or a password."""
    for name, url in (("CASE_URL", settings.case_url), ("KEY_URL", settings.key_url)):
        if database_file(url):
            continue
        engine = open_engine(url)
        try:
            engine.connect().close()
        except DBAPIError as error:
            raise Unsafe(f"{name}: the database cannot be used: {error.orig}") from None
        finally:
            engine.dispose()


def install(settings: Settings, charter: Charter = CENOMED) -> None:
    """Make the key file, the stores, and last the pins; it goes on where it was cut, until the ceremony.

    Errors: InstanceExists, Unsafe, ProviderUnusable.
    """
    if settings.pins.exists():
        _require_unopened(settings)
        return
    require_servers(settings)
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
    try:
        provider = _provider(settings, stores)
        upgrade(stores)
        _found(stores, provider, charter)
    finally:
        stores.close()
    _finish(settings)


def _finish(settings: Settings) -> None:
    for path in files(settings):
        path.chmod(PRIVATE)
    PinFile.create(settings.pins)


def _require_unopened(settings: Settings) -> None:
    """Errors: InstanceExists once the ceremony was held."""
    house = open_house(settings)
    try:
        if opening_record(house):
            raise InstanceExists(f"this installation serves a body already: {settings.pins} is there")
    finally:
        house.stores.close()


def _provider(settings: Settings, stores: Stores) -> FileProvider:
    """The keys, made when nothing was made with others. Errors: Unsafe, with what to do; ProviderUnusable."""
    empty = not any(path.exists() and path.stat().st_size for path in files(settings))
    empty = empty and not any(inspect(engine).get_table_names() for engine in _servers(stores))
    if settings.provider.exists():
        try:
            return FileProvider.load(settings.provider)
        except ProviderUnusable as error:
            if empty:
                raise Unsafe(
                    f"{error} Nothing was made with it yet: remove it, and run `casework init` again"
                ) from None
            raise
    if not empty:
        raise Unsafe(
            f"the databases are not empty and {settings.provider} is not there: put the key file of these databases back,"
            " or give a new installation databases and a folder of its own"
        )
    return FileProvider.create(settings.provider)


def _servers(stores: Stores) -> list[Engine]:
    return [engine for engine in (stores.case, stores.key) if engine.dialect.name != "sqlite"]


def _found(stores: Stores, provider: FileProvider, charter: Charter) -> None:
    """Give the stores their body. Errors: InstanceExists when they have one that something was done in: its pins are lost, not missing."""
    try:
        create_instance(stores, charter, {})
    except InstanceExists:
        with stores.case_reading() as session:
            if tip(session.connection(), provider.mac):
                raise InstanceExists(
                    "this case store serves a body already, and its pins are missing: put them back, or see `casework restore accept`"
                ) from None


def files(settings: Settings) -> list[Path]:
    """The databases that are files."""
    return [path for path in map(database_file, (settings.case_url, settings.key_url)) if path]
