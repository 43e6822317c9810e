"""A town whose acts leave word, and what waits there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select

from casework.accounts.people import mail_address
from casework.kernel.clock import at
from casework.mail.mailer import Mailer
from casework.mail.service import deliver
from casework.store.tables import AnnouncementRow
from tests.cases.conftest import Lives, lives, town_of_all

__all__ = ["lives", "town_of_all"]
PAIR = ("dsol", "police_station")


@dataclass
class Told(Lives):
    """The same town, told by mail."""

    def waiting(self) -> list[str]:
        """Who waits for a mail, once for each act, by name."""
        with self.house.stores.case_reading() as session:
            rows = session.scalars(select(AnnouncementRow).where(AnnouncementRow.sent_on.is_(None))).all()
        return sorted(self.name(row.person) for row in rows)

    def name(self, person: UUID) -> str:
        """What the test calls somebody."""
        return next(name for name, somebody in self.acting.items() if somebody.party.person == person)

    def turn(self, mailer: Mailer | None) -> None:
        """What a turn of the clocks does about mail."""
        with at(self.town.moment):
            deliver(self.house, mailer, lambda person: mail_address(self.house, person))

    def forget(self) -> None:
        """Nobody waits, and nobody was told."""
        with self.house.stores.case_writing() as session:
            session.execute(delete(AnnouncementRow))

    def leave_word(self, *names: str) -> None:
        """As an act of today does."""
        instance, day = self.house.instance, self.town.moment.date()
        with self.house.stores.case_writing() as session:
            session.add_all(
                AnnouncementRow(id=uuid4(), instance=instance, person=self.party(name).person, day=day)
                for name in names
            )

    def circulate(self, **identity: str) -> None:
        """Acts of which the last gives the pair something to read."""
        head = self.play(self.retained(**identity), "coordinator", "schedule", meeting=uuid4())
        last, convened = self.town.moment.date() + timedelta(days=7), [self.party(name) for name in PAIR]
        self.forget()
        self.play(head, "coordinator", "circulate", convened=convened, window=last)


def telling(lives: Lives) -> Told:
    """This town, its acts leaving word."""
    town = replace(lives.town, house=replace(lives.house, announces=True))
    return Told(town, lives.acting, lives.folder)


@pytest.fixture
def told(town_of_all: Lives) -> Iterator[Told]:
    """The town of the module, where the pair waits."""
    made = telling(town_of_all)
    made.leave_word(*PAIR)
    yield made
    made.forget()
