"""What the pages of situations show, from the charter's records and an opened situation; no right is decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from audit.log import entries
from casework.accounts.people import names
from casework.cases import choices, duties, filling, lisible
from casework.cases.duties import Duty
from casework.cases.filling import Filled, Section
from casework.cases.reading import CORRECTING, Line, Opened
from casework.charters import referral
from casework.charters.cenomed import AGE_BAND, age_band
from casework.kernel.clock import today
from casework.kernel.life import Life, Part, Party, Slot
from casework.kernel.records import SITUATION, Charter, Field, Kind, Move, Step
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.widgets import Widget, Words, summary, widgets

HISTORY = 200
OF_A_COLLEAGUE = (
    "Seule la personne qui a fait cet envoi peut le compléter. Si elle est absente, prévenez le coordonnateur."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    case: UUID
    reference: str
    age: str
    state: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """One readable compartment."""

    name: str
    title: str
    lisible: Sequence[str]
    words: tuple[Words, ...]
    told: str = ""  # when it was sent, and when an answer is expected


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history: what, when, by which seat; never content."""

    on: datetime
    label: str
    seat: str


@dataclass(frozen=True, slots=True)
class Course:
    """Where a situation stands, for who may follow it."""

    state: Step
    since: date | None  # None for the three states: the day of a move would tell it
    age: str
    sender: str
    phases: Sequence[tuple[str, str]]
    history: Sequence[Past]


@dataclass(frozen=True, slots=True)
class Block:
    """One compartment of a form; `later`: who may read it further on, told when it is first written."""

    name: str
    label: str
    lisible: Sequence[str]
    later: Sequence[str]
    unread: bool
    widgets: tuple[Widget, ...]


def age(majority: date | None) -> str:
    """Age in years on coarse dates (R-10): by the month of majority, never by the day of birth."""
    if majority is None:
        return ""
    day = today()
    years = 18 - (majority.year - day.year) - (1 if (day.month, 1) < (majority.month, 1) else 0)
    return f"{years} ans"


def band(majority: date | None) -> str:
    """The age band of a list (C-10), today, on coarse dates."""
    years = age(majority)
    return AGE_BAND.label(age_band(int(years.split()[0])) if years else "age_unknown")


def seen_step(charter: Charter, seat: str, name: str) -> Step:
    """The step a seat sees; the three states of A16 for those who only send."""
    step = charter.step(name)
    if charter.seat(seat).progress != "three_states":
        return step
    shown = next(item for item in charter.lists if item.name == "shown")
    return Step(
        step.shown,
        shown.label(step.shown),
        step.rule,
        story="Vous n’avez pas d’autre démarche à faire."
        if step.shown != "details_requested"
        else "Complétez votre envoi.",
    )


def follows(charter: Charter, seat: str, step: str, *, sent: bool) -> bool:
    """Whether this seat may know the step: it sent the situation, or may read who it concerns at that step (F33-05, F33-16)."""
    reads = any(
        seat in grant.seats and "identity" in grant.compartments and step in grant.steps for grant in charter.grants
    )
    return charter.seat(seat).progress != "none" and (sent or reads)


def passed(house: House, acting: Acting, move: Move, life: Life) -> str:
    """The step a situation passed to since this act of this person, for who may know it; empty while the act stands as it was."""
    charter, party = house.charter, acting.party
    stands = move.machine != SITUATION or not move.target or life.step == move.target
    sent = (life.sender.seat, life.sender.organisation) == (party.seat, party.organisation)
    whole = charter.seat(party.seat).progress == "steps"
    tells = whole and not stands and follows(charter, party.seat, life.step, sent=sent)
    return charter.step(life.step).label if tells else ""


def rows(house: House, acting: Acting, lines: Sequence[Line]) -> list[Row]:
    """The lines of a list, as this seat may see them, what is closed last: who only holds a sheet learns nothing of the situation around it."""
    charter, seat = house.charter, acting.actor.seat
    whole = charter.seat(seat).progress == "steps"
    # Their three states hide the moves behind them: neither the day of a move nor the order of moves may tell them.
    ordered = lines if whole else sorted(lines, key=lambda line: line.number)
    apart = {line for line in lines if not follows(charter, seat, line.step, sent=line.sent)}
    found = duties.duties(house, acting, [line for line in lines if line in apart])
    held = {duty.case: duty for duty in sorted(found, key=lambda duty: duty.expected)}
    shown = [
        _sheet(n, held.get(n.case))
        if n in apart
        else Row(
            n.case, n.reference, band(n.majority), seen_step(charter, seat, n.step).label, n.since if whole else None
        )
        for n in ordered
    ]
    ended = {line.case for line in lines if whole and line not in apart and charter.step(line.step).closed}
    return sorted(shown, key=lambda row: (row.case in ended, row.since or date.max))


def _sheet(line: Line, duty: Duty | None) -> Row:
    if duty is None:
        return Row(line.case, line.reference, "", "Fiche ouverte", None)
    return Row(line.case, line.reference, "", duties.told(duty), duty.part.since)


def lacking(move: Move, opened: Opened) -> str:
    """What a situation lacks when it is about to be shown to the Parquet; empty when nothing is."""
    found = referral.missing(opened.contents[Slot("identity")]) if move.asks_opinion and not opened.life.asked else ()
    return f"Il manque : {', '.join(found)}." if found else ""


