"""What each entry of the log says in French: what happened, who acted, which part or page; never a name of a person concerned, never a content."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from audit.entry import EventType
from audit.log import Record
from casework.accounts.people import Names
from casework.kernel.records import Charter, ChoiceList, Labelled
from casework.meetings.rules import URGENT_REASON
from casework.store.house import House
from casework.web.french import lowered, raised

EVENTS = {
    "AccessRefused": "Accès refusé",
    "AnswerPrinted": "Réponse « qui a consulté » imprimée",
    "AdmissionKeyUsed": "Clé d’admission utilisée",
    "ApartKeyHanded": "Clé de la note du Parquet confiée",
    "BackupRestored": "Sauvegarde restaurée et acceptée",
    "CharterSigned": "Charte signée",
    "CompartmentRead": "Partie d’une situation lue",
    "ContactErased": "Coordonnées d’une personne partie effacées",
    "DirectorySigned": "Annuaire signé",
    "EscrowShareGiven": "Part remise",
    "EscrowShareShown": "Part montrée",
    "EscrowSharesRemade": "Parts refaites",
    "IndicatorsTyped": "Indicateurs d’une année complétés",
    "InstanceOpened": "Instance ouverte",
    "InvitationAccepted": "Invitation acceptée",
    "KeeperCertified": "Coordonnateur habilité à admettre",
    "ListShown": "Liste affichée",
    "LoggedIn": "Connexion",
    "LoggedOut": "Déconnexion",
    "LoginFailed": "Connexion refusée",
    "MeetingChanged": "Réunion modifiée",
    "MeetingFixedUrgently": "Réunion fixée en urgence",
    "MeetingPrinted": "Document d’une réunion imprimé",
    "MemberRowChanged": "Clés d’un membre modifiées",
    "OrganisationCreated": "Organisme créé",
    "PageShown": "Page affichée",
    "PersonAdmitted": "Personne admise",
    "PersonInvited": "Personne invitée",
    "RightsConfirmed": "Accès confirmé pour douze mois",
    "RightsLapsed": "Accès suspendu faute de confirmation",
    "SealMissing": "Clé scellée manquante",
    "SealSurplusRemoved": "Clé scellée en trop retirée",
    "SeatRemoved": "Qualité retirée",
    "SeatSuspended": "Qualité suspendue",
    "SessionsClosed": "Connexions fermées par leur titulaire",
    "SituationDestroyed": "Situation éliminée",
    "SituationListed": "Situation affichée dans une liste",
    "SituationMoved": "Acte sur une situation",
    "SituationOpened": "Situation ouverte",
    "SituationPrinted": "Situation imprimée",
    "SituationProjected": "Situation projetée en réunion",
    "SituationsCompared": "Situations comparées",
    "SuspensionsChanged": "Suspensions modifiées",
    "TamperingFound": "Altération détectée",
}
OUTCOMES = {
    "conflict": "page dépassée",
    "csrf": "formulaire non reconnu",
    "error": "erreur",
    "illegal": "acte impossible",
    "invalid": "formulaire incomplet",
    "limited": "trop d’essais",
    "missing": "page inexistante",
    "refused": "page non ouverte",
    "too_large": "envoi trop volumineux",
    "wrong_secret": "secret faux",
}
PAGES = {
    "account": "comptes et accès",
    "compare": "rapprochement de situations",
    "draft": "brouillon",
    "help": "aide",
    "home": "accueil",
    "indicators": "indicateurs",
    "journal": "journal",
    "list": "liste des situations",
    "meeting": "réunion",
    "notice": "notices des familles",
    "orientation": "orientation",
    "print": "formulaire d’impression",
    "search": "recherche",
    "sheet": "fiche",
    "situation": "situation",
}
CHANGES = {
    "answered": "réponse aux dates proposées",
    "approved": "relevé approuvé",
    "arranged": "heure et lieu",
    "attendance": "présences notées",
    "circulated": "échange nominatif ouvert",
    "convened": "personnes convoquées",
    "fixed": "date fixée",
    "held": "réunion close",
    "not_held": "réunion annulée",
    "postponed": "réunion reportée",
    "proposed": "dates proposées",
    "released": "convocation retirée",
    "signed": "relevé signé",
}
COMPARISON = "comparaison avec d’autres situations"
READINGS = ("SituationOpened", "CompartmentRead", "SituationsCompared", "SituationProjected", "SituationPrinted")
PRINTS = ("AnswerPrinted", "MeetingPrinted", "SituationPrinted")  # that of a situation is a reading as well
FAMILIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "readings": ("Lectures d’une situation", READINGS),
    "lists": ("Listes de situations", ("ListShown", "SituationListed")),
    "pages": ("Pages affichées", ("PageShown",)),
    "prints": ("Impressions", PRINTS),
    "acts": ("Actes sur une situation", ("SituationDestroyed", "SituationMoved")),
    "meetings": ("Réunions", ("MeetingChanged", "MeetingFixedUrgently")),
    "refusals": ("Refus", ("AccessRefused", "LoginFailed")),
    "connections": ("Connexions", ("LoggedIn", "LoggedOut", "SessionsClosed")),
    "people": (
        "Personnes, organismes et qualités",
        (
            "CharterSigned",
            "ContactErased",
            "InvitationAccepted",
            "MemberRowChanged",
            "OrganisationCreated",
            "PersonAdmitted",
            "PersonInvited",
            "RightsConfirmed",
            "RightsLapsed",
            "SeatRemoved",
            "SeatSuspended",
            "SuspensionsChanged",
        ),
    ),
    "keys": (
        "Clés et parts",
        (
            "AdmissionKeyUsed",
            "ApartKeyHanded",
            "DirectorySigned",
            "EscrowShareGiven",
            "EscrowShareShown",
            "EscrowSharesRemade",
            "InstanceOpened",
            "KeeperCertified",
        ),
    ),
    "integrity": (
        "Intégrité et sauvegardes",
        ("BackupRestored", "SealMissing", "SealSurplusRemoved", "TamperingFound"),
    ),
    "figures": ("Indicateurs complétés", ("IndicatorsTyped",)),
}
KINDS = ChoiceList(
    "kind", "Nature de l’inscription", tuple(Labelled(name, label) for name, (label, _) in FAMILIES.items())
)


def types(house: House, kind: str) -> list[EventType]:
    """The events of a family."""
    return [event for event in house.events.all() if event.name in FAMILIES[kind][1]]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it. `detail`: the part, the page, the act and the reason, where it has them.
    `reference`: of the situation concerned, as long as something still says it.
    """

    number: int
    at: datetime
    what: str
    detail: str
    who: str
    seat: str
    reference: str
    subject: str

    @property
    def event(self) -> str:
        """What happened, with its detail."""
        return _with(self.what, self.detail)


