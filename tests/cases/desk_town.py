"""A town forty days old with something in every pile of the desk, its situations by nickname, and its readers by seat."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from audit.log import entries
from casework.cases.act import Change, begin
from casework.cases.heads import Head
from casework.kernel.clock import at
from tests import builders, databases
from tests.cases.conftest import Lives, copied
from tests.cases.pages import Reader, application
from tests.house import copy_house

DAY = date(2026, 4, 11)  # forty days after the town opened
MOTHER = {"quality": "mother", "surname": "Fictif", "first_name": "Dominique", "telephone": "0639980034"}
TOLD = {"informed_how": "in_person", "informed_on": "2026-02-20"}
SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
ACTION = {"surname": "Fictif", "first_name": "Camille", "decision": "member_action", "action": "contact_family"}
DECIDED = {"decision": "orientation", "orientation": "social_service"}
PROPOSED = {"decision": "orientation", "orientation": "leisure"}
REQUEST = {"request": builders.REQUEST}
WHO = ("coordinator", "prosecutor", "town_hall", "emas", "dsol", "recipient", "dpo", "controller")


@dataclass
class Desk:
    """A town forty days old, its situations by nickname and its readers by seat."""

    lives: Lives
    heads: dict[str, Head] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)

    def page(self, who: str, path: str) -> str:
        """A page, its spaces made plain."""
        return re.sub(r"[\u00a0\u202f]", " ", self.readers[who].get(path).text)

    def sections(self) -> dict[str, str]:
        """The sections of the desk by anchor."""
        found = re.findall(
            r'aria-labelledby="([a-z-]+)">(.*?)</section>', self.page("coordinator", "/bureau"), re.DOTALL
        )
        return {anchor: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)) for anchor, text in found}

    def where(self, nickname: str) -> set[str]:
        """The sections in which a situation stands."""
        return {anchor for anchor, text in self.sections().items() if self.heads[nickname].reference in text}

    def told(self, anchor: str, nickname: str) -> str:
        """What a section says of a situation, up to the next line."""
        after = self.sections()[anchor].split(self.heads[nickname].reference)[1]
        return re.split(r" [0-9A-Z]{8} ", after)[0]

    def logged(self) -> list[tuple[str, Any]]:
        """(event, what it says) of the log, the newest last."""
        with self.lives.house.stores.case_reading() as session:
            found = entries(session.connection(), self.lives.house.provider.mac, limit=9_999)
        return [(item.type, item) for item in reversed(found)]


def minor(name: str, **more: Any) -> dict[str, Any]:
    """An identity that resembles no other one, but that of the same name."""
    return {"surname": name, "first_name": f"Prénom {name}", **more}


def followed(lives: Lives, name: str, *rows: dict[str, Any]) -> Head:
    head = lives.in_session("emas", "town_hall", **minor(name, representatives=[{**MOTHER, **TOLD}]))
    head = lives.play(head, "coordinator", "decide", builders.decisions(*rows))
    return lives.play(lives.play(head, "coordinator", "sign_record"), "town_hall", "approve")


def oriented(lives: Lives, head: Head, mark: str = "social") -> Head:
    to = (lives.town.people["recipient"].organisation, mark)
    return lives.play(head, "coordinator", "orient", {"orientation": SHEET}, recipient=to)


def answered(lives: Lives, head: Head) -> Head:
    return lives.play(head, "recipient", "answer", {"return": builders.RETURN}, part=head.life.parts[0].id)


def entrusted(lives: Lives, name: str, who: str, due: date) -> Head:
    owner = lives.party(who).person
    return lives.play(followed(lives, name), "coordinator", "assign", {"owner_sheet": ACTION}, owner=owner, due=due)


def endangered(lives: Lives, name: str) -> Head:
    contents = builders.referral(**minor(name))
    contents["reason"] |= {"danger": True, "danger_route": "crip_informed"}
    with at(lives.town.moment):
        return begin(lives.house, lives.acting["head_of_school"], uuid4(), Change("refer", contents))


def old(lives: Lives) -> Iterator[tuple[str, Head]]:
    """What happened forty days ago."""
    yield "silent", lives.play(lives.refer(**minor("Muet")), "coordinator", "transmit")
    untold = {"informed_how": "not_yet"}
    yield "silent_twin", lives.play(lives.refer(**minor("MUET")), "coordinator", "transmit")
    yield "uninformed", lives.play(lives.refer(**minor("Ignorant", **untold)), "coordinator", "transmit")
    yield "retained", lives.retained(**minor("Gémeau"))
    yield "asked", lives.play(lives.refer("landlord", **minor("Demandé")), "coordinator", "ask_details", REQUEST)
    yield "oriented", oriented(lives, oriented(lives, followed(lives, "Orienté")), "other")
    yield "returned", answered(lives, oriented(lives, followed(lives, "Revenu")))
    yield "both", oriented(lives, answered(lives, oriented(lives, followed(lives, "Deux"))))
    closed = answered(lives, oriented(lives, followed(lives, "Clos")))
    yield "closed", lives.play(closed, "coordinator", "close", reason="returns_received")
    yield "late", entrusted(lives, "Tardif", "emas", date(2026, 4, 1))
    yield "later", entrusted(lives, "Lointain", "coordinator", date(2026, 6, 1))
    done = entrusted(lives, "Fait", "emas", date(2026, 4, 1))
    yield "done", lives.play(done, "emas", "finish", part=done.life.parts[0].id)
    yield "decided", followed(lives, "Décidé", DECIDED)
    yield "proposed", followed(lives, "Proposé", PROPOSED)


def new(lives: Lives) -> Iterator[tuple[str, Head]]:
    """What came lately: the day before, but for one that nobody looked at."""
    lives.town.moment += timedelta(days=30)
    yield "waiting", lives.refer(**minor("Oublié"))
    lives.town.moment += timedelta(days=9)
    yield "soon", entrusted(lives, "Bientôt", "town_hall", date(2026, 4, 15))
    yield "whole", lives.refer(**minor("Entier", representatives=[{**MOTHER, **TOLD}]))
    father = {"quality": "father", "telephone": "0639980035", "informed_how": "not_yet"}
    year = {"birth": "birth_year_only", "birth_year": 2012, "birth_date": ""}
    yield "lacking", lives.refer(**minor("Lacunaire", representatives=[father], **year))
    yield "danger", endangered(lives, "Danger")
    yield "danger_asked", lives.play(endangered(lives, "Alerte"), "coordinator", "ask_details", REQUEST)
    yield "double", lives.refer("pjj", **minor("Oublié"))
    yield "twin", lives.refer("pjj", **minor("GEMEAU"))
    with at(lives.town.moment):
        change = Change("report", {"remontee": builders.REMONTEE})
        yield "reported", begin(lives.house, lives.acting["agent"], uuid4(), change)
    lives.town.moment += timedelta(days=1)


@cache
def _model() -> tuple[Lives, dict[str, Head], tempfile.TemporaryDirectory[str]]:
    """Lived once for the whole run; modules work on copies."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with copied(Path(folder.name), "sqlite") as lives:
        heads = {name: head for story in (old, new) for name, head in story(lives)}
    return lives, heads, folder


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """A town of one's own at its fortieth day."""
    model, heads, _ = _model()
    house = copy_house(model.house, model.folder, folder)
    town = replace(model.town, house=house, people=dict(model.town.people))
    lives = Lives(town, dict(model.acting), folder)
    app = application(lives)
    yield Desk(lives, dict(heads), {name: Reader(app, lives, name) for name in WHO})
    databases.drop(house.stores)
