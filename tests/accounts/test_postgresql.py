"""The whole way of an account on a real PostgreSQL server, from invitation to removal."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from casework.accounts.errors import AccountError
from casework.accounts.limits import Limited
from casework.accounts.login import log_in
from casework.accounts.removal import remove_seat
from casework.accounts.sessions import open_session
from casework.kernel.clock import at
from tests import databases
from tests.house import START, Town, make_house, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with at(START):
        made = make_house(tmp_path, "postgresql")
        yield open_town(made)
    databases.drop(made.stores)


def test_an_account_lives_its_life_on_postgresql(town: Town) -> None:
    town.join("landlord")
    token = town.token("landlord")
    with at(town.moment):
        assert open_session(town.house, token)
    with pytest.raises(AccountError, match="wrong"):
        town.token("landlord", password="wrong")
    remove_seat(town.house, town.acting("coordinator"), town.people["landlord"].tenure)
    assert open_session(town.house, token) is None


def test_one_code_at_two_doors_opens_one(town: Town) -> None:
    town.join("landlord")
    with town.later(minutes=1):
        typed = town.people["landlord"].typed()
        contexts = [copy_context() for _ in range(4)]
        with ThreadPoolExecutor(len(contexts)) as pool:
            tries = [pool.submit(context.run, log_in, town.house, typed, b"home") for context in contexts]
            errors = [future.exception() for future in tries]
    assert [error is None for error in errors].count(True) == 1
    assert all(isinstance(error, AccountError | Limited) for error in errors if error)
