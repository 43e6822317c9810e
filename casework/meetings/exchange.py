"""Situations in a meeting: agenda, nominative exchange by key, recusals, decisions, record; each change is one `act` on one situation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from casework.cases import act as acts
from casework.cases import heads, reading
from casework.cases.act import Change, Conflict, Missing, Unsealable
from casework.cases.heads import Head, HeadBroken
from casework.cases.reading import Opened
from casework.kernel.clock import today
from casework.kernel.engine import IllegalMove, available, refusal
from casework.kernel.life import Life, Party, Slot
from casework.kernel.records import Take
from casework.meetings import records, rules
from casework.meetings.service import MeetingError, approves, log_change, organises, require
from casework.store.directory import load_directory
from casework.store.engines import StoreDown
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.meetingtables import MeetingRow

Seen = Mapping[UUID, int] | None
LEFT: Mapping[type[Exception], str] = {
    Conflict: "changed",
    Missing: "changed",
    Unsealable: "unsealable",
    NoKey: "no_key",
    StoreDown: "store_down",  # what was done before it is done
}


@dataclass
class Batch:
    """What one press did to the situations of a meeting: `done`, and why the others were left as they were (a code)."""

    done: list[UUID] = field(default_factory=list)
    left: dict[UUID, str] = field(default_factory=dict)
    references: dict[UUID, str] = field(default_factory=dict)


def schedule(house: House, acting: Acting, meeting: UUID, case: UUID, seen: int) -> Head:
    """Put a retained situation on an agenda; an urgent one takes rixes only (F33-07, F33-10, C-05).

    Errors: MeetingError ("informed", "retenue", "not_rixe", "done", "past"), Conflict, Missing, IllegalMove.
    """
    row = _meeting(house, meeting)
    require(organises(house, acting), "seat")
    require(not row.held, "done")
    require(row.day >= today(), "past")
    opened = _open(house, acting, case, *(("reason",) if row.urgent else ()))
    if opened.head.sequence != seen:
        raise Conflict(opened.head)
    _check_ready(house, acting, opened)
    require(not row.urgent or opened.contents[Slot("reason")].get("rixe"), "not_rixe")
    return acts.act(house, acting, case, seen, Change("schedule", takes={Take.MEETING: meeting}))


def _check_ready(house: House, acting: Acting, opened: Opened) -> None:
    for mark in ("retenue", "informed"):
        if refusal(house.charter.move("schedule"), acting.actor, opened.life) == "mark":
            require(mark in opened.life.marks, mark)


def unschedule(house: House, acting: Acting, meeting: UUID, case: UUID, seen: int) -> Head:
    """Take a situation off this agenda. Errors: Conflict, Missing, IllegalMove."""
    if head_of(house, case).life.meeting != meeting:
        raise Missing
    return acts.act(house, acting, case, seen, Change("unschedule"))


def circulate(house: House, acting: Acting, meeting: UUID, seen: Seen = None) -> Batch:
    """Open the nominative exchange of every scheduled situation to the convened persons, by key; may be pressed again.

    Errors: MeetingError ("seat", "done", "opening" before its time, "window" once it would already be over, "nobody" convened).
    """
    row = _meeting(house, meeting)
    require(organises(house, acting), "seat")
    require(not row.held, "done")
    first, last = opening(house, row), window(house, row)
    require(first <= today(), "opening", first)
    require(last >= today(), "window")
    parties = _convened(house, meeting)
    require(parties, "nobody")

    def one(case: UUID, at: int | None) -> None:
        life = head_of(house, case).life
        takes = {Take.CONVENED: rules.convened_to(parties, life, house.charter), Take.WINDOW: last}
        acts.act(house, acting, case, at, Change("circulate", takes=takes))

    return _each(house, acting, row, ("scheduled",), seen, one, "circulated")


def opening(house: House, meeting: MeetingRow) -> date:
    """The first day the nominative exchange of this meeting may open."""
    return rules.opening(meeting.day, house.setting("opening_days"))


def window(house: House, meeting: MeetingRow) -> date:
    """The last day of the nominative exchange of this meeting."""
    return rules.window_end(meeting.day, house.setting("window_days"))


def starts(house: House, life: Life) -> date | None:
    """The day of the meeting a situation is on the agenda of; None when it is on none."""
    return _meeting(house, life.meeting).day if life.meeting else None


def _convened(house: House, meeting: UUID) -> list[Party]:
    """The convened persons who are still admitted: nobody else receives a key."""
    with house.stores.case_reading() as session:
        parties = load_directory(house, session).parties()
        tenures = [row.tenure for row in records.convocations(session, meeting)]
    return [parties[tenure] for tenure in tenures if tenure in parties]


def recuse(house: House, acting: Acting, case: UUID, seen: int) -> Head:
    """Step back from a situation: its keys go. Errors: Conflict, Missing, IllegalMove."""
    return acts.act(house, acting, case, seen, Change("recuse", takes={Take.PERSON: acting.party.person}))


def exclude(house: House, acting: Acting, case: UUID, seen: int, person: UUID) -> Head:
    """Have a convened person step back. Errors: MeetingError "person" when it does not sit, Conflict, Missing, IllegalMove."""
    opened = _open(house, acting, case)
    require(person in {party.person for party in sitting(opened)}, "person")
    return acts.act(house, acting, case, seen, Change("exclude", takes={Take.PERSON: person}))


def sitting(opened: Opened) -> list[Party]:
    """The convened persons who did not step back."""
    return [party for party in opened.life.convened if party.person not in opened.life.recused]


def decide(house: House, acting: Acting, case: UUID, seen: int, decisions: Sequence[Mapping[str, Any]]) -> Head:
    """Record the decisions on a situation (C-08); owners receive their sheets when the record is signed.

    Errors: MeetingError ("before" the day of the meeting, "owner", "problem"), Conflict, Missing, IllegalMove.
    """
    opened = _open(house, acting, case)
    day = starts(house, opened.life)
    require(day is None or day <= today(), "before", day)
    allowed = {str(party.person) for party in rules.owners(house.charter, opened.life, acting.party)}
    require(all(not row.get("owner") or row["owner"] in allowed for row in decisions), "owner")
    contents = {"deliberation": {"decisions": list(decisions)}}
    require(not house.charter.problems(contents, opened.life.began), "problem")
    return acts.act(house, acting, case, seen, Change("decide", contents))


def sign(house: House, acting: Acting, meeting: UUID, seen: Seen = None) -> Batch:
    """Sign the decisions of every examined situation; in the same act their owners receive their sheets (F33-15), and those that a
    corrected decision no longer asks for are taken back. Errors: MeetingError.
    """
    row = _meeting(house, meeting)
    require(acting.actor.seat in house.charter.move("sign_record").seats, "seat")
    require(row.day <= today(), "before", row.day)

    def one(case: UUID, at: int | None) -> None:
        opened = _open(house, acting, case, "identity", "deliberation", "owner_sheet")
        sheets = _sheets(house, acting, opened)
        acts.act(house, acting, case, opened.head.sequence if at is None else at, *sheets, Change("sign_record"))

    return _each(house, acting, row, ("examined",), seen, one, "signed")


def _sheets(house: House, acting: Acting, opened: Opened) -> list[Change]:
    """The sheets to take back and to give. Errors: MeetingError "owner" when somebody may own an action no longer."""
    parts = {part.id: part for part in opened.life.parts if part.machine == "owner_sheet" and part.step != "withdrawn"}
    given = {
        key: (part.owner, dict(opened.contents[Slot("owner_sheet", key)])) for key, part in parts.items() if part.owner
    }
    rows = opened.contents[Slot("deliberation")]["decisions"]
    missing, stale = rules.entrusted(rows, opened.contents[Slot("identity")], given)
    allowed = {party.person for party in rules.owners(house.charter, opened.life, acting.party)}
    require(all(owner in allowed for owner, _ in missing), "owner")
    taken_back = [Change("withdraw_sheet", part=key) for key in stale if parts[key].step == "open"]
    return taken_back + [_assign(owner, content) for owner, content in missing]


def _assign(owner: UUID, content: dict[str, Any]) -> Change:
    due = rules.day_of(content.get("due"))
    return Change("assign", {"owner_sheet": content}, {Take.OWNER: owner, Take.DUE: due})


def approve(house: House, acting: Acting, meeting: UUID, seen: Seen = None) -> Batch:
    """Approve the signed decisions, each by the outcome they have (C-08): the nominative exchange closes. Errors: MeetingError."""
    row = _meeting(house, meeting)
    require(approves(house, acting), "seat")
    require(row.day <= today(), "before", row.day)

    def one(case: UUID, at: int | None) -> None:
        head = head_of(house, case)
        move = next((m for m in available(house.charter, acting.actor, head.life) if m.name in rules.APPROVALS), None)
        if move is None:
            raise IllegalMove(rules.APPROVALS[0], "step")
        acts.act(house, acting, case, head.sequence if at is None else at, Change(move.name))

    return _each(house, acting, row, ("signed",), seen, one, "approved")


def _each(
    house: House,
    acting: Acting,
    meeting: MeetingRow,
    steps: Sequence[str],
    seen: Seen,
    one: Callable[[UUID, int | None], None],
    change: str,
) -> Batch:
    """Play `one` on each situation still in these steps. What an interruption left undone is done by the next press."""
    with house.stores.case_reading() as session:
        cases = {row.id: row.reference for row in records.situations(house, session, meeting.id, *steps)}
    batch = Batch(references=cases)
    if cases:
        log_change(house, acting, meeting, change)
    for case in cases:
        code = "changed" if seen is not None and case not in seen else _try(house, acting, case, seen, one)
        if code:
            batch.left[case] = code
        else:
            batch.done.append(case)
    return batch


def _try(house: House, acting: Acting, case: UUID, seen: Seen, one: Callable[[UUID, int | None], None]) -> str:
    """Why this situation was left as it was; empty when the act was played."""
    try:
        one(case, seen[case] if seen is not None else None)
    except tuple(LEFT) as refused:
        return LEFT[type(refused)]
    except (IllegalMove, MeetingError) as refused:
        return refused.code
    except HeadBroken:
        report(house, acting, case)
        return "broken"
    return ""


def report(house: House, acting: Acting, case: UUID) -> None:
    """Log that a situation does not prove itself."""
    house.log([house.entry(house.events.tampering, acting.actor, subject=case)])


def _meeting(house: House, meeting: UUID) -> MeetingRow:
    with house.stores.case_reading() as session:
        row = records.find(house, session, meeting)
    if row is None:
        raise MeetingError("missing")
    return row


def head_of(house: House, case: UUID) -> Head:
    """The verified state of a situation. Errors: Missing, HeadBroken."""
    with house.stores.case_reading() as session:
        head = heads.load(house, session, load_directory(house, session), case)
    if head is None:
        raise Missing
    return head


def _open(house: House, acting: Acting, case: UUID, *only: str) -> Opened:
    opened = reading.open_situation(house, acting, case, only=only)
    if opened is None:
        raise Missing
    return opened
