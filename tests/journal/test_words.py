"""The journal speaks French: every event the log can hold has its words and its family, every code its own."""

from collections import Counter

from audit.entry import Codes
from casework.charters.cenomed import CENOMED
from casework.journal.words import CHANGES, EVENTS, FAMILIES, OUTCOMES, PAGES, words
from casework.store import events
from casework.store.events import Events

SILENT = {"document", "subject", "reference"}  # told by the event itself, or by the column of what it is about


def test_every_event_and_no_other_has_its_words() -> None:
    assert {kind.name for kind in Events(CENOMED).all()} == set(EVENTS)


def test_every_event_is_of_one_family_and_the_print_of_a_situation_of_two() -> None:
    found = Counter(name for _, names in FAMILIES.values() for name in names)
    assert found == Counter([*EVENTS.keys(), "SituationPrinted"])
    assert {name for name in EVENTS if name.endswith("Printed")} == {*FAMILIES["prints"][1]}


def test_every_code_has_its_words() -> None:
    for table, codes in ((PAGES, events.PAGES), (CHANGES, events.MEETING_CHANGES), (OUTCOMES, events.OUTCOMES)):
        assert set(table) == set(map(str, codes))
    told = words(CENOMED)
    closed = [
        (key, str(code))
        for kind in Events(CENOMED).all()
        for key, codes in kind.keys.items()
        if isinstance(codes, Codes) and key not in SILENT
        for code in codes
    ]
    assert [(key, code) for key, code in closed if not told[key](code)] == []
