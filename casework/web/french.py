"""French on screen as pure functions: days, hours, numbers, typography. Not a translation layer."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from unicodedata import combining, normalize

from casework.kernel.clock import PARIS

NBSP = "\u00a0"
THIN = "\u202f"
HYPHEN = "\u2011"  # that does not break
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
DAYS_IN_WORDS = {-2: "avant-hier", -1: "hier", 0: "aujourd’hui", 1: "demain", 2: "après-demain"}
FEMININE = ("ion", "té", "ée", "ure", "ence", "ance", "sse")
_TOUCHED = re.compile(r"[^\w\s]|\d h|CRIP 75")  # every rule looks for one of these: most words hold none
_RULES = (
    (re.compile(r"\.\.\."), "…"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(rf"«[ {NBSP}{THIN}]*"), f"«{NBSP}"),
    (re.compile(rf"[ {NBSP}{THIN}]*»"), f"{NBSP}»"),
    (re.compile(rf"(?<=\S)[ {NBSP}{THIN}]+:(?=\s|$)"), f"{NBSP}:"),
    (re.compile(r"(?<=[^\W\d_]):(?=\s|$)"), f"{NBSP}:"),
    (re.compile(rf"(?<=\S)[ {NBSP}{THIN}]+([;?!])"), rf"{THIN}\1"),
    (re.compile(r"(?<=\w)([;?!])(?=\s|$)"), rf"{THIN}\1"),
    (re.compile(r"\b(\d{1,2}) h (\d\d)\b"), rf"\1{NBSP}h{NBSP}\2"),
    (re.compile(r"\b(\d{1,2}) h\b"), rf"\1{NBSP}h"),
    (re.compile(r"\bCRIP 75\b"), f"CRIP{NBSP}75"),
    (re.compile(r"\b(art\.) ?([LRD])(\d+)-(\d)"), rf"\1{NBSP}\2\3{HYPHEN}\4"),
)


def as_day(value: date | datetime | str) -> date:
    """The day in Paris of a date, an aware datetime or an ISO text. Errors: ValueError for any other text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(PARIS).date()
    return value


def day(value: date | datetime | str) -> str:
    """“lundi 14 décembre 2026”."""
    moment = as_day(value)
    return f"{WEEKDAYS[moment.weekday()]} {short_day(moment)}"


def short_day(value: date | datetime | str) -> str:
    """“14 décembre 2026”, “1er mai 2026”."""
    moment = as_day(value)
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{number} {MONTHS[moment.month - 1]} {moment.year}"


def hour(value: datetime | time) -> str:
    """“14 h 30”, “9 h”, in Paris, with no-break spaces."""
    moment = value.astimezone(PARIS) if isinstance(value, datetime) else value
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02}" if moment.minute else "")


def relative(value: date | datetime | str, today: date) -> str:
    """“dans 3 jours”, “il y a 2 jours”; months after sixty days, years after two. Stands beside the day, never alone."""
    days = (as_day(value) - today).days
    if days in DAYS_IN_WORDS:
        return DAYS_IN_WORDS[days]
    return f"dans {_span(days)}" if days > 0 else f"il y a {_span(-days)}"


def _span(days: int) -> str:
    if days <= 60:
        return f"{days} jours"
    return f"{days * 12 // 365} mois" if days < 730 else f"{days // 365} ans"


def number(value: float | Decimal) -> str:
    """“12 345,5” with narrow no-break spaces between thousands."""
    return f"{value:,}".replace(",", THIN).replace(".", ",")


def count(quantity: int, singular: str, plural: str = "") -> str:
    """“1 point”, “3 points”: in French zero and one are singular."""
    return f"{number(quantity)} {singular if abs(quantity) < 2 else plural or singular + 's'}"


def lowered(text: str) -> str:
    """The same words with a small first letter, to stand inside a sentence; initials such as “DSOL” stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def raised(text: str) -> str:
    """The same words with a capital first letter, to begin a line."""
    return text[:1].upper() + text[1:]


def typo(text: str) -> str:
    """The same words in French typography: no-break spaces, ’ and …; applying it twice changes nothing."""
    if _TOUCHED.search(text):
        for pattern, replacement in _RULES:
            text = pattern.sub(replacement, text)
    return text


def order(text: str) -> str:
    """What lists of names are sorted by: “Éric” before “Julie”, “STEMO” after “Service”."""
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def indefinite(words: str) -> str:
    """“un fait”, “une décision”: the gender is told by the ending of the first word, which serves the labels of our charters."""
    return f"{'une' if _feminine(words) else 'un'} {lowered(words)}"


def demonstrative(words: str) -> str:
    """“ce fait”, “cette décision”, for the same labels, none of which is masculine and begins with a vowel."""
    return f"{'cette' if _feminine(words) else 'ce'} {lowered(words)}"


def _feminine(words: str) -> bool:
    first = words.split(maxsplit=1)[0].lower() if words.split() else ""
    return first.endswith(FEMININE)
