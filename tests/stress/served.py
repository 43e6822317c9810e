"""A demo served by `casework serve` in a process of its own, and somebody of it who reads pages and measures how long each takes."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from casework.accounts.login import Typed, log_in
from casework.demo import service
from casework.demo.place import Place
from casework.web.session import SESSION

HOST = "127.0.0.1"
SERVE = "import sys; from casework.cli import main; sys.argv[1:] = ['serve', '--port', {!r}]; main()"
SECONDS = float(os.environ.get("CASEWORK_STRESS_SECONDS", "3"))  # how long each flood lasts: a minute is the full size


@dataclass(frozen=True)
class Served:
    """Where the server listens, its process, and the demo that it serves. What it wrote on its terminal is in `said`."""

    port: int
    process: subprocess.Popen[bytes]
    place: Place
    said: Path

    def memory(self) -> int:
        """What it holds of the computer's memory, in MiB."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        (kept,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
        return int(kept) // 1024

    def get(self, path: str, cookie: str = "", patience: float = 30.0) -> tuple[int, str]:
        """A page on a connection of its own: status and text."""
        with closing(HTTPConnection(HOST, self.port, timeout=patience)) as connection:
            connection.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.read().decode()

    def proof(self) -> tuple[str, str]:
        """What a stranger's browser holds once it was shown the page of log-in: the cookie, and the proof of the form."""
        with closing(HTTPConnection(HOST, self.port, timeout=30)) as connection:
            connection.request("GET", "/connexion", headers={"Host": "localhost"})
            answer = connection.getresponse()
            shown = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
            assert shown
            return answer.headers["Set-Cookie"].partition(";")[0], shown[1]

    def attempt(self, proof: tuple[str, str], login: str) -> int:
        """The answer to a log-in that nobody has."""
        cookie, token = proof
        form = urlencode({"csrf_token": token, "login": login, "password": login, "code": "000000"})
        told = {"Host": "localhost", "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection(HOST, self.port, timeout=30)) as connection:
            connection.request("POST", "/connexion", form, told)
            return connection.getresponse().status


@contextmanager
def served(place: Place, said: Path) -> Iterator[Served]:
    """The server, ready; stopped at the end."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    settings = place.settings()
    told = {"CASE_URL": settings.case_url, "KEY_URL": settings.key_url, "PROVIDER": str(settings.provider)}
    told |= {"PINS": str(settings.pins), "TRUSTED_HOSTS": "127.0.0.1,localhost", "DEMO": "1"}
    environ = {"PATH": os.environ["PATH"]} | {f"CASEWORK_{name}": value for name, value in told.items()}
    line = [sys.executable, "-c", SERVE.format(str(port))]
    with said.open("wb") as terminal:
        process = subprocess.Popen(line, env=environ, stdout=terminal, stderr=terminal)
    try:
        server = Served(port, process, place, said)
        _wait(server)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def _wait(server: Served) -> None:
    for _ in range(150):
        try:
            assert server.get("/connexion")[0] == 200
        except ConnectionRefusedError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not answer")


def come_in(place: Place, login: str) -> str:
    """The cookie of somebody who just logged in."""
    account = next(item for item in place.load() if item.login == login)
    with place.house() as house:
        opened = log_in(house, Typed(login, account.password, service.code(place, login)), b"192.0.2.7")
    return f"{SESSION}={base64.urlsafe_b64encode(opened.token).decode()}"


def percentile(values: list[float], part: float) -> float:
    """The value under which this part of them lies."""
    return sorted(values)[int(part * (len(values) - 1))]
