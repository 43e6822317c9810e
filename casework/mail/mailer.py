"""The letters of an installation, fixed French texts without a word of anybody, and how one is handed to the mail server."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from string import Template
from uuid import uuid4

from casework.kernel.clock import now
from casework.mail.relay import Relay
from casework.store.shipped import folder
from casework.web.french import typo

ACTION, INVITATION, RENEWAL, RENEWED = "action", "invitation", "renewal", "renewed"  # templates/mail
NOBODY_KNOWN = "votre coordonnateur."


class Refused(Exception):
    """The server, or the address itself, refuses one letter; `code` is the server's, 0 when it was not asked."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(f"refused: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Mailer:
    """How this installation sends, and what each letter says of it. `home`: the address of its pages; `contact`: whom to call."""

    relay: Relay
    sender: Address
    home: str
    contact: str

    @contextmanager
    def session(self) -> Iterator[smtplib.SMTP]:
        """A session with the mail server. Errors: OSError."""
        with self.relay.session(self.sender.domain) as server:
            yield server

    def hand(self, server: smtplib.SMTP, to: str, letter: str, **words: str) -> None:
        """Hand one letter over, to one address. Errors: Refused when others may pass, OSError when none can."""
        message = self.written(to, letter, **words)
        try:
            server.send_message(message, self.sender.addr_spec, [to])
        except smtplib.SMTPRecipientsRefused as error:
            raise Refused(next(iter(error.recipients.values()))[0]) from None
        except smtplib.SMTPDataError as error:
            server.rset()
            raise Refused(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:  # an address in other letters than those of ASCII
            raise Refused from None

    def written(self, to: str, letter: str, **words: str) -> EmailMessage:
        """A letter: its first line is its subject. Errors: Refused when the address is none."""
        subject, text = (folder("templates") / "mail" / f"{letter}.txt").read_text(encoding="utf-8").split("\n\n", 1)
        told = Template(text).substitute(words, home=self.home, contact=self.contact or NOBODY_KNOWN)
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"] = self.sender, address(to)
        message["Subject"], message["Date"] = typo(subject), now()
        message["Message-ID"] = f"<{uuid4()}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(typo(told), cte="quoted-printable")
        return message


def address(text: str) -> Address:
    """One address and no more. Errors: Refused."""
    try:
        found = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        raise Refused from None
    if not (found.username and found.domain):
        raise Refused
    return found
