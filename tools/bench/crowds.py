"""Several people at once: who sends, who reads, who waits while others log in."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import create_engine, select

from casework.store.tables import CaseRow
from tests.cases.test_pages import REFERRAL
from tools.bench.browsing import Browser
from tools.bench.costs import ACCEPTED, good, told
from tools.bench.places import Place, entered
from tools.bench.world import World

SENDERS = ("head_of_school", "pjj", "emas", "police_station", "dsol", "landlord", "town_hall", "security_officer")
READERS = 8


def senders(place: Place, each: int) -> None:
    """Saisines sent by one, two, four and eight persons at once: how many are accepted in a second, none lost, none numbered twice."""
    browsers = [entered(place, seat) for seat in SENDERS]
    for number in (1, 2, 4, 8):
        begun, before = time.perf_counter(), _numbers(place.world)
        with ThreadPoolExecutor(number) as pool:
            sent = sum(pool.map(lambda browser: _send(browser, each), browsers[:number]))
        spent, after = time.perf_counter() - begun, _numbers(place.world)
        kept = sorted(set(after) - set(before))
        whole = len(kept) == sent == number * each and len(after) == len(set(after))
        outcome = "none lost or doubled" if whole else "NOT WHOLE"
        print(f"{number} senders    {sent} sent, {len(kept)} kept, {sent / spent:.1f} a second, {outcome}")


def _send(browser: Browser, each: int) -> int:
    path = "/situations/nouvelle/refer"
    return sum(browser.ask(path, {**REFERRAL, **browser.hidden(path)}).status == ACCEPTED for _ in range(each))


def _numbers(world: World) -> list[int]:
    engine = create_engine(world.case_url)
    with engine.connect() as connection:
        found = list(connection.scalars(select(CaseRow.number)))
    engine.dispose()
    return found


def readers(place: Place, seconds: float, turns: int = 3) -> None:
    """Situations opened in a second by one reader and by eight at once, in turn."""
    browsers, alone, together = [entered(place, "coordinator") for _ in range(READERS)], list[float](), list[float]()
    for _ in range(turns):
        alone.append(_rate(place, browsers[:1], seconds))
        together.append(_rate(place, browsers, seconds))
    one, eight = statistics.median(alone), statistics.median(together)
    print(
        f"readers      one: {one:.0f} situations a second, eight: {eight:.0f}, ×{eight / one:.2f} {_spread(alone)} {_spread(together)}"
    )


def _spread(values: list[float]) -> str:
    return f"[{min(values):.0f}–{max(values):.0f}]"


def _rate(place: Place, browsers: list[Browser], seconds: float) -> float:
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(len(browsers)) as pool:
        opened = sum(len(one) for one in pool.map(lambda browser: _open(place, browser, _before(until)), browsers))
    return opened / seconds


def _before(until: float) -> Callable[[], bool]:
    return lambda: time.perf_counter() < until


def _open(place: Place, browser: Browser, going: Callable[[], bool]) -> list[float]:
    """The time of each answer, in seconds, as long as it goes on."""
    walls, cases = list[float](), place.world.cases
    while going():
        walls.append(good(browser.ask(f"/situations/{cases[len(walls) % len(cases)]}")).wall)
    return walls


def while_logging_in(place: Place, seconds: float) -> None:
    """How long somebody waits for a situation when nobody else is there, and while eight persons log in again and again."""
    reader, people = (
        entered(place, "coordinator"),
        [(entered(place, seat), place.world.logins[seat]) for seat in SENDERS],
    )
    until = time.perf_counter() + seconds
    idle = _open(place, reader, _before(until))
    stop = Event()

    def enter(browser: Browser, secret: tuple[str, str]) -> int:
        done = 0
        while not stop.is_set():
            browser.log_in(*secret)
            done += 1
        return done

    with ThreadPoolExecutor(len(people)) as pool:
        entering = [pool.submit(enter, browser, (login[0], login[1])) for browser, login in people]
        time.sleep(1)
        until = time.perf_counter() + seconds
        crowded = _open(place, reader, _before(until))
        stop.set()
        entries = sum(future.result() for future in entering)
    ratio = statistics.quantiles(crowded, n=20)[18] / statistics.quantiles(idle, n=20)[18]
    print(f"opening      nobody else        wall {told(idle)}")
    print(f"opening      eight log in       wall {told(crowded)}  p95 ×{ratio:.2f}, {entries} log-ins meanwhile")
