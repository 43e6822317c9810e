"""Contents that are valid by default, with one word to vary; every person in them is fictitious."""

from typing import Any

IDENTITY: dict[str, Any] = {
    "surname": "Fictif",
    "first_name": "Camille",
    "birth": "birth_known",
    "birth_date": "2012-05-17",
    "schooling": "lower_secondary_4_3",
    "informed_how": "in_person",
    "informed_on": "2026-02-20",
    "informed_by": "Collège de la démonstration",
}
REASON: dict[str, Any] = {
    "reasons": ["school_absence"],
    "main_reason": "school_absence",
    "rixe": False,
    "origin": "school",
    "reception": "entered_by_referrer",
}
ACCOUNT: dict[str, Any] = {"facts": [{"day": "2026-02-18", "place": "street"}], "text": "Présent seul, sans cartable."}
REMONTEE: dict[str, Any] = {
    "reason": "agent_out_of_school",
    "day": "2026-02-18",
    "place": "garden",
    "text": "Seul, en matinée.",
}
RETURN = {"support": "support_possible", "redirection": "not_redirected"}
REQUEST = {"points": ["facts"]}


def referral(**identity: Any) -> dict[str, dict[str, Any]]:
    """The three compartments of a saisine."""
    return {"identity": {**IDENTITY, **identity}, "reason": dict(REASON), "account": dict(ACCOUNT)}


def decisions(*rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A deliberation."""
    return {"deliberation": {"decisions": list(rows) or [{"decision": "keep_open"}]}}
