"""What import-linter cannot say of imports: their place, the purity of the kernel, what a slice may ask of another."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("casework", "crypto", "audit", "migrations")
SLICES = ("cases", "accounts", "meetings", "journal", "indicators", "paper", "mail", "demo")
HEAVY = ("alembic", "typst")  # loaded where they are wanted: every start and every process would pay for them
RARE = ("casework.aside", "casework.demo.story", "casework.charters.check")  # loaded by the commands that want them
SCREENS = ("views", "forms")


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names, the imported name included: it may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def hidden(tree: ast.Module) -> Iterator[int]:
    """Lines of the imports inside a function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found = (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))
            yield from (
                node.lineno for node in found if any(name.split(".")[0] not in HEAVY for name in imported(node))
            )


def foreign(path: Path, names: Iterator[str]) -> Iterator[str]:
    """Imports of the views or the forms of another slice."""
    for name in names:
        parts = name.split(".") + ["", ""]
        if parts[0] == "casework" and parts[1] in SLICES and parts[1] != path.parts[1] and parts[2] in SCREENS:
            yield name


def test_no_import_hides_in_a_function() -> None:
    assert [f"{path}:{line}" for path, tree in modules(*PACKAGES, "tests", "tools") for line in hidden(tree)] == []


def test_the_command_line_loads_nothing_that_only_some_commands_want() -> None:
    code = "import sys, casework.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "casework.running.serving" in loaded
    assert set(loaded) & {*HEAVY, *RARE} == set()


def test_the_kernel_imports_the_standard_library_and_itself_only() -> None:
    strangers = [
        f"{path}: {name}"
        for path, tree in modules("casework/kernel")
        for name in imported(tree)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("casework.kernel")
    ]
    assert strangers == []


def test_the_charters_import_the_kernel_and_one_another_only() -> None:
    strangers = [
        f"{path}: {name}"
        for path, tree in modules("casework/charters")
        for name in imported(tree)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(("casework.kernel", "casework.charters"))
    ]
    assert strangers == []


def test_migrations_import_nothing_of_the_application() -> None:
    assert [
        f"{path}: {name}"
        for path, tree in modules("migrations")
        for name in imported(tree)
        if name.split(".")[0] in ("casework", "crypto", "audit")
    ] == []


def test_a_slice_never_uses_the_screens_of_another() -> None:
    folders = [f"casework/{name}" for name in SLICES]
    assert [f"{path}: {name}" for path, tree in modules(*folders) for name in foreign(path, imported(tree))] == []


def test_the_walks_see_what_they_look_for() -> None:
    tree = ast.parse("import casework.cases.views\ndef f():\n    from casework.accounts import service\n")
    assert list(hidden(tree)) == [3]
    assert list(imported(tree)) == ["casework.cases.views", "casework.accounts.service"]
    assert list(foreign(Path("casework/journal/views.py"), imported(tree))) == ["casework.cases.views"]
    with pytest.raises(AssertionError):
        list(imported(ast.parse("from . import x")))
