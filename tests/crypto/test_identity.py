"""What a person types opens their keys; what is planted or guessed without the provider does not."""

import hmac
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import identity
from crypto.errors import DoesNotOpen, Malformed
from crypto.identity import Cost, fingerprint, lock, password_key, recovery_key, session_key, unlock

CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
KEY, SALT = b"k" * 32, b"s" * 16
REFUSED = (DoesNotOpen, Malformed)


def pepper(data: bytes) -> bytes:
    return hmac.digest(b"pepper", data, "sha256")


def other_pepper(data: bytes) -> bytes:
    return hmac.digest(b"other", data, "sha256")


@given(st.text(max_size=20))
@settings(max_examples=30)
def test_a_password_is_the_same_on_every_keyboard(password: str) -> None:
    typed = [password_key(unicodedata.normalize(form, password), SALT, CHEAP, pepper) for form in ("NFC", "NFKD")]
    assert typed[0] == typed[1]


def test_a_password_key_depends_on_everything() -> None:
    keys = {
        password_key("one", SALT, CHEAP, pepper),
        password_key("One", SALT, CHEAP, pepper),
        password_key("one", b"t" * 16, CHEAP, pepper),
        password_key("one", SALT, CHEAP, other_pepper),
        password_key("one", SALT, Cost(72, 1, 1), pepper),
        password_key("one", SALT, Cost(64, 2, 1), pepper),
        password_key("one", SALT, Cost(64, 1, 2), pepper),
    }
    assert len(keys) == 7
    assert {len(key) for key in keys} == {32}


def test_a_lone_surrogate_is_refused_without_quoting_it() -> None:
    with pytest.raises(Malformed) as caught:
        password_key("secret\udc80", SALT, CHEAP, pepper)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("salt", [b"", b"s" * 15, b"s" * 17])
def test_a_salt_has_16_bytes(salt: bytes) -> None:
    with pytest.raises(Malformed):
        password_key("one", salt, CHEAP, pepper)
    with pytest.raises(Malformed):
        recovery_key(identity.new_recovery_code(), salt, pepper)


@pytest.mark.parametrize("numbers", [(7, 1, 1), (64, 0, 1), (64, 1, 0), (64, 1, 17), (64, 17, 1), (2**20 + 1, 1, 1)])
def test_an_impossible_cost_is_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(Malformed):
        Cost(*numbers)


@given(st.integers(8 * 16, 2**20), st.integers(1, 16), st.integers(1, 16))
def test_a_cost_comes_back(memory: int, iterations: int, lanes: int) -> None:
    cost = Cost(memory, iterations, lanes)
    assert Cost.decode(cost.encode(), CHEAP) == cost


@pytest.mark.parametrize("lower", [Cost(32, 2, 2), Cost(64, 1, 2), Cost(64, 2, 1)])
def test_a_cost_below_the_floor_is_refused(lower: Cost) -> None:
    assert Cost.decode(Cost(64, 2, 2).encode(), Cost(64, 2, 2)) == Cost(64, 2, 2)
    with pytest.raises(Malformed):
        Cost.decode(lower.encode(), Cost(64, 2, 2))


def test_the_default_cost_passes_the_default_floor_and_a_cheap_one_does_not() -> None:
    assert Cost.decode(identity.DEFAULT.encode(), identity.FLOOR) == identity.DEFAULT
    assert identity.FLOOR.memory_kib >= 19 * 1024
    assert identity.FLOOR.iterations >= 2
    blob = identity.lock_by_password("one", b"secret", b"", pepper, CHEAP)
    with pytest.raises(Malformed):
        identity.unlock_by_password("one", blob, b"", pepper)


@given(st.binary(max_size=100), st.binary(max_size=10))
def test_a_locked_secret_comes_back(secret: bytes, aad: bytes) -> None:
    assert unlock(KEY, lock(KEY, secret, aad), aad) == secret


def test_a_locked_secret_opens_nowhere_else() -> None:
    blob = lock(KEY, b"secret", b"one")
    with pytest.raises(DoesNotOpen):
        unlock(KEY, blob, b"two")
    with pytest.raises(DoesNotOpen):
        unlock(b"l" * 32, blob, b"one")


def test_a_lock_is_for_secrets_not_content() -> None:
    assert unlock(KEY, lock(KEY, b"s" * 2**16, b""), b"") == b"s" * 2**16
    with pytest.raises(Malformed):
        lock(KEY, b"s" * (2**16 + 1), b"")


