"""Two different shares of one secret give it back; nothing less does."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import generate_mnemonics

from crypto.errors import DoesNotOpen, Malformed
from crypto.shares import join, split

SECRET = bytes(range(32))


@given(st.integers(8, 64).flatmap(lambda half: st.binary(min_size=2 * half, max_size=2 * half)))
@settings(max_examples=20, deadline=None)
def test_any_two_shares_or_all_give_the_secret_back(secret: bytes) -> None:
    shares = split(secret)
    assert {join(pair) for pair in combinations(shares, 2)} == {secret}
    assert join(shares) == join(shares[::-1]) == secret


def test_one_share_is_not_enough_even_twice() -> None:
    first, _, _ = split(SECRET)
    for shares in ([], [first], [first, first], [first, first.upper()]):
        with pytest.raises(DoesNotOpen):
            join(shares)


def test_more_shares_than_were_made_are_refused() -> None:
    five = planted(1, [(2, 5)])
    assert join(five[:3]) == SECRET
    with pytest.raises(DoesNotOpen):
        join(five[:4])


def test_shares_of_two_splits_do_not_mix() -> None:
    one, two = split(SECRET), split(SECRET)
    for shares in ([one[0], two[1]], [one[0], one[1], two[2]], [one[0], one[1], two[0]]):
        with pytest.raises(DoesNotOpen):
            join(shares)
    with pytest.raises(DoesNotOpen):
        join([*one, *two])


def test_a_forged_third_share_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same identifier, another polynomial: what a share-holder with the library can write."""
    monkeypatch.setattr("shamir_mnemonic.shamir._random_identifier", lambda: 7)
    one, two = split(SECRET), split(bytes(32))
    with pytest.raises(DoesNotOpen):
        join([one[0], one[1], two[2]])


def test_agreeing_pairs_are_required_of_three_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([b"one", b"one", b"two"])
    monkeypatch.setattr("crypto.shares.combine_mnemonics", lambda _: next(answers))
    with pytest.raises(DoesNotOpen):
        join(split(SECRET))


@pytest.mark.parametrize("secret", [b"", b"x" * 14, b"x" * 17, b"x" * 130])
def test_a_secret_that_cannot_be_cut_is_refused(secret: bytes) -> None:
    with pytest.raises(Malformed):
        split(secret)


def planted(
    threshold: int, groups: list[tuple[int, int]], *, extendable: bool = True, exponent: int = 0
) -> list[bytes]:
    made = generate_mnemonics(threshold, groups, SECRET, extendable=extendable, iteration_exponent=exponent)
    return [share.encode() for group in made for share in group]


@pytest.mark.parametrize(
    "shares",
    [
        planted(1, [(2, 3)], extendable=False),
        planted(1, [(2, 3)], exponent=1),
        planted(1, [(3, 3)]),
        planted(1, [(1, 1)]),
        planted(2, [(2, 3), (2, 3)]),
        planted(1, [(2, 3), (2, 3)]),
    ],
    ids=["not extendable", "stretched", "3 of 3", "1 of 1", "two groups", "one of two groups"],
)
def test_shares_with_other_parameters_are_refused(shares: list[bytes]) -> None:
    with pytest.raises(Malformed):
        join(shares[-2:])


def test_a_share_that_cannot_be_read_is_refused_without_quoting_it() -> None:
    first, second, _ = split(SECRET)
    words = second.split()
    for damaged in (b"", b"\xff", b" ".join(words[:-1]), b" ".join([*words[:-1], words[0]]), b"nonsense " + second):
        with pytest.raises(Malformed) as caught:
            join([first, damaged])
        assert not any(word.decode() in str(caught.value).split() for word in words)
        assert caught.value.__suppress_context__
