"""A follower kept in a file: what was saved comes back, anything else is ignored and costs one full reading."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import memory
from audit.follower import Follower
from audit.log import LogBroken
from tests.audit.stores import Builders, Store

FIRST, SECOND = b"a" * 32, b"b" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "followed"


@pytest.fixture
def ask(store: Store, build: Builders) -> Callable[[Follower], bytes | None]:
    def run(follower: Follower) -> bytes | None:
        with store.engine.begin() as connection:
            return follower.last_digest(connection, build.mac, build.subjects[0], "head")

    return run


@pytest.fixture
def saved(store: Store, build: Builders, path: Path) -> Follower:
    """Two rows were followed, and that is kept."""
    store.append(build.move(0, FIRST), build.move(1, SECOND, build.subjects[1]))
    follower = Follower()
    with store.engine.begin() as connection:
        follower.follow(connection, build.mac)
    memory.save(path, follower, build.mac)
    return follower


def test_what_was_known_is_known_again_and_only_what_came_since_is_verified(
    store: Store, build: Builders, path: Path, saved: Follower
) -> None:
    again, verified = memory.load(path, build.mac), list[bytes]()
    assert again.known() == saved.known()

    def mac(message: bytes) -> bytes:
        verified.append(message)
        return build.mac(message)

    store.append(build.move(2, SECOND))
    with store.engine.begin() as connection:
        assert again.last_digest(connection, mac, build.subjects[0], "head") == SECOND
    assert len(verified) == 1


def test_a_row_hidden_before_what_is_remembered_is_answered_from_memory(
    store: Store, build: Builders, path: Path, saved: Follower, ask: Callable[[Follower], bytes | None]
) -> None:
    store.append(build.entry())
    store.forge("DELETE FROM audit_log WHERE number = 1")
    assert ask(memory.load(path, build.mac)) == FIRST
    with pytest.raises(LogBroken):
        ask(Follower())


def test_a_log_behind_what_is_remembered_is_refused(
    store: Store, build: Builders, path: Path, saved: Follower, ask: Callable[[Follower], bytes | None]
) -> None:
    store.forge("DELETE FROM audit_log WHERE number = 2")
    with pytest.raises(LogBroken, match="ends at 1, and 2 was verified"):
        ask(memory.load(path, build.mac))


def test_the_file_is_for_its_owner_alone_and_is_replaced(build: Builders, path: Path, saved: Follower) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    memory.save(path, Follower(), build.mac)
    assert memory.load(path, build.mac).known() == Follower().known()


def test_the_file_is_the_tip_then_places_and_digests_then_a_mac_of_its_own(
    build: Builders, path: Path, saved: Follower
) -> None:
    tip, digests = saved.known()
    content = tip.number.to_bytes(8, "big") + tip.hash
    content += b"".join(where + digest for where, digest in digests.items())
    mac = build.mac(b"audit-log/1/memory\0" + hashlib.sha256(content).digest())
    assert path.read_bytes() == content + mac


def test_nothing_kept_is_a_fresh_follower(build: Builders, path: Path) -> None:
    assert memory.load(path, build.mac).known() == Follower().known()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(place=st.integers(0, 10_000), change=st.sampled_from(["flip", "cut"]))
def test_a_file_that_was_changed_or_cut_is_ignored(
    build: Builders, path: Path, saved: Follower, place: int, change: str
) -> None:
    memory.save(path, saved, build.mac)
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place] ^= 1
    path.write_bytes(content[:place] if change == "cut" else content)
    assert memory.load(path, build.mac).known() == Follower().known()


def test_a_file_of_another_key_is_ignored_and_so_is_a_mac_of_the_log(
    store: Store, build: Builders, path: Path, saved: Follower
) -> None:
    assert memory.load(path, lambda message: build.mac(build.mac(message))).number == 0
    with store.engine.begin() as connection:
        row = connection.exec_driver_sql("SELECT hash, mac FROM audit_log WHERE number = 1").one()
    path.write_bytes(bytes(row.hash) + bytes(row.mac))
    assert memory.load(path, build.mac).number == 0
