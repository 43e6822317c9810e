"""Which file states each rule of the domain, and which test proves it, read from the sources without running them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_HERE = "casework/charters/rules.py"  # it names the rules, and carries none
ID = re.compile(r"\b(?:F(?:33)?|[CARS])-\d\d\b")
RULES = (  # the rules that concern this body
    *(f"F-{n:02}" for n in range(1, 4)),
    *(f"F33-{n:02}" for n in range(1, 17)),
    *(f"C-{n:02}" for n in range(1, 11)),
    *(f"R-{n:02}" for n in range(1, 11)),
    *(f"A-{n:02}" for n in range(1, 10)),
    *(f"S-{n:02}" for n in range(1, 6)),
)

REMAINS = {  # what of a rule is not built yet, whatever its tests prove of the rest
    "F-01": "la seconde instance (veille sociale)",
    "F-03": "l’avis du DPO et les décisions du représentant : réglages, diffusions, archives",
    "F33-01": "un même identifiant dans plusieurs arrondissements",
    "F33-09": "tout",
    "F33-10": "le rappel daté du silence",
    "F33-14": "les créneaux de passage",
    "C-05": "le rappel du délai d’un mois",
    "R-03": "la revue à douze mois, la clôture proposée à vingt-quatre",
    "R-04": "le passage en archive intermédiaire, son ouverture à deux personnes",
    "R-05": "l’élimination au vingt-cinquième anniversaire ; son jour est calculé et ne recule jamais",
    "R-06": "veille sociale",
    "R-07": "la liste des situations à éliminer, les bordereaux",
    "A-06": "l’élagage du journal sans casser sa vérification",
    "A-08": "les alertes envoyées ; le DPO lit les signaux, une altération trouvée est inscrite au journal",
    "A-09": "les demandes des personnes ; « qui a consulté » a sa recherche",
    "S-02": "le seuil de onze de ce qui est publié",
    "S-03": "tout",
    "S-04": "tout",
}


def written_in(root: Path) -> dict[str, tuple[str, ...]]:
    """By rule, the modules where a record bears it or a docstring names it as its source."""
    found: dict[str, set[str]] = {}
    for path in _sources(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for rule in ID.findall(node.value):
                    found.setdefault(rule, set()).add(f"`{path.relative_to(root).as_posix()}`")
    return {rule: tuple(sorted(paths)) for rule, paths in found.items()}


def proofs_in(root: Path) -> dict[str, tuple[str, ...]]:
    """By rule, the tests (path::name) that bear its mark."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for rule in _clauses(node):
                    found.setdefault(rule, []).append(f"`{path.relative_to(root).as_posix()}::{node.name}`")
    return {rule: tuple(sorted(tests)) for rule, tests in found.items()}


def _sources(root: Path) -> Iterator[Path]:
    for package in ("casework", "crypto", "audit"):
        yield from (path for path in sorted((root / package).rglob("*.py")) if path != root / _HERE)


def _clauses(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.clause":
            yield from (ast.literal_eval(value) for value in mark.args)
