"""From a posted form to the data of a move: sections by compartment, values the service presets, what the charter refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casework.cases import choices, vigilance
from casework.cases.reading import Opened
from casework.cases.vigilance import Warned
from casework.charters.referral import points
from casework.charters.remontee import as_referral
from casework.kernel.clock import add_months, today
from casework.kernel.life import Life, Slot
from casework.kernel.records import Charter, ChoiceList, Compartment, Field, Kind, Move, Take
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.forms import FieldError, Parsed, asked, field_id, parse
from casework.web.french import lowered

NO_EVENT = "no_event"  # A23
REQUEST, IDENTITY = "request", Slot("identity")
BY_HAND = {Take.REASON, Take.PERSON}  # the takes that the generic form can fill


@dataclass(frozen=True, slots=True)
class Section:
    """The fields of one compartment that a form shows. `unread`: already written, but this person may not read it (F33-04)."""

    compartment: Compartment
    fields: tuple[Field, ...]
    optional: bool
    unread: bool
    old: Mapping[str, Any]

    @property
    def prefix(self) -> str:
        """The prefix of the names posted for this section."""
        return f"{self.compartment.name}-"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form once read: the data of the move, or what to correct."""

    contents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    takes: Mapping[Take, Any] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    shown: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    more: bool = False
    warned: tuple[Warned, ...] = ()
    confirmation: str = ""

    @property
    def ok(self) -> bool:
        """Whether the move may be played."""
        return not self.errors and not self.more and not self.warned


def by_hand(move: Move) -> bool:
    """Whether the generic form serves; other acts have a screen of their own, which checks and does more."""
    return not move.page and not set(move.takes) - BY_HAND


def sections(house: House, move: Move, opened: Opened | None, part: UUID | None = None) -> list[Section]:
    """What the form of this move shows, with what is already written and readable; choices as this part offers them."""
    marks, found = opened.life.part(part).marks if opened and part else frozenset[str](), []
    for write in move.writes:
        compartment = house.charter.compartment(write.compartment)
        slot = Slot(compartment.name)
        written = (item for item in compartment.fields if not write.fields or item.name in write.fields)
        kept = [item.offered(marks).under(house.settings) for item in written]
        held = opened is not None and slot in opened.head.held
        old = dict(opened.contents.get(slot, {})) if opened else {}
        found.append(Section(compartment, asked(kept, move.asks), write.optional, held and not old, old))
    return found


def at_first(house: House, acting: Acting, parts: Sequence[Section]) -> Filled:
    """A form that begins a situation: a head of school most often writes of its own pupil, and sits for it alone (F33-14)."""
    if acting.actor.seat != house.charter.schools or acting.party.organisation is None:
        return Filled()
    found = {
        section.compartment.name: {item.name: str(acting.party.organisation)}
        for section in parts
        for item in section.fields
        if item.kind is Kind.SCHOOL
    }
    return Filled(shown=found)


def before(move: Move, parts: Sequence[Section], opened: Opened) -> Filled:
    """The form at first: what is written already, what the remontée gives to its saisine (F33-03), what is lacking (F33-02)."""
    if move.adopts:
        return Filled(shown=as_referral(opened.contents[Slot("remontee")]))
    shown = {section.compartment.name: section.old for section in parts}
    if REQUEST in shown and IDENTITY in opened.contents:
        shown[REQUEST] = {"points": list(points(opened.contents[IDENTITY]))}
    return Filled(shown=shown)


def fill(
    house: House,
    acting: Acting,
    move: Move,
    parts: Sequence[Section],
    posted: "MultiDict[str, str]",
    life: Life | None,
) -> Filled:
    """Read a posted form; `life`: of the situation it is about, None when it begins one. Nothing typed is lost when something is to correct."""
    contents: dict[str, dict[str, Any]] = {}
    shown: dict[str, Mapping[str, Any]] = {}
    errors: list[FieldError] = []
    found: dict[str, list[FieldError]] = {}
    more = False
    schools, members = choices.schools(house), choices.members(house, life.convened) if life and life.convened else ()
    for section in parts:
        read = parse(section.fields, posted, section.prefix, schools=schools, members=members, today=today())
        shown[section.compartment.name] = read.shown
        if section.unread and section.optional and not _anything(read):
            continue
        found[section.compartment.name], more = list(read.errors), more or bool(read.more)
        contents[section.compartment.name] = _keep_hidden(
            section.compartment.fields, section.fields, read.values, section.old
        )
    _preset(house, acting, move, contents)
    takes = _takes(acting, move, reasons(house.charter, move, life), posted, errors)
    entered = life.began if life else today()
    # The rules speak of what is well formed, so that one refusal says as much as it can.
    sound = {name: content for name, content in contents.items() if not found[name]}
    for key, message in house.charter.problems(_with_unasked(parts, sound), entered).items():
        found[key[0]].append(problem(house, key, message))
    errors = [error for part in found.values() for error in part] + errors
    if errors or more:
        return Filled(contents, takes, () if more else tuple(errors), shown, more=more)
    seen = vigilance.confirmation(house.charter, contents, entered)
    warned = () if posted.get(vigilance.CONFIRMED) == seen else vigilance.warned(house.charter, contents, entered)
    return Filled(contents, takes, (), shown, warned=warned, confirmation=seen)


