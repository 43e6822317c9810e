"""A signature holds for one key, one domain, one message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import DoesNotOpen, Malformed
from crypto.signing import check_signature, new_signing_pair, sign, verification_key

PRIVATE_KEY, PUBLIC_KEY = new_signing_pair()


@given(st.binary())
def test_a_signature_holds(message: bytes) -> None:
    check_signature(PUBLIC_KEY, "head", message, sign(PRIVATE_KEY, "head", message))
    assert verification_key(PRIVATE_KEY) == PUBLIC_KEY


@given(st.binary(), st.binary())
def test_a_signature_holds_for_its_message_only(one: bytes, two: bytes) -> None:
    if one != two:
        with pytest.raises(DoesNotOpen):
            check_signature(PUBLIC_KEY, "head", two, sign(PRIVATE_KEY, "head", one))


def test_a_signature_holds_in_its_domain_only() -> None:
    with pytest.raises(DoesNotOpen):
        check_signature(PUBLIC_KEY, "directory", b"message", sign(PRIVATE_KEY, "head", b"message"))
    with pytest.raises(DoesNotOpen):
        check_signature(PUBLIC_KEY, "hea", b"dmessage", sign(PRIVATE_KEY, "head", b"message"))


def test_a_signature_of_another_key_does_not_hold() -> None:
    with pytest.raises(DoesNotOpen):
        check_signature(PUBLIC_KEY, "head", b"message", sign(new_signing_pair()[0], "head", b"message"))


def test_no_bit_of_a_signature_can_change_nor_its_length() -> None:
    signature = sign(PRIVATE_KEY, "head", b"message")
    for bit in range(len(signature) * 8):
        changed = bytearray(signature)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DoesNotOpen):
            check_signature(PUBLIC_KEY, "head", b"message", bytes(changed))
    for length in range(len(signature)):
        with pytest.raises(DoesNotOpen):
            check_signature(PUBLIC_KEY, "head", b"message", signature[:length])


def test_keys_have_32_bytes() -> None:
    with pytest.raises(Malformed):
        sign(PRIVATE_KEY[:31], "head", b"")
    with pytest.raises(Malformed):
        check_signature(PUBLIC_KEY + b"\0", "head", b"", bytes(64))
