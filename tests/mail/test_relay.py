"""The mail server of the settings: which addresses are understood, and that nothing travels in clear beyond this computer."""

import re
import ssl
from pathlib import Path

import pytest

from casework.config import Settings, Unsafe
from casework.mail import relay as relays
from casework.mail.mailer import ACTION, Refused
from casework.mail.relay import Relay
from tests.mail.servers import HOST, Box, certificate, mailer, nobody, serving
from tests.web.test_config import GOOD

FROM = "ne-pas-repondre@exemple.invalid"
SECRET = "un%2Fsecret"


def settings(smtp: str, mail_from: str = FROM) -> Settings:
    return Settings.read(GOOD | {"CASEWORK_SMTP": smtp, "CASEWORK_MAIL_FROM": mail_from})


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtps://user:p%40ss@mail.exemple", Relay("mail.exemple", 465, wrapped=True, user="user", password="p@ss")),
        ("smtps://mail.exemple:4650", Relay("mail.exemple", 4650, wrapped=True)),
        ("smtp://u:p@mail.exemple:587/", Relay("mail.exemple", 587, wrapped=False, user="u", password="p")),
        ("smtp://localhost", Relay("localhost", 25, wrapped=False)),
        ("smtp://[::1]:2525", Relay("::1", 2525, wrapped=False)),
    ],
)
def test_an_address_of_a_mail_server_is_understood(url: str, relay: Relay) -> None:
    told = settings(url).mailer
    assert told
    assert (told.relay, told.home, told.sender.addr_spec) == (relay, "https://cellule.example", FROM)
    assert "p@ss" not in repr(told) + repr(settings(url))


@pytest.mark.parametrize(
    ("smtp", "mail_from", "message"),
    [
        ("mail.exemple", FROM, "not of the form"),
        ("http://mail.exemple", FROM, "not of the form"),
        ("smtp://", FROM, "not of the form"),
        ("smtp://mail.exemple/inbox", FROM, "not of the form"),
        ("smtp://mail.exemple:99999", FROM, "not of the form"),
        ("smtps://user@mail.exemple", FROM, "not of the form"),
        ("smtps://u:clé@mail.exemple", FROM, "not of the form"),
        ("smtps://u:se/cret@mail.exemple", FROM, "not of the form"),
        ("smtp://u:secret@localhost", FROM, "in clear"),
        ("smtp://u:secret@127.0.0.1:587", FROM, "in clear"),
        ("", FROM, "not of the form"),
        ("smtp://localhost", "", "MAIL_FROM"),
        ("smtp://localhost", "a@exemple.invalid, b@exemple.invalid", "MAIL_FROM"),
        ("smtp://localhost", "Mairie", "MAIL_FROM"),
    ],
)
def test_a_mail_server_that_is_not_understood_or_not_safe_is_refused(smtp: str, mail_from: str, message: str) -> None:
    with pytest.raises(Unsafe, match=re.escape(message)) as refused:
        settings(smtp, mail_from)
    assert "cret" not in str(refused.value)


def test_without_a_mail_server_no_mail_leaves() -> None:
    assert Settings.read(GOOD).mailer is None


# --- Over TLS


def taken(url: str, port: int) -> None:
    """Have one letter handed over."""
    sent = mailer(port, url)
    with sent.session() as server:
        sent.hand(server, "ada@exemple.invalid", ACTION)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate this computer trusts."""
    context, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    return context


def test_a_server_over_tls_takes_a_letter_once_we_are_known(trusted: ssl.SSLContext) -> None:
    box = Box()
    with serving(box, ssl_context=trusted, authenticator=box.let_in, auth_require_tls=False) as port:
        taken(f"smtps://cellule:{SECRET}@{HOST}:{port}", port)
        with pytest.raises(OSError, match="535"):
            taken(f"smtps://cellule:autre@{HOST}:{port}", port)
    assert (box.recipients, set(box.logged_in)) == (["ada@exemple.invalid"], {b"un/secret", b"autre"})


def test_a_server_that_is_not_on_this_computer_must_speak_tls(
    trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "near", False)
    secure, plain = Box(), Box()
    with serving(secure, tls_context=trusted, require_starttls=True, authenticator=secure.let_in) as port:
        taken(f"smtp://cellule:{SECRET}@{HOST}:{port}", port)
    with (
        serving(plain, authenticator=plain.let_in, auth_require_tls=False) as port,
        pytest.raises(OSError, match="STARTTLS"),
    ):
        taken(f"smtp://cellule:{SECRET}@{HOST}:{port}", port)
    assert (secure.recipients, plain.asked, plain.logged_in) == (["ada@exemple.invalid"], [], [])


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(Relay, "near", False)
    box, (context, _) = Box(), certificate(tmp_path)
    options = {"ssl_context": context} if scheme == "smtps" else {"tls_context": context}
    with serving(box, **options) as port, pytest.raises(ssl.SSLCertVerificationError):
        taken(f"{scheme}://{HOST}:{port}", port)
    assert box.asked == []


# --- What a letter is


def test_a_letter_is_a_fixed_text_that_answers_nobody_and_names_nothing_of_this_computer() -> None:
    box = Box()
    with serving(box) as port:
        taken("", port)
    (letter,) = box.letters
    assert box.taken[0].mail_from == letter["From"] == "ne-pas-repondre@mairie.exemple.invalid"
    assert (letter["To"], letter["Subject"]) == ("ada@exemple.invalid", "Une action vous attend")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@mairie.exemple.invalid>")
    assert {name.lower() for name in letter} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "content-type", "content-transfer-encoding",
        "mime-version",
    }  # fmt: skip
    text = letter.get_content()
    for words in ("\r\nhttps://cellule.exemple.invalid/\r\n", "01 99 00 12 34", "ne répondez pas", "n’en dit pas plus"):
        assert words in text
    assert "$" not in text


@pytest.mark.parametrize(
    "to", ["", "ada", "@exemple.invalid", "a@b.invalid, c@d.invalid", "a@b.invalid\nBcc: c@d.invalid"]
)
def test_what_is_not_one_address_gets_nothing(to: str) -> None:
    with pytest.raises(Refused):
        mailer(nobody()).written(to, ACTION)


def test_the_server_is_never_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert relays.PATIENCE == 10
    monkeypatch.setattr(relays, "PATIENCE", 0.2)
    box = Box(hangs="RCPT")
    with serving(box) as port, pytest.raises(OSError, match="timed out"):
        taken("", port)
