"""What a situation is about in a few words, for a page where taking it for another would be grave; only what the person reads there."""

from casework.cases.reading import Opened
from casework.charters import referral
from casework.charters.cenomed import AGE_BAND, REASON
from casework.kernel.life import Slot


def about(opened: Opened) -> list[tuple[str, str]]:
    """(label, words) without a name: age band and closed reason."""
    found = [("Âge", AGE_BAND.label(referral.band(opened.life.majority, opened.life.began)))]
    reason = opened.contents.get(Slot("reason"), {}).get("main_reason", "")
    return [*found, ("Motif principal", REASON.label(reason))] if reason in REASON else found


def whom(opened: Opened) -> list[tuple[str, str]]:
    """The same after the name of the minor, as far as this person reads the identity now."""
    identity = opened.contents.get(Slot("identity"))
    named = [("Mineur", f"{identity['first_name']} {identity['surname']}")] if identity else []
    return named + about(opened)
