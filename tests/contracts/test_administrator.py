"""The administrator suite: whoever writes in both databases, without the provider, is refused before anything is shown or sealed."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from sqlalchemy.exc import SQLAlchemyError

from audit.log import LogBroken, entries
from casework.cases import heads
from casework.cases.act import Change, Missing, act, begin
from casework.cases.heads import Head, HeadBroken
from casework.cases.reading import open_for, open_situation
from casework.kernel.clock import at
from casework.kernel.engine import IllegalMove
from casework.store import directory
from casework.store.directory import DirectoryBroken
from casework.store.keyring import NoKey
from tests import builders
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application
from tests.contracts.attacker import Writer, attacking
from tests.databases import on_both

Swap = Callable[[Writer, Head, Head], None]
DETECTED = (HeadBroken, NoKey, DirectoryBroken, LogBroken)


def older_head(writer: Writer, mine: Head, _other: Head) -> None:
    """The row of the former head, with the columns that went with it: the log knows the newer one."""
    writer.case("update situation set sequence = 1, step = 'received' where id = :c", c=mine.life.case)


def head_of_another(writer: Writer, mine: Head, other: Head) -> None:
    """Another situation's signed head under this situation's id."""
    body, sign, who = writer.case(
        'select body, signature, signer from head where "case" = :c order by sequence desc', c=other.life.case
    )[0]
    writer.case(
        'update head set body = :b, signature = :s, signer = :w where "case" = :c and sequence = :n',
        b=body, s=sign, w=who, c=mine.life.case, n=mine.sequence,
    )  # fmt: skip


def edited_head(writer: Writer, mine: Head, _other: Head) -> None:
    """A head that convenes one person more."""
    body = mine.body().replace(b'"step":"retained"', b'"step":"received"')
    writer.case(
        'update head set body = :b where "case" = :c and sequence = :n', b=body, c=mine.life.case, n=mine.sequence
    )


def edited_step(writer: Writer, mine: Head, _other: Head) -> None:
    """A column of the projection alone."""
    writer.case("update situation set step = 'followed' where id = :c", c=mine.life.case)


def edited_sender(writer: Writer, mine: Head, _other: Head) -> None:
    """A situation given to another sender."""
    writer.case("update situation set sender_seat = 'landlord' where id = :c", c=mine.life.case)


def ciphertext_of_another(writer: Writer, mine: Head, other: Head) -> None:
    """The envelope of another situation, key id included."""
    key_id, envelope = writer.case(
        "select key_id, envelope from ciphertext where \"case\" = :c and compartment = 'account'", c=other.life.case
    )[0]
    writer.case(
        "update ciphertext set key_id = :k, envelope = :e where \"case\" = :c and compartment = 'account'",
        k=key_id, e=envelope, c=mine.life.case,
    )  # fmt: skip


def ciphertext_of_another_compartment(writer: Writer, mine: Head, _other: Head) -> None:
    """The envelope of the identity in the place of the account."""
    envelope = writer.case(
        "select envelope from ciphertext where \"case\" = :c and compartment = 'identity'", c=mine.life.case
    )[0][0]
    writer.case(
        "update ciphertext set envelope = :e where \"case\" = :c and compartment = 'account'",
        e=envelope,
        c=mine.life.case,
    )


def cut_ciphertext(writer: Writer, mine: Head, _other: Head) -> None:
    """A truncated envelope."""
    writer.case('update ciphertext set envelope = substr(envelope, 1, 100) where "case" = :c', c=mine.life.case)


def seal_of_another(writer: Writer, mine: Head, other: Head) -> None:
    """The sealed keys of another situation, under this one's key ids."""
    blob = writer.key('select sealed from seal where "case" = :c', c=other.life.case)[0][0]
    writer.key('update seal set sealed = :s where "case" = :c', s=blob, c=mine.life.case)