def test_neither_kind_of_lock_opens_truncated_or_with_a_bit_changed() -> None:
    simple = lock(KEY, b"secret", b"one")
    by_password = identity.lock_by_password("one", b"secret", b"one", pepper, CHEAP)
    for length in range(len(simple)):
        with pytest.raises(REFUSED):
            unlock(KEY, simple[:length], b"one")
    for length in range(len(by_password)):
        with pytest.raises(REFUSED):
            identity.unlock_by_password("one", by_password[:length], b"one", pepper, CHEAP)
    for bit in range(len(simple) * 8):
        changed = bytearray(simple)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            unlock(KEY, bytes(changed), b"one")


def test_a_password_opens_with_the_provider_and_in_its_place_only() -> None:
    blob = identity.lock_by_password("été", b"secret", b"member", pepper, CHEAP)
    assert identity.unlock_by_password("e\u0301te\u0301", blob, b"member", pepper, CHEAP) == b"secret"
    assert blob != identity.lock_by_password("été", b"secret", b"member", pepper, CHEAP)
    for password, aad, with_pepper in (
        ("ete", b"member", pepper),
        ("été", b"x", pepper),
        ("été", b"member", other_pepper),
    ):
        with pytest.raises(DoesNotOpen):
            identity.unlock_by_password(password, blob, aad, with_pepper, CHEAP)


@pytest.mark.parametrize("at", [*range(1, 13), *range(13, 29)])
def test_neither_the_cost_nor_the_salt_of_a_blob_can_change(at: int) -> None:
    blob = bytearray(identity.lock_by_password("one", b"secret", b"", pepper, Cost(128, 2, 2)))
    blob[at] ^= 1
    with pytest.raises(REFUSED):
        identity.unlock_by_password("one", bytes(blob), b"", pepper, CHEAP)


def test_the_header_is_bound_even_when_the_key_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "password_key", lambda *_: KEY)
    blob = bytearray(identity.lock_by_password("one", b"secret", b"", pepper, CHEAP))
    blob[13] ^= 1
    with pytest.raises(DoesNotOpen):
        identity.unlock_by_password("one", bytes(blob), b"", pepper, CHEAP)


def test_a_recovery_code_is_long_clear_and_new() -> None:
    codes = {identity.new_recovery_code() for _ in range(200)}
    assert len(codes) == 200
    assert {tuple(map(len, code.split("-"))) for code in codes} == {(4, 4, 4, 4, 4)}
    letters = set("".join(codes)) - {"-"}
    assert letters.isdisjoint("01258BDGILOQSUZ6")
    assert len(letters) ** 20 >= 2**80


def test_a_recovery_code_can_be_typed_in_any_way() -> None:
    code = identity.new_recovery_code()
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " \u2013 "), f"\u00a0{code}\n"):
        assert recovery_key(typed, SALT, pepper) == recovery_key(code, SALT, pepper)


def test_a_recovery_key_depends_on_everything() -> None:
    code, other = identity.new_recovery_code(), identity.new_recovery_code()
    keys = {recovery_key(code, SALT, pepper), recovery_key(other, SALT, pepper), recovery_key(code, b"t" * 16, pepper)}
    assert len(keys | {recovery_key(code, SALT, other_pepper)}) == 4


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "AAAA-AAAA-AAAA-AAAA-AAA0", "AAAA-AAAA-AAAA-AAAA-AAAA-A"])
def test_what_is_not_a_recovery_code_is_refused(code: str) -> None:
    with pytest.raises(Malformed):
        recovery_key(code, SALT, pepper)


def test_a_session_key_needs_the_token_and_the_provider() -> None:
    keys = {session_key(KEY, pepper), session_key(b"l" * 32, pepper), session_key(KEY, other_pepper), pepper(KEY)}
    assert len(keys) == 4
    assert session_key(KEY, lambda _: b"p" * 32) != session_key(b"l" * 32, lambda _: b"p" * 32)
    with pytest.raises(Malformed):
        session_key(KEY[:31], pepper)


def test_a_fingerprint_is_read_in_five_groups_of_five_digits() -> None:
    assert [len(group) for group in fingerprint([b"a"]).split(" ")] == [5, 5, 5, 5, 5]
    assert fingerprint([b"a"]).replace(" ", "").isdecimal()
    assert 10**25 >= 2**80


@given(st.lists(st.binary(max_size=6)), st.lists(st.binary(max_size=6)))
def test_two_lists_never_share_a_fingerprint(one: list[bytes], two: list[bytes]) -> None:
    assert (fingerprint(one) == fingerprint(two)) == (one == two)
