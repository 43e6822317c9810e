"""The checker refuses charters with one thing broken, by the shortest path that shows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from casework.charters.cenomed import CENOMED
from casework.charters.check import Broken, Report, check, render
from casework.kernel.records import (
    Charter,
    ChoiceList,
    Clock,
    Field,
    Grant,
    HolderKind,
    Indicator,
    Kind,
    Labelled,
    Move,
    Printing,
    Relation,
    Setting,
    Write,
)

# The same law without the moves that multiply lives and touch none of the rivals below.
APART = ("recuse", "exclude", "assign", "orient", "alert_crip", "inform")


def without(*names: str) -> Charter:
    return replace(CENOMED, moves=tuple(m for m in CENOMED.moves if m.name not in names))


SMALL = without(*APART)
ASSIGNING, ORIENTING = (without(*(other for other in APART if other != name)) for name in ("assign", "orient"))


def granting(*grants: Grant, charter: Charter = SMALL) -> Charter:
    return replace(charter, grants=(*charter.grants, *grants))


def moving(name: str, **changes: Any) -> Charter:
    """CENOMED with one move changed."""
    return replace(SMALL, moves=tuple(replace(m, **changes) if m.name == name else m for m in SMALL.moves))


def adding(move: Move) -> Charter:
    return replace(SMALL, moves=(*SMALL.moves, move))


def returning_words() -> Charter:
    words = Field("words", "Mots", Kind.TEXT, "F33-06")
    return replace(
        SMALL,
        compartments=tuple(
            replace(c, fields=(*c.fields, words)) if c.name == "return" else c for c in SMALL.compartments
        ),
    )


def without_archive_end() -> Charter:
    """An archive that nothing destroys, though a clock says so from another step."""
    moves = (m for m in moving("eliminate", sources=("dismissed",)).moves if m.name != "cap")
    clocks = (c for c in SMALL.clocks if c.move not in ("cap", "eliminate"))
    ended = Clock("archive", "Archive", "R-04", SMALL.clocks[0].basis, ("archived",), move="sleep")
    sleep = Move("sleep", "Dormir", "R-04", (), ("archived",), timed=True)
    return replace(SMALL, moves=(*moves, sleep), clocks=(*clocks, ended))


def test_the_report_shows_rule_and_path() -> None:
    shown = render(Report(1, 2, (("F-01", "une"),), (Broken("F33-04", "deux", ("refer", "retain")), Broken("A", "b"))))
    assert shown == "1 lives, 2 moves\nproved F-01: une\nBROKEN F33-04 by refer → retain: deux\nBROKEN A: b\n"


MEETING_PATH = ("refer", "transmit", "retain", "schedule", "circulate")
RIVALS: list[tuple[Callable[[], Charter], str, tuple[str, ...]]] = [
    (
        lambda: granting(
            Grant("X", ("dsol",), ("account",), ("in_session",), Relation.CONVENED, HolderKind.MEMBER),
        ),
        "F33-04",
        MEETING_PATH,
    ),
    (
        lambda: granting(Grant("X", ("dsol",), ("deliberation",), ("signed",))),
        "F33-04",
        (*MEETING_PATH, "decide", "sign_record"),
    ),
    (lambda: granting(Grant("X", ("landlord",), ("identity",), ("received",))), "F33-02", ("refer",)),
    (
        lambda: granting(Grant("X", ("landlord",), ("identity",), ("correcting",), holder=HolderKind.SEAT)),
        "F33-02",
        ("refer", "ask_details"),
    ),
    (lambda: granting(Grant("X", ("agent",), ("remontee",), ("reported",))), "F33-03", ("report",)),
    (
        lambda: granting(Grant("X", ("landlord",), ("owner_sheet",), ("open",)), charter=ASSIGNING),
        "F33-02",
        (*MEETING_PATH, "decide", "assign"),
    ),
    (
        lambda: granting(Grant("X", ("recipient",), ("return",), ("returned",)), charter=ORIENTING),
        "F33-05",
        (*MEETING_PATH, "decide", "sign_record", "approve", "orient", "answer"),
    ),
    (
        lambda: moving("schedule", requires=("informed",), sources=("retained", "screening")),
        "F33-10",
        ("refer", "transmit", "schedule"),
    ),
    (lambda: moving("schedule", requires=("retenue",)), "C-05", ("refer", "transmit", "retain", "schedule")),
    (lambda: granting(Grant("X", ("recipient",), ("identity",), ("screening",))), "F33-05", ("refer", "transmit")),
    (
        lambda: granting(Grant("X", ("coordinator",), ("judicial",), ("retained",), holder=HolderKind.APART)),
        "C-04",
        ("refer", "transmit", "retain"),
    ),
    (lambda: granting(Grant("X", ("dpo",), ("match",), ("received",))), "F-03", ("refer",)),
    (
        lambda: granting(
            Grant("X", ("head_of_school",), ("reason",), ("in_session",), Relation.CONVENED, HolderKind.MEMBER)
        ),
        "F33-14",
        MEETING_PATH,
    ),
    (
        lambda: granting(Grant("X", ("prosecutor",), ("account",), ("dismissed",))),
        "R-10",
        ("refer", "come_of_age_early"),
    ),
    (lambda: granting(Grant("X", ("coordinator",), ("identity",), ("destroyed",))), "R-08", ("refer", "cap")),
    (without_archive_end, "R-08", (*MEETING_PATH, "come_of_age")),
    (
        lambda: adding(Move("leak", "Confier", "X", ("town_hall",), ("received",), "screening")),
        "F33-16",
        ("refer", "leak"),
    ),
    (
        lambda: adding(Move("patch", "Compléter", "X", ("pjj",), ("received",), writes=(Write("identity", ("sex",)),))),
        "F33-16",
        ("refer", "patch"),
    ),
    (lambda: replace(SMALL, steps=(*SMALL.steps, replace(SMALL.steps[-1], name="lost"))), "F33-15", ()),
    (lambda: adding(Move("never", "Jamais", "X", ("pjj",), ("received",), requires=("nothing",))), "X", ()),
    (
        lambda: replace(
            SMALL,
            grants=tuple(
                replace(g, compartments=tuple(c for c in g.compartments if c != "match")) if g.seats else g
                for g in SMALL.grants
            ),
            clocks=tuple(c for c in SMALL.clocks if c.move not in ("cap", "come_of_age")),
            moves=tuple(m for m in SMALL.moves if m.name not in ("cap", "come_of_age")),
        ),
        "R-10",
        (),
    ),
]


@pytest.mark.clause("F-03")
@pytest.mark.clause("F33-02")
@pytest.mark.clause("F33-03")
@pytest.mark.clause("F33-04")
@pytest.mark.clause("F33-05")
@pytest.mark.clause("F33-10")
@pytest.mark.clause("F33-14")
@pytest.mark.clause("F33-16")
@pytest.mark.clause("C-04")
@pytest.mark.clause("C-05")
@pytest.mark.clause("R-08")
@pytest.mark.clause("R-10")
@pytest.mark.parametrize(("rival", "rule", "path"), RIVALS)
def test_a_broken_charter_is_refused_by_the_shortest_path(
    rival: Callable[[], Charter], rule: str, path: tuple[str, ...]
) -> None:
    found = [(item.rule, item.path) for item in check(rival()).broken]
    assert (rule, path) in found


@pytest.mark.clause("F33-06")
def test_a_return_that_can_hold_words_is_refused() -> None:
    found = [item.text for item in check(returning_words()).broken if item.rule == "F33-06"]
    assert "a return can hold words: return.words" in found


def with_list(*values: str, label: str = "") -> Charter:
    return replace(
        CENOMED, lists=(*CENOMED.lists, ChoiceList("new", "N", tuple(Labelled(v, label or v) for v in values)))
    )


def writing(**changes: Any) -> Charter:
    account = CENOMED.compartment("account")
    changed = replace(account, fields=(account.fields[0], replace(account.fields[1], **changes)))
    return replace(CENOMED, compartments=tuple(changed if item is account else item for item in CENOMED.compartments))


def asking(choices: ChoiceList) -> Charter:
    item = Field("more", "Plus", Kind.CHOICE, "X", choices=choices)
    first = replace(CENOMED.compartments[0], fields=(*CENOMED.compartments[0].fields, item))
    return replace(CENOMED, compartments=(first, *CENOMED.compartments[1:]))


def clocking(**changes: Any) -> Charter:
    return replace(CENOMED, clocks=tuple(replace(c, **changes) if c.name == "dismissed" else c for c in CENOMED.clocks))


MALFORMED: list[tuple[Charter, str, str]] = [
    (granting(Grant("X", ("nobody",), ("identity",), ("received",))), "X", "'nobody'"),
    (granting(Grant("X", ("dsol",), ("nothing",), ("received",))), "X", "'nothing'"),
    (granting(Grant("X", ("dsol",), ("identity",), ("nowhere",))), "X", "'nowhere'"),
    (granting(Grant("X", ("dsol",), ("return",), ("sent",), cases=("nowhere",))), "X", "'nowhere'"),
    (granting(Grant("X", ("prosecutor",), ("judicial",), ("screening",))), "X", "own key"),
    (granting(Grant("X", ("prosecutor",), ("reason",), ("screening",), holder=HolderKind.APART)), "X", "own key"),
    (moving("refer", fact="nothing"), "F33-02", "'nothing'"),
    (moving("refer", target="nowhere"), "F33-02", "'nowhere'"),
    (moving("refer", writes=(Write("nothing"),)), "F33-02", "'nothing'"),
    (moving("refer", shows=("nothing",)), "F33-02", "'nothing'"),
    (moving("refer", writes=(Write("return"),)), "F33-02", "another machine"),
    (moving("refer", writes=(Write("reason", ("nothing",)),)), "F33-02", "'nothing'"),
    (moving("refer", seats=()), "F33-02", "belong to seats or to the clock"),
    (replace(CENOMED, moves=(*CENOMED.moves, CENOMED.moves[0])), "charter", "declared 2 times"),
    (replace(CENOMED, nevers=(replace(CENOMED.nevers[0], seats=("nobody",)),)), "F33-04", "'nobody'"),
    (replace(CENOMED, befores=(replace(CENOMED.befores[0], mark="nothing"),)), "F33-10", "'nothing'"),
    (with_list(*map(str, range(13))), "C-02", "more than 12"),
    (with_list("a", "b", label="same"), "charter", "label of new"),
    (with_list("other"), "C-02", "says nothing"),
    (asking(ChoiceList("open", "O", (Labelled("x", "X"),))), "C-02", "no part of a list"),
    (
        replace(CENOMED, printing=Printing("C-09", ChoiceList("open", "O", (Labelled("x", "X"),)))),
        "C-02",
        "no part of a list",
    ),
    (clocking(steps=("nowhere",)), "R-02", "'nowhere'"),
    (clocking(move="dismiss"), "R-02", "belongs to seats"),
    (clocking(move="archive"), "R-02", "cannot be played"),
    (clocking(setting="nothing"), "R-02", "'nothing'"),
    (clocking(amount=3), "R-02", "disagree"),
    (writing(setting="nothing"), "C-03", "'nothing'"),
    (writing(setting="text_limit", limit=3), "C-03", "disagree"),
    (replace(CENOMED, clocks=tuple(c for c in CENOMED.clocks if c.name not in ("cap", "archive"))), "R-10", "archived"),
    (replace(CENOMED, settings=(*CENOMED.settings, Setting("s", "S", "X", 5, 6, 7, "jours"))), "X", "bounds"),
    (replace(CENOMED, indicators=(replace(CENOMED.indicators[0], fact="nothing"),)), "F33-08", "'nothing'"),
    (replace(CENOMED, indicators=(replace(CENOMED.indicators[0], by="nothing"),)), "F33-08", "'nothing'"),
    (replace(CENOMED, indicators=(replace(CENOMED.indicators[0], choices="nothing"),)), "F33-08", "'nothing'"),
    (replace(CENOMED, indicators=(replace(CENOMED.indicators[0], typed="steering"),)), "F33-08", "one of the two"),
    (replace(CENOMED, indicators=(Indicator("x", "X", "X", typed="nothing"),)), "X", "'nothing'"),
    (replace(CENOMED, indicators=(replace(CENOMED.indicators[0], median=True),)), "F33-08", "no delay"),
    (replace(CENOMED, gathered=(("nothing", ""),)), "A-08", "'nothing'"),
    (replace(CENOMED, gathered=(("scheduled", "nobody"),)), "A-08", "'nobody'"),
    (replace(CENOMED, derivable={"nothing": ("informed", "outcome_closed")}), "charter", "'nothing'"),
    (replace(CENOMED, sent_to={"crip75": "press"}), "F33-05", "'press'"),
]


@pytest.mark.clause("C-02")
@pytest.mark.parametrize(("charter", "rule", "words"), MALFORMED)
def test_a_malformed_charter_is_named_and_not_explored(charter: Charter, rule: str, words: str) -> None:
    found = check(charter)
    assert found.states == 0
    assert any(item.rule == rule and words in item.text and not item.path for item in found.broken), found.broken
