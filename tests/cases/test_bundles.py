"""Keys that travel together (decision 17): one encapsulation for each reader and move, and each key still taken back alone."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import func, select

from casework.cases import sealed
from casework.cases.heads import Head
from casework.cases.sealed import Handed, Sealed
from casework.kernel.clock import at
from casework.kernel.life import Principal
from casework.store import seals
from casework.store.directory import Directory, load_directory
from casework.store.keytables import LockedKeyRow, SealRow
from crypto.sealing import OVERHEAD
from tests.cases.conftest import Lives
from tests.databases import on_both

KEY = 32


def directory_of(lives: Lives) -> Directory:
    with lives.house.stores.case_reading() as session:
        return load_directory(lives.house, session)


def seat(lives: Lives, name: str) -> UUID:
    known = directory_of(lives).id_of(Principal.of_seat(name))
    assert known
    return known


def counts(lives: Lives, case: UUID) -> tuple[Counter[UUID], int]:
    """Encapsulations by principal, and how many keys they lock."""
    with lives.house.stores.key_reading() as keys:
        sealed_to = Counter(keys.scalars(select(SealRow.principal).where(SealRow.case == case)))
        bundles = select(SealRow.key_id).where(SealRow.case == case)
        locked = keys.scalar(select(func.count()).where(LockedKeyRow.bundle.in_(bundles)))
    return sealed_to, locked or 0


def given(lives: Lives, head: Head, principal: UUID) -> set[UUID]:
    with lives.house.stores.key_reading() as keys:
        return {row.key_id for row in seals.given(keys, [head.life.case]) if row.principal == principal}


def test_each_reader_of_a_saisine_gets_one_encapsulation(lives: Lives) -> None:
    head = lives.refer()
    readers = frozenset[UUID]().union(*(item.principals for item in head.held.values()))
    sealed_to, locked = counts(lives, head.life.case)
    assert sealed_to == Counter(readers)
    alone = [who for who in readers if sum(who in item.principals for item in head.held.values()) == 1]
    assert locked == sum(len(item.principals) for item in head.held.values()) - len(alone) > len(readers)


def test_a_later_move_makes_its_own_and_leaves_the_others(lives: Lives) -> None:
    head = lives.refer()
    before, _ = counts(lives, head.life.case)
    head = lives.play(head, "coordinator", "transmit")
    after, _ = counts(lives, head.life.case)
    assert after - before == Counter({seat(lives, "prosecutor"): 1})
    assert lives.reads("prosecutor", head) == lives.reads("coordinator", head) - {"judicial"}


def test_a_key_given_alone_is_sealed_itself(lives: Lives) -> None:
    head = lives.retained()
    apart = directory_of(lives).id_of(Principal.apart("prosecutor"))
    with lives.house.stores.key_reading() as keys:
        [row] = [row for row in seals.given(keys, [head.life.case]) if row.principal == apart]
    assert (row.bundle, row.locked, len(row.sealed)) == (row.key_id, None, OVERHEAD + KEY)


@on_both("lives")
def test_one_key_is_taken_back_and_the_bundle_goes_with_the_last(lives: Lives) -> None:
    head, principal = lives.refer(), seat(lives, "coordinator")
    case, mine = head.life.case, sorted(given(lives, head, principal))
    others = given(lives, head, principal=next(iter(set(counts(lives, case)[0]) - {principal})))
    for number, key_id in enumerate(mine, 1):
        with lives.house.stores.key_writing() as keys:
            seals.drop(keys, case, key_id, principal)
        assert given(lives, head, principal) == set(mine[number:])
        assert counts(lives, case)[0][principal] == (number < len(mine))
    assert others
    assert given(lives, head, principal=next(iter(counts(lives, case)[0]))) == others


def test_a_key_dropped_for_everybody_leaves_the_other_keys_and_the_other_situations(lives: Lives) -> None:
    head, other = lives.refer(), lives.refer(surname="Imaginaire")
    gone, *kept = sorted({item.key_id for item in head.held.values()})
    before = counts(lives, other.life.case)
    with lives.house.stores.key_writing() as keys:
        seals.drop(keys, head.life.case, gone)
        assert {row.key_id for row in seals.given(keys, [head.life.case])} == set(kept)
    assert counts(lives, other.life.case) == before
    with lives.house.stores.key_writing() as keys:
        seals.drop_all(keys, [head.life.case])
        assert seals.given(keys, [head.life.case]) == []
        bundles = set(keys.scalars(select(LockedKeyRow.bundle)))
        assert bundles == set(keys.scalars(select(SealRow.key_id).where(SealRow.key_id.in_(bundles))))
    assert counts(lives, other.life.case) == before


@pytest.mark.parametrize("slots", [1, 2], ids=["some", "more"])
def test_seals_of_before_open_beside_bundles(lives: Lives, slots: int) -> None:
    """A key store of before this decision has one seal for each key; nobody can convert it."""
    head, principal, directory = lives.refer(), seat(lives, "coordinator"), directory_of(lives)
    acting, case = lives.acting["coordinator"], head.life.case
    read = lives.reads("coordinator", head)
    asked = [Sealed(case, slot, item.key_id, item.principals) for slot, item in head.held.items()]
    with at(lives.town.moment):
        keys = sealed.keys_of(lives.house, acting, directory, asked)
    for item in asked[:slots]:
        handed = Handed(item.slot, item.key_id, keys[item.key_id], frozenset({principal}))
        with lives.house.stores.key_writing() as session:
            seals.drop(session, case, item.key_id, principal)
            sealed.give(session, lives.house, directory, case, [handed])
    assert lives.reads("coordinator", head) == read
    assert lives.reads("coordinator", lives.play(head, "coordinator", "transmit")) == read
