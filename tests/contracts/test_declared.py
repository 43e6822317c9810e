"""Every column has a class, a cipher, a clock and readers; every nominative compartment ends (R-10)."""

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from casework import create_app
from casework.charters.cenomed import CENOMED
from casework.kernel.records import SITUATION
from casework.store import keytables, meetingtables, tables
from casework.store.base import CaseBase, KeyBase, UndeclaredColumn, require_declared, undeclared

GOOD = {"class": "nominative", "cipher": "envelope", "clock": "R-02", "readers": "charter"}


def base_with(info: dict[str, str]) -> type[DeclarativeBase]:
    """A base with one table of one column, declared so."""

    class Base(DeclarativeBase):
        metadata = MetaData()

    Table("notes", Base.metadata, Column("note", LargeBinary, primary_key=True, info=info))
    return Base


@pytest.mark.clause("R-10")
def test_every_column_of_both_stores_is_declared() -> None:
    assert tables.CaseRow.__tablename__ in CaseBase.metadata.tables
    assert meetingtables.MeetingRow.__tablename__ in CaseBase.metadata.tables
    assert keytables.SealRow.__tablename__ in KeyBase.metadata.tables
    assert list(undeclared(CaseBase, KeyBase)) == []


@pytest.mark.clause("R-10")
@pytest.mark.parametrize("missing", GOOD)
def test_a_column_that_leaves_something_out_stops_the_start(missing: str) -> None:
    require_declared(base_with(GOOD))
    with pytest.raises(UndeclaredColumn, match=r"notes\.note"):
        require_declared(base_with({key: value for key, value in GOOD.items() if key != missing}))


@pytest.mark.clause("R-10")
def test_the_application_does_not_start_on_an_undeclared_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casework.store.base.CLASSES", set())
    with pytest.raises(UndeclaredColumn):
        create_app()


@pytest.mark.parametrize("kind", ["nominative", "professional", "key_material", "anonymous"])
def test_what_must_be_sealed_cannot_be_declared_in_clear(kind: str) -> None:
    with pytest.raises(UndeclaredColumn):
        require_declared(base_with({**GOOD, "class": kind, "cipher": "none"}))


@pytest.mark.clause("R-10")
def test_every_step_that_holds_content_has_a_clock_that_ends_it_or_leads_to_one_that_does() -> None:
    ends = {step for clock in CENOMED.clocks if clock.move for step in clock.steps}
    assert {step.name for step in CENOMED.steps if step.machine == SITUATION and not step.final} <= ends
