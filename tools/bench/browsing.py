"""A browser of the bench: one kept connection, its cookies, the moment it lives at, and what the server says each answer cost."""

import gzip
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlencode

from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.house import PASSWORD
from tools.bench.serving import CPU, FLOOR, MOMENT

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `cpu` and `wall` in seconds."""

    status: int
    location: str
    text: str
    cpu: float
    wall: float


@dataclass
class Browser:
    """Somebody at a browser, at a moment of the world's time."""

    port: int
    moment: datetime
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, path: str, form: Mapping[str, str | Sequence[str]] | None = None, floor: str = "") -> Answer:
        """Fetch a page, or send a form; `floor`: record, or run, what the same request costs at least."""
        headers = {"Host": "localhost", MOMENT: self.moment.isoformat(), "Accept-Encoding": "gzip"}
        headers |= {FLOOR: floor} if floor else {}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode(form, doseq=True) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self._connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        wall = time.perf_counter() - begun
        if not floor:
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.split(";")[0].partition("=")
                self.cookies[name] = value
        text = raw.decode(errors="replace") if answer.headers.get("Content-Encoding") != "gzip" else gunzip(raw)
        return Answer(answer.status, answer.headers.get("Location", ""), text, float(answer.headers.get(CPU, 0)), wall)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden inputs of a page."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.ask(path).text)}

    def log_in(self, login: str, secret: str) -> Answer:
        """Enter, a minute later than before, and sign the charter when asked; the answer of the log-in itself."""
        self.moment += timedelta(minutes=1)
        with at(self.moment):
            code = totp_now(bytes.fromhex(secret))
        self.cookies.clear()
        proof = self.hidden("/connexion")
        answer = self.ask("/connexion", {**proof, "login": login, "password": PASSWORD, "code": code})
        if answer.status != 303:
            raise RuntimeError(f"the bench cannot log in: {answer.status}")
        if self.ask("/").location == "/charte":
            self.ask("/charte", {**self.hidden("/charte"), "agreed": "1"})
        return answer


def gunzip(raw: bytes) -> str:
    """The text of a compressed answer."""
    return gzip.decompress(raw).decode()
