"""The coordinator’s desk, by real requests."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from casework.accounts.people import names
from casework.cases import piles
from casework.cases.desk import SECTIONS
from casework.cases.piles import Files
from casework.cases.several import glimpses
from casework.kernel.clock import at
from tests.cases.desk_town import DAY, WHO, Desk, open_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


PLACES = {
    "danger": {"d-abord"},
    "danger_asked": {"d-abord", "precisions"},
    "waiting": {"d-abord"},
    "whole": {"a-verifier"},
    "lacking": {"a-verifier"},
    "reported": {"a-verifier"},
    "asked": {"precisions"},
    "silent": {"parquet"},
    "uninformed": {"parquet", "information"},
    "retained": {"retenues"},
    "decided": {"a-orienter"},
    "oriented": {"retours-attendus"},
    "both": {"retours-attendus", "retours"},
    "closed": set(),
    "returned": {"retours"},
    "late": {"actions"},
    "soon": {"actions"},
    "later": {"actions"},
    "done": {"actions-faites"},
    "proposed": {"sans-evenement"},
}


def test_every_situation_stands_where_it_waits(desk: Desk) -> None:
    sections = desk.sections()
    places = {
        name: {anchor for anchor, text in sections.items() if desk.heads[name].reference in text} for name in PLACES
    }
    assert places == PLACES
    assert list(sections) == [item.anchor for item in SECTIONS]


@pytest.mark.clause("F33-13")
def test_a_danger_comes_before_what_waited_longer_with_the_route_its_author_took(desk: Desk) -> None:
    first = desk.sections()["d-abord"]
    places = [first.index(desk.heads[name].reference) for name in ("danger", "danger_asked", "waiting")]
    assert max(places[:2]) < places[2]
    assert "Danger signalé. Voie prise : information préoccupante adressée à la CRIP 75." in desk.told(
        "d-abord", "danger"
    )


@pytest.mark.clause("C-05", "C-10")
def test_what_a_saisine_lacks_is_told_without_naming_anybody(desk: Desk) -> None:
    assert "Il manque : la date de naissance exacte, l’information du père." in desk.told("a-verifier", "lacking")
    assert "Rien ne manque." in desk.told("a-verifier", "whole")
    page = desk.page("coordinator", "/bureau")
    surnames = ("Fictif", "Prénom", "Dominique", "Lacunaire", "Entier", "Gémeau", "GEMEAU", "Danger</", "Orienté")
    assert [name for name in surnames if name in page] == []


@pytest.mark.clause("F33-10")
def test_the_silence_of_the_parquet_is_a_word(desk: Desk) -> None:
    assert "2 mars 2026" in desk.told("parquet", "silent")
    assert "À relancer : Prosecutor." in desk.told("parquet", "silent")


@pytest.mark.clause("C-05")
def test_the_month_to_inform_the_family_is_counted_from_the_saisine(desk: Desk) -> None:
    assert "En retard depuis le 2 avril 2026." in desk.told("information", "uninformed")


@pytest.mark.clause("F33-05")
def test_a_decided_orientation_waits_to_be_sent_but_a_proposal_to_the_family_does_not(desk: Desk) -> None:
    assert "Décidée : Service social polyvalent." in desk.told("a-orienter", "decided")
    assert "À relancer : Recipient." in desk.told("retours-attendus", "oriented")
    assert "Rien d’autre n’est attendu." in desk.told("retours", "returned")


@pytest.mark.clause("F33-05")
@pytest.mark.parametrize(("name", "style"), [("decided", "primary"), ("proposed", "quiet")])
def test_an_orientation_is_put_forward_where_one_was_decided(desk: Desk, name: str, style: str) -> None:
    page = desk.page("coordinator", f"/situations/{desk.heads[name].life.case}")
    assert re.findall(r'class="btn btn-(\w+)"[^>]*>Envoyer l’orientation', page) == [style]


@pytest.mark.clause("F33-15")
def test_an_overdue_action_is_said_in_words_and_comes_first(desk: Desk) -> None:
    assert "En retard depuis le 1er avril 2026. Emas." in desk.told("actions", "late")
    assert "Pour le 15 avril 2026." in desk.told("actions", "soon")
    places = [desk.sections()["actions"].index(desk.heads[name].reference) for name in ("late", "soon", "later")]
    assert places == sorted(places)


@pytest.mark.clause("A-05")
def test_the_log_says_what_the_desk_showed_and_opened(desk: Desk) -> None:
    desk.page("coordinator", "/bureau")
    told = desk.logged()
    start = max(at for at, (kind, _) in enumerate(told) if kind == "ListShown")
    seen = [item for _, item in told[start:]]
    listed = {item.subject for item in seen if item.type == "SituationListed"}
    opened = Counter((item.subject, item.values["compartment"]) for item in seen if item.type == "CompartmentRead")
    cases = {name: head.life.case for name, head in desk.heads.items()}
    assert listed == set(cases.values()) - {cases["closed"]}
    checked = [
        cases[name] for name in ("danger", "danger_asked", "waiting", "whole", "lacking", "twin", "double", "asked")
    ]
    without = ("decided", "proposed", "late", "soon", "later", "done")
    expected = [(case, part) for case in checked for part in ("identity", "reason")]
    assert opened == Counter([*expected, *((cases[name], "deliberation") for name in without)])
    pairs = [{item.subject, item.values["other"]} for item in seen if item.type == "SituationsCompared"]
    expected_pairs = [{cases["retained"], cases["twin"]}, {cases["waiting"], cases["double"]}]
    assert sorted(pairs, key=sorted) == sorted(expected_pairs * 2, key=sorted)  # each of the two finds it


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize("who", [name for name in WHO if name != "coordinator"])
def test_nobody_else_has_a_desk(desk: Desk, who: str) -> None:
    assert desk.readers[who].get("/bureau").status_code == 404
    assert "/bureau" not in desk.page(who, "/")


@pytest.mark.clause("R-03")
@pytest.mark.parametrize(
    ("months", "words"), [(11, "Rien n’est attendu."), (12, "À revoir : 12 mois"), (24, "Clôture proposée : 24 mois")]
)
def test_a_followed_situation_without_event_is_to_be_looked_at_then_closed(desk: Desk, months: int, words: str) -> None:
    house, day = desk.lives.house, date(2026 + (2 + months) // 12, (2 + months) % 12 + 1, 2)
    with at(desk.lives.town.moment):
        every = glimpses(house, desk.lives.acting["coordinator"], [desk.heads["proposed"].life.case])
        (line,) = piles.quiet(Files(house.charter, names(house), day, every))
    assert line.told[0].startswith(words)


@pytest.mark.clause("R-03")
def test_an_expected_return_does_not_hide_a_year_without_event(desk: Desk) -> None:
    house, case = desk.lives.house, desk.heads["oriented"].life.case
    with at(desk.lives.town.moment):
        files = Files(house.charter, names(house), DAY, glimpses(house, desk.lives.acting["coordinator"], [case]))
    assert list(piles.quiet(files)) == []
    assert [line.case for line in piles.quiet(replace(files, day=date(2027, 3, 2)))] == [case]
