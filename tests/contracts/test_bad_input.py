"""Bad input through the pages: who acts second or twice, or with what was not given to it, is told in French; nothing is half-written."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from casework.accounts.acceptance import begin_acceptance
from casework.accounts.people import Contact
from casework.accounts.service import invite, reinvite
from casework.cases import comparing
from casework.cases.act import Change
from casework.cases.act import act as play_act
from casework.kernel.clock import at
from casework.kernel.records import Take
from casework.store.tables import CaseRow
from tests.cases.pages import Reader
from tests.cases.test_pages import REFERRAL
from tests.contracts.cell import Cell
from tests.contracts.stories import begun, corrected, decided, followed, in_exchange
from tests.contracts.story import Story
from tests.contracts.telling import SECRET, Teller, plain
from tests.house import PASSWORD, accept

NEW = "/situations/nouvelle/refer"
TOKEN = re.compile(r'value="[0-9a-f]{128}"')
CHANGED = "La situation a changé depuis l’affichage de la page : une autre personne a agi entre-temps."
OWN = "Vous veniez d’agir sur cette situation"
CLOSED = "Elle ne vous est plus ouverte."
MISSING = "Cette page n’existe pas, ou ne vous est pas ouverte."
FORGED = "Ce formulaire n’a pas été reconnu"


def page_of(story: Story, act: str) -> str:
    return f"/situations/{story.head.life.case}/{act}"


def screened(cell: Cell) -> Story:
    return begun(cell, "pjj").plays("coordinator", "transmit")


def sequence(cell: Cell, story: Story) -> int:
    opened = cell.lives.open("coordinator", story.head)
    assert opened
    return opened.head.sequence


# --- Two people at once


def test_of_two_opinions_the_second_is_told_what_changed_and_keeps_every_word(cell: Cell, teller: Teller) -> None:
    story, second = screened(cell), cell.readers["prosecutor_2"]
    path = page_of(story, "actes/ask_clarification")
    seen = second.hidden(path)
    story.plays("prosecutor", "retain", adds={"retenue"})
    said = (CHANGED, "« Retenue par le Parquet »", "n’est affiché qu’ici", SECRET)
    teller.told(lambda: second.send(path, {**seen, "judicial-note": SECRET}), 409, *said)
    assert "Reprendre votre brouillon" not in plain(
        second.get("/").text
    )  # the act is over; its words are where they were written
    teller.told(lambda: second.get(path), 409, "Cet acte n’est plus possible", SECRET)


def test_who_may_no_longer_know_of_a_situation_is_told_that_it_changed_but_not_how(cell: Cell, teller: Teller) -> None:
    story, second = screened(cell), cell.readers["prosecutor_2"]
    path = page_of(story, "actes/retain")
    seen = second.hidden(path)
    story.plays("prosecutor", "not_retain")
    answer = teller.told(lambda: second.send(path, {**seen, "judicial-note": SECRET}), 409, CHANGED, CLOSED, SECRET)
    assert "Sans suite" not in plain(answer.text)
    teller.told(lambda: second.get(path), 409, SECRET)
    for sent in ({**seen, "seen": "1"}, {**seen, "seen": "99"}, {**seen, "seen": "x"}):
        teller.told(partial(second.send, path, sent), 404, MISSING)


def test_who_could_never_act_is_told_nothing_whatever_sequence_it_claims(cell: Cell, teller: Teller) -> None:
    story = screened(cell).plays("prosecutor", "retain", adds={"retenue"})
    for name in ("landlord", "pjj", "recipient"):
        reader = cell.readers[name]
        for seen in map(str, range(story.head.sequence + 1)):
            form = {**reader.hidden("/mon-compte"), "seen": seen}
            teller.told(partial(reader.send, page_of(story, "actes/retain"), form), 404, MISSING)


def test_a_correction_that_comes_too_late_comes_back_in_words_mistakes_included(cell: Cell, teller: Teller) -> None:
    story, reader = next(corrected(cell, "pjj")), cell.readers["pjj"]
    path = page_of(story, "actes/correct")
    seen = reader.hidden(path)
    story.plays("coordinator", "resume")
    wrong = {"identity-birth_date": "hier", "identity-telephone": SECRET, "account-text": f"{SECRET} " * 20}
    answer = teller.told(
        lambda: reader.send(path, {**seen, **REFERRAL, **wrong}), 409, CHANGED, "« Saisine reçue »", "hier"
    )
    assert plain(answer.text).count(SECRET) == 21
    aged = {"identity-birth": "age_estimated", "identity-age": "douze ans"}
    teller.told(lambda: reader.send(path, {**seen, **REFERRAL, **aged}), 409, CHANGED, "douze ans")


@pytest.mark.parametrize("moves", [("retain", "not_retain"), ("not_retain", "retain")])
def test_of_two_opinions_at_the_same_instant_one_counts(cell: Cell, moves: tuple[str, str]) -> None:
    story, gate = screened(cell), Barrier(2)

    def give(name: str, move: str) -> int:
        reader, path = cell.readers[name], page_of(story, f"actes/{move}")
        form = reader.hidden(path)
        gate.wait(30)
        return reader.send(path, form).status_code

    with ThreadPoolExecutor(2) as pool:
        given = [
            pool.submit(give, name, move) for name, move in zip(("prosecutor", "prosecutor_2"), moves, strict=True)
        ]
        assert sorted(each.result(60) for each in given) == [303, 409]
    assert sequence(cell, story) == story.head.sequence + 1


def test_decisions_typed_on_a_situation_that_went_on_come_back_in_words(cell: Cell, teller: Teller) -> None:
    story, reader = decided(in_exchange(cell)), cell.readers["coordinator"]
    path = page_of(story, "decisions")
    seen = reader.hidden(path)
    row = {"decision": "member_action", "action": "meet_family", "owner": str(cell.lives.party("emas").person)}
    form = {f"deliberation-decisions-0-{name}": value for name, value in row.items()}
    story.plays("coordinator", "sign_record")
    said = (OWN, "« Relevé signé »", "Action confiée à un membre", "Recevoir le mineur et sa famille", "Emas")
    answer = teller.told(lambda: reader.send(path, {**seen, **form}), 409, *said)
    assert "dans vos brouillons" not in answer.text


def test_an_orientation_chosen_on_a_situation_that_changed_is_still_chosen(cell: Cell, teller: Teller) -> None:
    story, reader = next(followed(cell, ("emas",))), cell.readers["coordinator"]
    path, target = page_of(story, "orientation"), f"social_service:{cell.people['recipient'].organisation}"
    form = {**reader.hidden(path), "target": target, "request": "assess", "copied": "schooling", "_send": "1"}
    story.plays(
        "coordinator", "inform", contents={"identity": {"informed_how": "by_phone", "informed_on": "2026-02-27"}}
    )
    answer = teller.told(lambda: reader.send(path, form), 409, OWN, "Votre saisie est conservée ci-dessous")
    assert re.search(rf'value="{target}" checked', answer.text)
    assert f'name="seen" value="{story.head.sequence}"' in answer.text
    assert reader.send(path, {**form, "seen": str(story.head.sequence)}).status_code == 303


# --- Twice


def situations(cell: Cell) -> int | None:
    with cell.lives.house.stores.case_reading() as session:
        return session.scalar(select(func.count()).select_from(CaseRow))


def test_a_referral_sent_twice_at_once_is_one_situation(cell: Cell) -> None:
    reader, gate, before = cell.readers["pjj"], Barrier(2), situations(cell) or 0
    form = {**reader.hidden(NEW), **REFERRAL}

    def press() -> str | None:
        gate.wait(30)
        return reader.send(NEW, form).location

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(press) for _ in range(2))
        assert first.result(60) == second.result(60)
    assert reader.send(NEW, form).location == first.result()
    assert situations(cell) == before + 1


def test_an_act_pressed_twice_counts_once_and_the_second_press_is_told(cell: Cell, teller: Teller) -> None:
    story, reader = begun(cell, "pjj"), cell.readers["coordinator"]
    path = page_of(story, "actes/transmit")
    form = reader.hidden(path)
    assert reader.send(path, form).status_code == 303
    teller.told(lambda: reader.send(path, form), 409, OWN, "« Transmise au Parquet »")


# --- Proofs, sessions and invitations that were not given, or no longer hold


def test_a_proof_of_somebody_else_of_a_former_session_or_of_nobody_is_refused(cell: Cell, teller: Teller) -> None:
    reader, filled = cell.readers["pjj"], {**REFERRAL, "account-text": SECRET}
    own, others = reader.hidden(NEW), cell.readers["pjj_2"].hidden(NEW)
    with cell.lives.town.later(seconds=30):
        again = Reader(cell.app, cell.lives, "pjj")
    forged = {
        "another person's": {**own, "csrf_token": others["csrf_token"]},
        "another session's": {**again.hidden(NEW), "csrf_token": own["csrf_token"]},
        "nobody's": {**own, "csrf_token": "00" * 64},
        "no hexadecimal": {**own, "csrf_token": SECRET},
        "none": {name: value for name, value in own.items() if name != "csrf_token"},
        "without its seat": {name: value for name, value in own.items() if name != "seat"},
    }
    for what, form in forged.items():
        sender = again if what == "another session's" else reader
        teller.told(partial(sender.send, NEW, {**form, **filled}), 400, FORGED)
    teller.told(lambda: reader.send(NEW, {**own, **filled, "seat": others["seat"]}), 409, "autre qualité")


def test_a_form_of_another_person_does_not_give_its_situation(cell: Cell, teller: Teller) -> None:
    reader, other = cell.readers["pjj"], cell.readers["landlord"]
    form = {**reader.hidden(NEW), **REFERRAL}
    assert reader.send(NEW, form).status_code == 303
    for once in (form["once"], SECRET, ""):
        stolen = {**other.hidden(NEW), **REFERRAL, "once": once}
        teller.told(partial(other.send, NEW, stolen), 404, MISSING)


def test_a_session_replayed_cut_or_invented_opens_nothing(cell: Cell) -> None:
    with cell.lives.town.later(seconds=30):
        reader = Reader(cell.app, cell.lives, "emas")
    cookie = reader.client.get_cookie("__Host-session")
    assert cookie
    reader.send("/deconnexion", reader.hidden("/mon-compte"))
    for value in (cookie.value, cookie.value[:-4], cookie.value[::-1], "A" * 43 + "=", SECRET):
        reader.client.set_cookie("__Host-session", value, secure=True)
        assert reader.get("/").location in ("/connexion", "/connexion?fin=1")
        assert reader.send(NEW, {**REFERRAL, "csrf_token": "00" * 64}).status_code == 403


def test_an_invitation_used_replaced_late_or_invented_is_one_and_the_same_page(cell: Cell, teller: Teller) -> None:
    lives, place = cell.lives, cell.lives.town.organisation("pjj")
    stranger, closed = Reader(cell.app, lives), set[str]()
    with at(lives.town.moment):
        used, replaced, late, good = (
            invite(lives.house, Contact(f"{name}@exemple.fr", name, ""), "pjj", place) for name in ("u", "r", "l", "g")
        )
        assert used.token
        setup = begin_acceptance(lives.house, used.token)
        accept(lives.house, used.token)
        reinvite(lives.house, replaced.person)
    moment = lives.town.moment
    for token in (used.token, replaced.token, uuid4().hex * 2, "é", SECRET, "a" * 5_000):
        asked = partial(stranger.get, f"/invitation/{token}")
        answer = teller.told(asked, 404, "Cette invitation n’existe pas, a déjà servi")
        closed.add(TOKEN.sub("", answer.text))
    lives.town.moment += timedelta(hours=73)
    closed.add(TOKEN.sub("", stranger.get(f"/invitation/{late.token}").text))
    lives.town.moment = moment
    assert len(closed) == 1
    shown = stranger.hidden(f"/invitation/{good.token}")
    foreign = {**shown, "blob": setup.blob, "password": PASSWORD, "code": "000000"}
    for wrong in (foreign, {**shown, "again": setup.blob, "typed": "A"}):
        teller.told(partial(stranger.send, f"/invitation/{good.token}", wrong), 404, "Cette invitation n’existe pas")


def test_a_fingerprint_not_heard_admits_nobody_and_an_unknown_newcomer_is_told(cell: Cell, teller: Teller) -> None:
    reader = cell.readers["coordinator"]
    proof = {**reader.hidden("/admissions"), "spoken": SECRET}
    teller.told(lambda: reader.send(f"/admissions/{uuid4()}", proof), 422, "n’attend pas d’admission")


# --- Links


@pytest.mark.clause("C-10")
def test_a_link_is_between_two_situations_that_are_there_or_is_not_made(cell: Cell, teller: Teller) -> None:
    story, reader = begun(cell, "pjj"), cell.readers["coordinator"]
    own, path = str(story.head.life.case), "/situations/rapprochements"
    proof = reader.hidden("/mon-compte")
    for left, right in ((own, own), (own, str(uuid4())), (str(uuid4()), own), (own, SECRET), ("", "")):
        form = {**proof, "left": left, "right": right}
        teller.told(partial(reader.send, path, form), 404, MISSING)


@pytest.mark.clause("C-10")
def test_a_link_stopped_between_its_two_sides_is_finished_by_the_next_press(cell: Cell) -> None:
    one, other = (begun(cell, "pjj").head.life.case for _ in range(2))
    house, coordinator = cell.lives.house, cell.lives.acting["coordinator"]

    def links() -> tuple[bool, bool]:
        left, right = (cell.lives.open("coordinator", head) for head in heads)
        assert left
        assert right
        return other in left.life.links, one in right.life.links

    with at(cell.lives.town.moment):
        heads = [play_act(house, coordinator, one, None, Change("link", takes={Take.OTHER: other}))]
        heads.append(
            play_act(house, coordinator, other, None, Change("inform", {"identity": {"informed_how": "by_phone"}}))
        )
        assert links() == (True, False)
        comparing.link(house, coordinator, other, one)
        assert links() == (True, True)
        comparing.link(house, coordinator, one, other)
        assert links() == (False, False)
