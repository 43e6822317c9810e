"""Canaries: a marker of its own in every field of words of situations at many steps, in drafts, in names and addresses of professionals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from casework.cases import drafts
from casework.cases.act import Change, act, begin
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.kernel.engine import may_read
from casework.kernel.life import Slot
from casework.kernel.records import SITUATION, Field, Kind, Take
from casework.meetings.polling import propose
from casework.meetings.service import log_meeting
from casework.store.keyring import Acting
from casework.store.meetingtables import ConvocationRow, MeetingRow
from tests.cases.conftest import Lives
from tests.contracts.searching import marker
from tests.contracts.walk import CONTENTS

WORDS = (Kind.LINE, Kind.TEXT, Kind.PHONE, Kind.EMAIL)
GROUPS: Mapping[str, dict[str, Any]] = {
    "representatives": {"quality": "mother", "informed_how": "in_person", "informed_on": "2026-02-20"},
    "facts": {"day": "2026-02-18", "place": "street"},
    "decisions": {"decision": "keep_open"},
}


@dataclass(frozen=True)
class Mark:
    """Where a marker was planted: in a compartment, or in the draft of `author`."""

    field: str
    case: UUID | None = None
    slot: Slot | None = None
    author: str = ""


@dataclass
class Canaries:
    """What was planted in a town. `situations` by a name of the suite."""

    lives: Lives
    marks: dict[str, Mark] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)  # of a professional and its organisation, of what was asked on pages
    address: str = field(default_factory=marker)  # its log-in
    situations: dict[str, Head] = field(default_factory=dict)

    def may(self, seat: str, mark: Mark) -> bool:
        """Whether the kernel lets this seat read what bears the mark."""
        if mark.case is None or mark.slot is None:
            return mark.author == seat
        life = {head.life.case: head.life for head in self.situations.values()}[mark.case]
        return may_read(self.lives.house.charter, self.lives.acting[seat].actor, life, mark.slot)

    def refer(self, name: str, who: str, move: str = "refer", named_as: str = "") -> None:
        """Begin the situation called `name`; `named_as`: the situation whose person it seems to be about."""
        contents, found = self._contents(move)
        for field_name in ("surname", "first_name") if named_as else ():
            found.pop(contents["identity"][field_name])
            contents["identity"][field_name] = self._name(named_as, field_name)
        with at(self.lives.town.moment):
            head = begin(self.lives.house, self.lives.acting[who], uuid4(), Change(move, contents))
        self._keep(name, head, None, found)

    def play(self, name: str, who: str, move: str, part: UUID | None = None, **takes: Any) -> None:
        """Play a move on the situation called `name`, every field of words marked."""
        contents, found = self._contents(move)
        seen, given = self.situations[name], {Take[take.upper()]: value for take, value in takes.items()}
        with at(self.lives.town.moment):
            change = Change(move, contents, given, part)
            head = act(self.lives.house, self.lives.acting[who], seen.life.case, seen.sequence, change)
        new = {item.id for item in head.life.parts} - {item.id for item in seen.life.parts}
        self._keep(name, head, part or next(iter(new), None), found)

    def _name(self, situation: str, field: str) -> str:
        mark = Mark(field, self.situations[situation].life.case, Slot("identity"))
        return next(word for word, found in self.marks.items() if found == mark)

    def draft(self, who: str, form: str, name: str = "identity-surname") -> None:
        """A draft with a marked name."""
        word = marker()
        with at(self.lives.town.moment):
            drafts.keep(self.lives.house, self.lives.party(who), form, {name: [word]})
        self.marks[word] = Mark("surname", author=who)

    def _contents(self, move: str) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[str, str]]]:
        found: dict[str, tuple[str, str]] = {}
        contents = {}
        for write in self.lives.house.charter.move(move).writes:
            compartment = self.lives.house.charter.compartment(write.compartment)
            base = CONTENTS.get(compartment.name, {})
            contents[compartment.name] = _marked(compartment.fields, base, compartment.name, found)
        return contents, found

    def _keep(self, name: str, head: Head, part: UUID | None, found: Mapping[str, tuple[str, str]]) -> None:
        self.situations[name] = head
        for word, (compartment, where) in found.items():
            own = self.lives.house.charter.compartment(compartment).machine == SITUATION
            self.marks[word] = Mark(where, head.life.case, Slot(compartment, None if own else part))


def _marked(
    fields: Sequence[Field], base: Mapping[str, Any], compartment: str, found: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    content = {item.name: base[item.name] for item in fields if item.name in base}
    for item in fields:
        if item.kind in WORDS:
            content[item.name] = marker()
            found[content[item.name]] = (compartment, item.name)
        elif item.kind is Kind.ROWS:
            content[item.name] = [_marked(item.fields, GROUPS[item.name], compartment, found)]
    return content


def meeting(lives: Lives, *convened: Acting) -> UUID:
    """A meeting of tomorrow, to which these people come."""
    day, made = lives.town.moment.date() + timedelta(days=1), uuid4()
    with at(lives.town.moment), lives.house.writing() as writing:
        session = writing.session
        session.add(MeetingRow(id=made, instance=lives.house.instance, day=day, first_day=day, fixed_on=day))
        session.flush()
        session.add_all(ConvocationRow(meeting=made, tenure=acting.tenure) for acting in convened)
        log_meeting(writing, lives.acting["coordinator"], made, "fixed", urgent=False)
    return made


def plant(lives: Lives) -> Canaries:
    """Situations at every step where somebody different reads."""
    planted = Canaries(lives)
    planted.names += [marker(), marker()]
    organisation = lives.town.organisation("pjj", f"Organisme {planted.names[0]}")
    colleague = lives.town.join("pjj", planted.address, organisation, f"Personne {planted.names[1]}")
    planted.draft("pjj", "refer")
    planted.draft("agent", "report", "remontee-surname")
    planted.refer("received", "landlord")
    planted.refer("alike", "emas", named_as="received")
    planted.refer("correcting", "dsol")
    planted.play("correcting", "coordinator", "ask_details")
    planted.refer("reported", "agent", "report")
    planted.refer("report_correcting", "agent", "report")
    planted.play("report_correcting", "coordinator", "ask_report_details")
    planted.refer("dismissed", "pjj")
    planted.play("dismissed", "coordinator", "dismiss", reason="out_of_scope")
    planted.refer("clarifying", "head_of_school")
    planted.play("clarifying", "coordinator", "transmit")
    planted.play("clarifying", "prosecutor", "ask_clarification")
    _session(planted, "in_session", colleague, "police_station", "dsol", "head_of_school", "emas", "security_officer")
    planted.play("in_session", "coordinator", "decide")
    _followed(planted, "followed", colleague)
    _followed(planted, "closed", colleague)
    part = next(item.id for item in planted.situations["closed"].life.parts if item.machine == "orientation")
    planted.play("closed", "recipient", "answer", part)
    planted.play("closed", "coordinator", "close", reason="returns_received")
    with at(lives.town.moment):
        propose(lives.house, lives.acting["coordinator"], [lives.town.moment.date() + timedelta(days=60)])
    return planted


def _session(planted: Canaries, name: str, colleague: Acting, *names: str) -> None:
    lives, convened = planted.lives, [*(planted.lives.acting[who] for who in names), colleague]
    planted.refer(name, "head_of_school")
    planted.play(name, "coordinator", "transmit")
    planted.play(name, "prosecutor", "retain")
    everybody = (lives.acting["coordinator"], lives.acting["prosecutor"], *convened)
    planted.play(name, "coordinator", "schedule", meeting=meeting(lives, *everybody))
    parties, last = [acting.party for acting in convened], lives.town.moment.date() + timedelta(days=7)
    planted.play(name, "coordinator", "circulate", convened=parties, window=last)


def _followed(planted: Canaries, name: str, colleague: Acting) -> None:
    lives = planted.lives
    _session(planted, name, colleague, "police_station", "town_hall")
    planted.play(name, "coordinator", "decide")
    due = lives.town.moment.date() + timedelta(days=30)
    for owner in (colleague.party.person, lives.party("police_station").person):
        planted.play(name, "coordinator", "assign", owner=owner, due=due)
    planted.play(name, "coordinator", "sign_record")
    planted.play(name, "town_hall", "approve")
    recipient = (lives.town.people["recipient"].organisation, "social")
    planted.play(name, "coordinator", "orient", recipient=recipient)
