"""Envelopes open with their key, in their place, whole; never otherwise."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import envelope as module
from crypto.envelope import NIL, OVERHEAD, EnvelopeContext, new_key, open_content, seal_content
from crypto.errors import DoesNotOpen, Malformed, Oversize
from crypto.framing import frame, pad
from crypto.primitives import encrypt

KEY = new_key()
CONTEXT = EnvelopeContext(uuid4(), uuid4(), "identity", NIL, uuid4(), new_key(), 1)
REFUSED = (DoesNotOpen, Malformed)


@given(st.binary(max_size=80))
def test_content_comes_back(content: bytes) -> None:
    assert open_content(KEY, seal_content(KEY, content, 80, CONTEXT), CONTEXT) == content


@given(st.binary(max_size=80))
def test_the_length_of_an_envelope_tells_nothing(content: bytes) -> None:
    assert len(seal_content(KEY, content, 80, CONTEXT)) == 80 + OVERHEAD


def test_content_larger_than_the_size_is_refused() -> None:
    assert len(seal_content(KEY, b"x" * 80, 80, CONTEXT)) == 80 + OVERHEAD
    with pytest.raises(Oversize) as caught:
        seal_content(KEY, b"secret" * 20, 80, CONTEXT)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("size", [-1, 2**24 + 1])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        seal_content(KEY, b"", size, CONTEXT)


def other(value: Any) -> st.SearchStrategy[Any]:
    kinds: dict[type, st.SearchStrategy[Any]] = {
        UUID: st.uuids(),
        str: st.text(st.characters(min_codepoint=32, max_codepoint=126)),
        bytes: st.binary(min_size=32, max_size=32),
        int: st.integers(0, 2**64 - 1),
    }
    return kinds[type(value)].filter(lambda found: found != value)


@pytest.mark.parametrize("name", [field.name for field in fields(EnvelopeContext)])
@given(data=st.data())
def test_a_moved_envelope_does_not_open(name: str, data: st.DataObject) -> None:
    moved = replace(CONTEXT, **{name: data.draw(other(getattr(CONTEXT, name)))})
    with pytest.raises(DoesNotOpen):
        open_content(KEY, seal_content(KEY, b"content", 16, CONTEXT), moved)


def test_no_two_fields_can_trade_places() -> None:
    swapped = replace(CONTEXT, instance=CONTEXT.case, case=CONTEXT.instance)
    with pytest.raises(DoesNotOpen):
        open_content(KEY, seal_content(KEY, b"content", 16, CONTEXT), swapped)


def test_a_truncated_envelope_does_not_open_at_any_length() -> None:
    sealed = seal_content(KEY, b"content", 16, CONTEXT)
    for length in range(len(sealed)):
        with pytest.raises(REFUSED):
            open_content(KEY, sealed[:length], CONTEXT)


def test_no_bit_of_an_envelope_can_change() -> None:
    sealed = seal_content(KEY, b"content", 16, CONTEXT)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            open_content(KEY, bytes(changed), CONTEXT)


def test_another_key_does_not_open() -> None:
    with pytest.raises(DoesNotOpen):
        open_content(new_key(), seal_content(KEY, b"content", 16, CONTEXT), CONTEXT)


def test_sealing_twice_gives_other_bytes() -> None:
    assert seal_content(KEY, b"content", 16, CONTEXT) != seal_content(KEY, b"content", 16, CONTEXT)
    assert new_key() != new_key()


@pytest.mark.parametrize("padded", [b"\0\0\0\x09content\0", b"\0\0\0\x03content\0", b"\xff" * 4])
def test_padding_that_does_not_add_up_is_refused_even_under_the_right_key(padded: bytes) -> None:
    with pytest.raises(Malformed):
        open_content(KEY, b"\1" + encrypt(KEY, padded, CONTEXT.bound()), CONTEXT)


@pytest.mark.parametrize(
    "change", [{"version": -1}, {"version": 2**64}, {"schema": b"short"}, {"compartment": "é"}, {"compartment": "a\n"}]
)
def test_a_context_that_cannot_be_encoded_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        seal_content(KEY, b"content", 16, replace(CONTEXT, **change))


@pytest.mark.parametrize("length", [0, 16, 24, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(Malformed):
        seal_content(b"k" * length, b"content", 16, CONTEXT)


@given(st.lists(st.binary(max_size=6)), st.lists(st.binary(max_size=6)))
def test_two_lists_of_parts_never_encode_alike(one: list[bytes], two: list[bytes]) -> None:
    assert (frame(*one) == frame(*two)) == (one == two)


def test_an_envelope_beyond_the_largest_size_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_SIZE", 8)
    with pytest.raises(Malformed):
        open_content(KEY, b"\1" + encrypt(KEY, pad(b"", 9), CONTEXT.bound()), CONTEXT)
