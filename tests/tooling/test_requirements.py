"""What is installed is locked: exact versions, hashes, and no word on where to fetch them."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ENTRY = re.compile(r"[a-z0-9-]+(?:\[[a-z,]+\])?==[0-9][\w.]*(?: ; [^\\\n]+)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+")


def names(text: str) -> set[str]:
    return {re.split(r"[\[>=<]", line)[0].lower() for line in text.splitlines() if line[:1].isalpha()}


@pytest.mark.parametrize("name", ["base", "dev"])
def test_each_locked_line_is_an_exact_version_with_hashes_and_nothing_else(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert ENTRY.sub("", text).strip() == ""
    assert names((ROOT / f"requirements/{name}.in").read_text(encoding="utf-8")) <= names(text)


def test_testing_runs_the_very_versions_that_serve() -> None:
    base, dev = (
        ENTRY.findall((ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")) for name in ("base", "dev")
    )
    assert set(base) <= set(dev)


def test_the_project_declares_what_the_lock_was_made_from() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = (ROOT / "requirements/base.in").read_text(encoding="utf-8").splitlines()
    # hatchling installs the project; it is not used by it.
    assert set(declared) == {line for line in wanted if not line.startswith("#")} - {"hatchling"}


def test_the_web_checkers_are_locked_by_hash_and_without_address() -> None:
    packages = json.loads((ROOT / "tools/web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    fetched = [package for path, package in packages.items() if path]
    assert fetched
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in fetched)
