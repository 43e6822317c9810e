"""Anonymous facts (S-01): made with the move they tell of, under the provider, without identity, reference or exact date."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.kernel.clock import today
from casework.kernel.life import Life
from casework.kernel.records import FactKind, Since
from casework.store.house import House
from casework.store.tables import FactRow

DOMAIN, SIZE = "fact", 512
DAYS, MOST_WEEKS = 7, 104  # a delay is coarse, and a very long one is nobody’s in particular


@dataclass(frozen=True, slots=True)
class Made:
    """A fact to record: its kind, its closed dimensions, whole weeks since what its kind counts from; `day`: when it happened, if not today."""

    kind: str
    dimensions: Mapping[str, str]
    weeks: int | None = None
    day: date | None = None


def weeks(house: House, kind: str, before: Life, part: UUID | None) -> int | None:
    """Whole weeks until today since what this kind of fact counts from; `part`: the part that the move bears on."""
    since = _declared(house, kind).since
    if since is None:
        return None
    left = before.part(part).since if part else before.since
    start = before.began if since is Since.BEGAN else left
    return min((today() - start).days // DAYS, MOST_WEEKS)


def _declared(house: House, kind: str) -> FactKind:
    return {fact.name: fact for fact in house.charter.facts}[kind]


def row(house: House, made: Made, counted: frozenset[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """(columns of the fact row, what is counted now for this person). `first` says whether it is the person's first of the year."""
    day, declared = made.day or today(), _declared(house, made.kind)
    if set(made.dimensions) != set(declared.dimensions) or (made.weeks is None) != (declared.since is None):
        raise ValueError("a fact carries exactly its declared dimensions")
    mark, fact_id = f"{made.kind}:{day.year}", uuid4()
    body = {"kind": made.kind, "year": day.year, "quarter": (day.month + 2) // 3, **made.dimensions}
    if declared.per_person:
        body["first"] = mark not in counted
    if made.weeks is not None:
        body["weeks"] = made.weeks
    blob = house.provider.seal(DOMAIN, json.dumps(body, sort_keys=True).encode(), fact_id.bytes, size=SIZE)
    return {"id": fact_id, "instance": house.instance, "body": blob}, counted | {mark}


def all_facts(house: House, session: Session) -> Iterator[Mapping[str, Any]]:
    """Every fact of the instance, opened. Errors: crypto.errors.CryptoError when one was altered."""
    for found in session.scalars(select(FactRow).where(FactRow.instance == house.instance).order_by(FactRow.id)):
        opened: Mapping[str, Any] = json.loads(house.provider.open(DOMAIN, found.body, found.id.bytes))
        yield opened
