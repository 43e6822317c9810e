"""One whole life of a situation across eight seats, in a real browser; axe, the Nu checker and our own promises on every page it meets."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import demos
from tests.chromium import chromium
from tests.e2e.browsing import CASE, Seat, everybody, schedule
from tests.nu import nu_check

LOGINS = ("college", "coordination", "parquet", "commissariat", "dsol", "mairie", "social", "bailleur")
TEXT = "Présente seule devant la gare, sans cartable, trois matins de suite."
pytestmark = pytest.mark.e2e


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize("script", [True, False], ids=["script", "without script"])
def test_the_whole_life_of_a_situation_across_the_seats(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, *, script: bool
) -> None:
    pages: list[tuple[str, str]] = []
    place = demos.copy_of(tmp_path_factory, tmp_path)
    with chromium() as browser, everybody(browser, place, pages, *LOGINS, script=script) as seats:
        before = referrals(seats["coordination"])
        case = refer(seats["college"])
        check_and_screen(seats, case)
        meet(seats, case)
        decide_and_approve(seats, case)
        orient_and_answer(seats, case)
        close_and_count(seats, case, before)
    assert nu_check(pages) == []


def refer(head: Seat) -> str:
    head.open("/situations/nouvelle/refer")
    head.press("Envoyer la saisine")  # an empty form comes back with what to correct
    assert "points à corriger" in head.page.content()
    yesterday = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011 - the day typed by a person
    head.fill(**{"identity-surname": "Exemplaire", "identity-first_name": "Zélie"})
    head.tick(
        **{"identity-birth": "birth_known", "identity-informed_how": "in_person", "reason-reasons": "school_absence"}
    )
    head.fill(
        **{
            "identity-informed_on": yesterday,
            "identity-birth_date": "2013-04-02",
            "account-facts-0-day": yesterday,
            "account-text": TEXT,
        }
    )
    head.page.select_option("[name='identity-schooling']", "lower_secondary_6_5")
    head.page.select_option("[name='reason-main_reason']", "school_absence")
    head.page.select_option("[name='account-facts-0-place']", "transport")
    head.press("Envoyer la saisine")
    found = CASE.search(head.path)
    assert found, head.page.inner_text("main")
    assert TEXT not in head.open(f"/situations/{found[1]}")
    return found[1]


def check_and_screen(seats: dict[str, Seat], case: str) -> None:
    coordinator, prosecutor = seats["coordination"], seats["parquet"]
    assert TEXT in coordinator.open(f"/situations/{case}")
    assert TEXT not in prosecutor.open(f"/situations/{case}")
    coordinator.open(f"/situations/{case}/actes/transmit")
    coordinator.press("Transmettre au Parquet")
    assert TEXT in prosecutor.open(f"/situations/{case}")
    prosecutor.open(f"/situations/{case}/actes/retain")
    prosecutor.press("Retenir la situation")


def meet(seats: dict[str, Seat], case: str) -> None:
    coordinator = seats["coordination"]
    meeting = schedule(coordinator, case)
    coordinator.open(f"{meeting}/ouvrir")
    coordinator.press("Ouvrir l’échange nominatif")
    assert TEXT in seats["commissariat"].open(f"/situations/{case}")
    seen = seats["dsol"].open(f"/situations/{case}")
    assert "Exemplaire" in seen
    assert TEXT not in seen
    assert "Exemplaire" not in seats["bailleur"].open(f"/situations/{case}")
    coordinator.meeting = meeting


def decide_and_approve(seats: dict[str, Seat], case: str) -> None:
    coordinator, town_hall = seats["coordination"], seats["mairie"]
    coordinator.open(f"/situations/{case}/decisions")
    coordinator.tick(**{"deliberation-decisions-0-decision": "keep_open"})
    coordinator.press("Enregistrer les décisions")
    coordinator.open(f"{coordinator.meeting}/releve")
    coordinator.press("Signer le relevé de décisions")
    town_hall.open(f"{coordinator.meeting}/releve")
    town_hall.press("Approuver le relevé de décisions")
    assert TEXT not in seats["commissariat"].open(f"/situations/{case}")


def orient_and_answer(seats: dict[str, Seat], case: str) -> None:
    coordinator, social = seats["coordination"], seats["social"]
    coordinator.open(f"/situations/{case}/orientation")
    coordinator.tick(target="social_service:", request="assess")
    preview = coordinator.press("Voir ce qui partira")
    assert "Exemplaire" in preview
    assert TEXT not in preview
    coordinator.press("Envoyer l’orientation")
    sheet = social.open(f"/situations/{case}")
    assert "Exemplaire" in sheet
    assert TEXT not in sheet
    assert "Parquet" not in social.page.inner_text("main")
    answer = social.page.get_by_role("link", name="Envoyer le retour").get_attribute("href")
    assert answer
    social.open(answer)
    social.tick(**{"return-support": "support_possible", "return-redirection": "not_redirected"})
    social.press("Envoyer le retour")
    assert "Exemplaire" not in social.open(f"/situations/{case}")
    assert "Accompagnement possible" in seats["dsol"].open(f"/situations/{case}")


def close_and_count(seats: dict[str, Seat], case: str, before: int) -> None:
    coordinator = seats["coordination"]
    coordinator.open(f"/situations/{case}/actes/close")
    coordinator.tick(reason="returns_received")
    coordinator.press("Clôturer la situation")
    assert "Clôturée" in coordinator.open(f"/situations/{case}")
    assert "Exemplaire" not in seats["parquet"].open(f"/situations/{case}")
    assert referrals(coordinator) == before + 1


def referrals(coordinator: Seat) -> int:
    coordinator.open("/indicateurs")
    row = coordinator.page.get_by_role("row").filter(has_text="Nombre de saisines")
    return int(row.get_by_role("cell").inner_text())
