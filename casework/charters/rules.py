"""Which file states each rule of the domain, and which test proves it, read from the sources without running them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ID = re.compile(r"^(?:F(?:33)?|[CARS])-\d\d$")
RULES = (  # the rules that concern this body
    *(f"F-{n:02}" for n in range(1, 4)),
    *(f"F33-{n:02}" for n in range(1, 17)),
    *(f"C-{n:02}" for n in range(1, 11)),
    *(f"R-{n:02}" for n in range(1, 11)),
    *(f"A-{n:02}" for n in range(1, 10)),
    *(f"S-{n:02}" for n in range(1, 6)),
)


def written_in(root: Path) -> dict[str, tuple[str, ...]]:
    """By rule, the files of the charters where a record bears it."""
    found: dict[str, set[str]] = {}
    for path in sorted((root / "casework" / "charters").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.match(node.value):
                found.setdefault(node.value, set()).add(f"`{path.relative_to(root).as_posix()}`")
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


def _clauses(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.clause":
            yield from (ast.literal_eval(value) for value in mark.args)
