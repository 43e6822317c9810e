"""What is known of a birth (F33-12, R-05): exact date, year, or estimated age, as bounds; pure arithmetic
shared by charters.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from casework.kernel.clock import add_months


def bounds(identity: Mapping[str, Any], entered: date) -> tuple[date, date] | None:
    """The (earliest, latest) possible day of birth; None when nothing usable was written. `entered`: the day of
    the referral.
    """
    if identity.get("birth_date"):
        day = date.fromisoformat(identity["birth_date"])
        return day, day
    if identity.get("birth_year"):
        return date(identity["birth_year"], 1, 1), date(identity["birth_year"], 12, 31)
    if identity.get("age") is not None:
        year = entered.year - identity["age"]
        earliest = date(year - 1, entered.month, 1)
        return earliest, add_months(earliest, 13) - timedelta(days=1)
    return None


def middle(span: tuple[date, date]) -> date:
    """The day halfway between the bounds: what every clock but the cap assumes."""
    return span[0] + (span[1] - span[0]) / 2


def birthday_month(born: date, years: int) -> date:
    """The first day of the month of this birthday: clocks run on coarse dates (R-10)."""
    return date(born.year + years, born.month, 1)


def age_on(span: tuple[date, date], day: date) -> int:
    """Age in whole years on `day`, by the middle of the bounds."""
    born = middle(span)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
