"""Mail servers for tests: a real one that takes what it is given, or fails as it is told to, in clear or over TLS."""

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from casework.mail.mailer import Mailer, address
from casework.mail.relay import Relay

HOST = "127.0.0.1"
SENDER = "ne-pas-repondre@mairie.exemple.invalid"
CONTACT = "Service prévention : 01 99 00 12 34"
OK = "250 OK"
logging.getLogger("mail.log").propagate = False  # the server of the test writes addresses in its own log


@dataclass
class Box:
    """What a server does, and what it took. `answers`: by recipient, or by word of SMTP; `hangs`, `drops`: at this word."""

    answers: dict[str, str] = field(default_factory=dict)
    hangs: str = ""
    drops: str = ""
    asked: list[str] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    logged_in: list[bytes] = field(default_factory=list)

    @property
    def recipients(self) -> list[str]:
        """Who got something, in order."""
        return [to for envelope in self.taken for to in envelope.rcpt_tos]

    @property
    def letters(self) -> list[EmailMessage]:
        """What was taken, as a mail program reads it."""
        return [message_from_bytes(content(envelope), policy=default) for envelope in self.taken]

    async def handle_MAIL(self, server: SMTP, _s: Session, envelope: Envelope, sender: str, _o: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = sender
        return await self._answer(server, "MAIL")

    async def handle_RCPT(self, server: SMTP, _s: Session, envelope: Envelope, to: str, _o: list[str]) -> str:  # noqa: N802
        self.asked.append(to)
        if to not in self.answers:
            envelope.rcpt_tos.append(to)
        return self.answers.get(to) or await self._answer(server, "RCPT")

    async def handle_DATA(self, server: SMTP, _s: Session, envelope: Envelope) -> str:  # noqa: N802
        said = await self._answer(server, "DATA")
        if said == OK and self.drops != "DATA":
            self.taken.append(envelope)
        return said

    async def _answer(self, server: SMTP, word: str) -> str:
        if self.hangs == word:
            await asyncio.sleep(60)
        if self.drops == word:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.answers.get(word, OK)

    def let_in(self, _server: SMTP, _s: Session, _e: Envelope, _mechanism: str, data: Any) -> AuthResult:
        """One user alone may come in."""
        self.logged_in.append(data.password)
        return AuthResult(success=(data.login, data.password) == (b"cellule", b"un/secret"), handled=False)


def content(envelope: Envelope) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


@contextmanager
def serving(box: Box, **options: Any) -> Iterator[int]:
    """The port of a server that keeps `box`."""
    controller = Controller(box, HOST, 0, ready_timeout=10, **options)
    with socket.create_server((HOST, 0)) as free:
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mailer(port: int, url: str = "") -> Mailer:
    """An installation that sends there."""
    return Mailer(Relay.of(url or f"smtp://{HOST}:{port}"), address(SENDER), "https://cellule.exemple.invalid", CONTACT)


def nobody() -> int:
    """A port where nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def certificate(folder: Path, *hosts: str) -> tuple[ssl.SSLContext, Path]:
    """The context of a server on this computer, also called `hosts`, and the file of those who trust it; the key is beside it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    called = [x509.IPAddress(ipaddress.ip_address(HOST)), *map(x509.DNSName, hosts)]
    names = x509.SubjectAlternativeName(called)
    now, constraints = datetime.now(UTC), x509.BasicConstraints(ca=True, path_length=None)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = builder.add_extension(names, critical=False).add_extension(constraints, critical=True)
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
