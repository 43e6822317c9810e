"""A cell at its browsers: somebody in every seat, and a second person where “own” and “other” differ."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from casework.accounts.admission import hand_apart
from tests.cases.conftest import Lives, make_lives
from tests.cases.pages import Reader, application, everybody
from tests.contracts.story import Person

SECONDS = {  # name: seat, kind and name of the organisation
    "prosecutor_2": ("prosecutor", "prosecutor", ""),
    "pjj_2": ("pjj", "pjj", ""),
    "head_of_school_2": ("head_of_school", "school", "Autre établissement"),
    "landlord_2": ("landlord", "social_landlord", "Autre bailleur"),
    "agent_2": ("agent", "dpmp", "Autre service"),
    "recipient_2": ("recipient", "crip75", ""),
}


@dataclass
class Cell:
    """`readers` and `people` by name: the name of the seat, then the seconds."""

    lives: Lives
    app: Flask
    people: dict[str, Person]
    readers: dict[str, Reader]


def make_cell(folder: Path) -> Cell:
    """An open instance; everybody came in by the log-in page and signed the charter."""
    lives = make_lives(folder)
    for name, (seat, kind, place) in SECONDS.items():
        lives.acting[name] = lives.town.join(seat, name, lives.town.organisation(kind, place))
    hand_apart(lives.house, lives.acting["prosecutor"], lives.acting["prosecutor_2"].tenure)
    people = {name: Person(name, item.actor.seat, item.party.organisation) for name, item in lives.acting.items()}
    app = application(lives)
    return Cell(lives, app, people, everybody(app, lives))
