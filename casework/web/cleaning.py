"""What a person typed, made safe and regular: one Unicode form, plain spaces, no invisible character. It judges no meaning."""

import re
import unicodedata
from datetime import date, time

YEARS_AHEAD = 20
OLDEST_YEAR = 1900
OLDEST_AGE = 120
_SILENT = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # left by word processors, without meaning
_JOINERS = "\u200c\u200d"  # needed to write some names
_UNREADABLE = "\ufffd"  # what stands for bytes that are no text
_LINES = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_GAPS = re.compile(r"[^\S\n\u00a0\u202f]+")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_HOUR = re.compile(r"([0-9]{1,2}) ?[h:] ?([0-9]{2})?", re.IGNORECASE)
_FRENCH = re.compile(r"([0-9]{1,2})[ /.-]([0-9]{1,2})[ /.-]([0-9]{4})")


def line(raw: str) -> str:
    """One line of words: every run of white space becomes one plain space."""
    return " ".join(_plain(raw).split())


def text(raw: str) -> str:
    """Paragraphs: regular ends of lines, at most one empty line in a row."""
    regular = _GAPS.sub(" ", _LINES.sub("\n", _plain(raw)))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" ?\n ?", "\n", regular)).strip()


def visible(cleaned: str) -> str:
    """The text without the characters that hide, reorder or replace others: controls, surrogates, private use, bidirectional marks."""
    if cleaned.isprintable() and _UNREADABLE not in cleaned:  # most lines
        return cleaned
    return "".join(char for char in cleaned if char == "\n" or not _hidden(char))


def day(raw: str) -> date | None:
    """The day written as 2026-12-14 (date widgets) or 14/12/2026 (typed); None when it is not a day."""
    written = line(raw)
    if found := _ISO.fullmatch(written):
        year, month, number = map(int, found.groups())
    elif found := _FRENCH.fullmatch(written):
        number, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def hour(raw: str) -> time | None:
    """The hour written as 14:30 (time widgets), 14 h 30, 14h30 or 14 h; None when it is not an hour."""
    found = _HOUR.fullmatch(line(raw))
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


def whole(raw: str) -> int | None:
    """The whole number, in at most four ASCII digits; None otherwise."""
    written = line(raw)
    return int(written) if re.fullmatch(r"[0-9]{1,4}", written) else None


def telephone(written: str) -> bool:
    """Whether it looks like a telephone number, French or foreign."""
    return (
        bool(re.fullmatch(r"[+(]?[0-9][0-9 .()/\-\u00a0\u202f]*", written))
        and 3 <= sum(c.isdigit() for c in written) <= 20
    )


def address(written: str) -> bool:
    """Whether it looks like an e-mail address."""
    name, at, domain = written.partition("@")
    return bool(name and at and "." in domain.strip(".")) and "@" not in domain and not re.search(r"[\s,;<>]", written)


def _plain(raw: str) -> str:
    return unicodedata.normalize("NFC", raw.translate(_SILENT))


def _hidden(char: str) -> bool:
    return char == _UNREADABLE or (unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} and char not in _JOINERS)
