"""What of an agent's remontée corresponds to a saisine (F33-03): proposed to the coordinator, who completes and decides; pure."""

from collections.abc import Mapping
from typing import Any

Content = Mapping[str, Any]
REASON = {"agent_out_of_school": "school_absence"}  # vulnerability has several words in a saisine: a person chooses
SAME = {"identity": ("surname", "first_name"), "account": ("text",)}
FACT = ("day", "place", "place_name")


def as_referral(remontee: Content) -> dict[str, dict[str, Any]]:
    """Contents by compartment, as far as the remontée says them; nothing is made up."""
    found: dict[str, dict[str, Any]] = {part: _kept(remontee, names) for part, names in SAME.items()}
    if remontee.get("age") is not None:
        found["identity"] |= {"birth": "age_estimated", "age": remontee["age"]}
    found["account"]["facts"] = [_kept(remontee, FACT)]
    reason = REASON.get(remontee["reason"])
    found["reason"] = {"reasons": [reason], "main_reason": reason} if reason else {}
    return found


def _kept(content: Content, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: content[name] for name in names if content.get(name)}
