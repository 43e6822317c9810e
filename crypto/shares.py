"""A secret cut into three SLIP-39 shares, any two of which give it back; to whom they go is decided elsewhere."""

from collections.abc import Sequence
from itertools import combinations

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

from crypto.errors import DoesNotOpen, Malformed

_LENGTHS = range(16, 129, 2)
# No passphrase is used, so stretching it would protect nothing, and a planted exponent of 15 would stall a server.
_PARAMETERS = {"extendable": True, "iteration_exponent": 0, "group_threshold": 1, "group_count": 1}
_MEMBER_PARAMETERS = {"group_index": 0, "member_threshold": 2}


def split(secret: bytes) -> tuple[bytes, bytes, bytes]:
    """Three shares, each a SLIP-39 sentence in ASCII, of a secret of 16 to 128 bytes (an even number)."""
    if len(secret) not in _LENGTHS:
        raise Malformed("a shared secret has an even number of bytes, from 16 to 128")
    [[first, second, third]] = generate_mnemonics(1, [(2, 3)], secret, extendable=True, iteration_exponent=0)
    return first.encode("ascii"), second.encode("ascii"), third.encode("ascii")


def _read(share: bytes) -> Share:
    try:
        read = Share.from_mnemonic(share.decode("ascii"))
    except (UnicodeDecodeError, MnemonicError):
        # The library's messages quote the first words of the share.
        raise Malformed("not a share") from None
    if any(getattr(read, name) != value for name, value in (_PARAMETERS | _MEMBER_PARAMETERS).items()):
        raise Malformed("not a share of ours")
    return read


def _combine(pair: Sequence[Share]) -> bytes:
    try:
        return bytes(combine_mnemonics([share.mnemonic() for share in pair]))
    except MnemonicError:
        raise DoesNotOpen from None


def join(shares: Sequence[bytes]) -> bytes:
    """The secret of two or three different shares; DoesNotOpen when there are fewer or when they do not agree.

    The format recognises mixed shares with a check of 32 bits: compare what comes out with a public key.
    """
    different = set(map(_read, shares))
    if len(different) not in (2, 3):
        raise DoesNotOpen
    secrets = {_combine(pair) for pair in combinations(different, 2)}
    if len(secrets) != 1:
        raise DoesNotOpen
    return secrets.pop()
