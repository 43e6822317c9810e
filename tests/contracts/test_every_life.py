"""Every life of CENOMED, explored once: who reads what when, row by row; its promises are proved; the reviewed page says so.

It stands apart from tests/charters because tracing branches would make it several times longer.
"""

from pathlib import Path
from typing import Any

import pytest

from casework.charters import document
from casework.charters.cenomed import CENOMED
from casework.charters.check import check_graph
from casework.charters.explore import Graph, explore
from casework.charters.readings import readings
from casework.charters.wellformed import faults


@pytest.fixture(scope="module")
def graph() -> Graph:
    return explore(CENOMED)


@pytest.mark.clause("F33-16")
@pytest.mark.clause("R-10")
def test_every_promise_of_cenomed_is_proved(graph: Graph) -> None:
    assert list(faults(CENOMED)) == []
    report = check_graph(graph)
    assert report.broken == ()
    promises = {(never.rule, never.name) for never in CENOMED.nevers}
    promises |= {(before.rule, before.name) for before in CENOMED.befores}
    assert promises <= set(report.proved)
    assert report.moves > report.states > 1_000


@pytest.mark.clause("F33-16")
def test_the_committed_page_is_the_generated_one(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "explore", lambda charter: graph if charter is CENOMED else None)
    document.write(tmp_path / "page.md")
    committed = document.ROOT / "docs" / "charter-cenomed.md"
    assert committed.read_text(encoding="utf-8") == (tmp_path / "page.md").read_text(encoding="utf-8"), (
        "write docs/charter-cenomed.md again, and review its difference"
    )


CORRECTED = "correcting clarifying"
SESSION = "in_session examined signed"
CHECKED = "received correcting"
TRANSMITTED = "screening clarifying retained scheduled in_session examined signed followed"
ENDED = "closed dismissed not_retained"
FROM_SENDING = f"{CHECKED} {TRANSMITTED} {ENDED}"
FROM_REPORT = f"reported report_correcting {FROM_SENDING}"
DECIDED = f"retained scheduled {SESSION} followed closed dismissed"
OPEN = "followed closed"
REFERRAL = ("identity", "reason", "account")
Row = tuple[str, str, str, str, str, str]


def _referrer(seat: str, *names: str) -> list[Row]:
    return [(seat, name, "own", "member", CORRECTED, "") for name in (*names, "request")]


def _convened(seat: str, relation: str = "convened") -> list[Row]:
    return [(seat, name, relation, "member", SESSION, "") for name in (*REFERRAL, "deliberation")]


def _owner(seat: str) -> Row:
    return (seat, "owner_sheet", "owner", "member", "open", "examined signed followed")


EXPECTED: list[Row] = [
    # coordinator: from sending until the archive, and its own referrals like anybody
    *[("coordinator", name, "any", "seat", FROM_SENDING, "") for name in REFERRAL],
    *[("coordinator", name, "any", "seat", FROM_REPORT, "") for name in ("remontee", "request", "match", "distinct")],
    ("coordinator", "deliberation", "any", "seat", DECIDED, ""),
    ("coordinator", "orientation", "any", "seat", "sent returned recalled", OPEN),
    ("coordinator", "return", "any", "seat", "returned", OPEN),
    ("coordinator", "owner_sheet", "any", "seat", "open done withdrawn", DECIDED),
    *_referrer("coordinator", *REFERRAL),
    _owner("coordinator"),
    # Parquet: from transmission to closure
    *[("prosecutor", name, "any", "seat", TRANSMITTED, "") for name in REFERRAL],
    ("prosecutor", "judicial", "any", "apart", TRANSMITTED, ""),
    ("prosecutor", "deliberation", "any", "seat", f"retained scheduled {SESSION} followed", ""),
    *_referrer("prosecutor", *REFERRAL),
    _owner("prosecutor"),
    # convened members
    *[
        row
        for seat in ("town_hall", "police_station", "pjj", "security_officer", "emas")
        for row in (*_referrer(seat, *REFERRAL), *_convened(seat), _owner(seat))
    ],
    *_referrer("head_of_school", *REFERRAL),
    *_convened("head_of_school", "own_school"),
    _owner("head_of_school"),
    # DSOL: never a text, never a deliberation
    *_referrer("dsol", "identity", "reason"),
    *[("dsol", name, "convened", "member", SESSION, "") for name in ("identity", "reason")],
    ("dsol", "orientation", "any", "seat", "sent", OPEN),
    ("dsol", "orientation", "any", "seat", "returned", "followed"),
    ("dsol", "return", "any", "seat", "returned", "followed"),
    # outside the cell
    *_referrer("landlord", *REFERRAL),
    ("agent", "remontee", "own", "member", "report_correcting", ""),
    ("agent", "request", "own", "member", "report_correcting", ""),
    ("recipient", "orientation", "addressed", "organisation", "sent", OPEN),
]


def _shown(row: Row) -> tuple[Any, ...]:
    return (*row[:4], frozenset(row[4].split()), frozenset(row[5].split()))


@pytest.mark.clause("F33-16")
@pytest.mark.clause("F33-03")
@pytest.mark.clause("F33-04")
@pytest.mark.clause("F33-14")
def test_each_seat_reads_what_the_table_says_and_nothing_else(graph: Graph) -> None:
    found = {
        (r.seat, r.compartment, r.relation.value, r.holder.value, frozenset(r.steps), frozenset(r.cases))
        for r in readings(graph)
    }
    expected = {_shown(row) for row in EXPECTED}
    assert found - expected == set()
    assert expected - found == set()
