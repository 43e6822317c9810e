"""What a page tells before an act: what it leaves open, what was decided, asked or reported."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casework.cases.act import Change, begin
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.kernel.life import Slot
from casework.store.meetingtables import MeetingRow
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application
from tests.cases.test_pages import REFERRAL

SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
ACTION = {"surname": "Fictif", "first_name": "Camille", "decision": "member_action", "action": "contact_family"}
DECIDED = {"decision": "orientation", "orientation": "social_service"}
STREET_WORK = {"decision": "orientation", "orientation": "street_work"}
TODAY = date(2026, 3, 2)
TOLD = {"informed_how": "in_person", "informed_on": "2026-02-20", "informed_by": "Collège de la démonstration"}
FORM = '<form method="post" novalidate'
LEISURE = {"decision": "orientation", "orientation": "leisure"}


def plain(text: str) -> str:
    """One line of it, with plain spaces."""
    return re.sub(r"\s+", " ", text)


@dataclass
class Pages:
    """A town and its readers, whose pages have plain spaces."""

    lives: Lives
    readers: dict[str, Reader]

    def page(self, head: Head, what: str = "", who: str = "coordinator") -> str:
        """A page of this situation."""
        return plain(self.readers[who].get(f"/situations/{head.life.case}{what}").text)

    def followed(self, *rows: dict[str, Any], **identity: Any) -> Head:
        """A situation whose record says this."""
        head = self.lives.in_session("emas", **identity)
        head = self.lives.play(head, "coordinator", "decide", builders.decisions(*rows))
        return self.lives.play(self.lives.play(head, "coordinator", "sign_record"), "town_hall", "approve")

    def in_exchange(self, day: date) -> Head:
        """A situation open to its cell, at a meeting of this day."""
        lives, meeting = self.lives, uuid4()
        with lives.house.stores.case_writing() as session:
            session.add(
                MeetingRow(id=meeting, instance=lives.house.instance, day=day, first_day=day, fixed_on=date(2026, 2, 2))
            )
        head = lives.play(lives.retained(), "coordinator", "schedule", meeting=meeting)
        return lives.play(head, "coordinator", "circulate", convened=[lives.party("emas")], window=date(2026, 12, 31))

    def oriented(self, head: Head, mark: str = "social") -> Head:
        """The same, a sheet sent to a social service."""
        to = (self.lives.town.people["recipient"].organisation, mark)
        return self.lives.play(head, "coordinator", "orient", {"orientation": SHEET}, recipient=to)


def opened(lives: Lives) -> Pages:
    """Its readers, logged in."""
    app = application(lives)
    return Pages(lives, {who: Reader(app, lives, who) for who in ("coordinator", "head_of_school", "agent")})


@pytest.fixture(scope="module")
def pages(town_of_all: Lives) -> Pages:
    return opened(town_of_all)


def warning(page: str) -> str:
    """The warnings of a page, without their tags."""
    found = re.findall(r'<div class="callout callout-warning">(.*?)</div>', plain(page))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", " ".join(found)))


# --- What a page must not let anybody miss --------------------------------------------------------------------------


@pytest.mark.clause("F33-13")
def test_a_danger_stands_first_on_the_page_of_the_situation(pages: Pages) -> None:
    heads = {}
    for name, told in (("danger", {"danger": True, "danger_route": "emergency_called"}), ("calm", {})):
        contents = builders.referral()
        change = Change("refer", contents | {"reason": contents["reason"] | told})
        with at(pages.lives.town.moment):
            heads[name] = begin(pages.lives.house, pages.lives.acting["head_of_school"], uuid4(), change)
    assert pages.page(heads["danger"]).split("<main")[1].index("Danger signalé. Voie prise") < 300
    assert "Danger signalé" not in pages.page(heads["calm"])


@pytest.mark.clause("F33-10")
def test_transmitting_repeats_what_the_saisine_lacks_and_the_coordinator_decides(pages: Pages) -> None:
    bare = pages.page(pages.lives.refer(), "/actes/transmit")
    assert "Il manque : les représentants légaux, un moyen de joindre la famille." in bare
    assert "Transmettre au Parquet</button>" in bare
    told = {"surname": "Fictif", "quality": "mother", "telephone": "01 00 00 00 00"} | TOLD
    whole = pages.lives.refer(representatives=[told])
    assert "La saisine est incomplète" not in pages.page(whole, "/actes/transmit")


@pytest.mark.clause("F33-02")
def test_what_the_saisine_lacks_is_told_on_its_page_and_ticked_in_what_is_asked_of_the_author(pages: Pages) -> None:
    told = {"surname": "Fictif", "quality": "mother", "telephone": "01 00 00 00 00"} | TOLD
    bare, whole = pages.lives.refer(), pages.lives.refer(representatives=[told])
    assert "Il manque : les représentants légaux, un moyen de joindre la famille." in pages.page(bare)
    assert "Il manque" not in pages.page(whole)
    ticked = re.compile(r'<input[^>]*value="(\w+)"[^>]* checked')
    assert ticked.findall(pages.page(bare, "/actes/ask_details")) == ["contact", "representatives"]
    assert ticked.findall(pages.page(whole, "/actes/ask_details")) == []


def test_what_the_coordinator_did_leads_back_to_its_desk_and_what_others_did_does_not(pages: Pages) -> None:
    head, back = pages.lives.refer(), '<a class="alone" href="/bureau">'
    done = pages.readers["coordinator"].post(f"/situations/{head.life.case}/actes/transmit").location
    assert back in pages.readers["coordinator"].get(done).text
    sent = pages.readers["head_of_school"].post("/situations/nouvelle/refer", **REFERRAL).location
    assert "/bureau" not in pages.readers["head_of_school"].get(sent).text


def test_going_back_to_the_form_of_an_act_already_done_says_so(pages: Pages) -> None:
    head = pages.lives.refer()
    path = f"/situations/{head.life.case}/actes/transmit"
    pages.readers["coordinator"].post(path)
    again = pages.readers["coordinator"].get(path)
    assert (again.status_code, again.location) == (303, f"/situations/{head.life.case}/fait/transmit")
    assert pages.readers["head_of_school"].get(path).status_code == 404


@pytest.mark.clause("F33-12", "C-05")
def test_nobody_is_informed_before_a_birth(pages: Pages) -> None:
    school = pages.readers["head_of_school"]
    early = REFERRAL | {"identity-informed_on": "2011-01-01"}
    assert "plus ancienne que la naissance" in plain(school.post("/situations/nouvelle/refer", **early).text)


@pytest.mark.clause("F33-16", "F33-04")
def test_stepping_back_says_from_which_situation_as_far_as_this_person_reads_it(pages: Pages) -> None:
    head = pages.lives.in_session("dsol")
    dsol = Reader(pages.readers["agent"].client.application, pages.lives, "dsol")
    page = plain(dsol.get(f"/situations/{head.life.case}/actes/recuse").text)
    told = re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page)
    assert told == [
        ("Mineur", "Camille Fictif"),
        ("Âge", "13 à 15 ans"),
        ("Motif principal", "Absences répétées ou rupture de scolarité"),
    ]


@pytest.mark.clause("F33-15")
def test_a_sheet_that_asks_for_nothing_says_what_its_decision_means_and_that_no_day_is_set(pages: Pages) -> None:
    lives = pages.lives
    sheet, owner = {"decision": "lead_named", "surname": "Fictif"}, lives.party("security_officer").person
    head = lives.play(
        lives.followed("security_officer"), "coordinator", "assign", {"owner_sheet": sheet}, owner=owner, due=None
    )
    officer = Reader(pages.readers["agent"].client.application, lives, "security_officer")
    page = plain(officer.get(f"/situations/{head.life.case}").text)
    assert "désignée référent de parcours" in page
    assert "Aucune échéance n’est fixée." in page
    dated = {"decision": "member_action", "action": "meet_family", "due": "2026-05-01"}
    head = lives.play(
        lives.followed("security_officer"),
        "coordinator",
        "assign",
        {"owner_sheet": dated},
        owner=owner,
        due=date(2026, 5, 1),
    )
    page = plain(officer.get(f"/situations/{head.life.case}").text)
    assert not any(words in page for words in ("référent de parcours", "Aucune échéance"))


@pytest.mark.clause("F33-16")
def test_stepping_back_is_offered_and_never_put_forward(pages: Pages) -> None:
    head = pages.lives.in_session("emas")
    emas = Reader(pages.readers["agent"].client.application, pages.lives, "emas")
    offered = re.findall(r'<a class="btn btn-(\w+)"[^>]*>([^<]+)', emas.get(f"/situations/{head.life.case}").text)
    assert offered == [("quiet", "Se déporter de cette situation")]


def test_an_exception_is_offered_last_and_never_put_forward(pages: Pages) -> None:
    lives = pages.lives
    screening = lives.play(lives.refer(), "coordinator", "transmit")
    dismissed = lives.play(screening, "prosecutor", "not_retain")
    waiting = lives.play(lives.refer(), "coordinator", "ask_details", {"request": {"points": ["facts"]}})
    in_session = pages.in_exchange(TODAY)
    examined = lives.play(pages.in_exchange(TODAY), "coordinator", "decide", builders.decisions(DECIDED))
    for head, put_forward, last in (
        (dismissed, [], "Relier à une autre situation"),
        (waiting, [], "Relier à une autre situation"),
        (in_session, ["Enregistrer les décisions"], "Compléter l’information des personnes"),  # obtained already
        (examined, ["Signer le relevé de décisions"], "Compléter l’information des personnes"),
    ):
        offered = re.findall(r'<a class="btn btn-(\w+)"[^>]*>([^<]+)', pages.page(head))
        assert [label.strip() for style, label in offered if style == "primary"] == put_forward
        assert offered[-1][1] == last
    assert "Transmettre de nouveau au Parquet" in pages.page(dismissed)
    assert "Reprendre sans attendre" in pages.page(waiting)


# --- Closing --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("F33-06", "F33-12", "F33-15")
def test_closing_says_what_is_open_and_what_becomes_of_it_and_the_coordinator_decides(pages: Pages) -> None:
    lives = pages.lives
    head = pages.oriented(pages.followed(DECIDED, STREET_WORK))
    owner = lives.party("emas").person
    head = lives.play(head, "coordinator", "assign", {"owner_sheet": ACTION}, owner=owner, due=date(2026, 4, 1))
    told = warning(pages.page(head, "/actes/close"))
    for words in (
        "depuis le 2 mars 2026. Le destinataire garde sa fiche et peut encore répondre",
        "« Prendre contact avec la famille » non faite, confiée à Emas pour le 1er avril 2026. La personne responsable",
        "Orientation décidée et non envoyée : Club de prévention spécialisée. Elle ne pourra plus partir.",
    ):
        assert words in told
    assert "envoyée : Service social polyvalent" not in told
    closed = pages.readers["coordinator"].post(f"/situations/{head.life.case}/actes/close", reason="actions_done")
    assert closed.status_code == 303
    sheets = [part.id for part in head.life.parts]
    assert {slot.part for slot in lives.reads_case("recipient", head.life.case)} == {sheets[0]}
    assert lives.reads_case("emas", head.life.case) == set()


def test_closing_says_nothing_of_what_is_done_or_called_back_nor_does_another_act(pages: Pages) -> None:
    lives = pages.lives
    head = pages.oriented(pages.followed(LEISURE))
    assert warning(pages.page(head, "/actes/inform")) == ""
    head = lives.play(head, "coordinator", "recall", part=head.life.parts[0].id)
    assert warning(pages.page(head, "/actes/close")) == ""


# --- What was asked, what was reported ------------------------------------------------------------------------------


@pytest.mark.clause("F33-02")
@pytest.mark.parametrize("move", ["correct", "clarify"])
def test_who_completes_a_saisine_has_the_points_asked_before_its_eyes(pages: Pages, move: str) -> None:
    lives, request = pages.lives, {"request": {"points": ["representatives", "facts"]}}
    head = lives.refer()
    if move == "correct":
        head = lives.play(head, "coordinator", "ask_details", request)
    else:
        screened = lives.play(head, "coordinator", "transmit")
        head = lives.play(screened, "prosecutor", "ask_clarification", {"judicial": {}, **request})
    before = pages.page(head, f"/actes/{move}", "head_of_school").split(FORM)[0]
    assert "Les représentants légaux" in before
    assert "La date ou le lieu des faits" in before


@pytest.mark.clause("F33-02")
def test_each_point_asked_leads_to_its_fields_which_are_marked_and_no_other(pages: Pages) -> None:
    asked = {"request": {"points": ["representatives", "information", "danger_route"]}}
    head = pages.lives.play(pages.lives.refer(), "coordinator", "ask_details", asked)
    page = pages.page(head, "/actes/correct", "head_of_school")
    ids = re.findall(r'<li><a class="alone" href="#([^"]+)">', page.split(FORM)[0])
    assert ids == ["f-identity-representatives", "f-identity-informed_how", "f-reason-danger"]
    assert all(page.split(FORM)[1].count(f'id="{found}"') == 1 for found in ids)
    marked = re.findall(r'id="(f-[^"]+)-asked"', page)
    about = {*ids, "f-reason-danger_route", *(f"f-identity-representatives-{at}-informed_how" for at in range(2))}
    assert set(ids) < set(marked) <= about
    assert all(f'aria-describedby="{found}-asked' in page for found in marked)
    assert "-asked" not in pages.page(pages.lives.refer(), "/actes/ask_details")


@pytest.mark.clause("F33-03")
def test_a_remontee_stands_beside_the_saisine_made_of_it_which_begins_with_what_it_says(pages: Pages) -> None:
    lives, said = pages.lives, {**builders.REMONTEE, "surname": "Croquis", "age": 13}
    with at(lives.town.moment):
        head = begin(lives.house, lives.acting["agent"], uuid4(), Change("report", {"remontee": said}))
    page = pages.page(head, "/actes/take_up")
    assert "Déscolarisation constatée" in page.split(FORM)[0]
    for field in (
        'name="identity-surname" value="Croquis"',
        'name="identity-age" value="13"',
        'name="identity-birth" value="age_estimated" checked',
        '<option value="school_absence" selected>',
        'name="account-facts-0-day" value="2026-02-18"',
        "Seul, en matinée.</textarea>",
    ):
        assert field in page, field
    path, more = f"/situations/{head.life.case}/actes/take_up", {"identity-first_name": "Prénom", "_keep": "1"}
    reader = pages.readers["coordinator"]
    assert reader.post(path, **more).status_code == 200
    assert 'name="identity-surname" value=""' in pages.page(head, "/actes/take_up")


# --- Taking a group away --------------------------------------------------------------------------------------------


@pytest.mark.clause("C-08")
def test_a_decision_is_taken_away_without_script_and_the_others_stay(pages: Pages) -> None:
    head, reader = pages.in_exchange(TODAY), pages.readers["coordinator"]
    path, name = f"/situations/{head.life.case}/decisions", "deliberation-decisions"
    assert "Retirer" not in reader.get(path).text
    form = {f"{name}-0-decision": "keep_open", f"{name}-1-decision": "orientation", f"{name}-1-orientation": "leisure"}
    both = reader.post(path, **form, _more=name).text
    assert both.count("Retirer cette décision") == 3
    left = reader.post(path, **form, _less=f"{name}-0").text
    assert re.findall(r'name="[a-z]+-decisions-(\d)-decision" value="(\w+)" checked', left) == [("0", "orientation")]
    assert "points à corriger" not in left
    form = {f"{name}-0-decision": "orientation", f"{name}-0-orientation": "leisure"}
    assert reader.post(path, **form).status_code == 303


@pytest.mark.clause("C-05")
@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("A", "B"), ["child_interest", None]),
        (("A2", "B"), ["child_interest", None]),
        (("B",), [None]),
        (("B2",), [None]),
    ],
)
def test_what_the_coordinator_wrote_of_a_representative_never_passes_to_another(
    pages: Pages, kept: tuple[str, ...], expected: list[str | None]
) -> None:
    lives, untold = pages.lives, {"quality": "mother", "informed_how": "not_yet"}
    rows = [{**untold, "surname": name} for name in "AB"]
    head = lives.refer(representatives=rows)
    deferred = {"defer_reason": "child_interest", "defer_until": "2026-06-01"}
    told = {
        "informed_how": "in_person",
        "informed_on": "2026-02-20",
        "representatives": [{**rows[0], **deferred}, rows[1]],
    }
    head = lives.play(head, "coordinator", "inform", {"identity": told})
    head = lives.play(head, "coordinator", "ask_details", {"request": builders.REQUEST})
    form = {
        f"identity-representatives-{at}-{key}": value
        for at, name in enumerate(kept)
        for key, value in {**untold, "surname": name}.items()
    }
    sent = pages.readers["head_of_school"].post(f"/situations/{head.life.case}/actes/correct", **REFERRAL, **form)
    assert sent.status_code == 303
    found = lives.open("coordinator", head)
    assert found
    written = found.contents[Slot("identity")]["representatives"]
    assert [row.get("defer_reason") for row in written] == expected


@pytest.mark.clause("C-08")
@pytest.mark.parametrize("day", [TODAY, date(2026, 3, 3)])
def test_decisions_are_offered_from_the_day_of_the_meeting_and_said_before(pages: Pages, day: date) -> None:
    head = pages.in_exchange(day)
    page = pages.page(head)
    assert (f'href="/situations/{head.life.case}/decisions"' in page) == (day == TODAY)
    told = "Enregistrer les décisions : à partir du mardi 3 mars 2026, jour de la réunion."
    assert (told in page) == (day != TODAY)


# --- How long a text may be -----------------------------------------------------------------------------------------


@pytest.mark.clause("C-03")
@pytest.mark.parametrize(("setting", "most"), [(None, 500), (200, 200), (1_000, 1_000)])
def test_the_longest_text_is_the_setting_of_the_instance(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, setting: int | None, most: int
) -> None:
    if setting:
        monkeypatch.setitem(pages.lives.house.settings, "text_limit", setting)
    reader, path = pages.readers["head_of_school"], "/situations/nouvelle/refer"
    widest = "\N{GRINNING FACE}"  # the compartment holds it whatever is written
    facts = {
        f"account-facts-{at}-{name}": value
        for at in range(5)
        for name, value in {"day": "2026-02-18", "place": "other_public_place", "place_name": widest * 100}.items()
    }
    assert f'data-count="{most}"' in reader.get(path).text
    long = reader.post(path, **REFERRAL | facts | {"account-text": widest * (most + 1)})
    assert f"{most} caractères au plus : retirez-en 1." in plain(long.text)
    assert reader.post(path, **REFERRAL | facts | {"account-text": widest * most}).status_code == 303


# --- Later: last, since time passes ---------------------------------------------------------------------------------


@pytest.mark.clause("F33-12")
def test_the_age_is_looked_at_on_the_day_of_the_saisine_when_it_is_completed_later(pages: Pages) -> None:
    lives, born = pages.lives, "2008-04-05"
    head = lives.play(lives.refer(birth_date=born), "coordinator", "ask_details", {"request": builders.REQUEST})
    lives.town.moment += timedelta(days=40)
    reader, path = Reader(application(lives), lives, "head_of_school"), f"/situations/{head.life.case}/actes/correct"
    grown = reader.post(path, **REFERRAL | {"identity-birth_date": "2008-03-01"})
    assert "moins de 18 ans au jour de la saisine" in plain(grown.text)
    assert reader.post(path, **REFERRAL | {"identity-birth_date": born}).status_code == 303
