"""What waits for each seat in situations: the lines of the home page, in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from casework.cases import drafts, reading
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import count
from casework.web.tasks import Task


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that waits for a seat, in words for one or several."""

    seat: str
    step: str
    one: str
    many: str
    urgent: bool = False
    page: str = ""  # where it is done, when it has a page of its own


WAITING = (
    Waiting("coordinator", "received", "saisine à vérifier", "saisines à vérifier", urgent=True),
    Waiting("coordinator", "reported", "remontée d’un agent à examiner", "remontées d’agents à examiner"),
    Waiting("coordinator", "clarifying", "saisine à préciser pour le Parquet", "saisines à préciser pour le Parquet"),
    Waiting(
        "coordinator",
        "retained",
        "situation retenue à inscrire à une réunion",
        "situations retenues à inscrire à une réunion",
    ),
    Waiting("coordinator", "followed", "situation suivie", "situations suivies"),
    Waiting(
        "prosecutor",
        "screening",
        "situation attend votre avis",
        "situations attendent votre avis",
        urgent=True,
        page="cases.queue",
    ),
)
CORRECTING = ("correcting", "clarifying", "report_correcting")


def tasks(house: House, acting: Acting) -> Iterator[Task]:
    """The tasks of this seat, each linked to where it is done."""
    seat, lines = acting.actor.seat, reading.lines(house, acting, limit=500)
    for item in WAITING:
        found = [line for line in lines if line.step == item.step]
        if item.seat == seat and found:
            url = _url(item, found)
            yield Task(count(len(found), item.one, item.many), url, len(found), item.urgent)
    for line in lines:
        if line.sent and line.step in CORRECTING and seat != "coordinator":
            yield Task(
                f"Précisions demandées sur votre envoi {line.reference}",
                url_for("cases.situation", case=line.case),
                urgent=True,
            )
    if seat == "recipient" and lines:
        url = url_for("cases.situation", case=lines[0].case) if len(lines) == 1 else url_for("cases.listing")
        yield Task(
            count(len(lines), "fiche attend votre retour", "fiches attendent votre retour"),
            url,
            len(lines),
            urgent=True,
        )
    for draft in drafts.mine(house, acting):
        yield Task(f"Reprendre votre brouillon : {house.charter.move(draft.form).label.lower()}", _draft_url(draft))


def _url(item: Waiting, found: Sequence[reading.Line]) -> str:
    if item.page:
        return url_for(item.page)
    return (
        url_for("cases.situation", case=found[0].case) if len(found) == 1 else url_for("cases.listing", step=item.step)
    )


def _draft_url(draft: drafts.Draft) -> str:
    if draft.case is None:
        return url_for("cases.new", move=draft.form)
    if draft.part is None:
        return url_for("cases.step", case=draft.case, move=draft.form)
    return url_for("cases.part_step", case=draft.case, move=draft.form, part=draft.part)
