"""What each event of the log is called in French; ids stay ids."""

from dataclasses import dataclass
from datetime import datetime

from audit.log import Record
from casework.kernel.records import Charter

EVENTS = {
    "AccessRefused": "Accès refusé",
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


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    number: int
    at: datetime
    event: str
    actor: str
    seat: str
    subject: str


def said(record: Record, charter: Charter) -> Line:
    """One entry in French; who and what are random ids, cut short."""
    why = {**OUTCOMES, **{item.value: item.label.lower() for item in charter.printing.reasons.values}}
    told = why.get(str(record.values.get("outcome") or record.values.get("reason") or ""), "")
    event = EVENTS.get(record.type, record.type) + (f" ({told})" if told else "")
    labels = {seat.name: seat.label for seat in charter.seats}
    subject = str(record.values.get("reference") or record.subject or "")[:8]
    return Line(
        record.number, record.at, event, str(record.actor or "")[:8], labels.get(record.seat or "", ""), subject
    )
