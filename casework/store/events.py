"""Every event the log can hold, with the exact keys it carries (A-05); adding one is a record here."""

from collections.abc import Iterable
from uuid import UUID

from audit.entry import Codes, EventType, Reference
from casework.kernel.records import Charter

PAGES = Codes("home", "situation", "list", "search", "meeting", "journal", "indicators", "account", "print", "draft", "orientation", "sheet", "compare")
OUTCOMES = Codes("refused", "missing", "conflict", "illegal", "invalid", "error", "csrf", "limited", "wrong_secret", "too_large")


class Events:
    """The events of one charter: moves, compartments and seats are its closed sets."""

    def __init__(self, charter: Charter) -> None:
        self.seats = Codes(*(seat.name for seat in charter.seats))
        self.moves = Codes(*(move.name for move in charter.moves))
        self.compartments = Codes(*(item.name for item in charter.compartments))
        self.list = EventType("ListShown", {"page": PAGES, "count": int})
        self.shown_in_list = EventType("SituationListed", {"subject": UUID, "reference": Reference})
        self.read = EventType("CompartmentRead", {"subject": UUID, "reference": Reference, "compartment": self.compartments})
        self.opened = EventType("SituationOpened", {"subject": UUID, "reference": Reference})
        self.compared = EventType("SituationsCompared", {"subject": UUID, "other": UUID})
        self.moved = EventType("SituationMoved", {"subject": UUID, "reference": Reference, "move": self.moves, "sequence": int, "head": bytes})
        self.destroyed = EventType("SituationDestroyed", {"subject": UUID, "reference": Reference, "head": bytes})
        self.refused = EventType("AccessRefused", {"outcome": OUTCOMES})
        self.page = EventType("PageShown", {"page": PAGES})
        self.login = EventType("LoggedIn", {})
        self.login_failed = EventType("LoginFailed", {"outcome": OUTCOMES})
        self.logout = EventType("LoggedOut", {})
        self.invited = EventType("PersonInvited", {"subject": UUID})
        self.accepted = EventType("InvitationAccepted", {"subject": UUID})
        self.member_changed = EventType("MemberRowChanged", {"subject": UUID, "row": bytes})
        self.admitted = EventType("PersonAdmitted", {"subject": UUID, "tenure": UUID, "number": int})
        self.admission_key_used = EventType("AdmissionKeyUsed", {"subject": UUID})
        self.removed = EventType("SeatRemoved", {"subject": UUID, "tenure": UUID})
        self.charter_signed = EventType("CharterSigned", {"subject": UUID})
        self.instance_opened = EventType("InstanceOpened", {"number": int})
        self.created = EventType("OrganisationCreated", {"subject": UUID})
        self.meeting = EventType("MeetingChanged", {"subject": UUID, "urgent": bool})
        self.seal_missing = EventType("SealMissing", {"subject": UUID})
        self.seal_surplus = EventType("SealSurplusRemoved", {"subject": UUID})
        self.tampering = EventType("TamperingFound", {"subject": UUID})

    def all(self) -> Iterable[EventType]:
        """Every declared event."""
        return [value for value in vars(self).values() if isinstance(value, EventType)]
