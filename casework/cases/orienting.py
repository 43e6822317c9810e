"""Orientation: what the cell decided, a type and a recipient, a look at exactly what will leave, then it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casework.cases import choices
from casework.cases.act import Change, act
from casework.cases.decided import orientations
from casework.cases.reading import Opened
from casework.charters.referral import REACHED_BY
from casework.kernel.clock import today
from casework.kernel.life import Slot
from casework.kernel.records import ChoiceList, Field, Kind, Labelled, Take
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.forms import FieldError, parse


@dataclass(frozen=True, slots=True)
class Sheet:
    """What would leave, to whom: shown before it is sent."""

    content: Mapping[str, Any]
    recipient: UUID
    mark: str
    name: str


COPIED = ("birth_date", "address", "telephone", "email", "schooling", "sex", "representatives")
SUGGESTED = ("birth_date", "telephone", "schooling", "representatives")


@dataclass(frozen=True, slots=True)
class Read:
    """A posted orientation form: the sheet that would leave, or what to correct."""

    sheet: Sheet | None
    errors: tuple[FieldError, ...]
    shown: Mapping[str, Any]


def form(house: House, opened: Opened) -> tuple[Field, ...]:
    """The fields of the orientation form: recipient as one closed choice, request, what is known of the identity and may be copied."""
    declared = {item.name: item for item in house.charter.compartment("orientation").fields}
    known = opened.contents[Slot("identity")]
    copied = tuple(Labelled(name, declared[name].label) for name in COPIED if name == "birth_date" or known.get(name))
    return (
        Field(
            "target",
            "Destinataire",
            Kind.CHOICE,
            "F33-05",
            required=True,
            choices=_targets(house, opened, declared["type"]),
        ),
        declared["request"],
        Field(
            "copied",
            "Informations à joindre, en plus du nom et du prénom",
            Kind.CHOICES,
            "F33-05",
            help="Ne joignez que ce dont le destinataire a besoin.",
            choices=ChoiceList("copied", "", copied),
        ),
    )


def _targets(house: House, opened: Opened, kinds: Field) -> ChoiceList:
    """Type and organisation together, what waits to be sent first; without information of the family only the CRIP 75 stays open (C-05)."""
    informed, waiting = "informed" in opened.life.marks, _waiting(house, opened)
    found = [
        Labelled(f"{kind.value}:{organisation}", f"{kind.label} : {name}")
        for kind in (kinds.choices.values if kinds.choices else ())
        for organisation, mark, name in choices.recipients(house, kind.value)
        if informed or mark == "crip"
    ]
    return ChoiceList("target", "Destinataire", tuple(sorted(found, key=lambda item: _type(item.value) not in waiting)))


def _waiting(house: House, opened: Opened) -> list[str]:
    return [item.type for item in orientations(house.charter, opened) if item.waits]


def _type(target: str) -> str:
    return target.partition(":")[0]


def _open_to(fields: Sequence[Field], waiting: Sequence[str]) -> list[str]:
    """The targets offered that are of these types."""
    offered = next(item.choices for item in fields if item.name == "target")
    return [item.value for item in (offered.values if offered else ()) if _type(item.value) in waiting]


def suggested(house: House, opened: Opened, fields: Sequence[Field]) -> Mapping[str, Any]:
    """What is ticked at first: the decided orientation, when one recipient alone can be meant."""
    found = _open_to(fields, _waiting(house, opened))
    copied = next(item.choices for item in fields if item.name == "copied")
    ticked = [item.value for item in (copied.values if copied else ()) if item.value in SUGGESTED]
    return {"copied": ticked} | ({"target": found[0]} if len(found) == 1 else {})


def warned(house: House, opened: Opened, fields: Sequence[Field]) -> list[str]:
    """What the decisions and this form do not agree on, in words; nothing is forbidden for it."""
    found = orientations(house.charter, opened)
    waiting = [item for item in found if item.waits]
    if not waiting:
        if any(item.sent for item in found):
            return ["Chaque orientation décidée est déjà envoyée. Relisez les décisions avant d’en envoyer une autre."]
        return ["La cellule n’a décidé aucune orientation à envoyer. Relisez les décisions avant d’en envoyer une."]
    why = (
        "personne n’y est encore admis pour la recevoir"
        if "informed" in opened.life.marks
        else "sans l’information des personnes, seule la CRIP 75 peut recevoir une fiche"
    )
    return [f"« {item.label} » est décidée, mais {why}." for item in waiting if not _open_to(fields, [item.type])]


def strange(house: House, opened: Opened, kind: str) -> str:
    """Why the record does not ask for a sheet of this type; empty when it does."""
    same = [item for item in orientations(house.charter, opened) if item.type == kind]
    if any(item.waits for item in same):
        return ""
    return (
        "Cette orientation a déjà été envoyée."
        if same
        else "La cellule n’a pas décidé cette orientation : elle n’est pas dans le relevé."
    )


def unreachable(sheet: Sheet) -> str:
    """That nobody can be called with what leaves; empty when somebody can."""
    persons = [sheet.content, *sheet.content.get("representatives", [])]
    reached = any(person.get(way) for person in persons for way in REACHED_BY)
    return "" if reached else "Cette fiche ne donne aucun moyen de joindre la famille."


def read(house: House, opened: Opened, posted: "MultiDict[str, str]") -> Read:
    """The posted form, checked: the recipient is one of those offered, the copied fields are of the allow-list."""
    parsed = parse(form(house, opened), posted, today=today())
    if not parsed.ok:
        return Read(None, parsed.errors, parsed.shown)
    kind, recipient = parsed.values["target"].split(":")
    found = next(item for item in choices.recipients(house, kind) if str(item[0]) == recipient)
    content = {
        **_copied(house, opened, parsed.values.get("copied", [])),
        "type": kind,
        "request": parsed.values["request"],
    }
    return Read(Sheet(content, *found), (), parsed.shown)


def _copied(house: House, opened: Opened, chosen: Sequence[str]) -> dict[str, Any]:
    allowed = {
        item.name: {inner.name for inner in item.fields} for item in house.charter.compartment("orientation").fields
    }
    wanted = {"surname", "first_name", *chosen, *(("birth", "birth_year", "age") if "birth_date" in chosen else ())}
    identity = opened.contents[Slot("identity")]
    return {name: _copy(value, allowed[name]) for name, value in identity.items() if name in allowed and name in wanted}


def _copy(value: Any, inner: set[str]) -> Any:
    return (
        [{k: v for k, v in row.items() if k in inner} for row in value] if isinstance(value, list) and inner else value
    )


def send(house: House, acting: Acting, opened: Opened, seen: int, sheet: Sheet) -> str:
    """Send the sheet to its recipient; the name of the act. Errors: those of act."""
    name = "alert_crip" if sheet.mark == "crip" and "informed" not in opened.life.marks else "orient"
    change = Change(name, {"orientation": sheet.content}, {Take.RECIPIENT: (sheet.recipient, sheet.mark)})
    act(house, acting, opened.life.case, seen, change)
    return name
