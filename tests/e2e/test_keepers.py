"""The pages of the ceremony, of shares, of departures and of passwords in a real browser; axe and the Nu checker on each."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from tests.accounts.pages import app_of
from tests.accounts.test_holding_pages import answers
from tests.chromium import chromium
from tests.e2e.browsing import Seat, served_app
from tests.house import PASSWORD, Town, close, founders, make_house
from tests.nu import nu_check

pytestmark = pytest.mark.e2e


def words(town: Town, name: str) -> tuple[str, str, str]:
    return town.people[name].login, PASSWORD, totp_now(town.people[name].secret)


def test_a_keeper_opens_the_instance_and_keeps_it(tmp_path: Path) -> None:
    pages: list[tuple[str, str]] = []
    with at(datetime.now(UTC)):
        town = founders(make_house(tmp_path))[0]
    with chromium() as browser, served_app(app_of(town.house)) as base:
        keep(Seat(browser, base, words(town, "coordinator"), pages), town)
    close(town.house)
    assert nu_check(pages) == []


def keep(keeper: Seat, town: Town) -> None:
    """From the signature of the charter to a departure."""
    keeper.tick(agreed="1")
    keeper.press("Signer la charte")
    hold(keeper, answers(town))
    keeper.open("/parts")
    keeper.press("Montrer ma part")
    keeper.open("/parts/refaire")
    keeper.press("Refaire les parts")
    assert "à corriger" in keeper.page.content()
    leave(keeper, str(town.people["controller"].tenure))
    change(keeper)


def hold(keeper: Seat, filled: dict[str, str]) -> None:
    assert keeper.path == "/ouverture"
    keeper.press("Ouvrir l’instance")
    assert "points à corriger" in keeper.page.content()
    chosen = ("second", "controller", "dpo", "coordinator")
    keeper.fill(**{name: value for name, value in filled.items() if name not in chosen})
    keeper.tick(**{name: filled[name] for name in chosen})
    keeper.press("Ouvrir l’instance")
    assert "Empreinte de la racine" in keeper.page.content()


def leave(keeper: Seat, tenure: str) -> None:
    keeper.open("/administration")
    keeper.open(f"/administration/qualites/{tenure}/suspension")
    keeper.press("Suspendre cette qualité")
    keeper.open(f"/administration/qualites/{tenure}/retrait")
    keeper.press("Retirer cette qualité")
    assert "Une part est à refaire" in keeper.open("/")
    keeper.open("/parts")


def change(keeper: Seat) -> None:
    keeper.open("/mon-compte")
    keeper.open("/mon-compte/mot-de-passe")
    keeper.fill(password="faux", code="000000", new="Autre-Phrase-Longue-8")
    keeper.press("Continuer vers les codes de secours")
    assert "Ces réponses ne vont pas ensemble" in keeper.page.content()
