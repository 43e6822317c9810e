"""The coordinator's desk and what waits for the others, by real requests."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, update

from audit.log import entries
from casework.accounts.people import names
from casework.cases import piles
from casework.cases.act import Change, begin
from casework.cases.desk import SECTIONS
from casework.cases.heads import Head
from casework.cases.piles import Files
from casework.cases.sealed import Sealed, keys_of
from casework.cases.several import glimpses
from casework.kernel.clock import at
from casework.kernel.life import Life, Slot
from casework.store.directory import load_directory
from casework.store.keytables import SealRow
from casework.store.tables import CiphertextRow, HeadRow
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

DAY = date(2026, 4, 11)  # forty days after the town opened
MOTHER = {"quality": "mother", "surname": "Fictif", "first_name": "Dominique", "telephone": "0639980034"}
TOLD = {"informed_how": "in_person", "informed_on": "2026-02-20"}
SHEET = {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
ACTION = {"surname": "Fictif", "first_name": "Camille", "decision": "member_action", "action": "contact_family"}
DECIDED = {"decision": "orientation", "orientation": "social_service"}
PROPOSED = {"decision": "orientation", "orientation": "leisure"}
REQUEST = {"request": builders.REQUEST}
WHO = ("coordinator", "prosecutor", "town_hall", "emas", "dsol", "recipient", "dpo", "controller")


@dataclass
class Desk:
    """A town forty days old, its situations by nickname and its readers by seat."""

    lives: Lives
    heads: dict[str, Head] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)

    def page(self, who: str, path: str) -> str:
        """A page, its spaces made plain."""
        return re.sub(r"[\u00a0\u202f]", " ", self.readers[who].get(path).text)

    def sections(self) -> dict[str, str]:
        """The sections of the desk by anchor."""
        found = re.findall(
            r'aria-labelledby="([a-z-]+)">(.*?)</section>', self.page("coordinator", "/bureau"), re.DOTALL
        )
        return {anchor: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)) for anchor, text in found}

    def where(self, nickname: str) -> set[str]:
        """The sections in which a situation stands."""
        return {anchor for anchor, text in self.sections().items() if self.heads[nickname].reference in text}

    def told(self, anchor: str, nickname: str) -> str:
        """What a section says of a situation, up to the next line."""
        after = self.sections()[anchor].split(self.heads[nickname].reference)[1]
        return re.split(r" [0-9A-Z]{8} ", after)[0]

    def logged(self) -> list[tuple[str, Any]]:
        """(event, what it says) of the log, the newest last."""
        with self.lives.house.stores.case_reading() as session:
            found = entries(session.connection(), self.lives.house.provider.mac, limit=9_999)
        return [(item.type, item) for item in reversed(found)]


def minor(name: str, **more: Any) -> dict[str, Any]:
    """An identity that resembles no other one, but that of the same name."""
    return {"surname": name, "first_name": f"Prénom {name}", **more}


def followed(lives: Lives, name: str, *rows: dict[str, Any]) -> Head:
    head = lives.in_session("emas", "town_hall", **minor(name, representatives=[{**MOTHER, **TOLD}]))
    head = lives.play(head, "coordinator", "decide", builders.decisions(*rows))
    return lives.play(lives.play(head, "coordinator", "sign_record"), "town_hall", "approve")


def oriented(lives: Lives, head: Head, mark: str = "social") -> Head:
    to = (lives.town.people["recipient"].organisation, mark)
    return lives.play(head, "coordinator", "orient", {"orientation": SHEET}, recipient=to)


def answered(lives: Lives, head: Head) -> Head:
    return lives.play(head, "recipient", "answer", {"return": builders.RETURN}, part=head.life.parts[0].id)


def entrusted(lives: Lives, name: str, who: str, due: date) -> Head:
    owner = lives.party(who).person
    return lives.play(followed(lives, name), "coordinator", "assign", {"owner_sheet": ACTION}, owner=owner, due=due)


def endangered(lives: Lives, name: str) -> Head:
    contents = builders.referral(**minor(name))
    contents["reason"] |= {"danger": True, "danger_route": "crip_informed"}
    with at(lives.town.moment):
        return begin(lives.house, lives.acting["head_of_school"], uuid4(), Change("refer", contents))


def old(lives: Lives) -> Iterator[tuple[str, Head]]:
    """What happened forty days ago."""
    yield "silent", lives.play(lives.refer(**minor("Muet")), "coordinator", "transmit")
    untold = {"informed_how": "not_yet"}
    yield "silent_twin", lives.play(lives.refer(**minor("MUET")), "coordinator", "transmit")
    yield "uninformed", lives.play(lives.refer(**minor("Ignorant", **untold)), "coordinator", "transmit")
    yield "retained", lives.retained(**minor("Gémeau"))
    yield "asked", lives.play(lives.refer("landlord", **minor("Demandé")), "coordinator", "ask_details", REQUEST)
    yield "oriented", oriented(lives, oriented(lives, followed(lives, "Orienté")), "other")
    yield "returned", answered(lives, oriented(lives, followed(lives, "Revenu")))
    yield "both", oriented(lives, answered(lives, oriented(lives, followed(lives, "Deux"))))
    closed = answered(lives, oriented(lives, followed(lives, "Clos")))
    yield "closed", lives.play(closed, "coordinator", "close", reason="returns_received")
    yield "late", entrusted(lives, "Tardif", "emas", date(2026, 4, 1))
    yield "later", entrusted(lives, "Lointain", "coordinator", date(2026, 6, 1))
    done = entrusted(lives, "Fait", "emas", date(2026, 4, 1))
    yield "done", lives.play(done, "emas", "finish", part=done.life.parts[0].id)
    yield "decided", followed(lives, "Décidé", DECIDED)
    yield "proposed", followed(lives, "Proposé", PROPOSED)


def new(lives: Lives) -> Iterator[tuple[str, Head]]:
    """What came lately: the day before, but for one that nobody looked at."""
    lives.town.moment += timedelta(days=30)
    yield "waiting", lives.refer(**minor("Oublié"))
    lives.town.moment += timedelta(days=9)
    yield "soon", entrusted(lives, "Bientôt", "town_hall", date(2026, 4, 15))
    yield "whole", lives.refer(**minor("Entier", representatives=[{**MOTHER, **TOLD}]))
    father = {"quality": "father", "telephone": "0639980035", "informed_how": "not_yet"}
    year = {"birth": "birth_year_only", "birth_year": 2012, "birth_date": ""}
    yield "lacking", lives.refer(**minor("Lacunaire", representatives=[father], **year))
    yield "danger", endangered(lives, "Danger")
    yield "danger_asked", lives.play(endangered(lives, "Alerte"), "coordinator", "ask_details", REQUEST)
    yield "double", lives.refer("pjj", **minor("Oublié"))
    yield "twin", lives.refer("pjj", **minor("GEMEAU"))
    with at(lives.town.moment):
        change = Change("report", {"remontee": builders.REMONTEE})
        yield "reported", begin(lives.house, lives.acting["agent"], uuid4(), change)
    lives.town.moment += timedelta(days=1)


@pytest.fixture(scope="module")
def desk(town_of_all: Lives) -> Desk:
    found = Desk(town_of_all)
    for story in (old, new):
        found.heads |= dict(story(town_of_all))
    app = application(town_of_all)
    found.readers = {name: Reader(app, town_of_all, name) for name in WHO}
    return found


PLACES = {
    "danger": {"d-abord"},
    "danger_asked": {"d-abord", "precisions"},
    "waiting": {"d-abord"},
    "whole": {"a-verifier"},
    "lacking": {"a-verifier"},
    "reported": {"a-verifier"},
    "asked": {"precisions"},
    "silent": {"parquet"},
    "uninformed": {"parquet", "information"},
    "retained": {"retenues"},
    "decided": {"a-orienter"},
    "oriented": {"retours-attendus"},
    "both": {"retours-attendus", "retours"},
    "closed": set(),
    "returned": {"retours"},
    "late": {"actions"},
    "soon": {"actions"},
    "later": {"actions"},
    "done": {"actions-faites"},
    "proposed": {"sans-evenement"},
}


def test_every_situation_stands_where_it_waits(desk: Desk) -> None:
    sections = desk.sections()
    places = {
        name: {anchor for anchor, text in sections.items() if desk.heads[name].reference in text} for name in PLACES
    }
    assert places == PLACES
    assert list(sections) == [item.anchor for item in SECTIONS]


@pytest.mark.clause("F33-13")
def test_a_danger_comes_before_what_waited_longer_with_the_route_its_author_took(desk: Desk) -> None:
    first = desk.sections()["d-abord"]
    places = [first.index(desk.heads[name].reference) for name in ("danger", "danger_asked", "waiting")]
    assert max(places[:2]) < places[2]
    assert "Danger signalé. Voie prise : information préoccupante adressée à la CRIP 75." in desk.told(
        "d-abord", "danger"
    )


@pytest.mark.clause("C-05", "C-10")
def test_what_a_saisine_lacks_is_told_without_naming_anybody(desk: Desk) -> None:
    assert "Il manque : la date de naissance exacte, l’information du père." in desk.told("a-verifier", "lacking")
    assert "Rien ne manque." in desk.told("a-verifier", "whole")
    page = desk.page("coordinator", "/bureau")
    surnames = ("Fictif", "Prénom", "Dominique", "Lacunaire", "Entier", "Gémeau", "GEMEAU", "Danger</", "Orienté")
    assert [name for name in surnames if name in page] == []


@pytest.mark.clause("F33-10")
def test_the_silence_of_the_parquet_is_a_word(desk: Desk) -> None:
    assert "2 mars 2026" in desk.told("parquet", "silent")
    assert "À relancer." in desk.told("parquet", "silent")


@pytest.mark.clause("C-05")
def test_the_month_to_inform_the_family_is_counted_from_the_saisine(desk: Desk) -> None:
    assert "En retard depuis le 2 avril 2026." in desk.told("information", "uninformed")


@pytest.mark.clause("F33-05")
def test_a_decided_orientation_waits_to_be_sent_but_a_proposal_to_the_family_does_not(desk: Desk) -> None:
    assert "Décidée : Service social polyvalent." in desk.told("a-orienter", "decided")
    assert "À relancer." in desk.told("retours-attendus", "oriented")
    assert "Rien d’autre n’est attendu." in desk.told("retours", "returned")


@pytest.mark.clause("F33-15")
def test_an_overdue_action_is_said_in_words_and_comes_first(desk: Desk) -> None:
    assert "En retard depuis le 1er avril 2026. Emas." in desk.told("actions", "late")
    assert "Pour le 15 avril 2026." in desk.told("actions", "soon")
    places = [desk.sections()["actions"].index(desk.heads[name].reference) for name in ("late", "soon", "later")]
    assert places == sorted(places)


@pytest.mark.clause("A-05")
def test_the_log_says_what_the_desk_showed_and_opened(desk: Desk) -> None:
    desk.page("coordinator", "/bureau")
    told = desk.logged()
    start = max(at for at, (kind, _) in enumerate(told) if kind == "ListShown")
    seen = [item for _, item in told[start:]]
    listed = {item.subject for item in seen if item.type == "SituationListed"}
    opened = Counter((item.subject, item.values["compartment"]) for item in seen if item.type == "CompartmentRead")
    cases = {name: head.life.case for name, head in desk.heads.items()}
    assert listed == set(cases.values()) - {cases["closed"]}
    checked = [
        cases[name] for name in ("danger", "danger_asked", "waiting", "whole", "lacking", "twin", "double", "asked")
    ]
    without = ("decided", "proposed", "late", "soon", "later", "done")
    expected = [(case, part) for case in checked for part in ("identity", "reason")]
    assert opened == Counter([*expected, *((cases[name], "deliberation") for name in without)])
    pairs = [{item.subject, item.values["other"]} for item in seen if item.type == "SituationsCompared"]
    expected_pairs = [{cases["retained"], cases["twin"]}, {cases["waiting"], cases["double"]}]
    assert sorted(pairs, key=sorted) == sorted(expected_pairs, key=sorted)


@pytest.mark.clause("F33-16")
@pytest.mark.parametrize("who", [name for name in WHO if name != "coordinator"])
def test_nobody_else_has_a_desk(desk: Desk, who: str) -> None:
    assert desk.readers[who].get("/bureau").status_code == 404
    assert "/bureau" not in desk.page(who, "/")


@pytest.mark.clause("R-03")
@pytest.mark.parametrize(
    ("months", "words"), [(11, "Rien n’est attendu."), (12, "À revoir : 12 mois"), (24, "Clôture proposée : 24 mois")]
)
def test_a_followed_situation_without_event_is_to_be_looked_at_then_closed(desk: Desk, months: int, words: str) -> None:
    house, day = desk.lives.house, date(2026 + (2 + months) // 12, (2 + months) % 12 + 1, 2)
    with at(desk.lives.town.moment):
        every = glimpses(house, desk.lives.acting["coordinator"], [desk.heads["proposed"].life.case])
        (line,) = piles.quiet(Files(house.charter, names(house), day, every))
    assert line.told[0].startswith(words)


@pytest.mark.clause("R-03")
def test_an_expected_return_does_not_hide_a_year_without_event(desk: Desk) -> None:
    house, case = desk.lives.house, desk.heads["oriented"].life.case
    with at(desk.lives.town.moment):
        files = Files(house.charter, names(house), DAY, glimpses(house, desk.lives.acting["coordinator"], [case]))
    assert list(piles.quiet(files)) == []
    assert [line.case for line in piles.quiet(replace(files, day=date(2027, 3, 2)))] == [case]


# --- The same person ------------------------------------------------------------------------------------------------


@pytest.mark.clause("C-10")
def test_the_same_person_is_told_at_home_on_the_desk_and_beside_the_acts(desk: Desk) -> None:
    twin, other = desk.heads["twin"], desk.heads["retained"]
    compared = f"/situations/rapprochements?situation={twin.life.case}"
    assert "2 rapprochements à examiner" in desk.page("coordinator", "/")
    assert {twin.reference, other.reference} <= set(
        re.findall(r"[0-9A-Z]{8}", callout(desk.page("coordinator", "/bureau")))
    )
    beside = callout(desk.page("coordinator", f"/situations/{twin.life.case}"))
    assert f"Peut-être la même personne que la situation {other.reference}." in beside
    assert compared in beside
    assert "Peut-être" not in desk.page("coordinator", f"/situations/{other.life.case}")
    assert "GEMEAU" in desk.page("coordinator", compared)


def callout(page: str) -> str:
    return "".join(re.findall(r'<div class="callout callout-warning">.*?</div>', page, re.DOTALL))


@pytest.mark.clause("A-05")
def test_the_count_of_the_home_page_shows_no_pair_and_logs_none(desk: Desk) -> None:
    before = [kind for kind, _ in desk.logged()].count("SituationsCompared")
    desk.page("coordinator", "/")
    assert [kind for kind, _ in desk.logged()].count("SituationsCompared") == before
    desk.page("coordinator", f"/situations/{desk.heads['twin'].life.case}")
    assert [kind for kind, _ in desk.logged()].count("SituationsCompared") == before + 1


@pytest.mark.clause("C-10")
def test_the_comparison_of_one_situation_shows_its_pairs_alone(desk: Desk) -> None:
    page = desk.page("coordinator", f"/situations/rapprochements?situation={desk.heads['whole'].life.case}")
    assert "Aucun rapprochement" in page
    assert "GEMEAU" not in page


@pytest.mark.clause("C-10")
def test_linked_situations_name_each_other_and_can_be_unlinked(desk: Desk) -> None:
    twin, other, reader = desk.heads["twin"], desk.heads["retained"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={twin.life.case}"
    try:
        assert reader.post(path).status_code == 303
        assert f">{other.reference}</a>" in desk.page("coordinator", f"/situations/{twin.life.case}")
        assert f">{twin.reference}</a>" in desk.page("coordinator", f"/situations/{other.life.case}")
        assert twin.reference not in desk.page("prosecutor", f"/situations/{other.life.case}")
        assert "1 rapprochement à examiner" in desk.page("coordinator", "/")
        assert "Délier ces situations" in desk.page("coordinator", path)
    finally:
        reader.post(path)
    assert "Relier ces situations" in desk.page("coordinator", path)
    assert "Reliée" not in desk.page("coordinator", f"/situations/{twin.life.case}")


@pytest.mark.clause("C-10")
def test_the_parquet_which_reads_both_is_not_told_of_a_link(desk: Desk) -> None:
    one, two, reader = desk.heads["silent"], desk.heads["silent_twin"], desk.readers["coordinator"]
    path = f"/situations/rapprochements?situation={one.life.case}"
    assert "Non reliées. En commun : même nom, même prénom, même date de naissance." in desk.page("coordinator", path)
    assert reader.post(path).status_code == 303
    assert two.reference in desk.page("coordinator", f"/situations/{one.life.case}")
    assert two.reference not in desk.page("prosecutor", f"/situations/{one.life.case}")


@pytest.mark.clause("C-10")
@pytest.mark.parametrize("form", [{}, {"left": "x", "right": "y"}])
def test_a_pair_that_names_nothing_is_a_missing_page(desk: Desk, form: dict[str, str]) -> None:
    path, reader = "/situations/rapprochements", desk.readers["coordinator"]
    proof = {name: value for name, value in reader.hidden(path).items() if name not in ("left", "right")}
    assert reader.send(path, {**proof, **form}).status_code == 404


# --- Home pages -----------------------------------------------------------------------------------------------------


@pytest.mark.clause("F33-15")
def test_an_action_reaches_its_owner_whatever_the_seat(desk: Desk) -> None:
    late, soon, later = (desk.heads[name].reference for name in ("late", "soon", "later"))
    tasks = {who: desk.page(who, "/") for who in ("emas", "town_hall", "coordinator", "prosecutor")}
    assert urgent(tasks["emas"], f"Action en retard depuis le 1er avril 2026, situation {late}")
    assert urgent(tasks["town_hall"], f"Action à faire avant le 15 avril 2026, situation {soon}")
    assert not urgent(tasks["coordinator"], f"Action à faire avant le 1er juin 2026, situation {later}")
    assert late not in tasks["town_hall"] + tasks["coordinator"] + tasks["prosecutor"]
    link = re.search(rf'href="(/situations/[^"]+)">[^<]*{late}', tasks["emas"])
    assert link
    assert "Prendre contact avec la famille" in desk.page("emas", link[1])


def urgent(page: str, label: str) -> bool:
    found = re.search(rf"{re.escape(label)}</a>(.*?)</li>", page, re.DOTALL)
    assert found, label
    return "Urgent" in found[1]


def test_the_tasks_of_the_coordinator_lead_to_the_desk(desk: Desk) -> None:
    page = desk.page("coordinator", "/")
    for label, url in (
        ("6 saisines à vérifier", "/bureau"),
        ("2 retours reçus", "/bureau#retours"),
        ("1 action faite", "/bureau#actions-faites"),
        ("9 situations suivies", "/bureau"),
    ):
        assert f'<a href="{url}">{label}</a>' in page


@pytest.mark.clause("A-05")
def test_a_situation_named_on_a_home_page_is_logged(desk: Desk) -> None:
    before = len(desk.logged())
    desk.page("emas", "/")
    listed = [item.subject for kind, item in desk.logged()[before:] if kind == "SituationListed"]
    assert desk.heads["late"].life.case in listed


@pytest.mark.clause("A-05")
def test_the_home_page_opens_no_decision(desk: Desk) -> None:
    desk.page("coordinator", "/bureau")
    before = len(desk.logged())
    desk.page("coordinator", "/")
    assert [kind for kind, _ in desk.logged()[before:] if kind == "CompartmentRead"] == []


@pytest.mark.clause("F33-04")
def test_the_dsol_sees_what_the_services_were_asked_and_what_came_back_without_a_name(desk: Desk) -> None:
    home, listing = desk.page("dsol", "/"), desk.page("dsol", "/situations")
    assert urgent(home, "2 orientations vers les services sociaux attendent un retour")
    assert "2 retours des services sociaux reçus" in home
    rows = {name: row for row in listing.split("<tr>") for name in desk.heads if desk.heads[name].reference in row}
    assert set(rows) == {"oriented", "returned", "both"}
    assert "Retour attendu" in rows["oriented"]
    assert "Retour reçu" in rows["returned"]
    assert "Retour attendu" in rows["both"]
    assert "2 mars 2026" in rows["oriented"]
    assert "Camille" not in listing


@pytest.mark.clause("F33-05")
def test_who_holds_a_sheet_reads_in_its_list_what_is_expected_of_it(desk: Desk) -> None:
    assert "Retour attendu" in desk.page("recipient", "/situations")
    assert "Action en retard depuis le 1er avril 2026" in desk.page("emas", "/situations")


@pytest.mark.clause("F-03")
@pytest.mark.parametrize(("who", "link"), [("dpo", "/journal"), ("controller", "/parts")])
def test_a_seat_without_situations_is_told_what_it_is_for(desk: Desk, who: str, link: str) -> None:
    page = desk.page(who, "/")
    assert "À quoi sert votre accès" in page
    assert f'<a href="{link}">' in page.split("À quoi sert votre accès")[1]
    assert "À quoi sert" not in desk.page("coordinator", "/")


@pytest.mark.clause("A-01")
def test_who_waits_to_be_admitted_is_a_task_of_the_coordinator_alone(desk: Desk) -> None:
    assert "admise" not in desk.page("coordinator", "/")
    with at(desk.lives.town.moment):
        desk.lives.town.welcome("pjj", "newcomer")
    assert '<a href="/admissions">1 personne attend d’être admise</a>' in desk.page("coordinator", "/")
    assert [who for who in WHO[1:] if "admise" in desk.page(who, "/")] == []


# --- Several at a glance --------------------------------------------------------------------------------------------


def everything(_life: Life) -> tuple[str, ...]:
    return ("identity", "match", "deliberation")


@pytest.mark.clause("F33-16")
def test_a_glimpse_shows_what_the_charter_grants_and_no_situation_of_others(desk: Desk) -> None:
    house, case = desk.lives.house, desk.heads["silent"].life.case
    with at(desk.lives.town.moment):
        (seen,) = glimpses(house, desk.lives.acting["prosecutor"], [case], everything)
        assert glimpses(house, desk.lives.acting["pjj"], [case]) == []
    assert set(seen.contents) == {Slot("identity")}


def test_a_key_is_opened_by_those_alone_to_whom_the_head_says_it_is_sealed(desk: Desk) -> None:
    house, head, slot = desk.lives.house, desk.heads["silent"], Slot("identity")
    held, acting = head.held[slot], desk.lives.acting["coordinator"]
    asked = [Sealed(head.life.case, slot, held.key_id, known) for known in (held.principals, frozenset[UUID]())]
    with at(desk.lives.town.moment), house.stores.case_reading() as session:
        directory = load_directory(house, session)
        found = [keys_of(house, acting, directory, [item]) for item in asked]
    assert [list(keys) for keys in found] == [[held.key_id], []]


# --- What does not open: last, since it breaks situations -----------------------------------------------------------


@pytest.mark.clause("A-05")
def test_a_situation_that_does_not_open_is_said_and_the_others_are_shown(desk: Desk) -> None:
    case = desk.heads["whole"].life.case
    with desk.lives.house.stores.key_writing() as keys:
        keys.execute(delete(SealRow).where(SealRow.case == case))
    assert desk.where("whole") == {"illisibles"}
    assert desk.where("danger") == {"d-abord"}
    assert desk.readers["coordinator"].get("/").status_code == 200


@pytest.mark.clause("A-05")
@pytest.mark.parametrize(("nickname", "table"), [("lacking", CiphertextRow), ("danger", HeadRow)])
def test_an_altered_situation_is_reported_and_left_out(
    desk: Desk, nickname: str, table: type[CiphertextRow | HeadRow]
) -> None:
    case, column = desk.heads[nickname].life.case, "envelope" if table is CiphertextRow else "body"
    with desk.lives.house.stores.case_writing() as session:
        session.execute(update(table).where(table.case == case).values({column: b"altered"}))
    before = len(desk.logged())
    assert desk.where(nickname) == {"illisibles"}
    reported = {item.subject for kind, item in desk.logged()[before:] if kind == "TamperingFound"}
    assert case in reported
    assert desk.where("danger_asked") == {"d-abord", "precisions"}
