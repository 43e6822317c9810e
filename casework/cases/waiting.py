"""What waits for each seat in situations: the lines of the home page, in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import url_for

from audit.entry import Reference
from casework.cases import comparing, danger, drafts, duties, reading
from casework.cases.duties import Duty
from casework.cases.reading import Line
from casework.cases.screening import ASKING
from casework.cases.several import glimpses
from casework.kernel.clock import today
from casework.kernel.engine import beginnings
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import count, lowered, short_day
from casework.web.tasks import Task


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that waits for a seat, in words for one or several."""

    seat: str
    step: str
    one: str
    many: str
    urgent: bool = False
    page: str = ""  # where several are done, and the part of that page
    part: str = ""
    danger: bool = False  # how many say that the minor is in danger


DESK = "cases.desk"
WAITING = (
    Waiting("coordinator", "received", "saisine à vérifier", "saisines à vérifier", urgent=True, page=DESK),
    Waiting("coordinator", "reported", "remontée d’un agent à examiner", "remontées d’agents à examiner", page=DESK),
    Waiting(
        "coordinator",
        "clarifying",
        "saisine à préciser pour le Parquet",
        "saisines à préciser pour le Parquet",
        page=DESK,
        part="precisions",
    ),
    Waiting(
        "coordinator",
        "retained",
        "situation retenue à inscrire à une réunion",
        "situations retenues à inscrire à une réunion",
        page=DESK,
        part="retenues",
    ),
    Waiting(
        "prosecutor",
        "screening",
        "situation attend votre avis",
        "situations attendent votre avis",
        urgent=True,
        page="cases.queue",
        danger=True,
    ),
)
SOON = timedelta(days=7)
DRAFTS = 20  # newest ones, by name
LOOKED = 200  # newest ones, of whose situations something is asked


def tasks(house: House, acting: Acting) -> Iterator[Task]:
    """The tasks of this seat, each linked to where it is done; a situation named on the page is logged before."""
    seat, lines = acting.actor.seat, reading.lines(house, acting, limit=None)
    found = duties.duties(house, acting, lines)
    corrections = [
        item for item in lines if item.opens and item.sent and item.step in reading.CORRECTING and seat != "coordinator"
    ]
    actions = duties.mine(acting, found)
    named = {**{item.case: item.reference for item in corrections}, **{d.case: d.of.head.reference for d in actions}}
    if named:
        listed = house.events.shown_in_list
        house.log([house.entry(listed, acting.actor, subject=k, reference=Reference(v)) for k, v in named.items()])
    yield from (_action(duty) for duty in actions)
    for item in corrections:
        words = f"Précisions demandées sur votre envoi {item.reference}"
        yield Task(words, url_for("cases.situation", case=item.case), urgent=True)
    yield from _of_steps(house, acting, lines)
    yield from OF_SEAT.get(seat, _nothing)(house, acting, lines, found)
    offered = list(_offered(house, acting))
    for draft, reference in offered[:DRAFTS]:
        yield _draft(house, acting, draft, reference)
    older = max(0, len(offered) - DRAFTS)
    words = count(older, "brouillon plus ancien, dans sa situation", "brouillons plus anciens, dans leurs situations")
    yield Task(words, url_for("cases.listing"), older)


def _offered(house: House, acting: Acting) -> Iterator[tuple[drafts.Draft, str]]:
    """The drafts of acts that are still possible, with the reference of their situation; one of an act that is over ends with its clock (R-01)."""
    found = drafts.mine(house, acting)[:LOOKED]
    heads = {item.life.case: item.head for item in glimpses(house, acting, [d.case for d in found if d.case])}
    starts = {move.name for move in beginnings(house.charter, acting.actor)}
    for draft in found:
        if draft.case is None and draft.form in starts:
            yield draft, ""
            continue
        head = heads.get(draft.case) if draft.case else None
        if head and reading.playable(house, acting.actor, head.life, draft.form, draft.part):
            yield draft, head.reference


