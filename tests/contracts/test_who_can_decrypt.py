"""Who can decrypt = who may read, at every step of random lives, computed from the stores with every private key (security.md §2)."""

import os
from uuid import UUID

import pytest

from casework.accounts.escrow import my_share, recover_escrow
from casework.kernel.clock import at
from casework.store import removals
from tests.cases.conftest import Lives
from tests.contracts.decrypt import private_keys, who_may, who_opens
from tests.contracts.walk import Walk
from tests.databases import on_both

LIVES = int(os.environ.get("CASEWORK_RANDOM_LIVES", "25"))
STEPS = 30
SEEDS = [("sqlite", seed) for seed in range(LIVES)] + [("postgresql", seed) for seed in range(LIVES // 8)]


@pytest.fixture(scope="module")
def keys(town_of_all: Lives) -> dict[UUID, bytes]:
    """The private key of every principal of the town."""
    lives = town_of_all
    with at(lives.town.moment):
        shares = [my_share(lives.house, lives.acting[name]) for name in ("coordinator", "dpo")]
        escrow = recover_escrow(lives.house, shares)
        return private_keys(lives.house, list(lives.acting.values()), escrow)


def assert_same(lives: Lives, walk: Walk, keys: dict[UUID, bytes]) -> None:
    assert walk.head
    case = walk.head.life.case
    may, opens = who_may(lives.house, case), who_opens(lives.house, case, keys)
    assert opens == may, f"{' → '.join(walk.path)}: too many {opens - may}, too few {may - opens}"


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize(("town_of_all", "seed"), SEEDS, indirect=["town_of_all"], scope="module")
def test_who_can_decrypt_is_who_may_read_at_every_step(town_of_all: Lives, keys: dict[UUID, bytes], seed: int) -> None:
    walk = Walk(town_of_all, seed)
    walk.begin()
    assert_same(town_of_all, walk, keys)
    for _ in range(STEPS):
        if not walk.step():
            break
        assert_same(town_of_all, walk, keys)


@on_both("town_of_all")
def test_a_forgotten_removal_turns_the_property_red(
    town_of_all: Lives, keys: dict[UUID, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.cases.act.finish", lambda _house, _case: 0)
    lives = town_of_all
    head = lives.play(lives.retained(), "coordinator", "schedule", meeting=UUID(int=7))
    walk = Walk(lives, 0)
    convened = [lives.party("police_station")]
    walk.head = lives.play(head, "coordinator", "circulate", convened=convened, window=lives.town.moment.date())
    walk.head = lives.play(walk.head, "police_station", "recuse", person=lives.party("police_station").person)
    with pytest.raises(AssertionError, match="too many"):
        assert_same(lives, walk, keys)
    assert removals.finish(lives.house, head.life.case)
    assert_same(lives, walk, keys)
