"""What the pages of meetings say: sentences of refusal, fields of their forms, what waits; no right is decided here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from casework.accounts.people import Names, names
from casework.cases.filling import problem
from casework.cases.reading import Opened
from casework.kernel.life import Life, Party
from casework.kernel.records import SITUATION, ChoiceList, Field, Kind, Labelled
from casework.meetings import agenda, rules
from casework.meetings.agenda import Item
from casework.meetings.exchange import Batch
from casework.meetings.rooms import Room
from casework.meetings.service import Sheet
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.forms import FieldError, Parsed, field_id
from casework.web.french import day as full_day
from casework.web.french import order
from casework.web.widgets import Words, summary

SILENT = "Aucun message n’est envoyé : prévenez les personnes convoquées."
SENTENCES: Mapping[str, str] = {
    "past": "Cette date est passée.",
    "month": "Une réunion ordinaire se tient un mois au moins après que sa date est fixée.",
    "reason": "Une réunion d’urgence a un motif ; une réunion ordinaire n’en a pas.",
    "earlier": "Une réunion est reportée à une date plus lointaine que la date actuelle.",
    "done": "Cette réunion est terminée.",
    "circulated": "L’échange nominatif est ouvert. Rendez d’abord les situations à une prochaine réunion.",
    "examined": "Des situations ont été examinées à cette réunion : elle a eu lieu.",
    "room": "Indiquez l’heure, le lieu, ou les deux : rien n’est encore donné.",
    "same_day": "Une réunion est déjà fixée ce jour-là. Changez la date, ou envoyez de nouveau pour en fixer une autre le même jour.",
    "nobody": "Personne n’est convoqué. Convoquez d’abord les membres.",
    "not_member": "Une personne choisie n’est pas membre de la cellule, ou n’y est plus admise.",
    "early": "La réunion n’a pas encore eu lieu.",
    "attendance": "Choisissez une réponse pour chaque personne convoquée.",
    "informed": "La personne concernée ou un représentant légal n’est pas encore informé. Complétez l’information des personnes.",
    "retenue": "Le Parquet n’a pas retenu cette situation.",
    "not_rixe": "L’ordre du jour d’une réunion d’urgence ne prend que les situations en lien avec une rixe.",
    "window": "L’échange nominatif serait déjà terminé : la réunion est trop ancienne.",
    "owner": "Une personne responsable n’est pas convoquée, s’est déportée, ou ne peut pas recevoir d’action. Corrigez la décision.",
    "problem": "Une décision est incomplète. Corrigez-la.",
    "person": "Cette personne n’est pas convoquée pour cette situation, ou s’est déjà déportée.",
    "days": "Indiquez une à cinq dates.",
    "waiting": "Des situations sont encore à l’ordre du jour. Retirez-les, ou rendez-les à une prochaine réunion.",
    "opening": "L’échange nominatif s’ouvre au plus tôt le {}.",
    "before": "Les décisions sont enregistrées, signées et approuvées à partir du jour de la réunion, le {}.",
    "nothing": "Aucune situation de cette réunion n’attend cet acte : il est peut-être déjà fait.",
    "changed": "La situation a changé depuis l’affichage de la page.",
    "step": "La situation n’est plus à cette étape.",
    "mark": "La situation ne remplit plus les conditions : vérifiez l’information des personnes.",
    "unsealable": "Une qualité qui doit lire la situation n’a personne d’admis.",
    "no_key": "La clé de la situation n’a pas pu être utilisée. Prévenez l’administrateur.",
    "store_down": "Les données n’étaient pas accessibles. Recommencez : ce qui est déjà fait le reste.",
    "broken": "La situation enregistrée ne prouve pas son intégrité. Elle est signalée, et rien n’en est ouvert.",
}
DONE: Mapping[
    str, tuple[str, str]
] = {  # act: what happened, and what to know of it; what comes next is told by the course
    "fixed": ("La date de la réunion est fixée.", ""),
    "arranged": ("L’heure et le lieu sont enregistrés.", SILENT),
    "postponed": ("La réunion est reportée.", SILENT),
    "convened": ("Les personnes choisies sont convoquées.", SILENT),
    "attendance": ("Les présences sont notées.", ""),
    "circulated": (
        "L’échange nominatif est ouvert.",
        "Les personnes convoquées lisent maintenant les situations, chacune dans la limite de sa qualité.",
    ),
    "signed": (
        "Le relevé de décisions est signé.",
        (
            "Les personnes responsables d’une action lisent leur fiche. La mairie approuve ensuite. D’ici là, une erreur se corrige"
            " depuis la page de la situation, « Corriger le relevé »."
        ),
    ),
    "approved": (
        "Le relevé de décisions est approuvé.",
        "L’échange nominatif est clos pour les situations du relevé. Le coordonnateur envoie les orientations.",
    ),
    "held": ("La réunion est close.", ""),
    "cancelled": ("La réunion est annulée.", SILENT),
}
LOGGED: Mapping[str, tuple[str, ...]] = {"held": ("held", "not_held"), "cancelled": ("not_held",)}  # else by its name
OTHERWISE = "Cet acte n’est pas possible maintenant."
ROOM = (
    Field("starts_at", "Heure", Kind.TIME, "F33-08", help="Par exemple, 14 h 30."),
    Field("place", "Lieu", Kind.LINE, "F33-08", help="La salle et son adresse."),
)
NEW = (
    Field("day", "Date de la réunion", Kind.DATE, "F33-07", required=True, help="Un mois au moins après aujourd’hui, sauf urgence."),
    *ROOM,
    Field(
        "urgent", "Réunion d’urgence sur des rixes", Kind.FLAG, "F33-07",
        help="Son ordre du jour ne prend que les situations en lien avec une rixe. L’urgence et son motif sont inscrits au journal.",
    ),
    Field("reason", rules.URGENT_REASON.title, Kind.CHOICE, "F33-07", choices=rules.URGENT_REASON, required=True, only_if=("urgent", "1")),
)  # fmt: skip
POSTPONED = (
    Field("day", "Nouvelle date", Kind.DATE, "F33-07", required=True, help="Le délai d’un mois ne recommence pas."),
)
TOOK_PLACE = ChoiceList(
    "took_place",
    "La réunion a-t-elle eu lieu ?",
    (Labelled("yes", "Elle a eu lieu"), Labelled("no", "Elle n’a pas eu lieu")),
)
HELD = (Field("took_place", TOOK_PLACE.title, Kind.CHOICE, "F33-08", choices=TOOK_PLACE, required=True),)


def sentence(code: str, day: date | None = None) -> str:
    """Why something was refused, in words; `day`: from when it is possible."""
    return SENTENCES.get(code, OTHERWISE).format(full_day(day) if day else "")


def room(values: Mapping[str, Any]) -> Room:
    """The hour and the place that a form gives."""
    hour = values.get("starts_at")
    return Room(time.fromisoformat(hour) if hour else None, values.get("place", ""))


def arranged(sheet: Sheet) -> Parsed:
    """The hour and the place as their form shows them."""
    hour = sheet.meeting.starts_at
    return Parsed({}, shown={"starts_at": hour.isoformat("minutes") if hour else "", "place": sheet.place})


def on_field(fields: Sequence[Field], name: str, code: str) -> tuple[FieldError, ...]:
    """A refusal of the service, told on one field of the form."""
    label = next(item.label for item in fields if item.name == name)
    return (FieldError(field_id(name), label, sentence(code)),)


def left(batch: Batch) -> list[tuple[str, str]]:
    """(reference, reason) of what a press left as it was."""
    return [(batch.references[case], sentence(code)) for case, code in batch.left.items()]


def attendance_fields(house: House, sheet: Sheet, known: Names) -> tuple[Field, ...]:
    """One closed question for each convened person (A25)."""
    return tuple(
        Field(
            str(item.tenure),
            known.tenure(item.tenure),
            Kind.CHOICE,
            "C-08",
            required=True,
            choices=ChoiceList(
                "attendance", "Présence", rules.attendances(house.charter, item.party.seat if item.party else "")
            ),
        )
        for item in sheet.convened
    )


def convocable(house: House, sheet: Sheet, known: Names) -> tuple[Field, ...]:
    """The admitted members not convened yet, as one list of boxes; empty when there is none."""
    with house.stores.case_reading() as session:
        parties = load_directory(house, session).parties()
    already = {item.tenure for item in sheet.convened}
    free = [t for t, party in parties.items() if t not in already and house.charter.seat(party.seat).member]
    free.sort(key=lambda tenure: (rules.rank(house.charter, parties[tenure]), order(known.tenure(tenure))))
    values = tuple(Labelled(str(tenure), known.tenure(tenure)) for tenure in free)
    listed = ChoiceList("tenures", "Personnes à convoquer", values)
    return (Field("tenures", listed.title, Kind.CHOICES, "F33-01", choices=listed, required=True),) if values else ()


def owner_pairs(house: House, acting: Acting, life: Life) -> list[tuple[str, str]]:
    """Who a decision can be confided to, by name and seat (F33-15)."""
    return _pairs(house, rules.owners(house.charter, life, acting.party))


def decision_problems(house: House, opened: Opened, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
    """What the charter refuses in otherwise well-formed decisions."""
    found = house.charter.problems({"deliberation": values}, opened.life.began)
    return tuple(problem(house, key, message) for key, message in found.items())


def sitting_field(house: House, parties: Iterable[Party]) -> tuple[Field, ...]:
    """The convened persons one of whom may be asked to step back."""
    values = tuple(Labelled(value, label) for value, label in _pairs(house, parties))
    listed = ChoiceList("person", "Personne à écarter", values)
    return (Field("person", listed.title, Kind.CHOICE, "F33-16", choices=listed, required=True),)


def _pairs(house: House, parties: Iterable[Party]) -> list[tuple[str, str]]:
    known = names(house)
    pairs = {(str(p.person), f"{known.person(p.person)}, {known.seat(p.seat)}") for p in parties}
    return sorted(pairs, key=lambda pair: pair[1])


@dataclass(frozen=True)
class Line:
    """A situation as an agenda shows it."""

    case: UUID
    reference: str
    age: str
    name: str
    state: str
    step: str
    since: date
    informed: bool
    lacks: str
    seen: int
    acts: bool  # whether whoever organises may act on it from the agenda


def lines(
    house: House,
    items: Iterable[Item],
    lacking: Mapping[UUID, tuple[bool, int]] | None = None,
    steps: Collection[str] = (),
) -> list[Line]:
    """The lines of an agenda, in words: `lacking`: whose information is missing; `steps`: those at which there is an act."""
    bands = rules.closed_list(house.charter, "age_band")
    return [
        Line(
            i.row.id, i.head.reference, bands.label(i.band), i.name, house.charter.step(i.head.life.step).label,
            i.head.life.step, i.head.life.since, i.informed, _lacks(*(lacking or {}).get(i.row.id, (False, 0))), i.head.sequence,
            i.head.life.step in steps,
        )
        for i in items
    ]  # fmt: skip


def _lacks(minor: bool, representatives: int) -> str:  # noqa: FBT001 - a pair, as the agenda gives it
    """“le mineur et un représentant légal”: nobody is named (C-10)."""
    others = "un représentant légal" if representatives == 1 else f"{representatives} représentants légaux"
    return " et ".join(["le mineur"] * minor + [others] * (representatives > 0))


@dataclass(frozen=True)
class Decided:
    """A situation of the record, with its decisions in words when this person may read them."""

    line: Line
    words: tuple[Words, ...]


def record(house: House, acting: Acting, items: Sequence[Item]) -> list[Decided]:
    """The record of decisions (C-08): each compartment opened is logged."""
    return [
        Decided(line, decision_words(house, item.head.life, agenda.deliberation(house, acting, item)))
        for item, line in zip(items, lines(house, items), strict=True)
    ]


def decision_words(house: House, life: Life, contents: Mapping[str, Any]) -> tuple[Words, ...]:
    """The decisions on a situation in words, with the names of the professionals who own an action."""
    fields = house.charter.compartment("deliberation").fields
    return summary(fields, contents, members=_pairs(house, life.convened))


def counts(house: House, sheet: Sheet) -> list[tuple[str, int]]:
    """(step, number) for the meeting sheet, in the order of the charter."""
    held = sheet.counts or {}
    return [
        (step.label, held[step.name])
        for step in house.charter.steps
        if step.machine == SITUATION and held.get(step.name)
    ]
