"""The coordinator's desk: what comes first, what is missing, what waits for whom and since when; references, never a name (C-10)."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask import Response

from audit.entry import Entry, Reference
from casework.accounts.people import names
from casework.cases import comparing, piles, reading
from casework.cases.comparing import CHECKING, DISTINCT, MATCH, RECORDS
from casework.cases.piles import Files, Told
from casework.cases.reading import Line
from casework.cases.several import Glimpse, Wanted, glimpses
from casework.kernel.clock import today
from casework.kernel.life import Life, Party
from casework.store.directory import load_directory
from casework.store.events import PAGES
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.page import acting, current_house, reply

Pile: TypeAlias = Callable[[Files], Iterator[Told]]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    anchor: str
    title: str
    caption: str
    find: Pile


PAIRS = 5
OLDEST = "La plus ancienne d’abord"
SECTIONS = (
    Section("d-abord", "À traiter d’abord", "Danger signalé, puis la plus ancienne", piles.first),
    Section("a-verifier", "Saisines à vérifier", OLDEST, piles.to_check),
    Section("precisions", "Précisions demandées", OLDEST, piles.asked),
    Section("parquet", "À l’avis du Parquet", "La plus anciennement transmise d’abord", piles.screened),
    Section("retenues", "Retenues sans réunion", "La plus ancienne saisine d’abord", piles.retained),
    Section(
        "information", "Information de la famille à compléter", "La plus ancienne saisine d’abord", piles.uninformed
    ),
    Section("a-orienter", "Orientations à envoyer", OLDEST, piles.to_send),
    Section("retours-attendus", "Retours attendus", "La plus ancienne orientation d’abord", piles.awaited),
    Section("retours", "Retours reçus", "Le plus ancien retour d’abord", piles.returned),
    Section("actions", "Actions en cours", "En retard d’abord, puis la plus proche échéance", piles.doing),
    Section("actions-faites", "Actions faites", "La plus ancienne d’abord", piles.done),
    Section("sans-evenement", "Suivies sans événement", "Le plus ancien événement d’abord", piles.quiet),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A section that has something in it."""

    anchor: str
    title: str
    caption: str
    lines: Sequence[Told]


def desk() -> Response:
    """Everything that is open, sorted by what it waits for; what is opened for it is logged, situation by situation."""
    house, person = current_house(), acting()
    lines = reading.lines(house, person, limit=None)
    every = glimpses(house, person, [item.case for item in lines], _wanted(lines))
    files = Files(house.charter, names(house), today(), every, _admitted(house))
    found = [
        Shown(item.anchor, item.title, item.caption, sorted(item.find(files), key=lambda told: told.rank))
        for item in SECTIONS
    ]
    sections = [item for item in (*found, _lost(lines, every)) if item.lines]
    pairs = [pair for pair in comparing.pairs(every) if pair.to_examine]
    shown, more = pairs[:PAIRS], len(pairs[PAIRS:])
    entries = [*_entries(house, person, sections, every), *comparing.entries(house, person, shown)]
    return reply("cases/desk.html", *entries, sections=sections, pairs=shown, more=more)


def _admitted(house: House) -> Collection[Party]:
    with house.stores.case_reading() as session:
        return load_directory(house, session).parties().values()


def _wanted(lines: Sequence[Line]) -> Wanted:
    """What the desk opens of each: nothing but what it says something of."""
    match = RECORDS if any(item.step in CHECKING for item in lines) else ()

    def wanted(life: Life) -> Collection[str]:
        if life.step in CHECKING:
            return ("identity", "reason", *match)
        oriented = any(part.machine == "orientation" for part in life.parts)
        return ("deliberation", *match) if life.step == "followed" and not oriented else match

    return wanted


def _lost(lines: Sequence[Line], every: Sequence[Glimpse]) -> Shown:
    """What could not be opened is said, so that nothing urgent disappears."""
    known = {item.life.case for item in every}
    told = ("Prévenez l’administrateur.",)
    lost = [
        Told(item.case, item.reference, "", item.since, told, urgent=True) for item in lines if item.case not in known
    ]
    return Shown("illisibles", "Situations qui ne s’ouvrent pas", "Elles sont signalées", lost)


def _entries(house: House, person: Acting, sections: Sequence[Shown], every: Sequence[Glimpse]) -> Iterator[Entry]:
    """One entry for the list, one for each situation, one for each compartment opened for it."""
    events, actor = house.events, person.actor
    shown = {told.case: Reference(told.reference) for section in sections for told in section.lines}
    yield house.entry(events.list, actor, page=PAGES["list"], count=len(shown))
    for case, reference in shown.items():
        yield house.entry(events.shown_in_list, actor, subject=case, reference=reference)
    for item in every:
        for slot in set(item.contents) - {MATCH, DISTINCT}:
            code, reference = events.compartments[slot.compartment], Reference(item.head.reference)
            yield house.entry(events.read, actor, subject=item.life.case, reference=reference, compartment=code)
