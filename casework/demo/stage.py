"""The stage of the demo: invented persons log in and act at moments of the past, through the services that everybody uses."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from casework.accounts import totp
from casework.accounts.login import Typed, log_in
from casework.accounts.sessions import log_out, open_session
from casework.demo.people import ORGANISATIONS, PASSWORD, PLAYERS
from casework.demo.place import Account
from casework.kernel import clock
from casework.store.house import House
from casework.store.keyring import Acting

OPENING_HOUR = 9
ADDRESS = b"127.0.0.1"


@dataclass
class Stage:
    """Everything that the story names: organisations, tenures and persons by log-in, situations and meetings by nickname."""

    house: House
    today: date = field(default_factory=clock.today)
    organisations: dict[str, UUID] = field(default_factory=dict)
    tenures: dict[str, UUID] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    cases: dict[str, UUID] = field(default_factory=dict)
    meetings: dict[str, UUID] = field(default_factory=dict)
    _tokens: dict[str, bytes] = field(default_factory=dict)

    @contextmanager
    def on(self, days: int, minutes: int = 0) -> Iterator[None]:
        """Live `days` ago, so many minutes after nine in Paris."""
        morning = datetime.combine(self.ago(days), time(OPENING_HOUR), clock.PARIS)
        with clock.at(morning + timedelta(minutes=minutes)):
            yield

    def ago(self, days: int) -> date:
        """The day it was so many days before the demo was built."""
        return self.today - timedelta(days=days)

    def who(self, login: str) -> Acting:
        """This person, logged in: a session is opened when none is running."""
        acting = open_session(self.house, self._tokens[login]) if login in self._tokens else None
        if acting is None:
            self._end(login)
            typed = Typed(login, PASSWORD, totp.totp_now(self.secrets[login]))
            self._tokens[login] = log_in(self.house, typed, ADDRESS).token
            acting = open_session(self.house, self._tokens[login])
        if acting is None:
            raise LookupError(login)
        return acting

    def leave(self) -> None:
        """Everybody logs out."""
        for login in list(self._tokens):
            self._end(login)

    def _end(self, login: str) -> None:
        token = self._tokens.pop(login, None)
        if token is not None:
            log_out(self.house, token, open_session(self.house, token))

    def accounts(self) -> list[Account]:
        """The log-ins, for whoever tries the demo."""
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
