"""Rules of the domain that are only true if the pages say them: reminders, three states, danger, facts, opinions that look alike."""

import re
from functools import partial

import pytest
from sqlalchemy import select

from casework.store.tables import CiphertextRow
from tests.builders import REQUEST
from tests.cases.pages import Reader
from tests.cases.test_pages import REFERRAL
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.stories import begun, corrected, followed, in_exchange
from tests.contracts.story import Story
from tests.contracts.telling import Teller, plain

NEW = "/situations/nouvelle/refer"
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{128}|\b[0-9BCDFGHJKLMNPQRSTVWXZ]{8}\b")


def page_of(story: Story) -> str:
    return f"/situations/{story.head.life.case}"


def seen(reader: Reader, path: str) -> str:
    return plain(reader.get(path).text)


@pytest.mark.clause("F33-02")
def test_those_bound_by_secrecy_are_reminded_and_nobody_else(cell: Cell) -> None:
    referrers = sorted(golden.ACTS["refer"].seats)
    reminded = {
        name for name in referrers if "Rien de ce que vous avez appris sous le secret" in seen(cell.readers[name], NEW)
    }
    assert reminded == {"dsol", "pjj"}


@pytest.mark.clause("F33-02", "F33-03")
def test_who_only_sends_sees_three_states_and_never_what_is_behind_them(cell: Cell) -> None:
    landlord, agent = cell.readers["landlord"], cell.readers["agent"]
    told = [begun(cell, "landlord"), next(corrected(cell, "landlord"))]
    later = [
        begun(cell, "landlord").plays("coordinator", "transmit"),
        in_exchange(cell, "landlord"),
        begun(cell, "landlord").plays("coordinator", "dismiss", reason="out_of_scope"),
    ]
    for story, state in zip(told, ("Reçue", "Précisions demandées"), strict=True):
        assert f"Étape {state}." in seen(landlord, page_of(story))
    assert len({IDS.sub("", seen(landlord, page_of(story))) for story in later}) == 1
    assert "Étape Prise en compte." in seen(landlord, page_of(later[0]))
    reported = begun(cell, "agent", "report")
    assert "Étape Reçue." in seen(agent, page_of(reported))
    declined = reported.plays("coordinator", "decline_report", reason="out_of_scope")
    assert "Étape Prise en compte." in seen(agent, page_of(declined))
    for reader in (landlord, agent):
        assert not re.search(r"Parquet|Sans suite|Retenue|Transmise|Historique", seen(reader, "/situations"))


@pytest.mark.clause("F33-02")
def test_the_coordinator_refers_for_a_partner_without_account_and_states_its_origin(cell: Cell) -> None:
    reader, path = cell.readers["coordinator"], "/situations/nouvelle/refer_on_behalf"
    assert reader.post(path, **REFERRAL).status_code == 422
    sent = reader.post(
        path, **REFERRAL, **{"reason-origin": "social_landlord", "reason-reception": "entered_on_behalf"}
    )
    shown = seen(reader, sent.location.split("/fait/")[0])
    assert "Origine de la saisine Bailleur social" in shown
    assert "Saisie par le coordonnateur pour le compte de l’auteur" in shown


@pytest.mark.clause("F33-10")
def test_not_retained_looks_the_same_whatever_the_reason(cell: Cell) -> None:
    looks = set()
    for note in ("", "Une note du Parquet."):
        story = begun(cell, "pjj").plays("coordinator", "transmit")
        story.plays(
            "prosecutor",
            "ask_clarification",
            contents={"judicial": {"note": note} if note else {}, "request": REQUEST},
        )
        story.plays("coordinator", "resume_screening")
        story.plays("prosecutor", "not_retain")
        looks.add(tuple(IDS.sub("", seen(cell.readers[name], page_of(story))) for name in ("coordinator", "pjj")))
    assert len(looks) == 1


@pytest.mark.clause("F33-13")
def test_a_danger_shows_whom_to_call_asks_the_route_taken_and_transmits_nothing(cell: Cell, teller: Teller) -> None:
    reader, danger = cell.readers["pjj"], {**REFERRAL, "reason-danger": "1"}
    said = "Cocher cette case ne transmet rien. Appelez sans attendre : CRIP 75, 119, 17 ou le Parquet."
    assert said in seen(reader, NEW)
    answer = teller.told(partial(reader.post, NEW, **danger), 422, "Choisissez une réponse.", said)
    assert '<a href="#f-reason-danger_route">' in answer.text
    sent = reader.post(NEW, **danger, **{"reason-danger_route": "crip_informed"})
    path = sent.location.split("/fait/")[0]
    assert "Information préoccupante adressée à la CRIP 75" in seen(cell.readers["coordinator"], path)
    assert cell.readers["prosecutor"].get(path).status_code == 404
    assert cell.readers["recipient_2"].get(path).status_code == 404


@pytest.mark.clause("C-03")
def test_a_referral_holds_a_dated_placed_fact_and_a_short_text_beside_its_warning(cell: Cell, teller: Teller) -> None:
    reader = cell.readers["pjj"]
    assert "Des faits objectifs, constatés par vous. La personne concernée peut lire ce texte." in seen(reader, NEW)
    without = {name: value for name, value in REFERRAL.items() if not name.startswith("account-facts")}
    teller.told(partial(reader.post, NEW, **without), 422, "Remplissez au moins un fait.")
    for name in ("day", "place"):
        half = {**REFERRAL, f"account-facts-0-{name}": ""}
        answer = teller.told(partial(reader.post, NEW, **half), 422)
        assert f'<a href="#f-account-facts-0-{name}">' in answer.text
    teller.told(partial(reader.post, NEW, **{**REFERRAL, "account-text": "x" * 501}), 422, "500 caractères au plus")


@pytest.mark.clause("C-04")
def test_the_note_of_the_parquet_is_destroyed_at_closure(cell: Cell) -> None:
    story = next(followed(cell, ("emas",)))

    def kept() -> list[str]:
        query = select(CiphertextRow.compartment).where(CiphertextRow.case == story.head.life.case)
        with cell.lives.house.stores.case_reading() as session:
            return list(session.scalars(query))

    assert "judicial" in kept()
    story.plays("coordinator", "close", reason="actions_done")
    assert "judicial" not in kept()
    assert "identity" in kept()
