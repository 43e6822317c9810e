"""What a list may say of a referral without naming anybody (C-10): its age band, and what it lacks, by kind of person."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from casework.charters.cenomed import ADULT, age_band, informed

REACHED_BY = ("telephone", "email", "address")
OF = {
    "mother": "de la mère",
    "father": "du père",
    "other_parental_authority": "de l’autre titulaire de l’autorité parentale",
    "guardian": "du tuteur",
    "care_service": "du service auquel le mineur est confié",
    "unknown": "du représentant légal",
}


def band(majority: date | None, began: date) -> str:
    """The value of A26 at the referral, to the month, from the coarse date of majority: no name is opened for it."""
    if majority is None:
        return "age_unknown"
    months = (majority.year - began.year) * 12 + majority.month - began.month
    return age_band(ADULT + -months // 12)


def missing(identity: Mapping[str, Any]) -> tuple[str, ...]:
    """What an identity lacks for the cell to work on it, each as a French noun with its article."""
    return tuple(dict.fromkeys(words for _, words in _missing(identity)))


def points(identity: Mapping[str, Any]) -> tuple[str, ...]:
    """What to ask of the author for it, as values of the points to precise."""
    return tuple(dict.fromkeys(point for point, _ in _missing(identity)))


def _missing(identity: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    representatives = identity.get("representatives", [])
    if identity["birth"] != "birth_known":
        yield "identity", "la date de naissance exacte"
    if identity["schooling"] == "unknown":
        yield "identity", "la scolarité"
    if not representatives:
        yield "representatives", "les représentants légaux"
    if not any(person.get(way) for person in (identity, *representatives) for way in REACHED_BY):
        yield "contact", "un moyen de joindre la famille"
    if not informed(identity):
        yield "information", "l’information du mineur"
    for person in representatives:
        if not informed(person):
            yield "information", f"l’information {OF[person['quality']]}"
