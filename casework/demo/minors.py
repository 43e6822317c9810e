"""The invented minors of `minors.toml`, and the forms as their referrers post them."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

from casework.kernel.clock import add_months

Posted = dict[str, str | list[str]]
DaysAgo = Callable[[int], date]
FACT = tuple[int, str, str]  # days before the referral, kind of place, its name
TOLD = 2  # days before the referral: when the family was informed
BY_PHONE = "06 39 98 {:02} {:02}"  # numbers that are kept for fiction
NAMELESS = ("care_service", "unknown")


@dataclass(frozen=True, slots=True)
class Minor:
    """An invented minor and what was written of it. `told` and `parents` say how each was informed, parents by quality."""

    name: Sequence[str]
    sex: str
    by: str
    sent: int
    schooling: str
    reasons: Sequence[str]
    steps: Sequence[str]
    facts: Sequence[FACT]
    text: str
    told: str
    parents: Mapping[str, str]
    age: Sequence[int] = ()
    estimated: int = 0
    year: bool = False
    school: str = ""
    origin: str = ""
    danger: str = ""
    rixe: bool = False
    number: int = field(default_factory=count(1).__next__)


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent reported of somebody hardly known."""

    name: Sequence[str]
    estimated: int
    sent: int
    reason: str
    fact: FACT
    text: str


_TOLD = tomllib.loads((Path(__file__).parent / "minors.toml").read_text(encoding="utf-8"))
MINORS = {key: Minor(**table) for key, table in _TOLD["minors"].items()}
REPORTS = {key: Report(**table) for key, table in _TOLD["reports"].items()}


def referral(minor: Minor, ago: DaysAgo, schools: Mapping[str, UUID], service: str) -> Posted:
    """The form of a referral; `service` is who informed the family."""
    how = {"": minor.told} | dict(minor.parents)
    return {
        **_identity(minor, ago, schools),
        **_information(minor, how, {"informed_on": ago(minor.sent + TOLD).isoformat(), "informed_by": service}),
        **_reasons(minor),
        **_account(minor, ago),
    }


def report(told: Report, ago: DaysAgo) -> Posted:
    """The form of an agent's report."""
    days, place, place_name = told.fact
    values = {
        "reason": told.reason,
        "day": ago(told.sent + days).isoformat(),
        "place": place,
        "place_name": place_name,
        "first_name": told.name[0],
        "surname": told.name[1],
        "age": str(told.estimated),
        "text": told.text,
    }
    return {f"remontee-{name}": value for name, value in values.items()}


def _information(minor: Minor, how: Mapping[str, str], of_told: Mapping[str, str]) -> Posted:
    """Who was informed and how: the minor under the empty name, then each parent; `of_told` goes with those who were."""
    persons = {"": "identity-", **{quality: f"identity-{row}" for quality, row in _rows(minor)}}
    values: Posted = {}
    for quality, prefix in persons.items():
        answer = how[quality]
        said = {} if answer == "not_yet" else of_told
        values |= {f"{prefix}{name}": value for name, value in {"informed_how": answer, **said}.items()}
    return values | _parents(minor)


def _rows(minor: Minor) -> Iterator[tuple[str, str]]:
    return ((quality, f"representatives-{row}-") for row, quality in enumerate(minor.parents))


def _parents(minor: Minor) -> Posted:
    values: Posted = {}
    for row, (quality, prefix) in enumerate(_rows(minor)):
        known = quality not in NAMELESS
        person = {
            "quality": quality,
            "surname": minor.name[1] if known else "",
            "first_name": ("Dominique", "Claude")[row] if known else "",
            "telephone": BY_PHONE.format(minor.number, row + 10) if known else "",
        }
        values |= {f"identity-{prefix}{name}": value for name, value in person.items()}
    return values


def _identity(minor: Minor, ago: DaysAgo, schools: Mapping[str, UUID]) -> Posted:
    first_name, surname = minor.name
    known = bool(minor.parents) and not minor.estimated
    values = {
        "surname": surname,
        "first_name": first_name,
        "sex": minor.sex,
        **_birth(minor, ago(0)),
        "address": f"{minor.number + 2}, rue des Exemples, 75006 Paris" if known else "",
        "telephone": BY_PHONE.format(minor.number, 0) if known else "",
        "schooling": minor.schooling,
        "school": str(schools[minor.school]) if minor.school else "",
    }
    return {f"identity-{name}": value for name, value in values.items()}


def _birth(minor: Minor, today: date) -> dict[str, str]:
    if minor.estimated:
        return {"birth": "age_estimated", "age": str(minor.estimated)}
    years, months, days = minor.age
    born = add_months(today, -(12 * years + months)) - timedelta(days=days)
    if minor.year:
        return {"birth": "birth_year_only", "birth_year": str(born.year)}
    return {"birth": "birth_known", "birth_date": born.isoformat()}


def _reasons(minor: Minor) -> Posted:
    return {
        "reason-reasons": list(minor.reasons),
        "reason-main_reason": minor.reasons[0],
        "reason-steps_taken": list(minor.steps),
        "reason-origin": minor.origin,
        "reason-danger": "1" if minor.danger else "",
        "reason-danger_route": minor.danger,
        "reason-rixe": "1" if minor.rixe else "",
    }


def _account(minor: Minor, ago: DaysAgo) -> Posted:
    values: Posted = {"account-text": minor.text}
    for row, (days, place, place_name) in enumerate(minor.facts):
        fact = {"day": ago(minor.sent + days).isoformat(), "place": place, "place_name": place_name}
        values |= {f"account-facts-{row}-{name}": value for name, value in fact.items()}
    return values
