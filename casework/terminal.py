"""What the commands share: the house and the stores of the environment's settings, and a table on a terminal."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click

from casework.config import Settings, open_house
from casework.restoring.state import require_current
from casework.store.engines import Stores, open_engine
from casework.store.house import House


@contextmanager
def opened_house(settings: Settings | None = None) -> Iterator[House]:
    """The house of these settings, those of the environment by default."""
    house = open_house(settings or Settings.read(os.environ))
    try:
        require_current(house)
        yield house
    finally:
        house.stores.close()


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """The stores before they are known to be a house's."""
    stores = Stores(open_engine(settings.case_url), open_engine(settings.key_url))
    try:
        yield stores
    finally:
        stores.close()


def table(rows: Sequence[Sequence[str]]) -> None:
    """Rows whose columns stand below one another."""
    widths: Mapping[int, int] = {at: max(map(len, column)) for at, column in enumerate(zip(*rows, strict=True))}
    for row in rows:
        click.echo("  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip())
