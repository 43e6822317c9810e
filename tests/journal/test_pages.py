"""The DPO asks the log: who read a situation, what a person did, what was refused; and what is counted of it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import text as sql

from audit.entry import EventType, Reference, new_reference
from audit.log import Record, entries
from casework.cases.clocks import destroy
from casework.cases.comparing import same_person
from casework.cases.heads import Head
from casework.journal import service, signals
from casework.journal.service import Asked
from casework.kernel.clock import at
from casework.kernel.life import Actor
from casework.meetings.polling import propose
from casework.meetings.service import fix
from casework.store.events import OUTCOMES
from casework.web.french import short_day
from tests.browser import assert_page
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

PAGE, PRINT, SIGNALS = "/journal", "/journal/impression", "/journal/signaux"


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture(scope="module")
def read(town_of_all: Lives) -> Head:
    """A situation that the coordinator read in March, its author in April, and the Parquet in June."""
    lives, began = town_of_all, town_of_all.town.moment
    head = lives.refer("head_of_school")
    lives.open("coordinator", head)
    with lives.town.later(days=40):
        head = lives.play(head, "coordinator", "ask_details", {"request": {"points": ["facts"]}})
        lives.open("head_of_school", head)
    with lives.town.later(days=60):
        lives.open("coordinator", head)
    lives.town.moment = began + timedelta(days=101)
    return head


@pytest.fixture(scope="module")
def dpo(town_of_all: Lives, read: Head) -> Reader:
    return Reader(application(town_of_all), town_of_all, "dpo")


def logged(lives: Lives, kind: EventType) -> list[Record]:
    with lives.house.stores.case_reading() as session:
        return entries(session.connection(), lives.house.provider.mac, types=[kind], limit=1_000)


@pytest.mark.clause("A-05", "A-09", "F-03")
def test_who_read_a_situation_between_two_days_is_answered_with_its_parts_and_without_its_content(
    dpo: Reader, read: Head
) -> None:
    answer = dpo.get(f"{PAGE}?reference={read.reference.lower()}&du=2026-03-15&au=2026-05-31&nature=readings")
    assert_page(answer.text, answer.headers)
    told = words(answer.text)
    assert f"Situation {read.reference} ; lectures d’une situation ; du 15 mars 2026 au 31 mai 2026." in told
    (parts,) = re.findall(r"Partie d’une situation lue \(([^)]*)\)", told)
    assert "identité" in parts.split(", ")
    assert "Head_Of_School Chef d’établissement, Organisme school" in told
    assert "Coordinator" not in told.partition("Inscriptions, les plus récentes")[2]
    for secret in ("Fictif", "Camille", "sans cartable", "exemple.fr"):
        assert secret not in answer.text


@pytest.mark.clause("A-05")
def test_a_person_a_day_and_a_kind_narrow_the_answer_and_older_pages_keep_the_question(
    town_of_all: Lives, dpo: Reader
) -> None:
    person = town_of_all.party("coordinator").person
    question = f"{PAGE}?personne={person}&nature=readings&au=2026-03-14"
    told = words(dpo.get(question).text)
    assert "Coordinator" in told
    assert "Head_Of_School Chef" not in told
    found = service.search(town_of_all.house, Asked(person=person), None)
    assert {record.actor for record in found} == {person}
    page = dpo.get(f"{PAGE}?nature=people").text
    (older,) = re.findall(r'href="(/journal\?avant=[^"]+)"', page)
    assert "nature=people" in unescape(older)
    assert dpo.get(unescape(older)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("reference=BCDF2345", "Aucune situation ne porte cette référence"),
        ("reference=Marqueur", "Aucune situation ne porte cette référence"),
        ("du=2026-05-02&au=2026-05-01", "Le dernier jour vient avant le premier."),
        ("du=Marqueur", "Indiquez un jour"),
        ("personne=Marqueur", "Choisissez une réponse de la liste"),
        ("nature=Marqueur", "Choisissez une réponse de la liste"),
    ],
)
def test_what_cannot_be_asked_is_told_and_never_repeated(dpo: Reader, typed: str, said: str) -> None:
    answer = dpo.get(f"{PAGE}?{typed}")
    assert (answer.status_code, said in words(answer.text)) == (422, True)
    assert "Inscriptions, les plus récentes" not in words(answer.text)
    assert "marqueur" not in answer.text.lower()
    assert "BCDF2345" not in answer.text


@pytest.mark.clause("A-05", "A-06")
def test_the_parts_that_one_page_opened_are_one_row_and_no_entry_is_left_out(
    town_of_all: Lives, dpo: Reader, read: Head
) -> None:
    pages, rows = [f"{PAGE}?reference={read.reference}"], list[str]()
    while pages:
        text = dpo.get(pages.pop()).text
        rows += re.findall(r'<th [^>]*scope="row">([^<]*)</th>', text)
        pages += [unescape(link) for link in re.findall(r'href="(/journal\?avant=[^"]+)"', text)]
    spans = [[int(number) for number in row.split(" à ")] for row in rows]
    held = {number for span in spans for number in range(span[0], span[-1] + 1)}
    kept = service.every(town_of_all.house, Asked(case=read.life.case), list(town_of_all.house.events.all()))
    assert held == {record.number for record in kept}
    assert len(rows) < len(held)


def test_the_oldest_row_of_a_full_page_is_whole(
    town_of_all: Lives, dpo: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = f"{PAGE}?nature=readings"
    whole = re.findall(r'<th [^>]*scope="row">([^<]*)</th>', dpo.get(asked).text)
    monkeypatch.setattr(service, "READ", 10)
    cut, found = asked, list[str]()
    while cut:
        text = dpo.get(cut).text
        found += re.findall(r'<th [^>]*scope="row">([^<]*)</th>', text)
        cut = next((unescape(link) for link in re.findall(r'href="(/journal\?avant=[^"]+)"', text)), "")
    assert found == whole != []


@pytest.mark.clause("A-06")
def test_the_page_says_how_far_the_log_holds_and_shows_nothing_when_an_entry_is_missing(lives: Lives) -> None:
    reader = Reader(application(lives), lives, "dpo")
    lives.refer()
    told = words(reader.get(PAGE).text)
    (number,) = re.findall(r"les inscriptions 1 à ([\d ]+) se suivent et aucune ne manque", told)
    assert int(number) >= max(record.number for record in logged(lives, lives.house.events.moved))
    assert "le journal entier vient d’être relu" in words(reader.get(f"{PAGE}?relire=1").text)
    with lives.house.stores.case.begin() as connection:
        connection.execute(sql("DROP TRIGGER audit_log_no_delete"))
        connection.execute(sql("DELETE FROM audit_log WHERE number = 20"))
    broken = reader.get(PAGE)
    assert broken.status_code == 500
    assert "Une inscription a été altérée ou retirée." in words(broken.text)


@pytest.mark.clause("A-06")
def test_to_read_the_log_again_finds_an_entry_filed_under_another_person(lives: Lives) -> None:
    reader = Reader(application(lives), lives, "dpo")
    lives.refer()
    with lives.house.stores.case.begin() as connection:
        connection.execute(sql("DROP TRIGGER audit_log_no_update"))
        connection.execute(sql("UPDATE audit_log SET type = 'PageShown' WHERE number = 20"))
    assert reader.get(PAGE).status_code == 200
    assert reader.get(f"{PAGE}?relire=1").status_code == 500


@pytest.mark.clause("A-05")
def test_a_meeting_is_told_by_its_day(town_of_all: Lives, dpo: Reader) -> None:
    house, actor = town_of_all.house, town_of_all.acting["coordinator"].actor
    day = town_of_all.town.moment.date() + timedelta(days=40)
    with at(town_of_all.town.moment):
        row = fix(house, town_of_all.acting["coordinator"], day)
        projected = house.entry(house.events.projected, actor, subject=uuid4(), reference=new_reference(), meeting=row)
        house.log([projected])
    told = words(dpo.get(PAGE).text)
    said = f"réunion du {short_day(day)}".replace("\u00a0", " ")
    assert f"R{said[1:]}" in told
    assert f"Situation projetée en réunion ({said})" in told
    assert str(row)[:8] not in told
    with at(town_of_all.town.moment):
        propose(house, town_of_all.acting["coordinator"], [day])
    assert f"Dates proposées le {short_day(town_of_all.town.moment.date())}".replace("\u00a0", " ") in words(
        dpo.get(PAGE).text
    )


@pytest.mark.clause("A-09", "R-08")
def test_a_situation_destroyed_is_still_found_by_its_reference(town_of_all: Lives, dpo: Reader) -> None:
    head = town_of_all.refer("pjj", surname="Perdue", first_name="Ondine")
    town_of_all.open("coordinator", head)
    with at(town_of_all.town.moment):
        destroy(town_of_all.house, head.life.case)
    told = words(dpo.get(f"{PAGE}?reference={head.reference}").text)
    assert "Situation éliminée" in told
    assert "Situation ouverte" in told


@pytest.mark.clause("A-09", "C-10")
def test_a_comparison_is_found_from_both_situations(town_of_all: Lives, dpo: Reader) -> None:
    pair = [town_of_all.refer(who, surname="Gemeau", first_name="Lune") for who in ("pjj", "emas")]
    with at(town_of_all.town.moment):
        same_person(town_of_all.house, town_of_all.acting["coordinator"])
    for head in pair:
        assert "Situations comparées" in words(dpo.get(f"{PAGE}?reference={head.reference}&nature=readings").text)


@pytest.mark.clause("A-05", "A-09", "C-09")
def test_the_answer_is_printed_with_a_reason_an_entry_seats_and_no_name(
    town_of_all: Lives, dpo: Reader, read: Head
) -> None:
    path = f"{PRINT}?reference={read.reference}&du=2026-03-01&au=2026-05-31"
    asked = dpo.get(path)
    assert_page(asked.text, asked.headers)
    assert path.split("?")[1] in unescape(dpo.get(f"{PAGE}?{path.split('?')[1]}").text)
    assert "peut la garder" in words(asked.text)
    assert "détruisez" not in asked.text
    assert re.findall(r'name="reason" value="([^"]+)"', asked.text) == ["inform_person", "right_exercised"]
    assert dpo.post(path).status_code == dpo.post(path, reason="meeting_without_screen").status_code == 422
    assert logged(town_of_all, town_of_all.house.events.answer_printed) == []
    answer = dpo.post(path, reason="right_exercised")
    assert_page(answer.text, answer.headers)
    told = words(answer.text)
    assert "Chef d’établissement, Organisme school" in told
    assert "Head_Of_School" not in told
    assert "Raison : exercice d’un droit" in told
    assert "Situation ouverte" in told
    assert "Document remis à la personne concernée" in told
    assert "rapprochement" not in told.lower()
    parts = [found.split(", ") for found in re.findall(r"Partie d’une situation lue \(([^)]*)\)", told)]
    assert told.count("Partie d’une situation lue") == len(parts)
    assert all({"identité", "motifs", "exposé"} <= {*found} and len({*found}) == len(found) for found in parts)
    (entry,) = logged(town_of_all, town_of_all.house.events.answer_printed)
    assert (entry.subject, entry.values["reason"]) == (read.life.case, "right_exercised")
    assert dpo.get(f"{PRINT}?reference=BCDF2345").location == PAGE
    assert service.readings(town_of_all.house, Asked(case=read.life.case))[0].number < entry.number


@pytest.mark.clause("A-09", "C-04")
def test_who_asks_who_consulted_is_not_told_that_the_parquet_has_a_note(
    town_of_all: Lives, dpo: Reader, read: Head
) -> None:
    house, path = town_of_all.house, f"{PRINT}?reference={read.reference}"
    with at(town_of_all.town.moment):
        actor, apart = Actor(house.instance, town_of_all.party("prosecutor")), house.events.compartments["judicial"]
        entry = house.entry(
            house.events.read, actor, subject=read.life.case, reference=Reference(read.reference), compartment=apart
        )
        house.log([entry])
    assert "note du parquet" in words(dpo.get(f"{PAGE}?reference={read.reference}").text).lower()
    assert "note du parquet" not in words(dpo.post(path, reason="right_exercised").text).lower()


def plant(lives: Lives, who: str, kind: EventType, number: int, every: int = 60, **values: object) -> None:
    """As many entries of somebody, so many seconds apart."""
    house, actor = lives.house, Actor(lives.house.instance, lives.party(who) if who else None)
    start = lives.town.moment - timedelta(days=3)
    planted = []
    for rank in range(number):
        with at(start + timedelta(seconds=rank * every)):
            told = values or {"subject": uuid4(), "reference": new_reference()}
            planted.append(house.entry(kind, actor, **told))  # type: ignore[arg-type]
    house.log(planted)


def found(lives: Lives) -> Sequence[tuple[str, str, int]]:
    with at(lives.town.moment):
        return [(item.kind, item.who, item.number) for item in signals.signals(lives.house).signals]


@pytest.mark.clause("A-08")
@pytest.mark.parametrize(("number", "every", "counted"), [(19, 60, []), (20, 60, [20]), (20, 190, []), (45, 60, [45])])
def test_twenty_different_situations_in_an_hour_are_an_abnormal_reading(
    lives: Lives, number: int, every: int, counted: list[int]
) -> None:
    plant(lives, "pjj", lives.house.events.opened, number, every)
    assert found(lives) == [("readings", "Pjj", count) for count in counted]


@pytest.mark.clause("A-08")
def test_the_same_situation_read_again_an_agenda_and_the_queue_of_the_parquet_are_not_counted(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(lives, "pjj", lives.house.events.opened, 25, subject=uuid4(), reference=new_reference())
    assert found(lives) == []
    monkeypatch.setitem(lives.house.settings, "reading_alert", 1)  # so that one reading is enough to tell
    head = lives.play(lives.refer(), "coordinator", "transmit")
    lives.open("prosecutor", head)
    assert found(lives) == [("readings", "Pjj", 1)]
    lives.open("coordinator", head)
    assert ("readings", "Coordinator", 1) in found(lives)
    head = lives.play(head, "prosecutor", "retain", {"judicial": {}})
    before = found(lives)
    head = lives.play(head, "coordinator", "schedule", meeting=uuid4())
    with lives.town.later(hours=2):
        lives.open("coordinator", head)
    assert found(lives) == before
    lives.town.moment += timedelta(hours=2)
    lives.open("prosecutor", lives.retained())
    assert ("readings", "Prosecutor", 1) in found(lives)


@pytest.mark.clause("A-08")
def test_refusals_repeated_by_one_person_are_counted_and_forms_to_complete_are_not(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = lives.house.events
    plant(lives, "pjj", events.refused, 4, outcome=OUTCOMES["missing"])
    plant(lives, "emas", events.refused, 30, outcome=OUTCOMES["invalid"])
    assert found(lives) == []
    plant(lives, "pjj", events.refused, 1, outcome=OUTCOMES["refused"])
    plant(lives, "", events.login_failed, 7, outcome=OUTCOMES["wrong_secret"])
    assert sorted(found(lives)) == [("refusals", "", 7), ("refusals", "Pjj", 5)]
    monkeypatch.setitem(lives.house.settings, "refusal_alert", 6)
    assert found(lives) == [("refusals", "", 7)]
    reader = Reader(application(lives), lives, "dpo")
    answer = reader.get(SIGNALS)
    assert_page(answer.text, answer.headers)
    told = words(answer.text)
    assert "reçoit 6 refus ou plus en une heure" in told
    assert "Personne non connectée" in told
    assert "ouvre 20 situations différentes ou plus en une heure" in told
    (link,) = re.findall(r'href="(/journal\?nature=refusals[^"]+)"', answer.text)
    assert words(reader.get(unescape(link)).text).count("Connexion refusée (secret faux)") == 7
