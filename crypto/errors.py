"""The only errors this package raises on purpose; their messages carry neither content nor key."""


class CryptoError(Exception):
    """Whatever went wrong, nothing was opened and nothing may be stored."""


class DoesNotOpen(CryptoError):
    """Wrong key, altered bytes or another context: one error for all three, so that it tells an attacker nothing."""

    def __init__(self) -> None:
        super().__init__("does not open")


class Malformed(CryptoError):
    """Not the expected format: version, length, encoding or range."""


class Oversize(CryptoError):
    """The content is larger than the fixed size of its envelope."""


class ProviderUnusable(CryptoError):
    """The key provider cannot serve; the message tells an operator what to do."""
