"""The stage of the demo: invented persons log in and act at moments of the past, through the services that everybody uses."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from casework.accounts import totp
from casework.accounts.charter import sign_charter
from casework.accounts.login import Typed, log_in
from casework.accounts.sessions import log_out, open_session
from casework.demo.people import ORGANISATIONS, PASSWORD, PLAYERS
from casework.demo.place import Account
from casework.kernel import clock
from casework.store.house import House
from casework.store.keyring import Acting

OPENING = time(9)
FRIDAY = 4
ADDRESS = b"127.0.0.1"


@dataclass
class Stage:
    """Everything that the story names: organisations, tenures and persons, situations, meetings and proposed dates."""

    house: House
    today: date = field(default_factory=clock.today)
    organisations: dict[str, UUID] = field(default_factory=dict)
    tenures: dict[str, UUID] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    cases: dict[str, UUID] = field(default_factory=dict)
    meetings: dict[str, UUID] = field(default_factory=dict)
    proposals: dict[str, UUID] = field(default_factory=dict)
    _signed: set[str] = field(default_factory=set)
    _present: dict[str, tuple[bytes, Acting]] = field(default_factory=dict)

    @contextmanager
    def on(self, day: date, minutes: int = 0, hour: time = OPENING) -> Iterator[None]:
        """Live on this day in Paris, so many minutes after nine or another hour."""
        with clock.at(datetime.combine(day, hour, clock.PARIS) + timedelta(minutes=minutes)):
            yield

    def ago(self, days: int) -> date:
        """The day it was so many days before the demo is made, or the Friday before a week-end: offices are closed then."""
        day = self.today - timedelta(days=days)
        return day - timedelta(days=max(0, day.weekday() - FRIDAY)) if days else day

    def who(self, key: str) -> Acting:
        """This person in this seat, logged in since the first act of the day; who comes for the first time signs the charter."""
        if key not in self._present:
            player = next(player for player in PLAYERS if player.key == key)
            code = totp.totp_now(self.secrets[player.login])
            typed = Typed(player.login, PASSWORD, code, self.tenures.get(key))
            token = log_in(self.house, typed, ADDRESS).token
            acting = open_session(self.house, token)
            if acting is None:
                raise LookupError(key)
            self._present[key] = token, acting
            if player.login not in self._signed:
                sign_charter(self.house, acting, self.house.charter.version)
                self._signed.add(player.login)
        return self._present[key][1]

    def leave(self) -> None:
        """Everybody logs out."""
        for token, acting in self._present.values():
            log_out(self.house, token, acting)
        self._present.clear()

    def accounts(self) -> list[Account]:
        """The log-ins, one for each seat, for whoever tries the demo."""
        seats = {seat.name: seat.label for seat in self.house.charter.seats}
        return [
            Account(
                player.login,
                PASSWORD,
                base64.b32encode(self.secrets[player.login]).decode("ascii"),
                player.name,
                seats[player.seat],
                ORGANISATIONS[player.organisation][1],
            )
            for player in PLAYERS
        ]
