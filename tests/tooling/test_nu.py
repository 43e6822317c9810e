"""The HTML checker finds what is wrong, says in which page, and is silent about a page without fault."""

import pytest

from tests import nu

GOOD = '<!doctype html><html lang="fr"><head><title>Une page</title></head><body><h1>Une page</h1></body></html>'
BAD = GOOD.replace("<h1>", '<h1 align="center">')
DOUBTFUL = GOOD.replace("</body>", "<section><p>Sans titre</p></section></body>")


def test_a_page_without_fault_has_no_problem() -> None:
    assert nu.nu_check([("accueil", GOOD)]) == []


def test_each_problem_names_its_page() -> None:
    problems = nu.nu_check([("accueil", GOOD), ("dossiers/1", BAD), ("séances", DOUBTFUL)])
    assert [problem.page for problem in problems] == ["dossiers/1", "séances"]
    assert "align" in problems[0].message


def test_no_page_starts_no_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nu, "COMMAND", ("false",))
    assert nu.nu_check([]) == []


def test_a_checker_that_does_not_start_is_not_taken_for_a_good_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nu, "COMMAND", (*nu.COMMAND[:3], "absent.jar", *nu.COMMAND[4:]))
    with pytest.raises(RuntimeError):
        nu.nu_check([("accueil", GOOD)])
