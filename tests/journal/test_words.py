"""The journal speaks French: every event the log can hold has its words."""

from casework.charters.cenomed import CENOMED
from casework.journal.words import EVENTS
from casework.store.events import Events


def test_every_event_and_no_other_has_its_words() -> None:
    assert {kind.name for kind in Events(CENOMED).all()} == set(EVENTS)
