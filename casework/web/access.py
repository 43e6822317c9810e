"""Writes the page of access that people review: every URL, its verbs, and which seats may ask for it; it adds nothing of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from casework.charters.document import table
from casework.kernel.records import Charter
from casework.web.needs import Route

INTRODUCTION = """# Qui peut demander quelle page

Page produite depuis les routes de l’application : ne pas la modifier à la main. Chaque case est éprouvée par une vraie requête.

- **oui** : la page répond à qui vient ainsi.
- **objet** : elle répond pour un objet qui lui est ouvert. Une situation : voir « Qui lit quoi, quand » et « Gestes » de la
  page de la charte. Un geste qui commence une situation : « Gestes ». Une réunion : tout membre ; un chef d’établissement,
  celles où il est convoqué (F33-14).
- vide : rien. Sans session, la page de connexion ; avant la signature de la charte, la charte ; sinon la réponse est,
  à l’octet près, celle d’une page ou d’un objet qui n’existe pas.
"""
OBJECTS = {"": "", "situation": "situation", "meeting": "réunion"}
ACT = "geste"
YES, OBJECT, NO = "oui", "objet", ""


def write(path: Path, routes: Sequence[Route], charter: Charter) -> None:
    """Write the page of these routes, open to the seats of this charter."""
    path.write_text(page(routes, charter), encoding="utf-8")


def page(routes: Sequence[Route], charter: Charter) -> str:
    """The whole page, in Markdown."""
    seats = tuple(f"`{seat.name}`" for seat in charter.seats)
    heads = ("adresse", "verbes", "objet", "sans session", "charte non signée", *seats)
    return f"{INTRODUCTION}\n{table('Adresses', heads, _rows(routes, charter))}"


def _rows(routes: Sequence[Route], charter: Charter) -> Iterator[tuple[str, ...]]:
    for route in routes:
        need = route.needs
        before = (YES if not need.session else NO, YES if not need.signed else NO)
        found = _object(route)
        admitted = OBJECT if found else YES
        cells = (admitted if need.admits(seat.name) else NO for seat in charter.seats)
        yield f"`{route.path}`", ", ".join(route.methods), found, *before, *cells


def _object(route: Route) -> str:
    """What the address names, whose own right the slice checks."""
    if "<uuid:" in route.path:
        return OBJECTS[route.needs.subject]
    return ACT if "<move>" in route.path else ""
