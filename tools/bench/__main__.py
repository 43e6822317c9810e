"""The run: worlds built, servers started, real requests and their floors asked in turn, and one table of medians, spreads and ratios."""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, select

from casework.store.engines import database_file
from casework.store.tables import CaseRow
from crypto.identity import DEFAULT, password_key
from tests.cases.test_pages import REFERRAL
from tools.bench.browsing import Answer, Browser
from tools.bench.world import World, build

WARM = 5
_entered = count(1)
ACCEPTED = 303


@dataclass
class Series:
    """Costs of one kind of request, in seconds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    size: int = 0

    def add(self, answer: Answer) -> None:
        """One more answer."""
        self.cpu.append(answer.cpu)
        self.wall.append(answer.wall)
        self.size = len(answer.text)


def told(values: Sequence[float]) -> str:
    """Median, ninth decile and spread, in milliseconds."""
    cut = statistics.quantiles(values, n=20)
    return f"{statistics.median(values) * 1e3:7.1f} {cut[18] * 1e3:7.1f} [{cut[1] * 1e3:.1f}–{cut[17] * 1e3:.1f}]"


@contextmanager
def served(world: World, threads: int = 8) -> Iterator[int]:
    """A server of this world on a free port of this computer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    line = [sys.executable, "-m", "tools.bench.serving", world.folder, str(port), str(threads)]
    process = subprocess.Popen(line, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(port: int) -> None:
    """Until it answers. Errors: TimeoutError after two minutes."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the server does not answer")


@cache
def entered(port: int, seat: str, folder: str) -> Browser:
    """Somebody of this seat, logged in: a code serves once, so does a log-in."""
    world = World.load(Path(folder))
    apart = timedelta(hours=3 * next(_entered))  # log-ins of one address are counted
    browser = Browser(port, datetime.fromisoformat(world.moment) + apart)
    browser.log_in(*world.logins[seat])
    return browser


def good(answer: Answer, status: int = 200) -> Answer:
    """The answer, when it is what was asked for. Errors: RuntimeError."""
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status} rather than {status}: {answer.text[:400]}")
    return answer


Ask = Callable[[int, str], Answer]


def openings(world: World, port: int) -> Ask:
    """A situation opened by the coordinator, another one each time."""
    browser = entered(port, "coordinator", world.folder)
    return lambda turn, floor: good(
        browser.ask(f"/situations/{world.cases[0 if floor else turn % len(world.cases)]}", floor=floor)
    )


def listings(world: World, port: int) -> Ask:
    """The first fifty situations of the coordinator."""
    browser = entered(port, "coordinator", world.folder)
    return lambda _turn, floor: good(browser.ask("/situations", floor=floor))


def referrals(world: World, port: int) -> Ask:
    """A saisine of two kilobytes sent by a head of school."""
    browser, path = entered(port, "head_of_school", world.folder), "/situations/nouvelle/refer"
    filled: dict[str, str | list[str]] = {**REFERRAL, "account-text": "Présent seul devant la gare. " * 15}

    def ask(_turn: int, floor: str) -> Answer:
        form = {} if floor == "run" else browser.hidden(path)
        return good(browser.ask(path, {**filled, **form}, floor=floor), 200 if floor == "run" else 303)

    return ask


WORKS = {"opening": openings, "list of 50": listings, "referral": referrals}


def log_ins(world: World, port: int, rounds: int) -> None:
    """Log-ins one after the other, each a minute later, beside the bare hash of the password."""
    browser, kept, bare = entered(port, "pjj", world.folder), Series(), list[float]()
    for turn in range(rounds + WARM):
        answer, begun = browser.log_in(*world.logins["pjj"]), time.thread_time()
        password_key("Une phrase du banc d’essai", bytes(16), DEFAULT, lambda data: data)
        if turn >= WARM:
            kept.add(answer)
            bare.append(time.thread_time() - begun)
    ratio = statistics.median(kept.cpu) / statistics.median(bare)
    print(f"{'log-in':<12} Argon2id alone   cpu {told(bare)}")
    print(
        f"{'log-in':<12} {Path(world.folder).name:<16} cpu {told(kept.cpu)}  wall {told(kept.wall)}  ×{ratio:.2f} of Argon2id alone"
    )


SENDERS = ("head_of_school", "pjj", "emas", "police_station", "dsol", "landlord", "town_hall", "security_officer")


def senders(world: World, port: int, each: int) -> None:
    """Saisines sent by one, two, four and eight persons at once: how many are accepted in a second, none lost, none numbered twice."""
    browsers = [entered(port, seat, world.folder) for seat in SENDERS if seat in world.logins]
    for number in (1, 2, 4, len(browsers)):
        begun, before = time.perf_counter(), numbers(world)
        with ThreadPoolExecutor(number) as pool:
            sent = sum(pool.map(lambda browser: send(browser, each), browsers[:number]))
        spent, after = time.perf_counter() - begun, numbers(world)
        kept = sorted(set(after) - set(before))
        whole = len(kept) == sent == number * each and len(after) == len(set(after))
        print(
            f"{number} senders      {sent} sent, {len(kept)} kept, {sent / spent:.1f} a second, {'none lost or doubled' if whole else 'NOT WHOLE'}"
        )


def send(browser: Browser, each: int) -> int:
    """Send this many; how many were accepted."""
    path = "/situations/nouvelle/refer"
    return sum(browser.ask(path, {**REFERRAL, **browser.hidden(path)}).status == ACCEPTED for _ in range(each))


def numbers(world: World) -> list[int]:
    """The running numbers of the situations of this world."""
    engine = create_engine(world.case_url)
    with engine.connect() as connection:
        found = list(connection.scalars(select(CaseRow.number)))
    engine.dispose()
    return found


def measure(name: str, worlds: Sequence[tuple[World, int]], rounds: int) -> None:
    """One work in every world, and its floor in the first, asked in turn."""
    asks = [WORKS[name](*place) for place in worlds]
    asks[0](0, "record")
    series = [Series() for _ in asks]
    floor = Series()
    for turn in range(rounds + WARM):
        answers = [ask(turn, "") for ask in asks]
        least = asks[0](turn, "run")
        if turn >= WARM:
            for kept, answer in zip(series, answers, strict=True):
                kept.add(answer)
            floor.add(least)
    base = statistics.median(floor.cpu)
    print(f"{name:<12} floor            cpu {told(floor.cpu)}  wall {told(floor.wall)}")
    for kept, (world, _) in zip(series, worlds, strict=True):
        ratio = statistics.median(kept.cpu) / base
        growth = statistics.median(kept.cpu) / statistics.median(series[0].cpu) - 1
        where = Path(world.folder).name
        print(
            f"{name:<12} {where:<16} cpu {told(kept.cpu)}  wall {told(kept.wall)}  ×{ratio:.2f} of the floor, {growth:+.0%}, {kept.size} bytes"
        )


def sizes(world: World, number: int) -> None:
    """Bytes of each store for one situation."""
    for name in ("case", "key"):
        path = database_file(getattr(world, f"{name}_url"))
        size = path.stat().st_size if path else 0
        print(f"{name} store       {size / number / 1e3:.1f} kB a situation")


def main() -> None:
    """Build, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--big", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--works", nargs="*", default=list(WORKS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        worlds = []
        for number in (1_000, given.big):
            begun = time.perf_counter()
            world = build(Path(folder) / f"sqlite-{number}", number)
            print(f"built {number} situations in {time.perf_counter() - begun:.0f} s", flush=True)
            worlds.append((world, stack.enter_context(served(world))))
        print("milliseconds: median, p95, [p10–p90]")
        for name in given.works:
            measure(name, worlds, given.rounds)
        log_ins(*worlds[0], given.rounds // 2)
        senders(*worlds[0], given.rounds // 4)
        sizes(worlds[-1][0], given.big)


if __name__ == "__main__":
    main()
