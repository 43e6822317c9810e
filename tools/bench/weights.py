"""What the application weighs beside a bare Flask application: memory of its processes, time of a cold start, size of the stores."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import create_engine, text

from casework.config import PREFIX
from casework.store.engines import database_file
from tools.bench.costs import told
from tools.bench.places import free_port, started
from tools.bench.world import World

TABLES = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
STARTS = 5
WORKERS = 2
PAGES = 30


def against_bare(world: World) -> None:
    """Cold starts in turn, until the first page; then the memory of both, processes together, shared pages counted once."""
    apart = world.settings()
    environ = {
        "CASE_URL": world.case_url, "KEY_URL": world.key_url, "PROVIDER": str(apart.provider), "PINS": str(apart.pins),
        "TRUSTED_HOSTS": "localhost",
    }  # fmt: skip
    ours = [str(Path(sys.executable).with_name("casework")), "serve", "--port"]
    bare = [sys.executable, "-m", "tools.bench.bare"]
    kept: dict[str, list[tuple[float, float]]] = {"casework": [], "bare Flask": []}
    for _ in range(STARTS):
        kept["casework"].append(
            _start(lambda port: [*ours, port], "/connexion", {PREFIX + n: v for n, v in environ.items()})
        )
        kept["bare Flask"].append(_start(lambda port: [*bare, port, str(WORKERS)], "/", {}))
    for place, unit in ((0, "s, cold start"), (1, "MB, two workers")):
        figures = {name: [each[place] for each in values] for name, values in kept.items()}
        mine, theirs = (statistics.median(values) for values in figures.values())
        spread = ", ".join(f"{name} [{min(values):.2f}–{max(values):.2f}]" for name, values in figures.items())
        print(f"{unit:<16} casework {mine:.2f}, bare Flask {theirs:.2f}, ×{mine / theirs:.2f}  {spread}")
    page = _pages(bare)
    print(f"{'bare Flask':<12} {'one page':<18} wall {told(page)}")


def _start(line: Callable[[str], Sequence[str]], path: str, environ: Mapping[str, str]) -> tuple[float, float]:
    """Seconds until the first page, and megabytes after some of them."""
    port, begun = free_port(), time.perf_counter()
    with started(line(str(port)), port, environ) as process:
        _ask(port, path)
        spent = time.perf_counter() - begun
        for _ in range(PAGES):
            _ask(port, path)
        return spent, memory(process)


def _ask(port: int, path: str) -> float:
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": "localhost"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return time.perf_counter() - begun


def _pages(bare: Sequence[str]) -> list[float]:
    port = free_port()
    with started([*bare, str(port), "1"], port):
        return [_ask(port, "/") for _ in range(100)]


def memory(process: subprocess.Popen[bytes]) -> float:
    """Megabytes of a process and those it began, what they share counted once."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return sum(map(_proportional, [str(process.pid), *children]))


def _proportional(pid: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def stores(world: World, number: int) -> None:
    """Bytes of each store for one situation."""
    for name in ("case", "key"):
        size = _size(str(getattr(world, f"{name}_url")))
        print(f"{name} store   {size / number / 1e3:.1f} kB a situation")


def _size(url: str) -> int:
    path = database_file(url)
    if path:
        return path.stat().st_size
    engine = create_engine(url)
    with engine.connect() as connection:
        size = int(connection.scalar(text(TABLES)) or 0)
    engine.dispose()
    return size
