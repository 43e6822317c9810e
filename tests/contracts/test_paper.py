"""Paper by real requests: a print holds what its reader may read and no more, bears its mark, and leaves after its own entry (C-09)."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from audit.entry import Entry
from audit.log import Record, entries
from casework.cases import plan
from casework.kernel import engine
from casework.kernel.life import Life, Principal, Slot
from casework.kernel.records import Charter
from casework.store.house import House
from tests.browser import assert_page
from tests.cases.pages import Reader
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.stories import begun, corrected, decided, followed, in_exchange, remontee
from tests.contracts.story import Story, reads
from tests.contracts.telling import plain
from tests.contracts.test_access_matrix import TOKEN, shown
from tests.contracts.walk import CONTENTS

REASON = "meeting_without_screen"
SURNAME = CONTENTS["identity"]["surname"]
NAMES = sorted(
    {*golden.SEATS.values(), "prosecutor_2", "pjj_2", "head_of_school_2", "landlord_2", "agent_2", "recipient_2"}
)


def path_of(story: Story, *, meeting: bool = False) -> str:
    life = story.head.life
    return f"/reunions/{life.meeting}/impression" if meeting else f"/situations/{life.case}/impression"


def prints(cell: Cell, name: str, path: str, **form: Any) -> TestResponse:
    """The answer to the form of a print, sent without looking at it first."""
    reader = cell.readers[name]
    return reader.send(path, {**proof(reader), "reason": REASON, **form})


@cache
def proof(reader: Reader) -> dict[str, str]:
    """What makes the forms of a session valid."""
    return reader.hidden("/mon-compte")


def whole(cell: Cell, story: Story) -> list[str]:
    """Every compartment that the situation has."""
    return [
        f"{slot.compartment}-{slot.part}" if slot.part else slot.compartment
        for slot in story.head.held
        if slot.compartment != "match"
    ]


def masked(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, TOKEN.sub("", answer.text)


def newest(cell: Cell, count: int) -> list[Record]:
    """The last entries of the log, newest first."""
    house = cell.lives.house
    with house.stores.case_reading() as session:
        return entries(session.connection(), house.provider.mac, limit=count)


@pytest.fixture(scope="module")
def stories(cell: Cell) -> dict[str, Story]:
    """Situations at the steps where different people read."""
    return {
        "remontee": next(remontee(cell)),
        "corrected": next(corrected(cell, "landlord")),
        "followed": next(followed(cell, ("emas",))),
        "exchange": decided(in_exchange(cell)),
        "received": begun(cell, "head_of_school"),
    }


@pytest.mark.clause("C-04", "C-09", "F33-16")
@pytest.mark.parametrize("name", NAMES)
def test_on_paper_stands_what_the_reviewed_page_grants_but_the_note_of_the_parquet(
    cell: Cell, stories: dict[str, Story], name: str
) -> None:
    who, missing = cell.people[name], masked(prints(cell, name, f"/situations/{uuid4()}/impression"))
    for story in stories.values():
        granted = {place for place in reads(story.told, who, cell.people) if place[0] != "judicial"}
        chosen = [f"{place}-{part}" if part else place for place, part in granted]
        answer = prints(cell, name, path_of(story), sheets=chosen)
        if granted:
            assert (answer.status_code, shown(answer.text)) == (200, granted)
            others = set(whole(cell, story)) - set(chosen)
            refused = prints(cell, name, path_of(story), sheets=[*chosen, *sorted(others)])
            assert (refused.status_code, shown(refused.text)) == (422 if others else 200, set() if others else granted)
        else:
            assert masked(answer) == missing
            assert masked(cell.readers[name].get(path_of(story))) == missing


@pytest.mark.clause("C-09", "F33-05")
def test_one_sheet_of_several_is_printed_alone(cell: Cell, stories: dict[str, Story]) -> None:
    story = stories["followed"]
    for piece in (piece for piece in story.told.pieces if piece.machine == "orientation"):
        answer = prints(
            cell, "coordinator", path_of(story), sheets=f"orientation-{piece.id}", reason="hand_to_recipient"
        )
        assert shown(answer.text) == {("orientation", piece.id)}


@pytest.mark.clause("C-09")
def test_a_print_bears_its_line_who_when_and_why(cell: Cell, stories: dict[str, Story]) -> None:
    answer = prints(cell, "coordinator", path_of(stories["exchange"]), sheets="identity")
    assert_page(answer.text, answer.headers)
    told, line = plain(answer.text), cell.lives.house.charter.confidentiality
    assert line in told
    assert SURNAME in told
    assert "Imprimé par " in told
    assert "Coordonnateur (" in told
    assert "Raison : réunion sans écran." in told


@pytest.mark.clause("A-05", "C-09")
def test_a_print_leaves_its_own_entry_with_who_which_and_why(cell: Cell, stories: dict[str, Story]) -> None:
    story, party = stories["exchange"], cell.lives.party("coordinator")
    prints(cell, "coordinator", path_of(story), sheets="identity")
    (last,) = newest(cell, 1)
    assert (last.type, last.actor, last.seat, last.subject) == (
        "SituationPrinted",
        party.person,
        "coordinator",
        story.head.life.case,
    )
    told = {"reference": story.head.reference, "document": "situation", "reason": REASON}
    assert {name: value for name, value in last.values.items() if name != "subject"} == told
    assert "Situation imprimée (réunion sans écran)" in plain(cell.readers["dpo"].get("/journal").text)


@pytest.mark.clause("A-05", "C-08", "C-10")
@pytest.mark.parametrize("document", ["agenda", "record"])
def test_a_document_of_a_meeting_leaves_one_entry_and_one_for_each_situation_on_it(
    cell: Cell, stories: dict[str, Story], document: str
) -> None:
    story = stories["exchange"]
    assert prints(cell, "emas", path_of(story, meeting=True), document=document).status_code == 200
    situation, meeting = newest(cell, 2)
    assert (situation.type, situation.subject) == ("SituationPrinted", story.head.life.case)
    assert (meeting.type, meeting.subject) == ("MeetingPrinted", story.head.life.meeting)
    assert meeting.values["document"] == situation.values["document"] == document


@pytest.mark.clause("A-05", "C-09")
@pytest.mark.parametrize(("form", "meeting"), [({"sheets": "identity"}, False), ({"document": "agenda"}, True)])
def test_nothing_leaves_when_the_entry_of_the_print_is_refused(
    cell: Cell,
    stories: dict[str, Story],
    monkeypatch: pytest.MonkeyPatch,
    form: dict[str, str],
    meeting: bool,  # noqa: FBT001 - a row of the table
) -> None:
    path, write = path_of(stories["exchange"], meeting=meeting), House.log

    def refuse(house: House, written: Sequence[Entry]) -> None:
        if any(entry.type.name.endswith("Printed") for entry in written):
            raise OSError
        write(house, written)

    assert SURNAME in prints(cell, "emas", path, **form).text
    monkeypatch.setattr(House, "log", refuse)
    answer = prints(cell, "emas", path, **form)
    assert answer.status_code == 503
    assert SURNAME not in answer.text


@pytest.mark.clause("C-08", "C-10", "F33-04", "F33-16")
def test_the_agenda_and_the_record_are_for_who_reads_them_while_the_exchange_is_open(cell: Cell) -> None:
    story = decided(in_exchange(cell))
    path = path_of(story, meeting=True)
    named = {
        name
        for name in ("emas", "dsol", "police_station", "coordinator")
        if SURNAME in prints(cell, name, path, document="agenda").text
    }
    assert named == {"emas", "dsol", "police_station"}
    decisions = {
        name: prints(cell, name, path, document="record").status_code
        for name in ("emas", "dsol", "coordinator", "prosecutor")
    }
    assert decisions == {"emas": 200, "dsol": 422, "coordinator": 200, "prosecutor": 200}
    story.plays("coordinator", "sign_record").plays("town_hall", "approve", drops={"exchange"})
    after = {name: prints(cell, name, path, document="record").status_code for name in ("emas", "coordinator")}
    assert after == {"emas": 422, "coordinator": 200}
    assert prints(cell, "emas", path, document="agenda").status_code == 422
    assert SURNAME not in prints(cell, "coordinator", path, document="record").text


@pytest.mark.clause("C-08")
@pytest.mark.parametrize("document", ["sheet", "record"])
def test_the_minutes_name_no_person_concerned(cell: Cell, stories: dict[str, Story], document: str) -> None:
    answer = prints(cell, "coordinator", path_of(stories["exchange"], meeting=True), document=document)
    assert_page(answer.text, answer.headers)
    told = plain(answer.text)
    assert {word for word in (SURNAME, CONTENTS["identity"]["first_name"]) if word in told} == set()
    assert ("Suivi maintenu" in told) == (document == "record")


@pytest.mark.clause("C-09")
@pytest.mark.parametrize(
    "form", [{"sheets": "identity", "reason": ""}, {"sheets": "identity", "reason": "because"}, {"sheets": []}]
)
def test_without_a_reason_of_the_list_nothing_is_printed(
    cell: Cell, stories: dict[str, Story], form: dict[str, Any]
) -> None:
    answer = prints(cell, "coordinator", path_of(stories["exchange"]), **form)
    assert (answer.status_code, shown(answer.text)) == (422, set())
    assert SURNAME not in answer.text
    assert newest(cell, 1)[0].type != "SituationPrinted"


@pytest.mark.clause("C-09")
def test_a_print_has_no_address_of_its_own(cell: Cell, stories: dict[str, Story]) -> None:
    path = path_of(stories["exchange"])
    answer = cell.readers["coordinator"].get(f"{path}?sheets=identity&reason={REASON}")
    assert (answer.status_code, shown(answer.text)) == (200, set())
    assert SURNAME not in answer.text


# --- Grant and key: each alone prints nothing


def test_a_grant_without_its_key_prints_nothing(
    cell: Cell, stories: dict[str, Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.cases.reading.granted", lambda *_args: True)
    answer = prints(cell, "emas", path_of(stories["received"]), sheets="identity")
    assert answer.status_code == 503
    assert SURNAME not in answer.text


def test_a_key_without_its_grant_prints_nothing(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(charter: Charter, life: Life) -> dict[Slot, frozenset[Principal]]:
        found = engine.readers(charter, life)
        return {slot: principals | {Principal.of_seat("prosecutor")} for slot, principals in found.items()}

    monkeypatch.setattr(plan, "readers", too_many)
    path = path_of(begun(cell, "head_of_school"))
    assert prints(cell, "prosecutor", path, sheets="identity").status_code == 404
    monkeypatch.setattr("casework.cases.reading.granted", lambda *_args: True)
    assert SURNAME in prints(cell, "prosecutor", path, sheets="identity").text
