"""`casework serve` under strangers: rubbish by the hundred each second, and connections that never end what they began; others are served."""

import json
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from casework.running import serving
from tests import demos
from tests.running.test_installation import run_until_closed
from tests.stress.flood import KINDS, request
from tests.stress.served import HOST, SECONDS, Served, come_in, percentile, served

ROOT = Path(__file__).parents[2]
RATE = 500  # requests a second
SOON = 2  # seconds: what a slow connection is given here, rather than twenty
LARGE = 20_000_000  # bytes: more than what the system keeps for who does not read


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, served."""
    folder = tmp_path_factory.mktemp("served")
    with served(demos.copy_of(tmp_path_factory, folder), folder / "said") as made:
        yield made


def timed(server: Served, cookie: str) -> float:
    """How long somebody waits for the home page. It is served."""
    began = time.monotonic()
    status, text = server.get("/", cookie)
    assert (status, "Ce qui vous attend" in text or "<h1" in text) == (200, True)
    return time.monotonic() - began


def test_rubbish_at_the_pages_of_log_in_and_of_referral_stops_nobody(
    server: Served, request: pytest.FixtureRequest
) -> None:
    cookie, before = come_in(server.place, "coordination"), server.memory()
    timed(server, cookie)
    line = [sys.executable, "-m", "tests.stress.flood", str(server.port), str(RATE), str(SECONDS)]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as flood:
        waited = []
        while flood.poll() is None:
            waited.append(timed(server, cookie))
        assert flood.stdout
        found = json.loads(flood.stdout.read())
    sent, _ = found.pop("sent"), found.pop("seconds")
    request.node.user_properties.append(("p95", percentile(waited, 0.95)))
    assert sent == RATE * SECONDS
    assert set(found) <= {"200", "303", "400", "403", "503"}, found
    assert found["200"] + found["303"] == 2 * sent // KINDS  # the pages were shown, the others refused
    assert sum(found.values()) == sent
    assert len(waited) > 1
    assert percentile(waited, 0.95) < 20, waited
    assert timed(server, cookie) < 5
    assert server.memory() - before < 60
    said = server.said.read_text()
    assert "Traceback" not in said
    assert len(said) < 2_000 * SECONDS


def test_attempts_by_the_hundred_are_refused_and_leave_few_entries(server: Served) -> None:
    with server.place.house() as house, house.stores.case_reading() as session:
        log = session.connection()
        before = log.exec_driver_sql("SELECT max(number) FROM audit_log").scalar() or 0
    proof = server.proof()
    answers = [server.attempt(proof, f"nobody{number}") for number in range(200)]
    assert set(answers) == {422, 429}
    assert answers.count(422) <= 25
    with server.place.house() as house, house.stores.case_reading() as session:
        after = session.connection().exec_driver_sql("SELECT max(number) FROM audit_log").scalar() or 0
    assert answers.count(422) < after - before < 40


# --- Slow connections -----------------------------------------------------------------------------------------------


@pytest.fixture
def port() -> Iterator[int]:
    """An application on our server, which gives each request two seconds."""
    app, large = Flask(__name__), b"x" * LARGE
    app.add_url_rule("/", "home", view_func=lambda: "ok")
    app.add_url_rule("/large", "large", view_func=lambda: large)
    told = {**serving.LIMITS, "channel_timeout": SOON, "cleanup_interval": 1}
    listener: Any = serving.listening(app, host=HOST, port=0, **told)
    threading.Thread(target=run_until_closed, args=(listener,), daemon=True).start()
    yield int(listener.effective_port)
    listener.close()


HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
SLOW = {
    "nothing": (b"", b""),
    "headers": (HEAD, b"X-Slow: 1\r\n"),
    "body": (HEAD + b"\r\n", b"x"),
    "no line": (b"GET /", b"x"),
    "chunks": (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


def whole(port: int) -> bytes:
    """What who asks at once is answered."""
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(request("GET", "/"))
        with connection.makefile("rb") as answer:
            return answer.read()


def until_closed(connection: socket.socket, more: bytes) -> float:
    """How long a connection stays on which a few bytes are sent every now and then."""
    began = time.monotonic()
    while time.monotonic() - began < 10 * SOON:
        readable, _, _ = select.select([connection], [], [], 0.3)
        try:
            if readable and not connection.recv(1_000):
                break
            connection.sendall(more)
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize("slow", SLOW)
def test_a_request_that_does_not_end_is_closed_in_time_and_others_are_served(port: int, slow: str) -> None:
    first, more = SLOW[slow]
    with ExitStack() as opened:
        many = [opened.enter_context(closing(socket.create_connection((HOST, port), 10))) for _ in range(120)]
        for connection in many:
            connection.sendall(first)
        assert whole(port).startswith(b"HTTP/1.1 200")
        assert until_closed(many[0], more) < 3 * SOON
        assert all(_closed(connection) for connection in many[1:])
        assert whole(port).startswith(b"HTTP/1.1 200")


def _closed(connection: socket.socket) -> bool:
    connection.settimeout(3 * SOON)
    with suppress(ConnectionResetError):
        while connection.recv(10_000):
            pass
    return True


def test_who_does_not_read_its_answer_is_left(port: int) -> None:
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect((HOST, port))
        connection.sendall(request("GET", "/large"))
        assert whole(port).startswith(b"HTTP/1.1 200")
        time.sleep(2 * SOON)
        connection.settimeout(3 * SOON)
        got = 0
        with suppress(ConnectionResetError):
            while read := connection.recv(65_536):
                got += len(read)
        assert got < LARGE


def test_a_body_that_no_form_can_have_is_refused_before_it_is_read(port: int) -> None:
    with socket.create_connection((HOST, port), 10) as connection:
        connection.sendall(HEAD.replace(b"100000", b"1000000000") + b"\r\n")
        connection.settimeout(10)
        assert b" 413 " in connection.recv(1_000)
