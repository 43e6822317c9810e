"""One whole life of a situation through the services: at each step, exactly the seats of F33-16 read exactly their compartments."""

import pytest

from casework.cases.facts import all_facts
from casework.cases.reading import lines
from tests import builders
from tests.cases.conftest import Lives
from tests.databases import on_both

REFERRAL = {"identity", "reason", "account"}


@pytest.mark.clause("F33-16")
@on_both("lives")
def test_one_life_gives_each_seat_its_compartments_and_no_other(lives: Lives) -> None:  # noqa: PLR0915 - one life, in order
    head = lives.refer()
    assert lives.reads("coordinator", head) == REFERRAL
    assert lives.reads("head_of_school", head) == set()
    assert lives.open("prosecutor", head) is None

    head = lives.play(head, "coordinator", "transmit")
    assert lives.reads("prosecutor", head) == REFERRAL
    head = lives.play(head, "prosecutor", "retain", {"judicial": {"note": "Pour mémoire."}})
    assert lives.reads("prosecutor", head) == REFERRAL | {"judicial"}
    assert lives.reads("coordinator", head) == REFERRAL

    head = lives.play(head, "coordinator", "schedule", meeting=head.life.case)
    convened = [lives.party(who) for who in ("police_station", "dsol", "head_of_school", "town_hall")]
    head = lives.play(
        head, "coordinator", "circulate", convened=convened, window=head.life.began.replace(year=2026, month=12)
    )
    assert lives.reads("police_station", head) == REFERRAL
    assert lives.reads("dsol", head) == {"identity", "reason"}
    assert lives.open("pjj", head) is None

    head = lives.play(head, "coordinator", "decide", builders.decisions())
    assert lives.reads("police_station", head) == REFERRAL | {"deliberation"}
    assert lives.reads("dsol", head) == {"identity", "reason"}
    head = lives.play(head, "coordinator", "sign_record")
    head = lives.play(head, "town_hall", "approve")
    for who in ("police_station", "dsol", "town_hall"):
        assert lives.open(who, head) is None

    recipient = (lives.town.people["recipient"].organisation, "social")
    sheet = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
    head = lives.play(head, "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    part = head.life.parts[0].id
    assert lives.reads("recipient", head) == {"orientation"}
    assert lives.reads("dsol", head) == {"orientation"}
    head = lives.play(head, "recipient", "answer", {"return": builders.RETURN}, part=part)
    assert lives.open("recipient", head) is None
    assert lives.reads("dsol", head) == {"orientation", "return"}

    head = lives.play(head, "coordinator", "close", reason="returns_received")
    assert lives.open("prosecutor", head) is None
    assert lives.open("dsol", head) is None
    assert lives.reads("coordinator", head) == REFERRAL | {"deliberation", "orientation", "return"}
    with lives.house.stores.case_reading() as session:
        kinds = sorted(fact["kind"] for fact in all_facts(lives.house, session))
    assert kinds == ["orientation_made", "referral_made", "return_received", "situation_examined", "situation_retained"]
    assert [line.reference for line in lines(lives.house, lives.acting["coordinator"])] == [head.reference]
