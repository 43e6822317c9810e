"""What may enter the log: declared keys and closed values, never a free text."""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import REFERENCE_ALPHABET, Code, Codes, Entry, EventType, Reference, Tip, Value, new_reference
from tests.audit.stores import Builders

KINDS = (uuid.UUID, int, bool, Reference, bytes)
CLOSED = Codes("granted", "refused")
AT = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)
references = st.text(REFERENCE_ALPHABET, min_size=8, max_size=8)


class Sneaky(str):
    """A text that claims to be more."""

    __slots__ = ()


class Outcome(StrEnum):
    GRANTED = "granted"


class Other(StrEnum):
    GRANTED = "granted"


class Level(IntEnum):
    LOW = 1


class FreeText(Enum):
    NAME = "Jean Dupont"


texts = st.one_of(st.text(), st.text().map(Sneaky), references, st.sampled_from(["granted", "coordinator", "CaseRead"]))
free = st.one_of(texts, st.none(), st.floats(), st.lists(st.text()), st.datetimes(), st.binary(max_size=31))


def entry_of(kind: Any, value: Any) -> Entry:
    event = EventType("Seen", {"key": kind})
    return Entry(event, AT, uuid.UUID(int=1), None, None, {"key": value})


@given(value=free, kind=st.sampled_from([*KINDS, CLOSED, Outcome]))
def test_no_kind_of_value_accepts_a_free_string(value: Any, kind: Any) -> None:
    with pytest.raises(ValueError, match=r"^wrong value for key key$"):
        entry_of(kind, value)


@pytest.mark.clause("A-05")
@given(
    value=free.filter(lambda value: value is not None),
    place=st.sampled_from(["type", "at", "instance", "actor", "seat"]),
)
def test_no_place_of_an_entry_accepts_a_free_string(value: Any, place: str) -> None:
    event = EventType("Seen", {})
    frame: dict[str, Any] = {
        "type": event,
        "at": AT,
        "instance": uuid.UUID(int=1),
        "actor": None,
        "seat": None,
        "values": {},
    }
    with pytest.raises(ValueError, match=rf"^wrong value for {place}$"):
        Entry(**frame | {place: value})


@given(key=texts, value=free)
def test_no_undeclared_key_is_accepted_and_only_an_identifier_is_repeated(key: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^undeclared key ") as refused:
        Entry(EventType("Seen", {}), AT, uuid.UUID(int=1), None, None, {key: value})
    repeated = key if re.fullmatch("[a-z][a-z0-9_]{0,47}", key) else "(not an identifier)"
    assert str(refused.value) == f"undeclared key {repeated}"


@given(text=st.text())
def test_a_text_is_no_reference_unless_it_spells_nothing(text: str) -> None:
    if len(text) == 8 and set(text) <= set(REFERENCE_ALPHABET):
        assert Reference(text) == text
    else:
        with pytest.raises(ValueError, match=r"^not a reference$"):
            Reference(text)


def test_the_alphabet_of_references_has_no_vowel_and_no_look_alike() -> None:
    assert len(set(REFERENCE_ALPHABET)) == 27
    assert not set(REFERENCE_ALPHABET) & set("AEIOUY01L")


def test_new_references_are_valid_and_differ() -> None:
    made = {new_reference() for _ in range(200)}
    assert len(made) == 200
    assert all(type(reference) is Reference for reference in made)


@given(text=st.text().filter(lambda text: text not in ("granted", "refused")))
def test_a_code_comes_from_a_declared_set_only(text: str) -> None:
    pretenders: list[Any] = [CLOSED, {text}, text]
    for declared in pretenders:
        with pytest.raises(ValueError, match=r"^not a declared code$"):
            Code(text, declared)
    with pytest.raises(ValueError, match=r"^not a declared code$"):
        CLOSED[text]


@pytest.mark.parametrize("name", ["Dupont", "jean dupont", "", "é", "1a", "a" * 49, "granted\n", None, 3])
def test_a_set_of_codes_declares_identifiers_only(name: Any) -> None:
    with pytest.raises(ValueError, match="a code is"):
        Codes("granted", name)


def test_a_set_of_codes_lists_its_codes() -> None:
    assert list(Codes("refused", "granted")) == ["granted", "refused"]
    assert all(type(code) is Code for code in CLOSED)
    assert "a" * 48 in Codes("a" * 48)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, True),
        (bool, 1),
        (int, 2**53),
        (int, -(2**53)),
        (bytes, bytes(31)),
        (bytes, bytes(33)),
        (bytes, bytearray(32)),
        (Reference, "BCDF2345"),
        (uuid.UUID, str(uuid.UUID(int=1))),
        (CLOSED, "granted"),
        (CLOSED, Codes("other")["other"]),
        (CLOSED, Outcome.GRANTED),
        (Outcome, Other.GRANTED),
        pytest.param(Outcome, CLOSED["granted"], id="a code of the same text"),
    ],
)
def test_a_value_of_a_near_kind_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"^wrong value for key key$"):
        entry_of(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 2**53 - 1),
        (bool, False),
        (bytes, bytes(32)),
        (Reference, Reference("BCDF2345")),
        (uuid.UUID, uuid.UUID(int=1)),
        (CLOSED, CLOSED["granted"]),
        (Outcome, Outcome.GRANTED),
    ],
)
def test_a_value_of_the_declared_kind_is_kept(kind: Any, value: Any) -> None:
    assert entry_of(kind, value).values["key"] == value


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ValueError, match=r"^missing key count$"):
        Entry(EventType("Seen", {"count": int}), AT, uuid.UUID(int=1), None, None, {})


