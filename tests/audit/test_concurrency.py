"""Several writers at once, and a writer that dies."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from audit.entry import Tip
from tests.audit.stores import Builders, Store

WRITERS = 6
ROUNDS = 12

DYING = """
import hashlib, os, signal, sys, uuid
from datetime import UTC, datetime
from sqlalchemy import create_engine
from audit.entry import Entry, EventType
from audit.log import append

entry = Entry(EventType("Seen", {}), datetime.now(UTC), uuid.uuid4(), None, None, {})
with create_engine(sys.argv[1]).begin() as connection:
    tip = append(connection, [entry] * 3, lambda message: hashlib.sha256(message).digest())
    print(tip.number, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_writers_at_once_leave_no_gap(store: Store, build: Builders) -> None:
    start = Barrier(WRITERS)

    def write(writer: int) -> list[Tip]:
        start.wait()
        return [store.append(*(build.entry(rank) for rank in range(1 + writer % 3))) for _ in range(ROUNDS)]

    with ThreadPoolExecutor(WRITERS) as pool:
        tips = [tip for made in pool.map(write, range(WRITERS)) for tip in made]
    report = store.verify(max(tips, key=lambda tip: tip.number))
    assert report.problems == []
    assert report.count == sum(ROUNDS * (1 + writer % 3) for writer in range(WRITERS))
    assert len({tip.number for tip in tips}) == len(tips)


def test_what_a_killed_writer_had_not_committed_is_not_there(store: Store, build: Builders) -> None:
    program = [sys.executable, "-c", DYING, store.url]
    dead = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert (dead.returncode, dead.stdout) == (-signal.SIGKILL, "3\n"), dead.stderr
    assert store.verify().count == 0
    last = store.append(build.entry())
    assert last.number == 1
    assert store.verify(last).sound


def test_an_append_rolled_back_leaves_nothing(store: Store, build: Builders) -> None:
    first = store.append(build.entry())
    with store.forgery() as connection:
        assert store.append_on(connection, build.entry()).number == first.number + 1
    assert store.verify(first).tip == first
