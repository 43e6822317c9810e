"""The same person in two situations, for the coordinator alone, by real requests."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select

from casework.cases.heads import Head
from casework.store.tables import HeadRow
from tests.cases.desk_town import Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.mark.clause("C-10")
def test_the_same_person_is_told_at_home_on_the_desk_and_beside_the_acts(desk: Desk) -> None:
    twin, other = desk.heads["twin"], desk.heads["retained"]
    compared = f"/situations/rapprochements?situation={twin.life.case}"
    assert "2 rapprochements à examiner" in desk.page("coordinator", "/")
    assert {twin.reference, other.reference} <= set(
        re.findall(r"[0-9A-Z]{8}", callout(desk.page("coordinator", "/bureau")))
    )
    beside = callout(desk.page("coordinator", f"/situations/{twin.life.case}"))
    assert f"Peut-être la même personne que la situation {other.reference}." in beside
    assert compared in beside
    assert "Peut-être" not in desk.page("coordinator", f"/situations/{other.life.case}")
    assert "GEMEAU" in desk.page("coordinator", compared)


def callout(page: str) -> str:
    return "".join(re.findall(r'<div class="callout callout-warning">.*?</div>', page, re.DOTALL))


@pytest.mark.clause("A-05")
def test_the_count_of_the_home_page_shows_no_pair_and_logs_none(desk: Desk) -> None:
    before = [kind for kind, _ in desk.logged()].count("SituationsCompared")
    desk.page("coordinator", "/")
    assert [kind for kind, _ in desk.logged()].count("SituationsCompared") == before
    desk.page("coordinator", f"/situations/{desk.heads['twin'].life.case}")
    assert [kind for kind, _ in desk.logged()].count("SituationsCompared") == before + 2


@pytest.mark.clause("C-10")
def test_the_comparison_of_one_situation_shows_its_pairs_alone(desk: Desk) -> None:
    page = desk.page("coordinator", f"/situations/rapprochements?situation={desk.heads['whole'].life.case}")
    assert "Aucun rapprochement" in page
    assert "GEMEAU" not in page


@pytest.mark.clause("C-10")
def test_a_situation_that_resembles_nobody_is_compared_and_linked_by_its_reference(desk: Desk) -> None:
    one, two, reader = desk.heads["whole"], desk.heads["lacking"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={one.life.case}"
    assert path.split("?")[1] in desk.page("coordinator", f"/situations/{one.life.case}").replace("&amp;", "&")
    before = [kind for kind, _ in desk.logged()].count("SituationsCompared")
    assert f">{one.reference}</a></p>" in desk.page("coordinator", path)
    beside = f"{path}&avec=+{two.reference.lower()}"
    assert "Relier ces situations" in desk.page("coordinator", beside)
    assert [kind for kind, _ in desk.logged()].count("SituationsCompared") == before + 2
    try:
        assert reader.post(beside).status_code == 303
        assert f">{two.reference}</a>" in desk.page("coordinator", f"/situations/{one.life.case}")
        assert "Délier ces situations" in desk.page("coordinator", beside)
    finally:
        reader.post(beside)
    for wrong in ("AAAAAAAA", one.reference, "é" * 300):
        answer = reader.get(f"{path}&avec={wrong}")
        assert answer.status_code == 422
        assert "Aucune situation ouverte ne porte cette référence" in answer.text
        assert "Relier ces situations" not in answer.text


@pytest.mark.clause("C-10")
def test_linked_situations_name_each_other_and_can_be_unlinked(desk: Desk) -> None:
    twin, other, reader = desk.heads["twin"], desk.heads["retained"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={twin.life.case}"
    try:
        assert reader.post(path).status_code == 303
        assert f">{other.reference}</a>" in desk.page("coordinator", f"/situations/{twin.life.case}")
        assert f">{twin.reference}</a>" in desk.page("coordinator", f"/situations/{other.life.case}")
        assert twin.reference not in desk.page("prosecutor", f"/situations/{other.life.case}")
        assert "1 rapprochement à examiner" in desk.page("coordinator", "/")
        assert "Délier ces situations" in desk.page("coordinator", path)
    finally:
        reader.post(path)
    assert "Relier ces situations" in desk.page("coordinator", path)
    assert "Reliée" not in desk.page("coordinator", f"/situations/{twin.life.case}")


@pytest.mark.clause("C-10")
def test_the_parquet_which_reads_both_is_not_told_of_a_link(desk: Desk) -> None:
    one, two, reader = desk.heads["silent"], desk.heads["silent_twin"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={one.life.case}"
    assert "Non reliées. En commun : même nom, même prénom, même date de naissance." in desk.page("coordinator", path)
    assert reader.post(path).status_code == 303
    assert two.reference in desk.page("coordinator", f"/situations/{one.life.case}")
    assert two.reference not in desk.page("prosecutor", f"/situations/{one.life.case}")


@pytest.mark.clause("C-10")
@pytest.mark.parametrize("form", [{}, {"left": "x", "right": "y"}])
def test_a_pair_that_names_nothing_is_a_missing_page(desk: Desk, form: dict[str, str]) -> None:
    path, reader = "/situations/rapprochements", desk.readers["coordinator"]
    proof = {name: value for name, value in reader.hidden(path).items() if name not in ("left", "right")}
    assert reader.send(path, {**proof, **form}).status_code == 404


@pytest.mark.clause("C-10")
def test_a_pair_is_told_apart_sealed_and_taken_back(desk: Desk) -> None:
    twin, other, reader = desk.heads["twin"], desk.heads["retained"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={twin.life.case}"
    assert reader.post(path, apart="1").status_code == 303
    assert "Écartées : ce n’est pas la même personne." in desk.page("coordinator", path)
    assert "1 rapprochement à examiner" in desk.page("coordinator", "/")
    assert "Peut-être" not in desk.page("coordinator", f"/situations/{twin.life.case}")
    assert twin.reference not in callout(desk.page("coordinator", "/bureau"))
    assert "écarté" not in desk.page("prosecutor", f"/situations/{other.life.case}")
    assert named_in_clear(desk, twin, other) == []
    moves = [kind for kind, _ in desk.logged()].count("SituationMoved")
    assert reader.post(path, apart="1").status_code == 303
    assert [kind for kind, _ in desk.logged()].count("SituationMoved") == moves  # a second press changes nothing
    assert "Écartées" in desk.page("coordinator", path)
    left, right = (str(head.life.case) for head in (other, twin))
    for sides in ({"left": left, "right": right}, {"left": right, "right": left}):
        assert reader.post(path, apart="0", **sides).status_code == 303
        assert "À examiner." in desk.page("coordinator", path)


def named_in_clear(desk: Desk, one: Head, two: Head) -> list[str]:
    """The situation whose last signed clear state names the other."""
    found = []
    with desk.lives.house.stores.case_reading() as session:
        for head, other in ((one, two), (two, one)):
            newest = select(HeadRow.body).where(HeadRow.case == head.life.case).order_by(HeadRow.sequence.desc())
            found += (
                [head.reference] if str(other.life.case).encode() in (session.scalars(newest).first() or b"") else []
            )
    return found


@pytest.mark.clause("C-10")
def test_a_situation_is_told_apart_by_who_reads_both_from_another_one_alone(desk: Desk) -> None:
    reader, path, case = desk.readers["coordinator"], "/situations/rapprochements", str(desk.heads["twin"].life.case)
    for right in (case, str(uuid4())):
        assert reader.post(path, left=case, right=right, apart="1").status_code == 404
    assert (
        desk.readers["prosecutor"].send(path, {**desk.readers["prosecutor"].hidden("/"), "left": case}).status_code
        == 404
    )
