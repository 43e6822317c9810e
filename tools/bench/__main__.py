"""The run: worlds built, servers started, real requests and their floors asked in turn, and one table of medians, spreads and ratios."""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from tests import databases
from tools.bench import bare, costs, crowds, weights
from tools.bench.places import served
from tools.bench.world import World, build

SMALL = 1_000


def built(folder: Path, number: int, dialect: str) -> World:
    """A world of this size, and how long it took; only the small one is written on by floors."""
    begun = time.perf_counter()
    world = build(folder / f"{dialect}-{number}", number, dialect, floors=number == SMALL)
    print(f"built {number} situations on {dialect} in {time.perf_counter() - begun:.0f} s", flush=True)
    return world


def durable() -> None:
    """The server of the tests forgets what a power cut would take; that of the bench does not."""
    with databases.administrator() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = on"))
        connection.execute(text("SELECT pg_reload_conf()"))


def of_one_database(folder: Path, dialect: str, big: int, rounds: int, works: list[str]) -> None:
    """Every figure of one kind of database."""
    worlds = [built(folder, number, dialect) for number in dict.fromkeys((SMALL, big))]
    if dialect == "postgresql":
        durable()
    print(f"{dialect}: milliseconds, median, p95, [p10–p90]", flush=True)
    with ExitStack() as stack:
        places = [stack.enter_context(served(world)) for world in worlds]
        for name in works:
            costs.measure(name, places, rounds)
        costs.log_ins(places[0], rounds // 2)
    with served(worlds[0], workers=2) as place:
        crowds.readers(place, seconds=rounds / 10)
        crowds.while_logging_in(place, seconds=rounds / 4)
        crowds.senders(place, rounds // 4)
    weights.stores(worlds[-1], big)
    if dialect == "sqlite":
        weights.against_bare(worlds[0])


def main() -> None:
    """Build, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--big", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--works", nargs="*", default=list(costs.WORKS))
    parser.add_argument("--databases", nargs="*", default=list(databases.DIALECTS))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for dialect in given.databases:
            of_one_database(Path(folder), dialect, given.big, given.rounds, given.works)
        rates = {writers: bare.commits(Path(folder), writers, 200) for writers in (1, 4)}
        print(", ".join(f"{rate:.0f} bare commits a second by {writers}" for writers, rate in rates.items()))


if __name__ == "__main__":
    main()
