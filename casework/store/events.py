"""Every event the log can hold, with the exact keys it carries (A-05); adding one is a record here."""

from collections.abc import Iterable
from uuid import UUID

from audit.entry import Codes, EventType, Reference
from casework.kernel.records import Charter

PAGES = Codes(
    "home",
    "situation",
    "list",
    "search",
    "meeting",
    "journal",
    "indicators",
    "account",
    "print",
    "draft",
    "orientation",
    "sheet",
    "compare",
    "help",
    "notice",
)
DOCUMENTS = Codes("situation", "sheet", "agenda", "record")  # what may leave on paper (C-09)
OUTCOMES = Codes(
    "refused", "missing", "conflict", "illegal", "invalid", "error", "csrf", "limited", "wrong_secret", "too_large"
)

MEETING_CHANGES = Codes(
    "proposed",
    "answered",
    "fixed",
    "postponed",
    "arranged",
    "convened",
    "released",
    "attendance",
    "circulated",
    "signed",
    "approved",
    "held",
    "not_held",
)
URGENT_REASONS = Codes("clash_occurred", "clash_announced", "reprisals_feared")  # F33-07


class Events:
    """The events of one charter: moves, compartments and seats are its closed sets."""

    list = EventType("ListShown", {"page": PAGES, "count": int})
    shown_in_list = EventType("SituationListed", {"subject": UUID, "reference": Reference})
    opened = EventType("SituationOpened", {"subject": UUID, "reference": Reference})
    projected = EventType("SituationProjected", {"subject": UUID, "reference": Reference, "meeting": UUID})
    compared = EventType("SituationsCompared", {"subject": UUID, "other": UUID})
    destroyed = EventType("SituationDestroyed", {"subject": UUID, "reference": Reference, "head": bytes})
    refused = EventType("AccessRefused", {"outcome": OUTCOMES})
    page = EventType("PageShown", {"page": PAGES})
    login = EventType("LoggedIn", {})
    login_failed = EventType("LoginFailed", {"outcome": OUTCOMES})
    logout = EventType("LoggedOut", {})
    closed = EventType("SessionsClosed", {"count": int})
    invited = EventType("PersonInvited", {"subject": UUID})
    accepted = EventType("InvitationAccepted", {"subject": UUID})
    member_changed = EventType("MemberRowChanged", {"subject": UUID, "row": bytes})
    confirmed = EventType("RightsConfirmed", {"subject": UUID, "tenure": UUID, "number": int})
    lapsed = EventType("RightsLapsed", {"subject": UUID, "tenure": UUID})
    admitted = EventType("PersonAdmitted", {"subject": UUID, "tenure": UUID, "number": int})
    apart_handed = EventType("ApartKeyHanded", {"subject": UUID, "tenure": UUID})
    keeper_certified = EventType("KeeperCertified", {"subject": UUID, "tenure": UUID})
    share_shown = EventType("EscrowShareShown", {"subject": UUID})
    shares_remade = EventType("EscrowSharesRemade", {"subject": UUID})
    share_given = EventType("EscrowShareGiven", {"subject": UUID, "tenure": UUID})
    admission_key_used = EventType("AdmissionKeyUsed", {"subject": UUID})
    removed = EventType("SeatRemoved", {"subject": UUID, "tenure": UUID})
    contact_erased = EventType("ContactErased", {"subject": UUID})
    charter_signed = EventType("CharterSigned", {"subject": UUID})
    suspended = EventType("SeatSuspended", {"subject": UUID})
    suspensions = EventType("SuspensionsChanged", {"subject": UUID, "suspensions": bytes})
    directory_signed = EventType("DirectorySigned", {"subject": UUID, "number": int, "list": bytes})
    instance_opened = EventType("InstanceOpened", {"subject": UUID, "root": bytes})
    created = EventType("OrganisationCreated", {"subject": UUID})
    meeting = EventType("MeetingChanged", {"subject": UUID, "urgent": bool, "change": MEETING_CHANGES})
    meeting_urgent = EventType("MeetingFixedUrgently", {"subject": UUID, "reason": URGENT_REASONS})
    typed = EventType("IndicatorsTyped", {"year": int})
    restored = EventType("BackupRestored", {"subject": UUID, "second": UUID, "tip": int, "pin": int, "seen": bytes})
    seal_missing = EventType("SealMissing", {"subject": UUID})
    seal_surplus = EventType("SealSurplusRemoved", {"subject": UUID})
    tampering = EventType("TamperingFound", {"subject": UUID})

    def __init__(self, charter: Charter) -> None:
        self.seats = Codes(*(seat.name for seat in charter.seats))
        self.moves = Codes(*(move.name for move in charter.moves))
        self.compartments = Codes(*(item.name for item in charter.compartments))
        self.read = EventType(
            "CompartmentRead", {"subject": UUID, "reference": Reference, "compartment": self.compartments}
        )
        self.moved = EventType(
            "SituationMoved",
            {"subject": UUID, "reference": Reference, "move": self.moves, "sequence": int, "head": bytes},
        )

        self.reasons = Codes(*(item.value for item in charter.printing.reasons.values))
        why = {"document": DOCUMENTS, "reason": self.reasons}
        self.printed = EventType("SituationPrinted", {"subject": UUID, "reference": Reference, **why})
        self.answer_printed = EventType(
            "AnswerPrinted", {"subject": UUID, "reference": Reference, "reason": self.reasons}
        )
        self.meeting_printed = EventType("MeetingPrinted", {"subject": UUID, **why})

    def all(self) -> Iterable[EventType]:
        """Every declared event."""
        return [value for value in (*vars(type(self)).values(), *vars(self).values()) if isinstance(value, EventType)]
