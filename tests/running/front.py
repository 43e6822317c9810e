"""An installation as it faces the world: `casework serve` behind Debian's nginx with the configuration we ship, on this computer alone."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from casework.config import FILE
from tests.mail.servers import HOST, certificate, nobody

NAME = "casework.example.fr"  # in the file we ship
SHIPPED = Path(__file__).parents[2] / "docs" / "administration"
AROUND = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/main.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    include {folder}/casework.conf;
}}
"""


@dataclass
class Front:
    """Where nginx listens, in clear and over TLS; whom it stands before; what trusts its certificate."""

    folder: Path
    clear: int
    secure: int
    behind: int
    trusted: Path = field(init=False)

    def __post_init__(self) -> None:
        _, self.trusted = certificate(self.folder, NAME)

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.trusted))

    def connected(self, address: str = HOST) -> ssl.SSLSocket:
        """A connection over TLS from one of the addresses of this computer."""
        plain = socket.create_connection((HOST, self.secure), 30, (address, 0))
        return self.context.wrap_socket(plain, server_hostname=NAME)

    def configuration(self) -> str:
        """What we ship, but for its ports, its paths, and one patience that no test has."""
        text = (SHIPPED / "nginx.conf").read_text(encoding="utf-8")
        for ours, here in {
            "listen 80;": f"listen {HOST}:{self.clear};",
            "listen 443 ": f"listen {HOST}:{self.secure} ",
            "http://127.0.0.1:8000": f"http://{HOST}:{self.behind}",
            "/etc/ssl/casework/fullchain.pem": str(self.trusted),
            "/etc/ssl/casework/privkey.pem": str(self.trusted.with_suffix(".key")),
            "client_header_timeout 10s;": "client_header_timeout 2s;",
            "/var/log/nginx/": f"{self.folder}/",
            "/dev/shm/casework-proxy": f"{self.folder}/casework-proxy",  # noqa: S108 - replaced
        }.items():
            assert text.count(ours) == 1, ours
            text = text.replace(ours, here)
        return text


@dataclass
class Browser:
    """Somebody at an address, whose cookies are kept."""

    front: Front
    address: str = HOST
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and body of one answer."""
        with closing(HTTPSConnection(NAME)) as connection:
            connection.sock = self.front.connected(self.address)
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            if form is not None:
                told["Content-Type"] = "application/x-www-form-urlencoded"
            body = None if form is None else urlencode(form)
            connection.request("GET" if body is None else "POST", path, body, told)
            answer = connection.getresponse()
            for cookie in answer.headers.get_all("Set-Cookie", []):
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.status, dict(answer.headers), answer.read().decode()


def executable() -> str:
    """Path of nginx. Without it: the test is skipped on a person's machine, and fails where CI=true."""
    found = shutil.which("nginx", path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
    if found is None:
        missing = "no nginx: `make nginx` says what to install"
        if os.environ.get("CI") == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return found


@contextmanager
def in_front(folder: Path, settings: Path) -> Iterator[Front]:
    """Both servers of an installation; they end on the way out."""
    nginx = executable()
    front = Front(folder, nobody(), nobody(), nobody())
    (folder / "casework.conf").write_text(front.configuration(), encoding="utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
    serve = [str(Path(sys.executable).with_name("casework")), "serve", "--port", str(front.behind)]
    environ = {"PATH": os.environ["PATH"], FILE: str(settings)}
    with (
        _running([nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")], folder, environ),
        _running(serve, folder, environ),
    ):
        for port in (front.behind, front.secure):
            _wait(port)
        yield front


@contextmanager
def _running(line: list[str], folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    with (folder / "said").open("ab") as said:
        process = subprocess.Popen(line, cwd=folder, env=environ, stderr=said)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection((HOST, port), 1).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nobody listens on {port}")