def course(house: House, acting: Acting, opened: Opened) -> Course | None:
    """Step, age and history of a situation, for who may follow it; the history for who reads it, never for the three states."""
    charter, seat, life = house.charter, acting.actor.seat, opened.life
    sent = (life.sender.seat, life.sender.organisation) == (seat, acting.party.organisation)
    if not follows(charter, seat, life.step, sent=sent) or not (sent or Slot("identity") in opened.contents):
        return None
    whole, reads = charter.seat(seat).progress == "steps", Slot("identity") in opened.contents
    state = seen_step(charter, seat, life.step)
    own = life.author.person == acting.party.person
    if life.step in CORRECTING and not (whole or reads):
        state = replace(state, story=OF_A_COLLEAGUE)
    elif life.step in CORRECTING and own:
        state = replace(state, story="Complétez votre envoi : les points demandés sont ci-dessous.")
    elif life.reason == "withdrawn" and own and whole:
        state = replace(state, label="Retirée par vous")
    past = history(house, seat, life.case) if whole and reads else ()
    since = life.since if whole else None
    sender = _sender(house, life.sender) if reads else ""
    return Course(state, since, age(life.majority), sender, phases(charter, state), past)


def _sender(house: House, sender: Party) -> str:
    known = names(house)
    return f"{known.organisation(sender.organisation)} ({known.seat(sender.seat)})"


def phases(charter: Charter, step: Step) -> list[tuple[str, str]]:
    """The life of a situation in words: (phase, done, now or later), in the charter's order; none for a step outside that course."""
    if not step.phase:
        return []
    names = list(dict.fromkeys(item.phase for item in charter.steps if item.phase))
    here = names.index(step.phase)
    return [(name, "done" if at < here else "now" if at == here else "later") for at, name in enumerate(names)]


def groups(house: House, opened: Opened) -> list[Group]:
    """The readable compartments in the charter's order; what is asked of the author first, while it is."""
    found = [_group(house, item) for item in lisible.grouped(house.charter, opened)]
    correcting = opened.life.step in CORRECTING
    return sorted(found, key=lambda group: not (correcting and group.name == "request"))


def recalled(house: House, move: Move, opened: Opened, part: UUID | None = None) -> list[Group]:
    """What the form of a move repeats above its fields, as far as this person reads it; of the parts, the one it is about."""
    found = (item for item in lisible.grouped(house.charter, opened) if item.compartment.name in move.shows)
    return [_group(house, item) for item in found if item.part is None or item.part.id == part]


def _group(house: House, item: lisible.Group) -> Group:
    named = f"{item.compartment.name}-{item.part.id}" if item.part else item.compartment.name
    title = (
        f"{item.title} ({whose(house, item.part)}) : {_part_state(house.charter, item.part)}"
        if item.part
        else item.title
    )
    told = ""
    if item.part and item.compartment.name == "orientation":
        told = duties.awaited(item.part)
    elif item.compartment.name == "owner_sheet":
        told = duties.entrusted(item.content)
    return Group(named, title, item.lisible, words(house, item.compartment.fields, item.content), told)


def words(house: House, fields: Sequence[Field], content: Mapping[str, Any]) -> tuple[Words, ...]:
    """A content in words, choices by their labels."""
    kinds = {inner.kind for item in fields if content.get(item.name) for inner in (item, *item.fields)}
    schools = choices.schools(house) if Kind.SCHOOL in kinds else ()
    return summary(fields, content, schools=schools, members=choices.people(house) if Kind.MEMBER in kinds else ())


def whose(house: House, part: Part) -> str:
    """Where an orientation goes, or who has an action to do: a situation may have several of each."""
    known = names(house)
    return known.organisation(part.recipient) if part.recipient else known.person(part.owner) if part.owner else ""


def _part_state(charter: Charter, part: Part) -> str:
    return charter.step(part.step, part.machine).label.lower()


def history(house: House, seat: str, case: UUID) -> list[Past]:
    """What happened, from the log: moves only, without content (the person reads the situation itself)."""
    charter = house.charter
    with house.stores.case_reading() as session:
        found = entries(
            session.connection(), house.provider.mac, subject=case, types=[house.events.moved], limit=HISTORY
        )
    labels = {seat.name: seat.label for seat in charter.seats}
    told = ((item, charter.move(str(item.values["move"]))) for item in reversed(found))
    return [
        Past(item.at, move.past, labels.get(str(item.seat or ""), ""))
        for item, move in told
        if not move.discreet or seat in move.seats
    ]


def blocks(
    house: House,
    acting: Acting,
    move: Move,
    sections: Sequence[Section],
    filled: Filled,
    opened: Opened | None,
    part: UUID | None,
) -> list[Block]:
    """The form of a move, compartment by compartment, with who will read each."""
    after = lisible.after(house, acting.actor, move, opened, part)
    lists = {
        "schools": choices.schools(house),
        "members": choices.members(house, opened.life.convened) if opened else (),
    }
    return [
        Block(
            s.compartment.name,
            s.compartment.label,
            after.get(s.compartment.name, []),
            lisible.later(house.charter, s.compartment.name, after.get(s.compartment.name, []))
            if opened is None
            else (),
            s.unread,
            widgets(s.fields, filled.shown.get(s.compartment.name), filled.errors, prefix=s.prefix, **lists),
        )
        for s in sections
    ]


def reasons(charter: Charter, move: Move, filled: Filled, life: Life | None) -> tuple[Widget, ...]:
    """The closed list of reasons a move asks for."""
    listed = filling.reasons(charter, move, life)
    if listed is None:
        return ()
    field = Field("reason", listed.title, Kind.CHOICE, move.rule, required=True, choices=listed)
    return widgets([field], {}, filled.errors)
