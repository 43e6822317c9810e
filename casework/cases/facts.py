"""Anonymous facts (S-01): made with the move they tell of, under the provider, without identity, reference or exact date."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.kernel.clock import today
from casework.store.house import House
from casework.store.tables import FactRow

DOMAIN, SIZE = "fact", 512


@dataclass(frozen=True, slots=True)
class Made:
    """A fact to record: its kind and its closed dimensions."""

    kind: str
    dimensions: Mapping[str, str]


def row(house: House, made: Made, counted: frozenset[str]) -> tuple[dict[str, Any], frozenset[str]]:
    """(columns of the fact row, what is counted now for this person). `first` says whether it is the person's first of the year."""
    day, declared = today(), {fact.name: fact for fact in house.charter.facts}[made.kind]
    if set(made.dimensions) != set(declared.dimensions):
        raise ValueError("a fact carries exactly its declared dimensions")
    mark, fact_id = f"{made.kind}:{day.year}", uuid4()
    body = {"kind": made.kind, "year": day.year, "quarter": (day.month + 2) // 3, **made.dimensions}
    if declared.per_person:
        body["first"] = mark not in counted
    blob = house.provider.seal(DOMAIN, json.dumps(body, sort_keys=True).encode(), fact_id.bytes, size=SIZE)
    return {"id": fact_id, "instance": house.instance, "body": blob}, counted | {mark}


def all_facts(house: House, session: Session) -> Iterator[Mapping[str, Any]]:
    """Every fact of the instance, opened. Errors: crypto.errors.CryptoError when one was altered."""
    for found in session.scalars(select(FactRow).where(FactRow.instance == house.instance).order_by(FactRow.id)):
        opened: Mapping[str, Any] = json.loads(house.provider.open(DOMAIN, found.body, found.id.bytes))
        yield opened
