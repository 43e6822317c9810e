"""What waits for a person and what it did lately, as every slice tells it to the home page; it orders, and finds nothing by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from casework.store.house import House
from casework.store.keyring import Acting


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the home page: words with their number and date in them, and the page where it is done."""

    label: str
    url: str
    count: int = 1
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands under the tasks: a title, and lines that may lead somewhere."""

    title: str
    lines: tuple[Task, ...]


Source = Callable[[House, Acting], Iterable[Task]]
PanelSource = Callable[[House, Acting], Panel]


def gather(sources: Iterable[Source], house: House, acting: Acting) -> list[Task]:
    """The tasks of every source, urgent ones first, empty ones left out."""
    found = [task for source in sources for task in source(house, acting) if task.count]
    return sorted(found, key=lambda task: not task.urgent)
