"""The rules of meetings as pure functions on plain values: the month, how a meeting was held, who sits, who may own, how old."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

from casework.charters.cenomed import NAMING_NOBODY, informed
from casework.kernel.clock import add_months
from casework.kernel.life import Life, Party
from casework.kernel.records import Charter, ChoiceList, Labelled, Relation

MONTHS = 1  # F33-07
URGENT_REASON = ChoiceList(
    "urgent_reason",
    "Motif de l’urgence",
    (
        Labelled("clash_occurred", "Une rixe vient d’avoir lieu"),
        Labelled("clash_announced", "Une rixe est annoncée"),
        Labelled("reprisals_feared", "Des suites sont à craindre"),
    ),
)
APPROVALS = ("approve", "approve_without_follow_up", "approve_postponed", "approve_closed")
SHEET_IDENTITY = ("surname", "first_name", "telephone")
SHEET_DECISION = ("decision", "action", "due")
Entrusted: TypeAlias = tuple[UUID, dict[str, Any]]  # owner, and what its sheet says
Code: TypeAlias = Literal[
    "seat", "missing", "past", "month", "reason", "earlier", "done", "circulated", "nobody", "not_member", "early",
    "attendance", "informed", "retenue", "not_rixe", "step", "window", "owner", "problem", "person", "waiting", "days",
    "nothing", "opening", "before", "examined", "room", "same_day",
]  # fmt: skip


def first_possible(fixed_on: date) -> date:
    """The first day an ordinary meeting fixed on `fixed_on` can take place (F33-07)."""
    return add_months(fixed_on, MONTHS)


def fixing_problem(day: date, today: date, *, urgent: bool, reason: str) -> Code | None:
    """Why a meeting cannot be fixed today for `day` (F33-07); None when it can."""
    if day < today:
        return "past"
    if urgent != bool(reason) or (reason and reason not in URGENT_REASON):
        return "reason"
    return "month" if not urgent and day < first_possible(today) else None


def postponing_problem(present: date, day: date, today: date) -> Code | None:
    """Why a meeting cannot be moved from `present` to `day`; the month never starts again (F33-07)."""
    if day < today:
        return "past"
    return "earlier" if day <= present else None


def how_held(day: date, first_day: date, *, urgent: bool) -> str:
    """The value of A24 for a meeting that took place: computed, never typed (F33-08)."""
    if urgent:
        return "held_urgent"
    return "held_on_date" if day == first_day else "held_later"


def window_end(day: date, days: int) -> date:
    """The last day of the nominative exchange of a meeting (F33-16)."""
    return day + timedelta(days=days)


def opening(day: date, days: int) -> date:
    """The first day the nominative exchange of a meeting may open (F33-16)."""
    return day - timedelta(days=days)


def convened_to(parties: Iterable[Party], life: Life, charter: Charter) -> tuple[Party, ...]:
    """Who is convened for this situation: heads of school for their own pupils alone (F33-14), the others for all."""
    return tuple(sorted(party for party in parties if _sits_for(party, life, charter)))


def _sits_for(party: Party, life: Life, charter: Charter) -> bool:
    if not charter.seat(party.seat).member:
        return False
    return party.seat != charter.schools or party.organisation in (life.school, life.sender.organisation)


def owners(charter: Charter, life: Life, acting: Party) -> tuple[Party, ...]:
    """Who may be given an action (F33-15): present convened persons, and who acts, in a seat that may keep a sheet."""
    grants = (grant for grant in charter.grants if grant.relation is Relation.OWNER)
    seats = {seat for grant in grants for seat in grant.seats}
    present = {party for party in life.convened if party.person not in life.recused} | {acting}
    return tuple(sorted(party for party in present if party.seat in seats))


def sheet(identity: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """What an owner keeps of a decision and, unless the action names nobody (A18), of the person concerned; nothing else (F33-15)."""
    named = row.get("action") not in NAMING_NOBODY
    copied = {name: identity[name] for name in SHEET_IDENTITY if named and identity.get(name)}
    return {**{name: row[name] for name in SHEET_DECISION if row.get(name)}, **copied}


def entrusted(
    rows: Sequence[Mapping[str, Any]],
    identity: Mapping[str, Any],
    sheets: Mapping[UUID, Entrusted],
) -> tuple[list[Entrusted], list[UUID]]:
    """The sheets still to give, and the parts of those that no decision asks for any more; `sheets` are those given."""
    stale, missing = dict(sheets), []
    for row in rows:
        if row.get("owner"):
            new = (UUID(row["owner"]), sheet(identity, row))
            known = next((part for part, given in stale.items() if given == new), None)
            if known is None:
                missing.append(new)
            else:
                del stale[known]
    return missing, list(stale)


def attendances(charter: Charter, seat: str) -> tuple[Labelled, ...]:
    """The values of A25 open to a seat, being there first: a head of school is there for its own situations only (F33-14)."""
    here, closed = ("own_cases_only", "present") if seat == charter.schools else ("present", "own_cases_only")
    values = (value for value in closed_list(charter, "attendance").values if value.value != closed)
    return tuple(sorted(values, key=lambda value: value.value != here))


def rank(charter: Charter, party: Party | None) -> int:
    """Where a member stands in lists of members: in the order of the charter's seats, who left last."""
    seats = [seat.name for seat in charter.seats]
    return seats.index(party.seat) if party else len(seats)


def closed_list(charter: Charter, name: str) -> ChoiceList:
    """A closed list of the charter. Errors: StopIteration for an unknown name."""
    return next(item for item in charter.lists if item.name == name)


def uninformed(identity: Mapping[str, Any]) -> tuple[bool, int]:
    """Whether the information of the minor is missing, and of how many representatives (C-05): nobody is named."""
    return not informed(identity), sum(not informed(person) for person in identity.get("representatives", ()))


def day_of(text: str | None) -> date | None:
    """The day an ISO text says, None when there is none."""
    return date.fromisoformat(text) if text else None
