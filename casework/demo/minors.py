"""The invented minors of the demo and what was written about them, as the forms of a referral receive it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

DaysAgo = Callable[[int], date]


@dataclass(frozen=True, slots=True)
class Minor:
    """An invented person and what is told of it. `born` is a number of years and months; `schooled` the key of a school."""

    first_name: str
    surname: str
    born: tuple[int, int]
    sex: str
    schooling: str
    reasons: tuple[str, ...]
    place: str
    place_name: str
    text: str
    schooled: str = ""
    told: bool = True
    rixe: bool = False


MINORS = {
    "noe": Minor(
        "Noé", "Fictif", (14, 3), "boy", "lower_secondary_4_3", ("school_absence", "unsupervised_public_space"),
        "garden", "square des Exemples",
        "Vu trois fois dans le square pendant les heures de cours. Repart quand le médiateur l’approche.", "college",
    ),
    "lina": Minor(
        "Lina", "Imaginaire", (15, 7), "girl", "lower_secondary_4_3", ("leaving_home",),
        "street", "rue des Modèles", "Deux départs du domicile en un mois, de quelques heures chacun.", "college",
    ),
    "tom": Minor(
        "Tom", "Supposé", (16, 1), "boy", "upper_secondary_vocational", ("minor_incidents", "incivilities"),
        "building_common_parts", "hall d’un immeuble, rue des Modèles", "Présent lors de dégradations répétées dans le hall.", "lycee",
    ),
    "ines": Minor(
        "Inès", "Hypothèse", (13, 2), "girl", "lower_secondary_6_5", ("peer_harassment",),
        "school_surroundings", "sortie du collège", "Messages moqueurs de plusieurs élèves, puis retards répétés.", "college",
    ),
    "sacha": Minor(
        "Sacha", "Scénario", (15, 0), "boy", "lower_secondary_4_3", ("group_tension", "undue_influence"),
        "riverbank", "quai des Modèles", "Appelé par d’autres à une rencontre entre deux groupes, le samedi soir.",
        "college", rixe=True,
    ),
    "jade": Minor(
        "Jade", "Prétexte", (16, 5), "girl", "upper_secondary_general", ("school_break_risk",),
        "school_inside", "vie scolaire", "Douze retenues en un trimestre ; ne vient plus aux entretiens.", "lycee",
    ),
    "eliott": Minor(
        "Eliott", "Maquette", (14, 9), "boy", "lower_secondary_4_3", ("incivilities",),
        "shop", "galerie des Exemples", "Échanges tendus avec les commerçants, trois samedis de suite.", "college",
    ),
    "yasmine": Minor(
        "Yasmine", "Esquisse", (15, 10), "girl", "unknown", ("unsupervised_public_space",),
        "transport", "station fictive", "Vue seule après minuit à quatre reprises.", told=False,
    ),
    "malo": Minor(
        "Malo", "Témoin", (12, 6), "boy", "lower_secondary_6_5", ("school_absence",),
        "garden", "jardin fictif", "Absent neuf demi-journées depuis la rentrée.", "college",
    ),
    "chloe": Minor(
        "Chloé", "Fable", (16, 8), "girl", "neither", ("support_request",),
        "public_facility", "centre d’animation fictif", "Demande elle-même un appui pour reprendre une formation.",
    ),
    "adam": Minor(
        "Adam", "Conte", (13, 11), "boy", "lower_secondary_6_5", ("online_risk",),
        "online", "", "Publie des défis dangereux ; ses parents demandent conseil.", "college",
    ),
    "rose": Minor(
        "Rose", "Parabole", (14, 1), "girl", "lower_secondary_4_3", ("school_absence", "risk_behaviour"),
        "school_surroundings", "abords du collège", "Absences les lundis ; reste aux abords avec des plus âgés.", "college",
    ),
    "gabin": Minor(
        "Gabin", "Gabarit", (15, 4), "boy", "apprenticeship", ("incivilities",),
        "building_common_parts", "cour d’un immeuble, rue des Exemples", "Réunions bruyantes la nuit, dont les voisins se disent gênés.",
        told=False,
    ),
    "nino": Minor(
        "Nino", "Spécimen", (16, 0), "boy", "upper_secondary_vocational", ("minor_incidents",),
        "street", "place fictive", "Trois rappels à l’ordre en deux mois.", "lycee",
    ),
    "noe_again": Minor(
        "Noé", "Fictif", (14, 3), "boy", "lower_secondary_4_3", ("incivilities",),
        "building_common_parts", "hall d’un immeuble, rue des Exemples", "Reste dans le hall en journée avec deux autres.", "college",
        told=False,
    ),
}  # fmt: skip


def referral(minor: Minor, ago: DaysAgo, written: int, schools: dict[str, UUID]) -> dict[str, str | list[str]]:
    """The posted form of a referral about this minor, written so many days ago."""
    return {**_identity(minor, ago, written, schools), **_reasons(minor), **_account(minor, ago, written)}


def _identity(minor: Minor, ago: DaysAgo, written: int, schools: dict[str, UUID]) -> dict[str, str | list[str]]:
    years, months = minor.born
    born = ago(round(365.25 * years + 30.4 * months))
    values = {
        "surname": minor.surname,
        "first_name": minor.first_name,
        "sex": minor.sex,
        "birth": "birth_known",
        "birth_date": born.isoformat(),
        "address": "12, rue des Exemples, 75006 Paris",
        "schooling": minor.schooling,
        "school": str(schools[minor.schooled]) if minor.schooled else "",
        "telephone": "06 39 98 00 12",
        **_information(minor, ago, written),
        "representatives-0-quality": "mother",
        "representatives-0-surname": minor.surname,
        "representatives-0-first_name": "Dominique",
        "representatives-0-telephone": "06 39 98 00 34",
        **{f"representatives-0-{name}": value for name, value in _information(minor, ago, written).items()},
    }
    return {f"identity-{name}": value for name, value in values.items()}


def _information(minor: Minor, ago: DaysAgo, written: int) -> dict[str, str]:
    if not minor.told:
        return {"informed_how": "not_yet"}
    day = ago(written + 2).isoformat()
    return {"informed_how": "in_person", "informed_on": day, "informed_by": "Service de l’auteur"}


def _reasons(minor: Minor) -> dict[str, str | list[str]]:
    return {
        "reason-reasons": list(minor.reasons),
        "reason-main_reason": minor.reasons[0],
        "reason-steps_taken": ["talk_with_minor", "talk_with_family"],
        **({"reason-rixe": "1"} if minor.rixe else {}),
    }


def _account(minor: Minor, ago: DaysAgo, written: int) -> dict[str, str | list[str]]:
    return {
        "account-facts-0-day": ago(written + 5).isoformat(),
        "account-facts-0-place": minor.place,
        "account-facts-0-place_name": minor.place_name,
        "account-text": minor.text,
    }


REPORT: dict[str, str | list[str]] = {
    "remontee-reason": "agent_out_of_school",
    "remontee-place": "garden",
    "remontee-place_name": "square des Exemples",
    "remontee-first_name": "Basile",
    "remontee-age": "13",
    "remontee-text": "Seul dans le square un mardi matin ; dit ne plus aller au collège depuis la rentrée.",
}
