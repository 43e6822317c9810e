"""What is still open when an act ends a situation, and what becomes of it, in words; the person decides (F33-06, F33-12, F33-15)."""

from collections.abc import Iterator

from casework.accounts.people import Names, names
from casework.cases.decided import orientations
from casework.cases.piles import EXPECTED
from casework.cases.reading import Opened
from casework.kernel.life import Part, Slot
from casework.kernel.records import SITUATION, Charter, Move, Relation
from casework.store.house import House
from casework.web.french import short_day

HOLDERS = (Relation.ADDRESSED, Relation.OWNER)  # who holds a sheet and says what came of it


def left_open(house: House, move: Move, opened: Opened) -> list[str]:
    """One sentence for each thing that waits; none when the act does not end the situation."""
    if move.machine != SITUATION or not move.target or not house.charter.step(move.target).closed:
        return []
    return list(_sentences(house, move, opened))


def _sentences(house: House, move: Move, opened: Opened) -> Iterator[str]:
    charter, known = house.charter, names(house)
    for part in opened.life.parts:
        if part.step in EXPECTED:
            yield f"{_waits(charter, known, opened, part)} {_becomes(charter, part, move.target)}"
    for item in orientations(charter, opened):
        if item.waits:
            yield f"Orientation décidée et non envoyée : {item.label}. Elle ne pourra plus partir."


def _waits(charter: Charter, known: Names, opened: Opened, part: Part) -> str:
    if part.recipient:
        return f"{known.organisation(part.recipient)} n’a pas répondu depuis le {short_day(part.since)}."
    sheet = opened.contents.get(Slot("owner_sheet", part.id), {})
    labels = {item.name: item.choices for item in charter.compartment("owner_sheet").fields if item.choices}
    said = next((labels[name].label(sheet[name]) for name in ("action", "decision") if sheet.get(name)), "")
    who = f", confiée à {known.person(part.owner)}" if part.owner else ""
    due = f" pour le {short_day(part.due)}" if part.due else ""
    return f"Fiche d’action « {said} » non faite{who}{due}."


def _becomes(charter: Charter, part: Part, step: str) -> str:
    """What the act leaves to whoever holds the sheet, from the charter's records."""
    who = "Le destinataire" if part.recipient else "La personne responsable"
    answers = any(
        part.step in move.sources and move.machine == part.machine and (not move.cases or step in move.cases)
        for move in charter.moves
        if move.relation in HOLDERS
    )
    if answers:
        return f"{who} garde sa fiche et peut encore répondre ; annulez l’envoi pour la lui retirer."
    return f"{who} ne lira plus sa fiche et ne pourra plus indiquer ce qui est fait."
