"""The reviewed pages of docs/ read as tables: what the contracts expect of the application stands there, not in its code."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
CHARTER, ACCESS = DOCS / "charter-cenomed.md", DOCS / "access.md"
NAMED = re.compile(r"(?:^|, )([^`(]+?) \(`(\w+)`")
Row = Mapping[str, str]


def table(page: Path, title: str) -> list[Row]:
    """The rows of the table under this title, by the head of their column."""
    _, after = page.read_text(encoding="utf-8").split(f"\n## {title}\n", 1)
    lines = [line for line in after.split("\n## ", 1)[0].splitlines() if line.startswith("|")]
    heads, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def codes(cell: str, before: str = "") -> frozenset[str]:
    """The names written between back quotes, after this word or after none."""
    return frozenset(name for word, name in re.findall(r"(sans )?`([^`]+)`", cell) if word.strip() == before)


def _labels(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    return {label.strip(): name for label, name in found}


SEATS = _labels(pair for row in table(CHARTER, "Qualités") for pair in NAMED.findall(row["qualité"]))
COMPARTMENTS = _labels(iter(re.findall(r"### Compartiment « (.+?) » \(`(\w+)`", CHARTER.read_text(encoding="utf-8"))))


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of “Qui lit quoi, quand”."""

    seat: str
    compartment: str
    relation: str
    steps: frozenset[str]
    cases: frozenset[str]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Act:
    """One row of “Gestes”."""

    name: str
    label: str
    seats: frozenset[str]
    relation: str
    sources: frozenset[str]
    cases: frozenset[str]
    target: str
    needs: frozenset[str]
    without: frozenset[str]
    writes: frozenset[str]
    screen: str


READINGS = [
    Reading(
        SEATS[row["qualité"]],
        COMPARTMENTS[row["compartiment"]],
        row["à quel titre"],
        codes(row["étapes"]),
        codes(row["étapes de la situation"]),
        codes(row["il faut"]),
    )
    for row in table(CHARTER, "Qui lit quoi, quand")
]
ACTS = {
    name: Act(
        name,
        row["geste"].rsplit(" (`", 1)[0],
        frozenset(SEATS[label] for label in row["par"].split(", ") if label in SEATS),
        row["à quel titre"],
        codes(row["de"]),
        codes(row["étapes de la situation"]),
        "".join(codes(row["vers"])),
        codes(row["il faut"]),
        codes(row["il faut"], "sans"),
        frozenset(COMPARTMENTS[label] for label in row["écrit"].split(", ") if label),
        "".join(codes(row["écran"])),
    )
    for row in table(CHARTER, "Gestes")
    for name in re.findall(r"\(`(\w+)`\)", row["geste"])
}
MACHINES = {name: row["machine"] for row in table(CHARTER, "Étapes") for name in codes(row["étape"])}
ROUTES = {"".join(codes(row["adresse"])): row for row in table(ACCESS, "Adresses")}