@pytest.mark.parametrize(
    ("name", "keys", "message"),
    [
        ("Jean Dupont", {}, "name of an event"),
        ("", {}, "name of an event"),
        ("Seen\n", {}, "name of an event"),
        ("Seen", {"Name": int}, "key of an event"),
        ("Seen", {3: int}, "key of an event"),
        ("Seen", {"name": str}, "kind not allowed for key name"),
        ("Seen", {"name": Sneaky}, "kind not allowed for key name"),
        ("Seen", {"name": FreeText}, "kind not allowed for key name"),
        ("Seen", {"name": Level}, "kind not allowed for key name"),
        ("Seen", {"name": object}, "kind not allowed for key name"),
        ("Seen", {"name": frozenset({"granted"})}, "kind not allowed for key name"),
        ("Seen", {"subject": int}, "subject of an event"),
        ("Seen", {"head": bytes, "member": bytes}, "one digest"),
    ],
)
def test_an_event_cannot_be_declared_with_room_for_a_text(name: Any, keys: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        EventType(name, keys)


@pytest.mark.parametrize("seat", [FreeText.NAME, Sneaky("coordinator"), Level.LOW])
def test_a_seat_is_an_identifier(seat: Any) -> None:
    with pytest.raises(ValueError, match=r"^wrong value for seat$"):
        Entry(EventType("Seen", {}), AT, uuid.UUID(int=1), None, seat, {})


@pytest.mark.parametrize("at", [AT.replace(tzinfo=None), AT.astimezone(timezone(timedelta(hours=1)))])
def test_a_time_is_in_utc(at: datetime) -> None:
    with pytest.raises(ValueError, match=r"^wrong value for at$"):
        Entry(EventType("Seen", {}), at, uuid.UUID(int=1), None, None, {})


def test_an_entry_does_not_follow_the_mappings_it_was_made_from() -> None:
    keys: dict[str, Any] = {"count": int}
    values: dict[str, Any] = {"count": 1}
    event = EventType("Seen", keys)
    entry = Entry(event, AT, uuid.UUID(int=1), None, None, values)
    keys["name"], values["count"] = str, 2
    assert set(event.keys) == {"count"}
    assert entry.values == {"count": 1}
    with pytest.raises(TypeError):
        entry.values["count"] = 3  # type: ignore[index]
    assert len({event, EventType("Seen", {"count": int})}) == 1


def test_the_canonical_bytes_never_change(build: Builders) -> None:
    moved = build.move(0, bytes(range(32)))
    assert moved.canonical() == (
        b'{"actor":"00000000-0000-0000-0000-000000000064","at":"2025-03-04T09:00:00.000000Z","format":1,'
        b'"instance":"00000000-0000-0000-0000-000000000001","seat":"coordinator","type":"CaseMoved","values":'
        b'{"head":"digest:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
        b'"subject":"uuid:00000000-0000-0000-0000-00000000000a"}}'
    )
    seen = build.entry(2, actor=None, seat=build.outcome.REFUSED).canonical()
    assert b'"actor":null' in seen
    assert b'"seat":"refused"' in seen
    assert b'{"outcome":"code:granted","rank":2,"reference":"reference:BCDF2345","subject":"uuid:' in seen
    assert b'"seat":null' in build.entry(seat=None).canonical()


def test_the_order_of_keys_does_not_change_the_bytes(build: Builders) -> None:
    first: dict[str, Value] = {"method": Codes("totp")["totp"], "second_factor": True}
    second = {key: first[key] for key in reversed(first)}
    assert build.build(build.logged_in, first).canonical() == build.build(build.logged_in, second).canonical()


def test_the_subject_is_the_declared_key(build: Builders) -> None:
    assert build.entry(1).subject == build.subjects[1]
    assert build.build(EventType("LoggedOut", {}), {}).subject is None


def test_the_representation_of_an_entry_shows_no_content(build: Builders) -> None:
    assert "BCDF" not in repr(build.entry())
    assert "0000" not in repr(build.entry())


@pytest.mark.parametrize(
    ("number", "digest"), [(-1, bytes(32)), (True, bytes(32)), ("1", bytes(32)), (1, bytes(31)), (1, "a" * 32)]
)
def test_a_tip_is_a_number_and_a_hash(number: Any, digest: Any) -> None:
    with pytest.raises(ValueError, match="a tip has a"):
        Tip(number, digest)
