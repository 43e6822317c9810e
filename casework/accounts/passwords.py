"""The rule of passwords (A-02): at least 80 bits by one of three shapes; storing them is nobody's work."""

import unicodedata

MAX_LENGTH = 256  # characters
_SHAPES = {4: 12, 3: 14}  # kinds of characters -> least length
_WORDS, _WORD = 7, 3
_DIFFERENT = 8


def strong(password: str, login: str) -> bool:
    """12 characters of 4 kinds, 14 of 3 kinds, or 7 words; few repeats, and the log-in is not part of it (A-02)."""
    typed = unicodedata.normalize("NFKC", password)
    if len(typed) > MAX_LENGTH or len(set(typed)) < _DIFFERENT or _quotes(typed, login):
        return False
    kinds = len({_kind(sign) for sign in typed})
    return _words(typed) or any(kinds >= least and len(typed) >= length for least, length in _SHAPES.items())


def _quotes(typed: str, login: str) -> bool:
    name = login.split("@", maxsplit=1)[0].strip().casefold()
    return len(name) > _WORD and name in typed.casefold()


def _kind(sign: str) -> str:
    return "lower" if sign.islower() else "upper" if sign.isupper() else "digit" if sign.isdecimal() else "other"


def _words(typed: str) -> bool:
    words = {word.casefold() for word in typed.split() if len(word) >= _WORD}
    return len(words) >= _WORDS
