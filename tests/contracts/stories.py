"""Lives of situations for the access matrix: each `yield` is a point at which everybody looks."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from casework.store.meetingtables import MeetingRow
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.story import Piece, Story
from tests.contracts.walk import CONTENTS

REFERRERS, OWNERS = (tuple(sorted(golden.ACTS[name].seats)) for name in ("refer", "finish"))
SITTING = (
    "town_hall", "prosecutor", "police_station", "pjj", "security_officer", "emas", "head_of_school", "head_of_school_2", "dsol",
)  # fmt: skip


def begun(cell: Cell, who: str, move: str = "refer") -> Story:
    """A saisine or a remontée of this person."""
    return Story.begins(cell.lives, cell.people, who, move)


def corrected(cell: Cell, who: str) -> Iterator[Story]:
    """A saisine whose author is asked for details."""
    yield begun(cell, who).plays("coordinator", "ask_details")


def remontee(cell: Cell) -> Iterator[Story]:
    """A remontée until the coordinator makes it its own saisine."""
    story = begun(cell, "agent", "report")
    yield story
    yield story.plays("coordinator", "ask_report_details")
    story.plays("agent", "correct_report")
    yield story.plays("coordinator", "take_up", author="coordinator", adds={"informed"})


def dismissed(cell: Cell) -> Iterator[Story]:
    """A saisine without follow-up."""
    yield begun(cell, "landlord").plays("coordinator", "dismiss", reason="out_of_scope")


def examined(cell: Cell) -> Iterator[Story]:
    """A saisine until the record is signed, somebody stepping back on the way."""
    story = begun(cell, "head_of_school")
    yield story
    yield story.plays("coordinator", "transmit")
    yield story.plays("prosecutor", "ask_clarification")
    story.plays("head_of_school", "clarify")
    yield story.plays("prosecutor", "retain", adds={"retenue"})
    yield story.plays("coordinator", "schedule", meeting=uuid4())
    yield circulated(cell, story)
    yield decided(story)
    yield stepped_back(cell, story, "police_station")
    yield entrusted(cell, story, "emas").plays("coordinator", "sign_record")


def _meeting(cell: Cell) -> UUID:
    """A meeting of the day."""
    made, day, house = uuid4(), cell.lives.town.moment.date(), cell.lives.house
    with house.stores.case_writing() as session:
        session.add(MeetingRow(id=made, instance=house.instance, day=day, first_day=day, fixed_on=day))
    return made


def in_exchange(cell: Cell, who: str = "pjj") -> Story:
    """A situation whose nominative exchange is open."""
    story = begun(cell, who).plays("coordinator", "transmit").plays("prosecutor", "retain", adds={"retenue"})
    return circulated(cell, story.plays("coordinator", "schedule", meeting=_meeting(cell)))


def followed(cell: Cell, owners: Sequence[str] = OWNERS) -> Iterator[Story]:
    """From the approval of the record to the last return after closure."""
    story = decided(in_exchange(cell))
    for who in owners:
        entrusted(cell, story, who)
    story.plays("coordinator", "sign_record").plays("town_hall", "approve", drops={"exchange"})
    for holder, kind, mark in (("recipient", "social_service", "social"), ("recipient_2", "crip75", "crip")):
        oriented(cell, story, holder, kind, mark)
    yield story
    yield story.plays("recipient", "answer", piece(story, "recipient"))
    story.plays("emas", "finish", piece(story, "emas"))
    yield story.plays("coordinator", "recall", piece(story, "recipient_2"))
    oriented(cell, story, "recipient", "social_service", "social")
    yield story.plays("coordinator", "close", reason="returns_received")
    yield story.plays("dsol", "record_return", piece(story, "recipient"))


def circulated(cell: Cell, story: Story) -> Story:
    """The exchange opens to everybody who may sit."""
    convened, last = [cell.lives.party(name) for name in SITTING], date(2026, 12, 31)
    return story.plays("coordinator", "circulate", adds={"exchange"}, sitting=SITTING, convened=convened, window=last)


def stepped_back(cell: Cell, story: Story, who: str) -> Story:
    """Somebody steps back."""
    person = cell.lives.party(who).person
    return story.plays(who, "recuse", sitting=story.told.sitting - {who}, person=person)


def decided(story: Story) -> Story:
    """The decision is to go on."""
    contents = {"deliberation": {"decisions": [{"decision": "keep_open"}]}}
    return story.plays("coordinator", "decide", contents=contents, adds={"outcome_followed"})


def entrusted(cell: Cell, story: Story, who: str) -> Story:
    """An action is confided to somebody."""
    person = cell.lives.party(who).person
    return story.plays("coordinator", "assign", holder=who, owner=person, due=date(2026, 6, 1))


def oriented(cell: Cell, story: Story, holder: str, kind: str, mark: str) -> Story:
    """A sheet leaves for the organisation of this person."""
    sheet = {"orientation": CONTENTS["orientation"] | {"type": kind}}
    to = (cell.people[holder].organisation, mark)
    return story.plays("coordinator", "orient", contents=sheet, holder=holder, adds={mark}, recipient=to)


def piece(story: Story, holder: str) -> Piece:
    """The last part made for this person."""
    return [item for item in story.told.pieces if item.holder == holder][-1]


LIVES: tuple[Callable[[Cell], Iterator[Story]], ...] = (
    remontee, dismissed, examined, followed, *(partial(corrected, who=name) for name in REFERRERS),
)  # fmt: skip
