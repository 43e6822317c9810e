"""Pages of situations, as each seat receives them."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from casework.accounts.people import names
from casework.cases import confirmed, drafts
from casework.cases.act import Change, act
from casework.cases.comparing import link
from casework.cases.recent import recent
from casework.kernel.clock import at
from casework.store.tables import CaseRow
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application, everybody
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


ANSWERS = ("support_possible", "support_not_possible", "received_only")


@pytest.mark.clause("F33-06")
@pytest.mark.parametrize(("kind", "open_to_it"), [("crip75", ANSWERS), ("social_service", ANSWERS[:2])])
def test_well_received_is_an_answer_of_the_crip_alone(
    lives: Lives, readers: dict[str, Reader], kind: str, open_to_it: tuple[str, ...]
) -> None:
    mark = lives.house.charter.recipients[kind].mark
    sheet = {"surname": "Fictif", "first_name": "Camille", "type": kind, "request": ["assess"]}
    recipient = (lives.town.people["recipient"].organisation, mark)
    head = lives.play(lives.followed(), "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    path = f"/situations/{head.life.case}/parties/{head.life.parts[0].id}/actes/answer"
    page = readers["recipient"].get(path).text
    assert tuple(value for value in ANSWERS if f'value="{value}"' in page) == open_to_it
    sent = readers["recipient"].post(
        path, **{"return-support": "received_only", "return-redirection": "not_redirected"}
    )
    assert sent.status_code == (303 if "received_only" in open_to_it else 422)


@pytest.fixture
def readers(lives: Lives) -> dict[str, Reader]:
    return everybody(application(lives), lives)


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


@pytest.mark.clause("F33-13")
def test_the_receipt_says_that_it_alerts_nobody_and_whom_to_call(readers: dict[str, Reader]) -> None:
    sent = readers["head_of_school"].post("/situations/nouvelle/refer", **REFERRAL)
    receipt = plain(readers["head_of_school"].get(sent.location).text)
    assert "cet envoi n’alerte personne" in receipt
    assert "appelez maintenant le 17 ou le 119" in receipt


@pytest.mark.clause("F33-13", "F33-02")
def test_the_route_taken_for_a_danger_can_be_asked_of_the_author(readers: dict[str, Reader], lives: Lives) -> None:
    head = lives.refer()
    asked = {"request-points": "danger_route"}
    assert readers["coordinator"].post(f"/situations/{head.life.case}/actes/ask_details", **asked).status_code == 303
    assert "La voie prise pour le danger" in readers["head_of_school"].get(f"/situations/{head.life.case}").text


@pytest.mark.clause("C-05")
def test_the_receipt_says_that_no_meeting_examines_it_before_the_family_is_informed(
    readers: dict[str, Reader], lives: Lives
) -> None:
    reader, words = readers["head_of_school"], "La famille n’est pas encore informée"
    told = reader.post(NEW, **REFERRAL).location
    untold = reader.post(NEW, **{**REFERRAL, "identity-informed_how": "not_yet", "identity-informed_on": ""}).location
    assert words not in reader.get(told).text
    assert words in reader.get(untold).text
    with lives.house.stores.case_reading() as session:
        case = session.get_one(CaseRow, UUID(untold.split("/")[2]))
    with at(lives.town.moment):
        act(lives.house, lives.acting["coordinator"], case.id, None, Change("transmit"))
    assert words not in reader.get(untold).text, "what others did since is not told"


@pytest.mark.clause("F33-05", "F33-06")
def test_who_answered_is_told_the_reference_and_whom_to_ask_for_the_sheet_again(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.play(lives.followed(), "coordinator", "orient", {"orientation": SHEET}, recipient=service(lives))
    path = f"/situations/{head.life.case}/parties/{head.life.parts[0].id}/actes/answer"
    sent = readers["recipient"].post(path, **{f"return-{name}": value for name, value in builders.RETURN.items()})
    receipt = plain(readers["recipient"].get(sent.location).text)
    assert f'<strong class="reference">{head.reference}</strong>' in receipt
    assert "demandez au coordonnateur de vous l’adresser de nouveau" in receipt
    assert "Voir la situation" not in receipt
    lately = plain(readers["recipient"].get("/").text).split("récemment")[1]
    assert f"<li>Situation {head.reference}, le 2 mars 2026 : retour envoyé.</li>" in lately, "told, and no link"
    assert readers["recipient"].get(path).location == f"/situations/{head.life.case}/fait/answer"
    for who, page in (("recipient", f"/situations/{head.life.case}"), ("pjj", path)):
        assert readers[who].get(page).status_code == 404


@pytest.mark.clause("F33-02")
def test_what_is_asked_of_the_author_comes_first_on_the_page(readers: dict[str, Reader], lives: Lives) -> None:
    head = lives.play(lives.refer(), "coordinator", "ask_details", {"request": builders.REQUEST})
    path = f"/situations/{head.life.case}"
    page = readers["head_of_school"].get(path).text
    assert page.index("Points à préciser") < page.index("Camille")
    assert "les points demandés sont ci-dessous" in page
    head = lives.play(head, "coordinator", "resume")
    again = readers["coordinator"].get(path).text
    assert again.index("Points à préciser") > again.index("Camille")
    lives.play(head, "head_of_school", "withdraw")
    assert "Retirée par vous" in readers["head_of_school"].get(path).text
    assert "Retirée par vous" not in readers["coordinator"].get(path).text


def test_what_the_rules_refuse_is_told_with_what_is_missing_elsewhere(readers: dict[str, Reader]) -> None:
    wrong = {"identity-birth_date": "1990-05-17", "account-facts-0-day": "", "reason-main_reason": "incivilities"}
    page = readers["head_of_school"].post(NEW, **{**REFERRAL, **wrong}).text
    summary = plain(page[page.index('id="errors"') :].split("</ul>")[0])
    assert "3 points à corriger" in summary
    assert summary.index("l’un des motifs cochés") < summary.index("Date du fait") < summary.index("moins de 18 ans")


NEW = "/situations/nouvelle/refer"


@pytest.mark.clause("F33-14")
def test_the_form_of_a_head_of_school_names_its_own_school_and_that_of_another_seat_none(
    readers: dict[str, Reader], lives: Lives
) -> None:
    own = lives.acting["head_of_school"].party.organisation
    assert f'value="{own}" selected' in selected(readers["head_of_school"].get(NEW).text, own)
    assert f'value="{own}" selected' not in selected(readers["pjj"].get(NEW).text, own)


def selected(page: str, school: object) -> str:
    """The choice of this school, a radio among few, as if it were in a list."""
    found = re.search(rf'value="{school}"( checked| selected)?', page)
    assert found, school
    return found[0].replace(" checked", " selected")


def plain(page: str) -> str:
    """Its text with plain spaces."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", page)


SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}


def service(lives: Lives) -> tuple[object, str]:
    return lives.town.people["recipient"].organisation, "social"


@pytest.mark.clause("F33-02")
def test_a_page_that_confirms_an_act_exists_for_who_played_it_and_says_when_it_is_past(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.play(lives.refer(), "coordinator", "ask_details", {"request": builders.REQUEST})
    done = f"/situations/{head.life.case}/fait"
    assert "L’auteur peut de nouveau ouvrir sa saisine" in readers["coordinator"].get(f"{done}/ask_details").text
    for who, move in (
        ("coordinator", "transmit"),
        ("coordinator", "refer"),
        ("head_of_school", "correct"),
        ("pjj", "refer"),
    ):
        assert readers[who].get(f"{done}/{move}").status_code == 404, (who, move)
    lives.play(lives.play(head, "coordinator", "resume"), "coordinator", "transmit")
    late = readers["coordinator"].get(f"{done}/ask_details").text.replace("\u00a0", " ")
    assert "enregistré depuis le 2 mars 2026. La situation est maintenant à l’étape « Transmise au Parquet »." in late
    assert "de nouveau ouvrir" not in late


def test_the_three_states_are_not_told_that_a_situation_went_on(readers: dict[str, Reader], lives: Lives) -> None:
    head = lives.play(lives.refer("landlord"), "coordinator", "transmit")
    told = readers["landlord"].get(f"/situations/{head.life.case}/fait/refer").text
    assert "Votre saisine est transmise au coordonnateur" in told
    assert "étape" not in told


@pytest.mark.clause("C-08")
def test_decisions_are_confirmed_while_they_stand_recorded_and_unsigned(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head, reader = lives.in_session("emas"), readers["coordinator"]
    path = f"/situations/{head.life.case}/decisions/suite"
    assert reader.get(path).status_code == 404
    head = lives.play(head, "coordinator", "decide", builders.decisions())
    assert "Les décisions sont enregistrées." in reader.get(path).text
    lives.play(head, "coordinator", "sign_record")
    assert reader.get(path).status_code == 404


@pytest.mark.clause("F33-02")
def test_the_home_page_tells_what_i_did_lately_and_where_it_stands_for_my_seat(
    readers: dict[str, Reader], lives: Lives
) -> None:
    first, second = lives.refer("head_of_school"), lives.refer("landlord")
    for head in (first, second):
        lives.play(head, "coordinator", "transmit")
    pages = {
        name: readers[name].get("/").text.replace("\u00a0", " ")
        for name in ("head_of_school", "landlord", "coordinator")
    }
    sent = "2 mars 2026 : saisine envoyée. Maintenant"
    assert f"Situation {first.reference}, le {sent} : transmise au Parquet." in pages["head_of_school"]
    assert f"Situation {second.reference}, le {sent} : prise en compte." in pages["landlord"]
    assert f"Situation {first.reference}, le 2 mars 2026 : transmise au Parquet." in pages["coordinator"]
    assert first.reference not in readers["landlord"].get("/").text
    assert "récemment" not in readers["dpo"].get("/").text


@pytest.mark.clause("F33-02")
def test_the_three_states_hide_the_day_and_the_order_of_the_moves_behind_them(
    readers: dict[str, Reader], lives: Lives
) -> None:
    first, second = lives.refer("landlord"), lives.refer("landlord")
    lives.town.moment += timedelta(days=9)
    moved = lives.play(lives.play(first, "coordinator", "transmit"), "prosecutor", "retain", {"judicial": {}})
    page = Reader(readers["landlord"].client.application, lives, "landlord")
    listed = page.get("/situations").text
    assert listed.index(first.reference) < listed.index(second.reference)
    for text in (listed, page.get(f"/situations/{moved.life.case}").text):
        assert "11 mars 2026" not in text
        assert "il y a" not in text


@pytest.mark.clause("C-10")
def test_a_link_is_told_in_the_history_to_the_coordinator_alone(readers: dict[str, Reader], lives: Lives) -> None:
    first, second = (lives.play(lives.refer(who), "coordinator", "transmit") for who in ("head_of_school", "pjj"))
    with at(lives.town.moment):
        link(lives.house, lives.acting["coordinator"], first.life.case, second.life.case)
    path = f"/situations/{first.life.case}"
    assert "reliée à une autre situation, ou déliée" in readers["coordinator"].get(path).text
    assert "lien" not in readers["prosecutor"].get(path).text.split("Historique")[1].split("</ol>")[0]


@on_both("lives", "postgresql")
def test_of_two_persons_sending_at_once_the_second_is_told_and_keeps_what_it_wrote(
    lives: Lives, readers: dict[str, Reader]
) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    path = f"/situations/{head.life.case}/actes"
    typed = {"inform": {"identity-informed_how": "by_phone", "identity-informed_on": "2026-02-27"}}
    typed["retain"] = {"judicial-note": "Pour mémoire."}
    people = {"inform": readers["coordinator"], "retain": readers["prosecutor"]}
    forms = {move: reader.hidden(f"{path}/{move}") for move, reader in people.items()}
    sent = at_once(
        *[lambda move=move: people[move].send(f"{path}/{move}", {**forms[move], **typed[move]}) for move in people]
    )
    assert sorted(answer.status_code for answer in sent) == [303, 409]
    late = next(move for move, answer in zip(people, sent, strict=True) if answer.status_code == 409)
    (told,) = [answer for answer in sent if answer.status_code == 409]
    assert "La situation a changé depuis l’affichage de la page" in told.text
    author = {"inform": "coordinator", "retain": "prosecutor"}[late]
    kept = drafts.find(lives.house, lives.acting[author], late, head.life.case)
    assert kept
    offered = f"situation {head.reference}" in people[late].get("/").text.split("Prochaine réunion")[0]
    assert ("conservé dans vos brouillons" in told.text) == offered
    assert typed[late].items() <= {name: value for name, (value, *_) in kept.items()}.items()


@pytest.mark.clause("R-03")
def test_no_event_is_a_reason_of_closure_once_nothing_happened_for_two_years(
    lives: Lives, readers: dict[str, Reader]
) -> None:
    case, coordinator = lives.followed().life.case, readers["coordinator"]
    path = f"/situations/{case}/actes/close"
    assert "Sans événement depuis le délai fixé" not in coordinator.get(path).text
    assert coordinator.post(path, reason="no_event").status_code == 422
    with lives.town.later(days=731):
        later = Reader(application(lives), lives, "coordinator")
        assert "Sans événement depuis le délai fixé" in later.get(path).text
        assert later.post(path, reason="no_event").status_code == 303


@pytest.mark.clause("C-05")
def test_nobody_is_informed_before_the_birth_that_another_form_asked(lives: Lives, readers: dict[str, Reader]) -> None:
    path = f"/situations/{lives.refer().life.case}/actes/inform"
    told = {"identity-informed_how": "by_phone", "identity-informed_on": "2001-05-01"}
    refused = readers["coordinator"].post(path, **told)
    assert refused.status_code == 422
    assert "Si la personne n’est pas encore informée." in refused.text
    assert re.findall(r"Raison de différer( <span)?", refused.text) == [""]
    assert "cette date est plus ancienne que la naissance indiquée." in refused.text
    assert readers["coordinator"].post(path, **{**told, "identity-informed_on": "2026-02-20"}).status_code == 303


def test_every_page_says_for_which_school_a_head_of_school_acts(lives: Lives, readers: dict[str, Reader]) -> None:
    school = names(lives.house).organisation(lives.party("head_of_school").organisation)
    assert f"En qualité de : Chef d’établissement, {school}<" in readers["head_of_school"].get("/").text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "En qualité de : Coordonnateur<" in readers["coordinator"].get("/").text.replace("\N{NO-BREAK SPACE}", " ")


@on_both("lives", "postgresql")
def test_a_form_sent_twice_at_once_makes_one_situation(lives: Lives, readers: dict[str, Reader]) -> None:
    path, reader = "/situations/nouvelle/refer", readers["head_of_school"]
    hidden = reader.hidden(path)
    sent = at_once(*[lambda: reader.send(path, {**hidden, **REFERRAL})] * 2)
    again = reader.send(path, {**hidden, **REFERRAL})
    assert [answer.status_code for answer in (*sent, again)] == [303] * 3
    assert len({answer.location for answer in (*sent, again)}) == 1


def test_the_life_in_words_is_told_to_who_follows_it_and_not_to_the_three_states(
    readers: dict[str, Reader], lives: Lives
) -> None:
    head = lives.play(lives.refer("landlord"), "coordinator", "transmit")
    path = f"/situations/{head.life.case}"
    told = readers["coordinator"].get(path).text
    now = re.search(r'<li class="step-now" aria-current="step">(?:<button[^>]+>)?([^<]+?)\s*<', told)
    assert now
    assert now[1].strip() == "Avis du Parquet"
    assert 'class="stepper"' not in readers["landlord"].get(path).text
    lives.play(head, "prosecutor", "not_retain")
    assert 'class="stepper"' not in readers["coordinator"].get(path).text


@pytest.mark.clause("F33-01")
def test_what_a_person_did_in_another_seat_is_not_told_in_this_one(lives: Lives) -> None:
    case = lives.refer("head_of_school").life.case
    acting = lives.acting["head_of_school"]
    elsewhere = replace(acting, actor=replace(acting.actor, party=replace(acting.party, seat="coordinator")))
    with at(lives.town.moment), application(lives).test_request_context(base_url="https://localhost"):
        assert len(recent(lives.house, acting).lines) == 1
        assert recent(lives.house, elsewhere).lines == ()
        assert confirmed.own(lives.house, acting, case, "refer")
        assert confirmed.own(lives.house, elsewhere, case, "refer") is None


@pytest.mark.clause("F33-16", "F33-02")
def test_details_asked_of_a_colleague_wait_for_it_alone_and_the_others_are_told_so(
    readers: dict[str, Reader], lives: Lives
) -> None:
    organisation = lives.town.people["landlord"].organisation
    lives.acting["neighbour"] = lives.town.join("landlord", "neighbour", organisation)
    lives.town.moment += timedelta(minutes=1)  # a code serves once
    colleague = Reader(readers["landlord"].client.application, lives, "neighbour")
    head = lives.play(lives.refer("landlord"), "coordinator", "ask_details", {"request": builders.REQUEST})
    assert f"Précisions demandées sur votre envoi {head.reference}" in readers["landlord"].get("/").text
    assert head.reference not in colleague.get("/").text
    assert "Seule la personne qui a fait cet envoi" in colleague.get(f"/situations/{head.life.case}").text
    assert "Seule la personne" not in readers["landlord"].get(f"/situations/{head.life.case}").text
