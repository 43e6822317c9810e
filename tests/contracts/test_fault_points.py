"""Stopped at every point between the two stores, the next start finds a situation wholly before or wholly after its move."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from audit.verify import verify
from casework.accounts.escrow import my_share, recover_escrow
from casework.cases import drafts
from casework.cases.act import Change, begin
from casework.cases.clocks import destroy, tick
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.store.faults import at_point
from casework.store.keytables import LockedKeyRow, SealRow
from casework.store.tables import CaseRow, DraftRow, RemovalRow
from tests import builders
from tests.cases.conftest import Lives
from tests.contracts.decrypt import private_keys, who_may, who_opens

Work = Callable[[Lives, Head], None]
JUDICIAL: dict[str, dict[str, str]] = {"judicial": {}}


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def reaching(reached: Callable[[str], None]) -> Iterator[None]:
    token = at_point.set(reached)
    try:
        yield
    finally:
        at_point.reset(token)


def _refer(lives: Lives, _head: Head) -> None:
    begin(lives.house, lives.acting["pjj"], uuid4(), Change("refer", builders.referral()))


def _retain(lives: Lives, head: Head) -> None:
    lives.play(head, "prosecutor", "retain", JUDICIAL)


def _not_retain(lives: Lives, head: Head) -> None:
    lives.play(head, "prosecutor", "not_retain")


def _ask(lives: Lives, head: Head) -> None:
    lives.play(head, "prosecutor", "ask_clarification", {**JUDICIAL, "request": builders.REQUEST})


def _destroy(lives: Lives, head: Head) -> None:
    destroy(lives.house, head.life.case)


def _draft(lives: Lives, head: Head) -> None:
    drafts.keep(lives.house, lives.party("pjj"), "refer", {"identity-surname": ["Fictif"]})


WORKS: dict[str, Work] = {
    "refer": _refer,
    "retain": _retain,
    "not_retain": _not_retain,
    "ask_clarification": _ask,
    "destroy": _destroy,
    "draft": _draft,
}
POINTS = {
    "refer": ("before-seals", "seals-committed", "case-committed"),
    "retain": ("before-seals", "seals-committed", "case-committed"),
    "not_retain": ("before-seals", "seals-committed", "case-committed", "removals-registered", "keys-removed"),
    "ask_clarification": ("before-seals", "seals-committed", "case-committed"),
    "destroy": (
        "destruction-intended",
        "removals-registered",
        "keys-removed",
        "destruction-keys-gone",
        "destruction-done",
    ),
    "draft": ("draft-sealed", "draft-committed"),
}
EVERY = [("sqlite", name, point) for name, points in POINTS.items() for point in points]
SERVER = [("postgresql", name, point) for name in ("not_retain", "destroy", "draft") for point in POINTS[name]]


def prepared(lives: Lives, name: str) -> Head:
    """A situation before the Parquet; for its destruction, one that ended and whose time has come."""
    head = lives.play(lives.refer(), "coordinator", "transmit")
    if name == "destroy":
        head = lives.play(head, "prosecutor", "not_retain")
        lives.town.moment += timedelta(days=31)
    return head


@pytest.mark.parametrize("name", WORKS)
def test_the_points_are_enumerated_by_a_run_and_not_chosen(town_of_all: Lives, name: str) -> None:
    reached: list[str] = []
    head = prepared(town_of_all, name)
    with at(town_of_all.town.moment), reaching(reached.append):
        WORKS[name](town_of_all, head)
    assert tuple(reached) == POINTS[name]


@pytest.mark.parametrize(("town_of_all", "name", "point"), [*EVERY, *SERVER], indirect=["town_of_all"], scope="module")
def test_stopped_at_any_point_the_next_start_repairs(town_of_all: Lives, name: str, point: str) -> None:
    lives, head = town_of_all, prepared(town_of_all, name)
    with at(lives.town.moment):
        stop_at(lives, head, name, point)
        tick(lives.house)
        assert_whole(lives, head)
        again = tick(lives.house)
    assert (again.finished, again.surplus, again.missing, again.broken, again.destroyed) == (0, 0, 0, 0, 0)


def stop_at(lives: Lives, head: Head, name: str, point: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            raise Killed

    with reaching(reached), pytest.raises(Killed):
        WORKS[name](lives, head)


def assert_whole(lives: Lives, head: Head) -> None:
    house = lives.house
    with house.stores.case_reading() as session:
        assert session.scalar(select(func.count()).select_from(RemovalRow)) == 0
        assert verify(session.connection(), house.provider.mac, house.pins.read()["log"]).sound
        cases = set(session.scalars(select(CaseRow.id)))
        kept = cases | set(session.scalars(select(DraftRow.id)))
    with house.stores.key_reading() as session:
        assert set(session.scalars(select(SealRow.case))) <= kept
        assert set(session.scalars(select(LockedKeyRow.bundle))) <= set(session.scalars(select(SealRow.key_id)))
    keys = all_keys(lives)
    for case in {head.life.case} & cases:
        assert who_opens(house, case, keys) == who_may(house, case)


def all_keys(lives: Lives) -> dict[UUID, bytes]:
    shares = [my_share(lives.house, lives.acting[name]) for name in ("coordinator", "dpo")]
    return private_keys(lives.house, list(lives.acting.values()), recover_escrow(lives.house, shares))


@pytest.mark.parametrize(
    ("town_of_all", "point"),
    [*(("sqlite", point) for point in POINTS["not_retain"]), ("postgresql", "case-committed")],
    indirect=["town_of_all"],
    scope="module",
)
def test_a_process_killed_for_good_leaves_nothing_half_written(town_of_all: Lives, point: str) -> None:
    lives, head = town_of_all, prepared(town_of_all, "not_retain")
    for engine in (lives.house.stores.case, lives.house.stores.key):
        engine.dispose()
    child = multiprocessing.get_context("fork").Process(target=_die_at, args=(lives, head, point))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with at(lives.town.moment):
        tick(lives.house)
        assert_whole(lives, head)


def _die_at(lives: Lives, head: Head, point: str) -> None:
    def reached(here: str) -> None:
        if here == point:
            os.kill(os.getpid(), signal.SIGKILL)

    with at(lives.town.moment), reaching(reached):
        _not_retain(lives, head)
