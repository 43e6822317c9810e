"""Making a lost pin file anew: a deliberate act, once everything that the stores can prove by themselves was proved."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.entry import Tip
from audit.log import entries
from audit.pins import PinFile
from audit.verify import verify
from casework.config import Settings, Unsafe, unverified_house
from casework.kernel.life import Actor
from casework.store.directory import PIN, DirectoryMissing, load_directory
from casework.store.house import House


@dataclass(frozen=True, slots=True)
class Present:
    """What a person is asked to recognise: the ends of the log and of the directory, and when the last entry was written."""

    log: Tip
    directory: Tip | None
    at: datetime

    def pins(self) -> dict[str, Tip]:
        """The pins that say so."""
        return {"log": self.log} | ({PIN: self.directory} if self.directory else {})


def examine(settings: Settings) -> Present:
    """Verify the whole log, then every list of the directory. Errors: Unsafe, DirectoryBroken."""
    if settings.pins.exists():
        raise Unsafe(f"{settings.pins} is there, and says what was seen last: move it away first, if you must")
    with TemporaryDirectory() as folder:
        return _present(unverified_house(settings, PinFile.create(Path(folder) / "pins.json")))


def _present(house: House) -> Present:
    with house.stores.case_reading() as session:
        report = verify(session.connection(), house.provider.mac)
        if not report.sound:
            number, problem = report.problems[0]
            raise Unsafe(f"the log does not prove itself at number {number} ({problem}): restore the case store")
        if report.tip is None:
            raise Unsafe("the log is empty: nothing ever happened here; delete both stores and run `casework init`")
        with suppress(DirectoryMissing):  # an instance that is not open yet
            load_directory(house, session)
        (last,) = entries(session.connection(), house.provider.mac, limit=1)
    return Present(report.tip, house.pins.read().get(PIN), last.at)


def accept(settings: Settings, present: Present) -> None:
    """Pin what was examined, and log it."""
    house = unverified_house(settings, PinFile.create(settings.pins, present.pins()))
    house.follow()
    number = present.log.number
    house.log([house.entry(house.events.pins_accepted, Actor(house.instance, None), number=number)])
    house.remember()
