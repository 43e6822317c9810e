"""What else happens to situations, in a real browser: for a partner without account, from an agent, corrected, compared, recused, owned."""

import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests import demos
from tests.chromium import chromium
from tests.e2e.browsing import CASE, Seat, everybody, schedule
from tests.nu import nu_check

LOGINS = ("college", "coordination", "parquet", "commissariat", "pjj", "mairie", "agent")
TODAY = date.today()  # noqa: DTZ011 - the day a person types
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
pytestmark = pytest.mark.e2e


@pytest.mark.clause("F33-02")
@pytest.mark.clause("F33-03")
@pytest.mark.clause("F33-07")
@pytest.mark.clause("F33-15")
@pytest.mark.clause("C-09")
@pytest.mark.clause("C-10")
def test_the_other_paths_of_a_situation(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pages: list[tuple[str, str]] = []
    place = demos.copy_of(tmp_path_factory, tmp_path)
    with chromium() as browser, everybody(browser, place, pages, *LOGINS) as seats:
        on_behalf(seats["coordination"])
        printed(seats["coordination"])
        remontee(seats)
        case = corrected(seats)
        compared(seats, case)
        fixed_and_convened(seats["coordination"])
        recused_and_owned(seats, case)
    assert nu_check(pages) == []


def filled(seat: Seat, surname: str, first_name: str, **chosen: str) -> None:
    """The form of a saisine, as short as it can be."""
    seat.fill(**{"identity-surname": surname, "identity-first_name": first_name})
    seat.tick(**{"identity-birth": "birth_known", "identity-informed_how": "in_person"}, **chosen)
    seat.fill(
        **{"identity-informed_on": YESTERDAY, "identity-birth_date": "2012-06-03", "account-facts-0-day": YESTERDAY}
    )
    seat.tick(**{"reason-reasons": "incivilities"})
    seat.choose(
        **{
            "identity-schooling": "lower_secondary_4_3",
            "reason-main_reason": "incivilities",
            "account-facts-0-place": "garden",
        }
    )


def situation(seat: Seat) -> str:
    """The situation whose page or confirmation is open."""
    found = CASE.search(seat.path)
    assert found, seat.page.inner_text("main")
    return found[1]


def on_behalf(coordinator: Seat) -> None:
    coordinator.open("/situations/nouvelle/refer_on_behalf")
    filled(coordinator, "Sanscompte", "Aline", **{"reason-origin": "social_landlord"})
    coordinator.press("Enregistrer la saisine")
    assert "Bailleur social" in coordinator.open(f"/situations/{situation(coordinator)}")


def on_paper(seat: Seat) -> list[str]:
    """What the browser prints of the page it shows, twice as large, so that it takes several sheets."""
    made = seat.page.pdf(scale=2)
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(made)).pages]


def printed(coordinator: Seat) -> None:
    """A page prints one sentence; the print bears its mark and its number on every sheet."""
    (sheet,) = on_paper(coordinator)
    assert "utilisez « Imprimer cette page »" in sheet
    assert "Sanscompte" not in sheet
    coordinator.follow("Imprimer cette page")
    coordinator.tick(sheets="identity", reason="meeting_without_screen")
    assert "Sanscompte" in coordinator.press("Afficher le document à imprimer")
    sheets = on_paper(coordinator)
    assert len(sheets) > 1
    assert "Sanscompte" in " ".join(sheets)
    for number, sheet in enumerate(sheets, 1):
        assert "ne peut être communiqué à des tiers" in sheet
        assert "Imprimé par Claire Exemple" in sheet
        assert f"Page {number} sur {len(sheets)}" in sheet
        assert "Quitter" not in sheet


def remontee(seats: dict[str, Seat]) -> None:
    agent, coordinator = seats["agent"], seats["coordination"]
    agent.open("/situations/nouvelle/report")
    agent.tick(**{"remontee-reason": "agent_out_of_school"})
    agent.fill(**{"remontee-day": YESTERDAY, "remontee-text": "Seul au square toute la matinée."})
    agent.choose(**{"remontee-place": "garden"})
    agent.press("Envoyer la remontée")
    case = situation(agent)
    assert "Seul au square" not in agent.open(f"/situations/{case}")
    assert "Seul au square" in coordinator.open(f"/situations/{case}")
    coordinator.open(f"/situations/{case}/actes/take_up")
    filled(coordinator, "Remonté", "Bastien")
    coordinator.press("En faire une saisine")
    assert "Reçue" in agent.open(f"/situations/{case}")