def _draft(house: House, acting: Acting, draft: drafts.Draft, reference: str) -> Task:
    move = house.charter.move(draft.form)
    label = "donner un avis" if draft.form == ASKING else lowered(move.opening or move.label)
    words = f"Reprendre votre brouillon du {short_day(draft.changed_on)} : {label}"
    if draft.case is None:
        return Task(words, _draft_url(draft))
    listed = house.events.shown_in_list
    house.log([house.entry(listed, acting.actor, subject=draft.case, reference=Reference(reference))])
    return Task(f"{words}, situation {reference}", _draft_url(draft))


def _action(duty: Duty) -> Task:
    due, words = duty.part.due, f"{duties.told(duty)}, situation {duty.of.head.reference}"
    urgent = due is not None and due <= today() + SOON
    return Task(words, url_for("cases.situation", case=duty.case), urgent=urgent)


def _of_steps(house: House, acting: Acting, lines: Sequence[Line]) -> Iterator[Task]:
    for item in WAITING:
        found = [line for line in lines if line.step == item.step]
        if item.seat == acting.actor.seat and found:
            words = count(len(found), item.one, item.many)
            alarming = len(danger.signalled(house, acting, found)) if item.danger else 0
            if alarming:
                words += f", dont {count(alarming, 'danger signalé', 'dangers signalés')}"
            yield Task(words, _url(item, found), len(found), item.urgent)


def _url(item: Waiting, found: Sequence[Line]) -> str:
    if item.page == DESK and len(found) == 1:
        return url_for("cases.situation", case=found[0].case)
    return url_for(item.page, _anchor=item.part or None)


def _of_coordinator(house: House, acting: Acting, lines: Sequence[Line], found: Sequence[Duty]) -> Iterator[Task]:
    alike = comparing.to_examine(house, acting)
    yield Task(count(alike, "rapprochement à examiner", "rapprochements à examiner"), url_for("cases.compare"), alike)
    followed = [duty for duty in found if duty.of.life.step == "followed"]
    for kind, one, many, part in (
        (("orientation", "returned"), "retour reçu", "retours reçus", "retours"),
        (("owner_sheet", "done"), "action faite", "actions faites", "actions-faites"),
    ):
        number = sum(duty.kind == kind for duty in followed)
        yield Task(count(number, one, many), url_for(DESK, _anchor=part), number)
    number = sum(line.step == "followed" for line in lines)
    yield Task(count(number, "situation suivie", "situations suivies"), url_for(DESK), number)


def _of_social_services(
    _house: House, _acting: Acting, _lines: Sequence[Line], found: Sequence[Duty]
) -> Iterator[Task]:
    """F33-04: what the services were asked and did not answer; what came back is only to know, in the list of situations."""
    sent = [duty for duty in found if duty.kind == ("orientation", "sent")]
    late = any(duty.part.since + duties.UNANSWERED <= today() for duty in sent)
    one, many = "orientation vers un service social attend", "orientations vers les services sociaux attendent"
    yield Task(f"{count(len(sent), one, many)} un retour", _one_or_list([duty.case for duty in sent]), len(sent), late)


def _of_recipient(_house: House, _acting: Acting, lines: Sequence[Line], _found: Sequence[Duty]) -> Iterator[Task]:
    words = count(len(lines), "fiche attend votre retour", "fiches attendent votre retour")
    yield Task(words, _one_or_list([line.case for line in lines]), len(lines), urgent=True)


def _nothing(_house: House, _acting: Acting, _lines: Sequence[Line], _found: Sequence[Duty]) -> Iterator[Task]:
    return iter(())


OF_SEAT = {"coordinator": _of_coordinator, "dsol": _of_social_services, "recipient": _of_recipient}


def _one_or_list(cases: Sequence[UUID]) -> str:
    return url_for("cases.situation", case=cases[0]) if len(cases) == 1 else url_for("cases.listing")


def _draft_url(draft: drafts.Draft) -> str:
    if draft.case is None:
        return url_for("cases.new", move=draft.form)
    if draft.form == ASKING:
        return url_for("cases.queue", situation=draft.case)
    if draft.part is None:
        return url_for("cases.step", case=draft.case, move=draft.form)
    return url_for("cases.part_step", case=draft.case, move=draft.form, part=draft.part)
