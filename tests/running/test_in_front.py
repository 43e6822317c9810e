"""The nginx configuration and the systemd units that we ship, tried by the programs they are written for."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from casework.accounts import limits
from casework.accounts.totp import totp_now
from casework.config import FILE, Settings, open_house
from casework.store.tables import AttemptRow
from casework.web import headers
from tests.cases.pages import HIDDEN
from tests.demo.shell import Shell
from tests.house import PASSWORD, accept
from tests.mail.servers import HOST
from tests.running.front import NAME, SHIPPED, Browser, Front, in_front
from tests.running.made import INVITED, answers

COORDINATOR = ("Claire Exemple", "claire@exemple.invalid")
STRANGER, OTHER = "127.0.0.9", "127.0.0.10"  # of this computer, as 127.0.0.1 is
HASTE = 200  # questions at once: more than nginx lets through, on a slow machine too


@dataclass
class Site:
    """An installation behind its web server, and the first coordinator's telephone."""

    front: Front
    settings: Path
    secret: bytes
    slow: socket.socket


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Where `casework init` made an installation, and its first coordinator accepted; one browser is slow from the beginning."""
    folder = tmp_path_factory.mktemp("front")
    made = Shell({FILE: ""}).run("init", *answers(folder), "--host", NAME, *INVITED)
    assert made.exit_code == 0, made.output
    settings = folder / "keys" / "casework.toml"
    house = open_house(Settings.read({FILE: str(settings)}))
    (token,) = re.findall(rf"{COORDINATOR[0]} +https://{NAME}/invitation/([0-9a-f]{{64}})", made.output)
    _, secret, _ = accept(house, token)
    house.stores.close()
    folder.chmod(0o711)  # nginx drops root
    with in_front(folder, settings) as front:
        slow = front.connected()
        slow.sendall(b"GET /connexion HTTP/1.1\r\n")
        yield Site(front, settings, secret, slow)
        slow.close()


def test_who_asks_in_clear_is_sent_to_the_secured_address_and_told_nothing(site: Site) -> None:
    with closing(socket.create_connection((HOST, site.front.clear), 30)) as plain:
        plain.sendall(f"GET /invitation/secret HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
        told = b"".join(iter(lambda: plain.recv(4096), b"")).decode()
    assert told.startswith("HTTP/1.1 301 ")
    assert f"Location: https://{NAME}/invitation/secret\r\n" in told
    assert "Set-Cookie" not in told


def test_a_coordinator_logs_in_over_tls_and_every_header_of_ours_arrives(site: Site) -> None:
    browser = Browser(site.front)
    status, told, page = browser.ask("/connexion")
    assert status == 200
    assert {name: told[name] for name in headers.ALWAYS} == headers.ALWAYS
    assert told["Strict-Transport-Security"] == "max-age=63072000"
    assert (told["Cache-Control"], told["Server"]) == ("no-store", "nginx")
    typed = {"login": COORDINATOR[1], "password": PASSWORD, "code": totp_now(site.secret)}
    status, told, page = browser.ask("/connexion", dict(HIDDEN.findall(page)) | typed)
    assert (status, told.get("Location")) == (303, "/"), page
    assert re.search(r"__Host-\S+; .*Secure; HttpOnly; .*SameSite=Strict", told["Set-Cookie"]), told["Set-Cookie"]
    assert browser.ask("/")[1]["Location"] == "/charte"


def test_failures_are_counted_for_who_asks_whatever_it_says_of_itself(site: Site) -> None:
    browser = Browser(site.front, STRANGER)
    form = dict(HIDDEN.findall(browser.ask("/connexion")[2])) | {"login": "x", "password": "y", "code": "1"}
    assert browser.ask("/connexion", form, X_Forwarded_For=OTHER, Forwarded=f"for={OTHER}")[0] == 422
    house = open_house(Settings.read({FILE: str(site.settings)}))
    with house.stores.case_reading() as session:
        counted = {
            address: session.get(AttemptRow, limits._key(house, "address", address.encode().hex())) is not None
            for address in (STRANGER, OTHER, HOST)
        }
    house.stores.close()
    assert counted == {STRANGER: True, OTHER: False, HOST: True}


def test_the_doctor_is_content_with_what_it_sees_from_outside(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    found: Any = socket.getaddrinfo

    def here(host: str, port: int, *rest: Any, **more: Any) -> Any:
        there = (HOST, site.front.secure) if (host, port) == (NAME, 443) else (host, port)
        return found(*there, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    shell = Shell({FILE: str(site.settings), "SSL_CERT_FILE": str(site.front.trusted)})
    assert f"ok    https://{NAME}/ answers, with a certificate that this computer trusts" in shell.run("doctor").output
    stranger = Shell({FILE: str(site.settings)})
    assert f"FAIL  https://{NAME}/ does not answer" in stranger.run("doctor").output


def test_what_is_too_large_never_reaches_the_application(site: Site) -> None:
    status, _, page = Browser(site.front).ask("/connexion", {"login": "x" * 300_000})
    assert (status, "<center>nginx</center>" in page) == (413, True)


def test_slow_browsers_do_not_keep_the_others_waiting(site: Site) -> None:
    begun = b"POST /connexion HTTP/1.1\r\nHost: %b\r\nContent-Length: 1000\r\n\r\nlogin=" % NAME.encode()
    waiting = [site.front.connected(OTHER) for _ in range(20)]  # more than the threads of the application
    for connection in waiting:
        connection.sendall(begun)
    assert Browser(site.front).ask("/connexion")[0] == 200
    for connection in waiting:
        connection.close()


def test_who_asks_in_haste_is_slowed_down_alone(site: Site) -> None:
    with closing(site.front.connected(OTHER)) as connection:
        connection.sendall(f"HEAD /sante HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode() * HASTE)
        told = b""
        while told.count(b"HTTP/1.1 ") < HASTE:
            told += connection.recv(65_536)
    assert told.count(b"HTTP/1.1 200 ") + told.count(b"HTTP/1.1 503 ") == HASTE
    assert 0 < told.count(b"HTTP/1.1 503 ") < HASTE
    assert Browser(site.front, STRANGER).ask("/connexion")[0] == 200


def test_nginx_writes_no_address_of_a_page_nor_of_a_person(site: Site) -> None:
    written = [path for path in site.front.folder.glob("*.log") if path.stat().st_size]
    assert [path.name for path in site.front.folder.glob("*.log")]
    for path in written:
        assert not re.search(r"/invitation|/connexion|127\.0\.0\.\d+", path.read_text()), path.name


def test_who_does_not_say_what_it_asks_is_left_after_a_while(site: Site) -> None:
    site.slow.settimeout(20)
    assert site.slow.recv(1) == b""


# --- systemd --------------------------------------------------------------------------------------------------------


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    for path in (*SHIPPED.glob("*.service"), *SHIPPED.glob("*.timer")):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(text.replace("/usr/local/lib/casework/bin/casework", "/bin/true"))
    units = sorted(map(str, tmp_path.iterdir()))
    checked = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr, len(units)) == (0, "", 3)


def test_no_server_of_the_configuration_writes_down_what_is_asked() -> None:
    """An invitation typed without TLS is sent on, and must not stay in a log on the way."""
    _, *servers = (SHIPPED / "nginx.conf").read_text(encoding="utf-8").split("server {")
    assert servers
    assert [server for server in servers if "access_log off;" not in server] == []
