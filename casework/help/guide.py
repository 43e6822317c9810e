"""Which explanations serve which seat; their text is in templates/help/parts.html. A seat added to the charter has those its record calls for."""

from collections.abc import Mapping

from casework.kernel.records import Seat

SITS = ("refer", "follow", "sit", "do_action")
GUIDES: Mapping[str, tuple[str, ...]] = {
    "coordinator": ("desk", "check", "prepare", "decide", "orient", "people"),
    "town_hall": (*SITS, "approve", "count"),
    "prosecutor": ("screen", "note", "meet", "refer"),
    "head_of_school": ("refer", "follow", "own_pupils", "do_action"),
    "dsol": ("services", "refer", "follow", "sit_without_account"),
    "landlord": ("refer", "three_states"),
    "agent": ("report", "three_states"),
    "recipient": ("answer",),
    "controller": ("share",),
    "dpo": ("journal", "respond", "share"),
    "administrator": ("accesses",),
}

PICTURES: Mapping[str, str] = {  # what the picture of an explanation shows; tools/pictures.py makes them
    "desk": "Le bureau : les parties de la page avec leur nombre de situations, puis celle à traiter d’abord.",
    "prepare": "La page des réunions : deux boutons, les dates proposées aux membres, les réunions à venir.",
    "refer": "Le début d’une saisine : qui la lira, la case du danger, la liste des motifs.",
    "follow": "La liste de vos situations : référence, âge, étape et date, sans nom.",
    "screen": "Une situation à l’avis du Parquet : sa place dans la file, les touches, les motifs.",
    "services": "La liste de la DSOL : les situations orientées vers un service social et leur étape.",
    "answer": "L’accueil d’un service destinataire : deux fiches attendent un retour.",
    "three_states": "La liste d’un bailleur : une saisine reçue, une autre à préciser.",
    "journal": "Le journal : numéro, date, événement, qualité et auteur de chaque inscription.",
    "accesses": "La page des organismes et des accès : inviter une personne, créer un organisme, la liste des personnes.",
}


def parts(seat: Seat) -> tuple[str, ...]:
    """The explanations of this seat, in the order of its work."""
    return GUIDES.get(seat.name, SITS if seat.member else ())