def lock_of_another(writer: Writer, mine: Head, _other: Head) -> None:
    """The locked keys of a bundle, each under another one's id."""
    rows = writer.key(
        'select bundle, key_id, locked from locked_key where bundle in (select key_id from seal where "case" = :c)',
        c=mine.life.case,
    )
    assert len(rows) > 1
    for (bundle, key_id, _), (_, _, blob) in zip(rows, rows[1:] + rows[:1], strict=True):
        writer.key("update locked_key set locked = :s where bundle = :b and key_id = :k", s=blob, b=bundle, k=key_id)


def no_lock(writer: Writer, mine: Head, _other: Head) -> None:
    """The keys of a bundle are gone, its sealed secret is there."""
    writer.key('delete from locked_key where bundle in (select key_id from seal where "case" = :c)', c=mine.life.case)


def no_seal(writer: Writer, mine: Head, _other: Head) -> None:
    """The keys are gone."""
    writer.key('delete from seal where "case" = :c', c=mine.life.case)


def older_list(writer: Writer, _mine: Head, _other: Head) -> None:
    """The directory rolled back by one list."""
    writer.case("delete from directory where number = (select max(number) from directory)")


def swapped_public_key(writer: Writer, _mine: Head, _other: Head) -> None:
    """The coordinator's seat key replaced by one the administrator holds."""
    key = writer.case("select public from principal where kind = 'member' limit 1")[0][0]
    writer.case("update principal set public = :p where kind = 'seat' and seat = 'coordinator'", p=key)


def edited_list(writer: Writer, _mine: Head, _other: Head) -> None:
    """A list in which a landlord sits as Parquet."""
    number, body = writer.case("select number, body from directory order by number desc")[0]
    writer.case(
        "update directory set body = :b where number = :n",
        b=body.replace(b'"seat":"landlord"', b'"seat":"prosecutor"'),
        n=number,
    )


SWAPS: list[Swap] = [
    older_head, head_of_another, edited_head, edited_step, edited_sender, ciphertext_of_another, ciphertext_of_another_compartment,
    cut_ciphertext, seal_of_another, no_seal, lock_of_another, no_lock, older_list, swapped_public_key, edited_list,
]  # fmt: skip


@pytest.fixture
def writer(town_of_all: Lives, two: tuple[Head, Head]) -> Iterator[Writer]:
    with attacking(town_of_all) as attacker:
        yield attacker


@pytest.fixture(scope="module")
def two(town_of_all: Lives) -> tuple[Head, Head]:
    """Two situations retained by the Parquet."""
    return town_of_all.retained(), town_of_all.retained(surname="Imaginaire")


@on_both("town_of_all")
@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_a_swap_is_refused_before_anything_is_shown_or_sealed(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer, swap: Swap
) -> None:
    mine, other = two
    swap(writer, mine, other)
    directory._cache.clear()
    with at(town_of_all.town.moment):
        with pytest.raises(DETECTED):
            open_situation(town_of_all.house, town_of_all.acting["coordinator"], mine.life.case)
        change = Change("inform", {"identity": {"informed_how": "by_phone", "informed_on": "2026-02-27"}})
        with pytest.raises((*DETECTED, IllegalMove)):
            act(town_of_all.house, town_of_all.acting["coordinator"], mine.life.case, None, change)


def test_a_situation_that_does_not_prove_itself_is_told_and_in_the_journal(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer
) -> None:
    with town_of_all.town.later(seconds=30):
        reader = Reader(application(town_of_all), town_of_all, "coordinator")
    edited_step(writer, *two)
    answer = reader.get(f"/situations/{two[0].life.case}")
    assert answer.status_code == 503
    assert "ne prouve pas son intégrité" in answer.text
    assert "Fictif" not in answer.text
    with town_of_all.house.stores.case_reading() as session:
        found = entries(
            session.connection(), town_of_all.house.provider.mac, types=[town_of_all.house.events.tampering]
        )
    assert found[0].subject == two[0].life.case


