"""One step, one role, one nominative field, one clock and one list value added to a copy of the charter work through form, page, key,
log and matrix: no other file is touched.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from audit.log import entries
from casework.cases.clocks import tick
from casework.charters import cenomed
from casework.charters.check import check
from casework.kernel.clock import at
from casework.kernel.life import Slot
from casework.kernel.records import Basis, Charter, Clock, Field, Grant, Kind, Labelled, Move, Seat, Step
from tests.cases.conftest import Lives
from tests.cases.pages import application, everybody
from tests.cases.test_pages import REFERRAL
from tests.house import make_house, open_town

ROLE = Seat("youth_council", "Conseil de la jeunesse", "X-01", origin="town_hall", organisations=("town_hall",))
STEP = Step("resting", "En attente de la rentrée", "X-02", story="La situation attend la rentrée scolaire.")
FIELD = Field("usual_name", "Nom d’usage", Kind.LINE, "X-03", limit=60)
CLOCK = Clock("resting", "Attente de la rentrée", "X-04", Basis.STEP, ("resting",), amount=10, move="stop_resting")
VALUE = Labelled("market", "Marché")
MOVES = (
    Move(
        "rest", "Attendre la rentrée", "X-02", ("coordinator",), ("received",), "resting", done="La situation attend."
    ),
    Move("stop_resting", "Fin de l’attente", "X-04", (), ("resting",), "dismissed", reason="no_event", timed=True),
)


def wider() -> Charter:
    """A copy of CENOMED with the five records."""
    base = cenomed.CENOMED
    places = replace(cenomed.PLACE, values=(*cenomed.PLACE.values, VALUE))
    identity, account = base.compartment("identity"), base.compartment("account")
    fact = tuple(replace(item, choices=places) if item.name == "place" else item for item in cenomed.FACT)
    told = tuple(replace(item, fields=fact) if item.name == "facts" else item for item in account.fields)
    changed = {
        "identity": replace(identity, fields=(FIELD, *identity.fields)),
        "account": replace(account, fields=told),
    }
    refer = base.move("refer")
    everywhere = ("resting",)
    grants = tuple(
        replace(grant, steps=_with(grant.steps, everywhere), cases=_with(grant.cases, everywhere))
        for grant in base.grants
    )
    return replace(
        base,
        seats=(*base.seats, ROLE),
        steps=(*base.steps, STEP),
        moves=(*(replace(refer, seats=(*refer.seats, ROLE.name)) if m is refer else m for m in base.moves), *MOVES),
        clocks=(*base.clocks, CLOCK),
        lists=tuple(places if item is cenomed.PLACE else item for item in base.lists),
        compartments=tuple(changed.get(item.name, item) for item in base.compartments),
        grants=(*grants, Grant("X-01", (ROLE.name,), ("reason",), everywhere)),
    )


def _with(steps: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Wherever a saisine received is readable, one that waits is too."""
    return steps + more if "received" in steps else steps


@pytest.fixture
def lives(tmp_path: Path) -> Lives:
    town = open_town(make_house(tmp_path, charter=wider()))
    for seat in (ROLE.name, "prosecutor"):
        town.join(seat)
    return Lives(town, {name: town.acting(name) for name in ("coordinator", ROLE.name, "prosecutor")}, tmp_path)


def test_the_wider_charter_is_proved() -> None:
    assert check(wider()).broken == ()


def test_five_records_go_through_form_page_key_log_and_matrix(lives: Lives) -> None:
    readers = everybody(application(lives), lives)
    form = readers[ROLE.name].get("/situations/nouvelle/refer").text
    assert "Nom d’usage" in form
    assert "Marché" in form

    chosen = {"account-facts-0-place": VALUE.value, "identity-usual_name": "Zoé l’Exemple"}
    sent = readers[ROLE.name].post("/situations/nouvelle/refer", **REFERRAL | chosen)
    case = sent.location.split("/")[2]
    page = readers["coordinator"].get(f"/situations/{case}").text
    assert "Zoé l’Exemple" in page
    assert "Marché" in page
    assert readers["prosecutor"].get(f"/situations/{case}").status_code == 404

    assert readers["coordinator"].post(f"/situations/{case}/actes/rest").status_code == 303
    seen = readers[ROLE.name].get(f"/situations/{case}").text
    assert "En attente de la rentrée" in seen
    assert "Absences répétées" in seen
    assert "Zoé l’Exemple" not in seen
    assert_sealed_logged_and_ended(lives, UUID(case))


def assert_sealed_logged_and_ended(lives: Lives, case: UUID) -> None:
    house = lives.house
    for engine in (house.stores.case, house.stores.key):
        assert "Zoé l’Exemple".encode() not in Path(str(engine.url.database)).read_bytes()
    with house.stores.case_reading() as session:
        moved = entries(session.connection(), house.provider.mac, subject=case, types=[house.events.moved])
    assert [str(item.values["move"]) for item in moved] == ["rest", "refer"]
    lives.town.moment += timedelta(days=11)
    with at(lives.town.moment):
        assert tick(house).moved == 1
    lives.acting = {name: lives.town.acting(name) for name in lives.acting}
    opened = [head for name in lives.acting if (head := lives.reads_case(name, case))]
    assert opened == [{Slot("identity"), Slot("reason"), Slot("account"), Slot("match")}]