def _anything(read: Parsed) -> bool:
    return any(value not in (None, "", [], False) for value in read.values.values())


def _keep_hidden(
    every: Sequence[Field], asked_fields: Sequence[Field], new: Mapping[str, Any], old: Mapping[str, Any]
) -> dict[str, Any]:
    """Values of fields this form does not show stay as they were."""
    visible = {item.name: item for item in asked_fields}
    result = dict(new)
    for item in every:
        if item.name not in visible:
            if item.name in old and item.preset:
                result[item.name] = old[item.name]
        elif item.kind is Kind.ROWS:
            inner, rows = visible[item.name].fields, new.get(item.name, [])
            before = _before_each(inner, rows, old.get(item.name, []))
            result[item.name] = [
                _keep_hidden(item.fields, inner, row, was) for row, was in zip(rows, before, strict=True)
            ]
    return result


def _with_unasked(parts: Sequence[Section], contents: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """What was read, beside what is written in the fields that this form does not ask: the rules look at both."""
    unasked = {
        part.compartment.name: {
            name: value for name, value in part.old.items() if name not in {item.name for item in part.fields}
        }
        for part in parts
    }
    return {name: {**unasked.get(name, {}), **read} for name, read in contents.items()}


def _before_each(
    visible: Sequence[Field], rows: Sequence[Mapping[str, Any]], old: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """What each group was: the one that said the same, or, where no group came or went, the one at its place.

    A group taken away never leaves what is hidden in it to another person; a doubt empties it, and it is asked again.
    """

    def said(row: Mapping[str, Any]) -> str:
        return repr([row.get(item.name) for item in visible])

    same = {said(row): row for row in old}
    taken = {said(row) for row in rows} & set(same)
    place = [row if said(row) not in taken else {} for row in old] if len(rows) == len(old) else [{} for _ in rows]
    return [same.get(said(row), at) for row, at in zip(rows, place, strict=True)]


def _preset(house: House, acting: Acting, move: Move, contents: dict[str, dict[str, Any]]) -> None:
    """Origin and reception (A3, A4): from the author's seat, unless the coordinator states them for a partner without account."""
    reason = contents.get("reason")
    if reason is None:
        return
    on_behalf = "origin" in move.asks
    origin = "dpmp_agent" if move.adopts else house.charter.seat(acting.actor.seat).origin
    reason.setdefault("origin", origin)
    reason.setdefault("reception", "entered_on_behalf" if on_behalf else "entered_by_referrer")


def reasons(charter: Charter, move: Move, life: Life | None) -> ChoiceList | None:
    """The reasons a move asks for that may be true of this situation: nothing happened since the time R-03 fixes, or it is not one."""
    listed = move.reasons
    if listed is None or life is None or NO_EVENT not in listed:
        return listed
    closing = next(clock for clock in charter.clocks if clock.name == "closing")
    last = max([life.since, *(part.since for part in life.parts)])
    if add_months(last, closing.amount) <= today():
        return listed
    return replace(listed, values=tuple(item for item in listed.values if item.value != NO_EVENT))


def _takes(
    acting: Acting, move: Move, offered: ChoiceList | None, posted: "MultiDict[str, str]", errors: list[FieldError]
) -> dict[Take, Any]:
    takes: dict[Take, Any] = {}
    if Take.PERSON in move.takes:
        takes[Take.PERSON] = acting.party.person
    if Take.REASON in move.takes and offered is not None:
        value = posted.get("reason", "")
        if value in offered:
            takes[Take.REASON] = value
        else:
            errors.append(FieldError(field_id("reason"), offered.title, "Choisissez une réponse."))
    return takes


def problem(house: House, key: tuple[str, str], message: str) -> FieldError:
    """A refusal of the charter on its field; one of a repeated group says which."""
    compartment, name = key
    fields, labels = house.charter.compartment(compartment).fields, []
    for step in name.split("-"):
        if step.isdecimal():
            labels.append(str(int(step) + 1))
            continue
        found = next(item for item in fields if item.name == step)
        labels.append(found.label)
        fields = found.fields
    label = labels[0] if len(labels) == 1 else f"{labels[-1]} ({lowered(labels[0])} {labels[1]})"
    return FieldError(field_id(f"{compartment}-{name}"), label, message)
