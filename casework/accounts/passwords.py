"""The rule of passwords (A-02): at least 80 bits by one of three shapes; storing them is nobody's work."""

import math
import unicodedata
from typing import Literal, TypeAlias

from casework.accounts.errors import AccountError

MAX_LENGTH = 256  # characters
ENOUGH = 80  # bits
SHAPES = {4: 12, 3: 14}  # kinds of characters -> least length
WORDS = 7
_WORD = 3
_DIFFERENT = 8
# Of these sizes are the alphabets by which each shape is worth 80 bits: letters, digits and 37 signs; letters and digits.
_ALPHABETS = {4: 99, 3: 62, 2: 36, 1: 26, 0: 1}

Flaw: TypeAlias = Literal["long", "login", "repeats", "short", "kinds"]


class Weak(AccountError):
    """None of the three shapes: what is wrong, and what it is worth at most."""

    def __init__(self, wrong: Flaw, worth: int) -> None:
        super().__init__("password_weak")
        self.flaw, self.bits = wrong, worth


def require_strong(password: str, login: str) -> None:
    """Errors: Weak."""
    wrong = flaw(password, login)
    if wrong:
        raise Weak(wrong, bits(password))


def strong(password: str, login: str) -> bool:
    """Whether nothing is wrong with it."""
    return flaw(password, login) is None


def flaw(password: str, login: str) -> Flaw | None:
    """12 characters of 4 kinds, 14 of 3 kinds, or 7 words; few repeats, and the log-in is not part of it (A-02)."""
    typed = _typed(password)
    if len(typed) > MAX_LENGTH:
        return "long"
    if _quotes(typed, login):
        return "login"
    if _words(typed) >= WORDS or any(_kinds(typed) >= kinds and len(typed) >= least for kinds, least in SHAPES.items()):
        return None if len(set(typed)) >= _DIFFERENT else "repeats"
    return "short" if bits(password) < ENOUGH else "kinds"


def bits(password: str) -> int:
    """What a password of this shape is worth at most, were it drawn at random: what somebody thinks up is worth less."""
    typed = _typed(password)
    if _kinds(typed) < min(SHAPES) and len(typed.split()) > 1:
        return round(_words(typed) * ENOUGH / WORDS)
    return round(len(typed) * math.log2(_ALPHABETS[_kinds(typed)]))


def _typed(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _quotes(typed: str, login: str) -> bool:
    name = login.split("@", maxsplit=1)[0].strip().casefold()
    return len(name) > _WORD and name in typed.casefold()


def _kinds(typed: str) -> int:
    return len({_kind(sign) for sign in typed})


def _kind(sign: str) -> str:
    return "lower" if sign.islower() else "upper" if sign.isupper() else "digit" if sign.isdecimal() else "other"


def _words(typed: str) -> int:
    """How many different words of three letters or more stand between spaces."""
    return len({word.casefold() for word in typed.split() if len(word) >= _WORD})
