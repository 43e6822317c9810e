"""What one request costs in each world, beside its floor, asked in turn so that a slow moment of the machine slows all of them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import thread_time

from crypto.identity import DEFAULT, password_key
from tests.cases.test_pages import REFERRAL
from tools.bench.browsing import Answer
from tools.bench.places import Place, entered

WARM = 5  # rounds that are not counted
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


def good(answer: Answer, status: int = 200) -> Answer:
    """The answer, when it is what was asked for. Errors: RuntimeError."""
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status} rather than {status}: {answer.text[:400]}")
    return answer


Ask = Callable[[int, str], Answer]


def openings(place: Place) -> Ask:
    """A situation opened by the coordinator, another one each time."""
    browser, cases = entered(place, "coordinator"), place.world.cases
    return lambda turn, floor: good(browser.ask(f"/situations/{cases[0 if floor else turn % len(cases)]}", floor=floor))


def listings(place: Place) -> Ask:
    """The first fifty situations of the coordinator."""
    browser = entered(place, "coordinator")
    return lambda _turn, floor: good(browser.ask("/situations", floor=floor))


def referrals(place: Place) -> Ask:
    """A saisine of two kilobytes sent by a head of school."""
    browser, path = entered(place, "head_of_school"), "/situations/nouvelle/refer"
    filled: dict[str, str | list[str]] = {**REFERRAL, "account-text": "Présent seul devant la gare. " * 15}

    def ask(_turn: int, floor: str) -> Answer:
        form = {} if floor == "run" else browser.hidden(path)
        return good(browser.ask(path, {**filled, **form}, floor=floor), 200 if floor == "run" else ACCEPTED)

    return ask


WORKS = {"opening": openings, "list of 50": listings, "referral": referrals}


def measure(name: str, places: Sequence[Place], rounds: int) -> None:
    """One work in every world of one database, and its floor in the first."""
    asks = [WORKS[name](place) for place in places]
    asks[0](0, "record")
    series, floor = [Series() for _ in asks], Series()
    for turn in range(rounds + WARM):
        answers = [ask(turn, "") for ask in asks]
        least = asks[0](turn, "run")
        if turn >= WARM:
            for kept, answer in zip(series, answers, strict=True):
                kept.add(answer)
            floor.add(least)
    base = statistics.median(floor.cpu)
    print(f"{name:<12} {'floor':<18} cpu {told(floor.cpu)}  wall {told(floor.wall)}")
    for kept, place in zip(series, places, strict=True):
        ratio = statistics.median(kept.cpu) / base
        growth = statistics.median(kept.cpu) / statistics.median(series[0].cpu) - 1
        print(
            f"{name:<12} {Path(place.world.folder).name:<18} cpu {told(kept.cpu)}  wall {told(kept.wall)}"
            f"  ×{ratio:.2f} of the floor, {growth:+.0%}, {kept.size} bytes"
        )


def log_ins(place: Place, rounds: int) -> None:
    """Log-ins one after the other, each a minute later, beside the bare hash of the password."""
    browser, kept, bare = entered(place, "pjj"), Series(), list[float]()
    for turn in range(rounds + WARM):
        answer, begun = browser.log_in(*place.world.logins["pjj"]), thread_time()
        password_key("Une phrase du banc d’essai", bytes(16), DEFAULT, lambda data: data)
        if turn >= WARM:
            kept.add(answer)
            bare.append(thread_time() - begun)
    ratio = statistics.median(kept.cpu) / statistics.median(bare)
    print(f"{'log-in':<12} {'Argon2id alone':<18} cpu {told(bare)}")
    print(
        f"{'log-in':<12} {Path(place.world.folder).name:<18} cpu {told(kept.cpu)}  wall {told(kept.wall)}  ×{ratio:.2f} of Argon2id alone"
    )
