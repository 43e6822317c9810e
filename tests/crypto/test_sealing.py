"""A sealed key opens for one key holder and one purpose."""

from dataclasses import fields, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import DoesNotOpen, Malformed
from crypto.sealing import OVERHEAD, PRIVATE, PUBLIC, SealContext, new_sealing_pair, public_of, seal, unseal

PRIVATE_KEY, PUBLIC_KEY = new_sealing_pair()
CONTEXT = SealContext("compartment-key", uuid4(), uuid4(), "identity", UUID(int=0), uuid4(), uuid4())
REFUSED = (DoesNotOpen, Malformed)


@given(st.binary(max_size=200))
@settings(max_examples=30)
def test_a_secret_comes_back_to_its_key_holder(secret: bytes) -> None:
    sealed = seal(PUBLIC_KEY, secret, CONTEXT)
    assert unseal(PRIVATE_KEY, sealed, CONTEXT) == secret
    assert len(sealed) == len(secret) + OVERHEAD


def test_keys_have_the_lengths_of_the_specification() -> None:
    assert (len(PRIVATE_KEY), len(PUBLIC_KEY)) == (PRIVATE, PUBLIC) == (32, 1216)
    assert public_of(PRIVATE_KEY) == PUBLIC_KEY
    assert new_sealing_pair() != new_sealing_pair()


def test_another_key_holder_cannot_unseal() -> None:
    with pytest.raises(DoesNotOpen):
        unseal(new_sealing_pair()[0], seal(PUBLIC_KEY, b"k" * 32, CONTEXT), CONTEXT)


@pytest.mark.parametrize("name", [field.name for field in fields(SealContext)])
def test_a_moved_seal_does_not_open(name: str) -> None:
    value: Any = getattr(CONTEXT, name)
    other: Any = value + "2" if isinstance(value, str) else uuid4()
    moved = replace(CONTEXT, **{name: other})
    with pytest.raises(DoesNotOpen):
        unseal(PRIVATE_KEY, seal(PUBLIC_KEY, b"k" * 32, CONTEXT), moved)


def test_a_truncated_seal_does_not_open_at_any_length() -> None:
    sealed = seal(PUBLIC_KEY, b"k" * 32, CONTEXT)
    for length in range(len(sealed)):
        with pytest.raises(REFUSED):
            unseal(PRIVATE_KEY, sealed[:length], CONTEXT)


@given(st.integers(0, (OVERHEAD + 32) * 8 - 1))
def test_no_bit_of_a_seal_can_change(bit: int) -> None:
    changed = bytearray(seal(PUBLIC_KEY, b"k" * 32, CONTEXT))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(REFUSED):
        unseal(PRIVATE_KEY, bytes(changed), CONTEXT)


@pytest.mark.parametrize(
    "public",
    [PUBLIC_KEY[:-1], PUBLIC_KEY + b"\0", b"\xff" * PUBLIC, PUBLIC_KEY[:1184] + bytes(32)],
    ids=["short", "long", "coefficients out of range", "point of small order"],
)
def test_nothing_is_sealed_to_what_is_not_a_public_key(public: bytes) -> None:
    with pytest.raises(Malformed):
        seal(public, b"k" * 32, CONTEXT)


def test_content_is_not_sealed() -> None:
    assert len(seal(PUBLIC_KEY, b"k" * 2**16, CONTEXT)) == 2**16 + OVERHEAD
    with pytest.raises(Malformed):
        seal(PUBLIC_KEY, b"k" * (2**16 + 1), CONTEXT)


def test_a_private_key_has_32_bytes() -> None:
    with pytest.raises(Malformed):
        unseal(PRIVATE_KEY[:31], seal(PUBLIC_KEY, b"k", CONTEXT), CONTEXT)


def test_a_label_has_one_spelling() -> None:
    with pytest.raises(Malformed):
        seal(PUBLIC_KEY, b"k", replace(CONTEXT, purpose="clé"))
