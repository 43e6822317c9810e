"""The row of the one body a store serves, and the queue of those who change what is its own; opening it is the ceremony's work."""

import json
from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from casework.kernel.records import Charter
from casework.store.engines import Stores
from casework.store.tables import InstanceRow

# Not FOR UPDATE: a row that only refers to the instance, such as a fact, need not wait.
_TURN = select(InstanceRow.id).where(InstanceRow.id == bindparam("instance")).with_for_update(key_share=True)


class InstanceExists(Exception):
    """The case store serves a body already."""


def create_instance(stores: Stores, charter: Charter, settings: Mapping[str, int]) -> UUID:
    """Give an empty case store its body, not open yet. Errors: InstanceExists."""
    instance = uuid4()
    with stores.case_writing() as session:
        if session.scalar(select(InstanceRow.id)) is not None:
            raise InstanceExists("this case store serves a body already")
        values = json.dumps(dict(settings), sort_keys=True).encode()
        session.add(InstanceRow(id=instance, charter=charter.name, settings=values))
    return instance


def take_turn(session: Session, instance: UUID) -> None:
    """Wait for the others who number a situation, seal a draft, publish a list, suspend, or look for orphan seals."""
    session.execute(_TURN, {"instance": instance}).one()
