"""What a seat without situations is for, and what will bring its holder back: said on its home page, which is empty otherwise."""

from flask import url_for

from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.tasks import Panel, Task

TITLE = "À quoi sert votre accès"
LOG, SHARES = ("Consulter le journal des accès", "journal.journal"), ("Voir qui détient une part", "accounts.shares")
PURPOSES = {  # seat: what it is for, what will bring it back, where it can go
    "dpo": (
        "Vous vérifiez qui a lu quoi et quand, sans jamais lire une situation. Si vous détenez une part de la clé de secours, notez-la sur papier.",
        "Un doute sur un accès, ou une demande d’une personne concernée, vous ramènera ici.",
        (LOG, SHARES),
    ),
    "controller": (
        "Vous répondez du traitement, sans jamais lire une situation. Si vous détenez une part de la clé de secours, notez-la sur papier.",
        "Le départ d’un détenteur de part, ou une restauration, vous ramènera ici.",
        (SHARES,),
    ),
    "administrator": (
        "Vous créez les organismes et invitez les personnes, sans jamais lire une situation ni le journal.",
        "Une arrivée ou un départ vous ramènera ici.",
        (("Voir les organismes et les accès", "accounts.administration"),),
    ),
}


def purpose(_house: House, person: Acting) -> Panel:
    """What this seat is for, then where it can go; nothing for those whose tasks tell it."""
    if person.actor.seat not in PURPOSES:
        return Panel(TITLE, ())
    what, when, links = PURPOSES[person.actor.seat]
    return Panel(TITLE, (Task(f"{what} {when}", ""), *(Task(label, url_for(page)) for label, page in links)))
