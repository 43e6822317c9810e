"""Pages of situations, as each seat receives them."""

import pytest

from casework.cases import drafts
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, everybody
from tests.databases import on_both
from tests.meanwhile import at_once

REFERRAL = {
    "identity-surname": "Fictif",
    "identity-first_name": "Camille",
    "identity-birth": "birth_known",
    "identity-birth_date": "2012-05-17",
    "identity-schooling": "lower_secondary_4_3",
    "identity-informed_how": "in_person",
    "identity-informed_on": "2026-02-20",
    "reason-reasons": ["school_absence"],
    "reason-main_reason": "school_absence",
    "account-facts-0-day": "2026-02-18",
    "account-facts-0-place": "street",
    "account-text": "Présent seul, sans cartable.",
}


@pytest.fixture
def readers(lives: Lives) -> dict[str, Reader]:
    return everybody(lives)


@pytest.mark.clause("F33-02")
def test_a_referral_sent_from_its_form_is_read_by_the_coordinator_alone(readers: dict[str, Reader]) -> None:
    sent = readers["head_of_school"].post("/situations/nouvelle/refer", **REFERRAL)
    assert sent.status_code == 303, sent.text
    done = readers["head_of_school"].get(sent.location)
    assert "C’est enregistré" in done.text
    path = sent.location.split("/fait/")[0]
    assert "Présent seul, sans cartable." in readers["coordinator"].get(path).text
    assert "Fictif" not in readers["head_of_school"].get(path).text
    assert readers["prosecutor"].get(path).status_code == 404


@on_both("lives", "postgresql")
def test_of_two_persons_sending_at_once_the_second_is_told_and_keeps_what_it_wrote(
    lives: Lives, readers: dict[str, Reader]
) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    path = f"/situations/{head.life.case}/actes"
    typed = {"inform": {"identity-informed_how": "by_phone", "identity-informed_on": "2026-02-27"}}
    typed["retain"] = {"judicial-note": "Pour mémoire."}
    people = {"inform": readers["coordinator"], "retain": readers["prosecutor"]}
    forms = {move: reader.form(f"{path}/{move}") for move, reader in people.items()}
    sent = at_once(
        *[lambda move=move: people[move].send(f"{path}/{move}", forms[move], **typed[move]) for move in people]
    )
    assert sorted(answer.status_code for answer in sent) == [303, 409]
    late = next(move for move, answer in zip(people, sent, strict=True) if answer.status_code == 409)
    (told,) = [answer for answer in sent if answer.status_code == 409]
    assert "La situation a changé pendant que vous écriviez" in told.text
    kept = drafts.find(lives.house, people[late].acting, late, head.life.case)
    assert kept
    assert typed[late].items() <= {name: value for name, (value, *_) in kept.items()}.items()


@on_both("lives", "postgresql")
def test_a_form_sent_twice_at_once_makes_one_situation(lives: Lives, readers: dict[str, Reader]) -> None:
    path, reader = "/situations/nouvelle/refer", readers["head_of_school"]
    hidden = reader.form(path)
    sent = at_once(*[lambda: reader.send(path, hidden, **REFERRAL)] * 2)
    again = reader.send(path, hidden, **REFERRAL)
    assert [answer.status_code for answer in (*sent, again)] == [303] * 3
    assert len({answer.location for answer in (*sent, again)}) == 1