def test_a_former_head_forged_to_have_somebody_told_of_a_change_is_refused(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer
) -> None:
    case, pjj = two[0].life.case, town_of_all.acting["pjj"]
    with at(town_of_all.town.moment), pytest.raises(Missing):
        open_for(town_of_all.house, pjj, case, ("transmit",), 1)
    body = writer.case('select body from head where "case" = :c and sequence = 1', c=case)[0][0]
    forged = body.replace(b'"step":"received"', b'"step":"correcting"')
    writer.case('update head set body = :b where "case" = :c and sequence = 1', b=forged, c=case)
    with at(town_of_all.town.moment), pytest.raises(HeadBroken):
        open_for(town_of_all.house, pjj, case, ("transmit",), 1)


@on_both("town_of_all")
@pytest.mark.clause("A-06", "A-07")
@pytest.mark.parametrize("statement", ["update audit_log set type = 'X'", "delete from audit_log"])
def test_the_log_refuses_to_be_changed_or_cut(writer: Writer, statement: str) -> None:
    with pytest.raises(SQLAlchemyError):
        writer.case(statement)


@on_both("town_of_all")
def test_a_log_edited_by_somebody_who_drops_its_triggers_is_found(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer
) -> None:
    writer.open_the_log()
    writer.case("delete from audit_log where number = (select max(number) from audit_log)")
    with at(town_of_all.town.moment), pytest.raises(DETECTED):
        open_situation(town_of_all.house, town_of_all.acting["coordinator"], two[0].life.case)


@on_both("town_of_all")
@pytest.mark.clause("F33-16")
def test_a_planted_reader_row_and_a_planted_seal_give_nothing(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer
) -> None:
    mine, _ = two
    with at(town_of_all.town.moment):
        pjj = town_of_all.acting["pjj"].keys.member_id
        writer.case('insert into reader ("case", principal) values (:c, :p)', c=mine.life.case, p=pjj)
        held = next(iter(mine.held.values()))
        blob = writer.key("select sealed from seal limit 1")[0][0]
        writer.key(
            'insert into seal (key_id, principal, "case", sealed) values (:k, :p, :c, :s)',
            k=held.key_id, p=pjj, c=mine.life.case, s=blob,
        )  # fmt: skip
        assert open_situation(town_of_all.house, town_of_all.acting["pjj"], mine.life.case) is None


@pytest.mark.parametrize(
    ("guard", "swap"),
    [
        ("_check_logged", older_head),
        ("_check_projection", edited_step),
        ("_check_signed", None),
    ],
)
def test_each_check_is_needed(
    town_of_all: Lives,
    two: tuple[Head, Head],
    writer: Writer,
    monkeypatch: pytest.MonkeyPatch,
    guard: str,
    swap: Swap | None,
) -> None:
    """Without the check, its swap passes: the suite can fail."""
    mine, other = two
    if swap is None:
        _forged_signature(writer, mine)
    else:
        swap(writer, mine, other)
    with at(town_of_all.town.moment):
        with pytest.raises(HeadBroken):
            open_situation(town_of_all.house, town_of_all.acting["coordinator"], mine.life.case, ("reason",))
        monkeypatch.setattr(heads, guard, lambda *_: None)
        if guard == "_check_logged":
            monkeypatch.setattr(heads, "envelope", lambda *_: b"")
        try:
            open_situation(town_of_all.house, town_of_all.acting["coordinator"], mine.life.case, ())
        except HeadBroken:
            pytest.fail("another check also catches it: this mutation proves nothing")


def _forged_signature(writer: Writer, mine: Head) -> None:
    writer.case(
        'update head set signature = :z where "case" = :c and sequence = :n',
        c=mine.life.case,
        n=mine.sequence,
        z=bytes(64),
    )


def test_a_new_referral_is_not_sealed_to_a_swapped_key(
    town_of_all: Lives, two: tuple[Head, Head], writer: Writer
) -> None:
    swapped_public_key(writer, *two)
    directory._cache.clear()
    with at(town_of_all.town.moment), pytest.raises(DirectoryBroken):
        begin(town_of_all.house, town_of_all.acting["pjj"], uuid4(), Change("refer", builders.referral()))
