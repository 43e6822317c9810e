"""The mail server that the settings name, and a session with it: encrypted unless it is on this computer, and never waited for long."""

import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

PATIENCE = 10.0  # s, for each answer
PORTS = {"smtp": 25, "smtps": 465}
SHAPE = (
    "smtps://user:password@host:465, or smtp://host:587 (signs such as / or @ in the password written as %2F or %40)"
)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `wrapped`: TLS from the first byte, otherwise STARTTLS, unless the server is on this computer."""

    host: str
    port: int
    wrapped: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> "Relay":
        """The server of an address. Errors: ValueError, which never repeats the address: it may hold a password."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise ValueError(f"not of the form {SHAPE}") from None
        user, password = (unquote(word or "") for word in (parts.username, parts.password))
        if not _plain(parts) or bool(user) != bool(password) or not (user + password).isascii():
            raise ValueError(f"not of the form {SHAPE}")
        relay = cls(parts.hostname or "", port, parts.scheme == "smtps", user, password)
        if password and not relay.wrapped and relay.near:
            raise ValueError("a password would travel in clear: write smtps://, or leave user and password out")
        return relay

    @property
    def near(self) -> bool:
        """Whether it is on this computer."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @contextmanager
    def session(self, called: str) -> Iterator[smtplib.SMTP]:
        """A session, encrypted and logged in; `called`: how we name ourselves, for the name of this computer is nobody's business.

        Errors: OSError (SMTPException is one).
        """
        with self._connected(called, ssl.create_default_context()) as server:
            if self.user:
                server.login(self.user, self.password)
            yield server

    def _connected(self, called: str, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.wrapped:
            return smtplib.SMTP_SSL(self.host, self.port, called, timeout=PATIENCE, context=context)
        server = smtplib.SMTP(self.host, self.port, called, timeout=PATIENCE)
        try:
            if not self.near:
                server.starttls(context=context)
        except OSError:
            server.close()
            raise
        return server


def _plain(parts: SplitResult) -> bool:
    """Nothing but a scheme, a host, and what goes with it."""
    return bool(parts.hostname) and parts.path in ("", "/") and not parts.query and not parts.fragment
