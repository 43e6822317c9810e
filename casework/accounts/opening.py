"""The fields of the ceremony and of the three holders, and what is read from them; the rules are in ceremony.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from casework.accounts.admission import Pending
from casework.accounts.ceremony import Dated, Holders, Opening, OpeningRecord
from casework.accounts.people import Names
from casework.kernel.records import ChoiceList, Field, Kind, Labelled
from casework.store.house import House

ROLES = ("coordinator", "controller", "dpo")
LABELS = {
    "coordinator": "Part du coordonnateur",
    "controller": "Part du représentant du responsable de traitement",
    "dpo": "Part du délégué à la protection des données",
}
DOCUMENTS = {
    "rules": "Règlement intérieur",
    "assessment": "Analyse d’impact",
    "register": "Inscription au registre",
    "controller": "Désignation du responsable de traitement",
    "elimination": "Autorisation d’élimination des archives",
}
HEARD = {
    "second": "du second coordonnateur",
    "controller": "du représentant du responsable de traitement",
    "dpo": "du délégué à la protection des données",
}
FIRST, SECOND = "first", "second"


def fields(house: House, known: Names, waiting: Sequence[Pending]) -> tuple[Field, ...] | None:
    """The form of the ceremony; None while somebody it needs has not accepted the invitation."""
    seats = [(item.tenure, item.seat) for item in waiting]
    people = {
        "second": _choice(known, "second", "Second coordonnateur", seats, lambda seat: _keeper(house, seat)),
        "controller": _choice(known, "controller", LABELS["controller"], seats, "controller".__eq__),
        "dpo": _choice(known, "dpo", LABELS["dpo"], seats, "dpo".__eq__),
    }
    if not all(item.choices and item.choices.values for item in people.values()):
        return None
    share = (Labelled(FIRST, "Vous-même"), Labelled(SECOND, "Le second coordonnateur"))
    holder = ChoiceList("keepers", "Coordonnateurs", share)
    return (
        *(item for name, label in DOCUMENTS.items() for item in _document(name, label)),
        *(item for name in HEARD for item in (people[name], _heard(name))),
        Field("coordinator", LABELS["coordinator"], Kind.CHOICE, "F-02", required=True, choices=holder),
    )


def read(values: Mapping[str, str], own: UUID) -> Opening:
    """What the first keeper brings."""
    chosen = {name: UUID(values[name]) for name in HEARD}
    dated = {name: Dated(date.fromisoformat(values[f"{name}_on"]), values[f"{name}_reference"]) for name in DOCUMENTS}
    coordinator = own if values["coordinator"] == FIRST else chosen["second"]
    return Opening(
        chosen["second"],
        Holders(coordinator, chosen["controller"], chosen["dpo"]),
        {chosen[name]: values[f"{name}_heard"] for name in HEARD},
        OpeningRecord(**dated),
    )


def holder_fields(house: House, known: Names, admitted: Iterable[tuple[UUID, str]]) -> tuple[Field, ...]:
    """The three holders, among those admitted to each seat."""
    tenures = list(admitted)
    fits = {"coordinator": lambda seat: _keeper(house, seat), "controller": "controller".__eq__, "dpo": "dpo".__eq__}
    return tuple(_choice(known, role, LABELS[role], tenures, fits[role]) for role in ROLES)


def keeper_field(known: Names, waiting: Iterable[UUID]) -> tuple[Field, ...]:
    """The coordinator to make a keeper."""
    values = tuple(Labelled(str(tenure), known.tenure(tenure)) for tenure in waiting)
    label = "Coordonnateur à habiliter"
    return (Field("keeper", label, Kind.CHOICE, "A-01", required=True, choices=ChoiceList("keeper", label, values)),)


def _keeper(house: House, seat: str) -> bool:
    return house.charter.seat(seat).keeper


def _choice(
    known: Names,
    name: str,
    label: str,
    tenures: Sequence[tuple[UUID, str]],
    fits: Callable[[str], bool],
) -> Field:
    values = tuple(Labelled(str(tenure), known.tenure(tenure)) for tenure, seat in tenures if fits(seat))
    return Field(name, label, Kind.CHOICE, "F-02", required=True, choices=ChoiceList(name, label, values))


def _document(name: str, label: str) -> tuple[Field, Field]:
    return (
        Field(f"{name}_on", f"{label} : date", Kind.DATE, "R-07", required=True),
        Field(f"{name}_reference", f"{label} : référence", Kind.LINE, "R-07", required=True),
    )


def _heard(name: str) -> Field:
    label = f"Empreinte entendue {HEARD[name]}"
    return Field(
        f"{name}_heard", label, Kind.LINE, "F-02", help="Vingt-cinq chiffres, lus par téléphone.", required=True
    )