def told(look: Iterable[Line]) -> str:
    """What one look read, each part once."""
    found: dict[str, dict[str, None]] = {}
    for line in look:
        found.setdefault(line.what, {}).update({line.detail: None} if line.detail else {})
    return " ; ".join(_with(what, ", ".join(details)) for what, details in found.items())


def _with(what: str, detail: str) -> str:
    return f"{what} ({detail})" if detail else what


@dataclass(frozen=True, slots=True)
class Teller:
    """Says entries in French. `words`: of the keys that have any; `references`: of the situations still there.
    `meetings`: by id, their day, or that of a proposal of dates.
    """

    words: Mapping[str, Callable[[str], str]]
    names: Names
    references: Mapping[UUID, str]
    meetings: Mapping[str, str] = field(default_factory=dict)

    def line(self, record: Record) -> Line:
        """One entry."""
        reference = str(record.values.get("reference") or self._known(record) or "")
        subject = "" if reference or record.subject is None else self._subject(record.subject)
        return Line(
            record.number,
            record.at,
            EVENTS.get(record.type, record.type),
            self.detail(record),
            self.who(record),
            self.seat(record),
            reference,
            subject,
        )

    def detail(self, record: Record) -> str:
        """The part, the page, the act and the reason, where the entry has them."""
        return ", ".join(word for key, value in record.values.items() if (word := self._word(key, str(value))))

    def who(self, record: Record) -> str:
        """The person who acted; nobody for a clock or somebody still outside."""
        return self.names.person(record.actor) if record.actor else ""

    def seat(self, record: Record) -> str:
        """The seat, and the organisation as long as it is known."""
        held = self.names.tenures.values()
        places = {
            self.names.organisation(place) for who, seat, place in held if (who, seat) == (record.actor, record.seat)
        }
        label = self.names.seat(record.seat or "")
        return ", ".join((label, *sorted(places)))

    def _known(self, record: Record) -> str | None:
        return self.references.get(record.subject) if record.subject else None

    def _subject(self, subject: UUID) -> str:
        if subject in self.names.persons:
            return self.names.person(subject)
        return raised(self.meetings.get(str(subject), "")) or str(subject)[:8]

    def _word(self, key: str, value: str) -> str:
        words = self.words.get(key)
        return words(value) if words else ""


def words(charter: Charter) -> Mapping[str, Callable[[str], str]]:
    """The French of what an entry carries, by key."""
    reasons = {item.value: item.label for item in (*charter.printing.reasons.values, *URGENT_REASON.values)}
    # What is computed serves to compare: its label is a word of the trade, and this may be read by a family.
    compartments = {item.name: COMPARISON if item.computed else item.label for item in charter.compartments}
    moves = {item.name: item.label for item in charter.moves}
    tables = {
        "change": CHANGES, "compartment": compartments, "move": moves, "outcome": OUTCOMES,
        "page": PAGES, "reason": reasons,
    }  # fmt: skip
    return {key: partial(_lowered, table) for key, table in tables.items()} | {"year": str}


def _lowered(table: Mapping[str, str], value: str) -> str:
    return lowered(table.get(value, ""))