def corrected(seats: dict[str, Seat]) -> str:
    head, coordinator, prosecutor = seats["college"], seats["coordination"], seats["parquet"]
    head.open("/situations/nouvelle/refer")
    filled(head, "Doublon", "Maxence")
    head.press("Envoyer la saisine")
    case = situation(head)
    coordinator.open(f"/situations/{case}")
    coordinator.strike("p")  # the letter shown on the button
    coordinator.tick(**{"request-points": "account"})
    coordinator.press("Demander des précisions")
    assert "Doublon" in head.open(f"/situations/{case}")
    head.open(f"/situations/{case}/actes/correct")
    head.fill(**{"account-text": "Deux fois cette semaine, le mardi et le jeudi."})
    head.press("Renvoyer la saisine")
    assert "Doublon" not in head.open(f"/situations/{case}")
    coordinator.open(f"/situations/{case}")
    coordinator.strike("t")
    coordinator.press("Transmettre au Parquet")
    assert "mardi et le jeudi" in prosecutor.open(f"/situations/{case}")
    prosecutor.strike("r")
    prosecutor.press("Retenir la situation")
    return case


def compared(seats: dict[str, Seat], case: str) -> None:
    commissariat, coordinator = seats["commissariat"], seats["coordination"]
    commissariat.open("/situations/nouvelle/refer")
    filled(commissariat, "DOUBLON", "Maxence")
    commissariat.press("Envoyer la saisine")
    other = situation(commissariat)
    page = coordinator.open("/situations/rapprochements")
    assert case in page
    assert other in page
    pair = coordinator.page.locator("form").filter(has=coordinator.page.locator(f"input[value='{other}']"))
    with coordinator.page.expect_navigation():
        pair.get_by_role("button", name="Relier ces situations").click()
    assert "Délier ces situations" in coordinator.page.inner_text("main")
    assert "rapprochement" not in commissariat.open("/").lower()


def fixed_and_convened(coordinator: Seat) -> None:
    coordinator.open("/reunions/nouvelle")
    coordinator.fill(day=(TODAY + timedelta(days=10)).isoformat())
    coordinator.press("Fixer une réunion")
    assert "un mois" in coordinator.page.inner_text("main")  # F33-07
    coordinator.fill(day=(TODAY + timedelta(days=45)).isoformat())
    coordinator.press("Fixer une réunion")
    meeting = "/".join(coordinator.path.split("/")[:3])
    coordinator.open(f"{meeting}/convocations")
    for box in coordinator.page.locator("input[type=checkbox]").all():
        box.check()
    coordinator.press("Convoquer")
    assert "Commissariat" in coordinator.open(meeting)


def recused_and_owned(seats: dict[str, Seat], case: str) -> None:
    coordinator, commissariat, pjj, town_hall = (seats[n] for n in ("coordination", "commissariat", "pjj", "mairie"))
    meeting = schedule(coordinator, case)
    coordinator.open(f"{meeting}/ouvrir")
    coordinator.press("Ouvrir l’échange nominatif")
    assert "mardi et le jeudi" in commissariat.open(f"/situations/{case}")
    commissariat.open(f"/situations/{case}/actes/recuse")
    commissariat.press("Se déporter de cette situation")
    assert "mardi et le jeudi" not in commissariat.open(f"/situations/{case}")
    assert "mardi et le jeudi" in pjj.open(f"/situations/{case}")
    coordinator.open(f"/situations/{case}/decisions")
    coordinator.tick(
        **{"deliberation-decisions-0-decision": "member_action", "deliberation-decisions-0-action": "meet_family"}
    )
    coordinator.page.get_by_role("radio", name="Protection judiciaire").first.check()
    coordinator.fill(**{"deliberation-decisions-0-due": (TODAY + timedelta(days=30)).isoformat()})
    coordinator.press("Enregistrer les décisions")
    coordinator.open(f"{meeting}/releve")
    coordinator.press("Signer le relevé de décisions")
    town_hall.open(f"{meeting}/releve")
    town_hall.press("Approuver le relevé de décisions")
    sheet = pjj.open(f"/situations/{case}")
    assert "Recevoir le mineur et sa famille" in sheet
    assert "mardi et le jeudi" not in sheet
    pjj.follow("Indiquer que l’action est faite")
    pjj.press("Indiquer que l’action est faite")
    assert "Doublon" not in pjj.open(f"/situations/{case}")
