"""The invented organisations and professionals of the demo: every seat, some twice; every name says that it is invented."""

from dataclasses import dataclass

PASSWORD = "Essai-local-2026!"  # noqa: S105 - invented accounts, on this computer only


@dataclass(frozen=True, slots=True)
class Player:
    """A professional in one seat: log-in, name, seat, and the key of the organisation it acts for.

    Somebody with two seats is there twice, under one log-in; `again` then names the second in the story.
    """

    login: str
    name: str
    seat: str
    organisation: str
    again: str = ""

    @property
    def key(self) -> str:
        """What the story calls it."""
        return self.again or self.login


ORGANISATIONS = {  # key: (kind, name)
    "cpsa": ("dpmp", "DPMP, circonscription du 6e (fictive)"),
    "mairie": ("town_hall", "Mairie du 6e arrondissement (fictive)"),
    "parquet": ("prosecutor", "Parquet des mineurs, section P4 (fictif)"),
    "commissariat": ("police_station", "Commissariat du 6e (fictif)"),
    "pjj": ("pjj", "STEMO Rive gauche (fictif)"),
    "rectorat": ("education", "Académie, sécurité des établissements (fictive)"),
    "college": ("school", "Collège des Exemples"),
    "lycee": ("school", "Lycée des Modèles"),
    "lycee_pro": ("school", "Lycée professionnel des Essais"),
    "dsol": ("dsol", "DSOL, territoire centre (fictive)"),
    "bailleur": ("social_landlord", "Habitat Exemple"),
    "social": ("social_service", "Service social polyvalent du 6e (fictif)"),
    "crip": ("crip75", "CRIP 75 (fictive)"),
    "association": ("association", "Association Passerelle fictive"),
}
KEEPERS = ("coordination", "coordination2")
FOUNDERS = (
    Player("coordination", "Claire Exemple", "coordinator", "cpsa"),
    Player("coordination2", "Hugo Modèle", "coordinator", "cpsa"),
    Player("responsable", "Anne Témoin", "controller", "mairie"),
    Player("dpo", "Marc Spécimen", "dpo", "mairie"),
)
OTHERS = (
    Player("mairie", "Sophie Imaginaire", "town_hall", "mairie"),
    Player("mairie2", "Bruno Canevas", "town_hall", "mairie"),
    Player("parquet", "Paul Fictif", "prosecutor", "parquet"),
    Player("parquet2", "Louise Inventée", "prosecutor", "parquet"),
    Player("commissariat", "Yann Supposé", "police_station", "commissariat"),
    Player("commissariat2", "Fatou Légende", "police_station", "commissariat"),
    Player("pjj", "Nadia Hypothèse", "pjj", "pjj"),
    Player("securite", "Éric Prétexte", "security_officer", "rectorat"),
    Player("emas", "Julie Scénario", "emas", "rectorat"),
    Player("college", "Marie Exemple", "head_of_school", "college"),
    Player("lycee", "Karim Modèle", "head_of_school", "lycee"),
    Player("cite", "Agnès Portrait", "head_of_school", "lycee_pro"),
    Player("cite", "Agnès Portrait", "head_of_school", "lycee", again="cite_lycee"),
    Player("dsol", "Hélène Fiction", "dsol", "dsol"),
    Player("bailleur", "Luc Maquette", "landlord", "bailleur"),
    Player("agent", "Samir Esquisse", "agent", "cpsa"),
    Player("social", "Élodie Fable", "recipient", "social"),
    Player("crip", "Denis Conte", "recipient", "crip"),
    Player("association", "Awa Parabole", "recipient", "association"),
    Player("reussite", "Odile Brouillon", "recipient", "mairie"),
    Player("technique", "Rémi Gabarit", "administrator", "mairie"),
)
PLAYERS = (*FOUNDERS, *OTHERS)
