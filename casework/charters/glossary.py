"""The words that screens use and people may not know, each with its meaning in one sentence (domain.md, part 9)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """`name` is its anchor; `label` what screens write; `meaning` a French sentence."""

    name: str
    label: str
    meaning: str


TERMS = (
    Term(
        "archive",
        "archive intermédiaire",
        "Où va une situation clôturée avant son élimination. Plus personne ne la lit.",
    ),
    Term(
        "opinion",
        "avis du Parquet",
        "Retenue, non retenue ou précisions demandées. Sans « retenue », aucune situation n’est inscrite à "
        "l’ordre du jour. Le motif reste au Parquet.",
    ),
    Term(
        "closure",
        "clôture",
        "La fin du suivi d’une situation. Seul le coordonnateur la lit encore, jusqu’à l’archive.",
    ),
    Term(
        "convocation",
        "convocation",
        "Elle nomme la personne qui siège à une réunion et lira les situations inscrites, pendant l’échange nominatif.",
    ),
    Term(
        "recusal",
        "déport",
        "Une personne convoquée renonce à lire une situation, par exemple parce qu’elle connaît la famille.",
    ),
    Term(
        "recipient",
        "destinataire",
        "Le service à qui une orientation est adressée. Il ne lit que la fiche qui lui est envoyée.",
    ),
    Term(
        "keeper",
        "détenteur de part",
        "Une des trois personnes qui gardent une part de la clé de secours. Deux parts ensemble l’ouvrent, "
        "une seule ne sert à rien.",
    ),
    Term(
        "exchange",
        "échange nominatif",
        "La période pendant laquelle les personnes convoquées lisent les situations de la réunion. Elle "
        "s’ouvre avant la réunion et se ferme à l’approbation du relevé, ou d’elle-même quelques jours après.",
    ),
    Term(
        "destruction",
        "élimination",
        "La destruction définitive d’une situation : ses clés d’abord, puis son contenu. Rien ne la fait revenir.",
    ),
    Term(
        "fingerprint",
        "empreinte",
        "Vingt-cinq chiffres propres aux clés d’une personne. Lus de vive voix, ils prouvent que personne ne s’est "
        "glissé entre elle et le coordonnateur.",
    ),
    Term(
        "certification",
        "habilitation",
        "L’acte par lequel un coordonnateur, avec deux détenteurs de part, permet à un autre d’admettre, de "
        "confirmer et de retirer des personnes.",
    ),
    Term(
        "log",
        "journal",
        "Le registre de tous les accès : qui, quand, quoi, jamais le contenu. Il sert la sécurité, jamais "
        "l’évaluation des agents.",
    ),
    Term(
        "agenda",
        "ordre du jour",
        "Les situations qu’une réunion examinera. Il ne porte que des références et des tranches d’âge, sauf "
        "pour les personnes convoquées pendant l’échange nominatif.",
    ),
    Term(
        "orientation",
        "orientation",
        "Ce que la cellule propose après examen : un service à saisir, qui reçoit une fiche, ou une "
        "proposition faite à la famille, qui n’envoie rien.",
    ),
    Term(
        "person",
        "personne concernée",
        "Le mineur ou son représentant légal. Elle peut demander à lire ce qui est écrit d’elle.",
    ),
    Term(
        "seat",
        "qualité",
        "À quel titre une personne agit, pour un organisme. Elle en choisit une à la connexion.",
    ),
    Term(
        "record",
        "relevé de décisions",
        "Les décisions d’une réunion, situation par situation, sans récit. Le coordonnateur le signe, la "
        "mairie l’approuve.",
    ),
    Term(
        "report",
        "remontée",
        "Ce qu’un agent de la DPMP envoie au coordonnateur. Celui-ci en fait une saisine, ou non.",
    ),
    Term(
        "return",
        "retour",
        "La réponse du destinataire : accompagnement possible ou non, réorientation ou non. Jamais de texte.",
    ),
    Term("referral", "saisine", "Ce qu’un partenaire envoie au coordonnateur pour signaler un mineur en difficulté."),
    Term(
        "dismissed",
        "sans suite",
        "La cellule ne s’occupe pas de la situation, ou n’en a plus à s’occuper. Elle est effacée trente jours après.",
    ),
    Term(
        "situation",
        "situation",
        "Ce qui concerne un mineur, de la saisine à l’élimination. Elle porte une référence, jamais un nom, "
        "dans les listes.",
    ),
    Term(
        "substitute",
        "suppléant",
        "La personne qui siège à la place du titulaire. Elle a son propre identifiant : personne ne prête le sien.",
    ),
)

ACRONYMS = (
    Term("cenomed", "CENOMED", "cellule d’échange nominatif pour mineurs en difficulté"),
    Term("cpsa", "CPSA", "contrat de prévention et de sécurité d’arrondissement"),
    Term("crip", "CRIP 75", "cellule de recueil des informations préoccupantes"),
    Term("cst", "CST", "coordinateur social de territoire"),
    Term("dpmp", "DPMP", "direction de la police municipale et de la prévention"),
    Term("dpo", "DPO", "délégué à la protection des données"),
    Term("dsol", "DSOL", "direction des solidarités"),
    Term("emas", "EMAS", "équipe mobile académique de sécurité"),
    Term("eps", "EPS", "espace parisien des solidarités"),
    Term("mpce", "MPCE", "mission prévention communication écoute, au commissariat"),
    Term("p4", "P4", "section des mineurs du parquet"),
    Term("pjj", "PJJ", "protection judiciaire de la jeunesse"),
    Term("stemo", "STEMO", "service territorial éducatif de milieu ouvert"),
)
