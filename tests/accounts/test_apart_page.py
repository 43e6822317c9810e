"""The key of the Parquet's note goes from one member of the Parquet to another, on a page of theirs alone (C-04)."""

import pytest

from casework.kernel.clock import at
from casework.kernel.life import Principal
from casework.store.directory import load_directory
from casework.store.keyring import NoKey
from tests.accounts.pages import Browser, app_of
from tests.house import Town

PAGE = "/avis/cle"


def at_home(town: Town, name: str) -> Browser:
    browser = Browser(town, app_of(town.house).test_client())
    browser.enter(name)
    browser.get("/")
    return browser


@pytest.mark.clause("C-04")
def test_a_newcomer_of_the_parquet_waits_until_a_colleague_hands_the_key(town: Town) -> None:
    town.join("prosecutor")
    town.join("prosecutor", "deputy")
    newcomer = at_home(town, "deputy")
    assert "ne vous est pas encore confiée" in newcomer.html
    newcomer.get(PAGE)
    assert "Confier la clé<" not in newcomer.html
    holder = at_home(town, "prosecutor")
    assert "Confier la clé de la note" in holder.html
    holder.get(PAGE)
    holder.post(PAGE, 303)
    holder.get("/")
    assert "Confier la clé de la note" not in holder.html
    newcomer.get("/")
    assert "ne vous est pas encore confiée" not in newcomer.html


@pytest.mark.clause("C-04")
def test_who_lacks_the_key_or_names_nobody_hands_nothing(town: Town) -> None:
    town.join("prosecutor")
    second, third = town.join("prosecutor", "deputy"), town.join("prosecutor", "third")
    holder = at_home(town, "prosecutor")
    holder.get(PAGE)
    holder.post(PAGE, 422, tenure="personne")
    holder.post(PAGE, 422, tenure=str(town.people["coordinator"].tenure))
    newcomer = at_home(town, "deputy")
    newcomer.get(PAGE)
    with at(town.moment):
        form = {**newcomer.hidden(), "tenure": str(third.tenure)}
        assert newcomer.client.post(PAGE, data=form).status_code in (422, 503)
    with pytest.raises(NoKey):
        _private(town, "third")
    assert second.tenure != third.tenure


def _private(town: Town, name: str) -> bytes:

    with town.house.stores.case_reading() as session:
        directory = load_directory(town.house, session)
    principal = directory.id_of(Principal.apart("prosecutor"))
    assert principal
    return town.acting(name).keys.private(town.house, principal)
