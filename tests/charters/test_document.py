"""The reviewed page of CENOMED names every record, traces every rule to its tests, and shows what is broken."""

import re
from pathlib import Path

import pytest

from casework.charters import document
from casework.charters.cenomed import CENOMED
from casework.charters.check import Broken, Report
from casework.charters.document import ROOT, main_check, write
from casework.charters.rules import REMAINS, RULES, proofs_in, written_in
from casework.kernel.records import Grant
from tests.charters.test_check import granting


def test_the_page_names_every_record() -> None:
    page = (ROOT / "docs" / "charter-cenomed.md").read_text(encoding="utf-8")
    named = [*CENOMED.seats, *CENOMED.compartments, *CENOMED.steps, *CENOMED.moves, *CENOMED.lists, *CENOMED.facts]
    assert [item for item in named if f"`{getattr(item, 'name', '')}`" not in page] == []
    assert [rule for rule in RULES if f"| {rule} |" not in page] == []


def test_what_no_test_proves_is_said_to_remain() -> None:
    assert set(RULES) - proofs_in(ROOT).keys() <= REMAINS.keys()
    assert REMAINS.keys() <= set(RULES)


def test_a_rule_is_traced_from_its_record_to_its_test(tmp_path: Path) -> None:
    (tmp_path / "casework" / "charters").mkdir(parents=True)
    (tmp_path / "tests").mkdir()
    (tmp_path / "casework" / "charters" / "one.py").write_text(
        'RULES = ("F33-04", "F33-4", "C-02")\n', encoding="utf-8"
    )
    test = '@pytest.mark.clause("F33-04")\n@pytest.mark.slow\n@fixture("C-02")\ndef test_it() -> None: ...\n'
    (tmp_path / "tests" / "test_one.py").write_text(test, encoding="utf-8")
    where = ("`casework/charters/one.py`",)
    assert written_in(tmp_path) == {"F33-04": where, "C-02": where}
    assert proofs_in(tmp_path) == {"F33-04": ("`tests/test_one.py::test_it`",)}


@pytest.mark.parametrize("page", ["threat-model.md", "life-of-a-request.md", "access.md"])
def test_every_file_that_a_page_names_exists(page: str) -> None:
    named = re.findall(
        r"`((?:tests|crypto|casework|audit)/[\w./-]+)`", (ROOT / "docs" / page).read_text(encoding="utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("broken", "code"), [((), 0), ((Broken("F33-04", "rompue", ("refer",)),), 1)])
def test_the_command_says_broken_by_its_code(
    broken: tuple[Broken, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(document, "check", lambda _: Report(1, 2, (), broken))
    assert main_check() == code
    assert ("BROKEN F33-04 by refer" in capsys.readouterr().out) == bool(broken)


def test_a_broken_promise_is_shown_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "CENOMED", granting(Grant("X", ("landlord",), ("identity",), ("received",))))
    write(tmp_path / "page.md", tmp_path)
    rows = (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row.startswith("| F33-02 | BROKEN F33-02 by refer: ") and row.endswith(" | rompu |")]
