"""The processes of the server: they share a port, end together, and none outlives the one that began them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import pytest

SLOW = "0.2"  # seconds: long enough for the other process to take the next question


class Server:
    """The server, in a process of its own."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        line = [sys.executable, "-m", "tests.running.answering", str(self.port)]
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        with self.process.stdout as said:
            assert said.readline() == "ready\n"

    def ask(self, seconds: str = "") -> int:
        """The process that answers."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", f"/?{seconds}")
            return int(connection.getresponse().read())

    def all(self) -> set[int]:
        """Those who answer several questions at once."""
        with ThreadPoolExecutor(4) as pool:
            return set(pool.map(self.ask, [SLOW] * 12))

    def free(self) -> bool:
        """Whether the port can be taken again."""
        try:
            socket.create_server(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.process.kill()
    made.process.wait(20)


def until(true: Callable[[], bool]) -> bool:
    """Whether this becomes true within some seconds."""
    for _ in range(200):
        if true():
            return True
        time.sleep(0.05)
    return False


def test_two_processes_answer_and_end_together(server: Server) -> None:
    assert len(server.all()) == 2
    assert server.process.pid not in server.all()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert until(server.free)


def test_an_answer_under_way_is_given_before_the_end(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(server.ask, "1")
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        assert under_way.result(20) > 0
    assert server.process.wait(20) == 0


def test_when_one_process_ends_by_itself_the_server_ends_and_says_so(server: Server) -> None:
    os.kill(server.ask(), signal.SIGKILL)
    assert server.process.wait(20) == 1
    assert until(server.free)


def test_no_process_outlives_a_server_that_was_killed(server: Server) -> None:
    server.process.kill()
    server.process.wait(20)
    assert until(server.free)
