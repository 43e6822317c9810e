"""Where a meeting stands: the acts that make sense now, the likeliest first, and the one sentence that says what comes next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casework.kernel.clock import today
from casework.meetings import agenda, exchange, service
from casework.meetings.service import Sheet
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.french import day as full_day

ACTS: Mapping[str, tuple[str, str]] = {  # act: its label, its page
    "agenda": ("Voir l’ordre du jour", "meetings.agenda"),
    "project": ("Projeter la réunion", "meetings.projection"),
    "circulate": ("Ouvrir l’échange nominatif", "meetings.circulate"),
    "sign": ("Signer le relevé de décisions", "meetings.record"),
    "reread": ("Voir le relevé de décisions", "meetings.record"),
    "approve": ("Approuver le relevé de décisions", "meetings.record"),
    "attendance": ("Noter les présences", "meetings.attendance"),
    "noted": ("Corriger les présences", "meetings.attendance"),
    "hold": ("Clore la réunion", "meetings.hold"),
    "convene": ("Convoquer les membres", "meetings.convocations"),
    "arrange": ("Modifier l’heure et le lieu", "meetings.arrange"),
    "postpone": ("Reporter la réunion", "meetings.postpone"),
    "cancel": ("Annuler la réunion", "meetings.hold"),
}
BEGUN = service.READ_STEPS
SIGNED = ("signed", "followed", "closed")  # where a situation whose decision was signed stays on its agenda
OVER = {"not_held": "Cette réunion n’a pas eu lieu."}


@dataclass(frozen=True)
class Course:
    """`acts`: names of ACTS, the likeliest first; `following`: what comes next, in one sentence."""

    acts: tuple[str, ...]
    following: str
    mine: int  # how many situations of the agenda this person may know of


@dataclass(frozen=True)
class _Standing:
    """What the next acts of a meeting depend on."""

    sheet: Sheet
    steps: Mapping[str, int]
    opening: date
    last: date

    @property
    def day(self) -> date:
        return self.sheet.meeting.day

    @property
    def held(self) -> str:
        return self.sheet.meeting.held

    @property
    def reached(self) -> bool:
        return self.day <= today()

    @property
    def opens(self) -> bool:
        return not self.held and self.opening <= today() <= self.last and self.at("scheduled") > 0

    @property
    def arranged(self) -> bool:
        return self.sheet.meeting.starts_at is not None and bool(self.sheet.place)

    @property
    def noted(self) -> bool:
        return all(item.attendance for item in self.sheet.convened)

    @property
    def done(self) -> bool:
        """Whether nothing on the agenda waits any more, as far as this person may know it."""
        return bool(self.sheet.counts) and not any(
            (self.sheet.counts or {}).get(step) for step in ("scheduled", *BEGUN)
        )

    @property
    def begun(self) -> bool:
        """Whether situations were opened or examined at this meeting: it is not moved or cancelled any more."""
        return self.at(*BEGUN) > 0 or self.sheet.meeting.state == service.SIGNED

    def at(self, *steps: str) -> int:
        """How many situations are at these steps."""
        return sum(self.steps.get(step, 0) for step in steps)


def course(house: House, acting: Acting, sheet: Sheet) -> Course:
    """What this person can do in a meeting now, and what comes next for it."""
    opening, last = exchange.opening(house, sheet.meeting), exchange.window(house, sheet.meeting)
    if service.organises(house, acting):
        standing = _Standing(sheet, sheet.counts or {}, opening, last)
        act, following = next(_organising(standing))
        return Course(_first(act, _possible(standing)), following, sheet.total or 0)
    mine = Counter(item.head.life.step for item in agenda.on_agenda(house, acting, sheet.meeting.id))
    if service.approves(house, acting) and mine["signed"]:
        told = "Approuvez le relevé de décisions : l’échange nominatif se fermera."
        return Course(("approve", "agenda"), told, mine.total())
    return Course(("agenda",), _attending(_Standing(sheet, mine, opening, last)), mine.total())


def _first(act: str, acts: Iterator[str]) -> tuple[str, ...]:
    found = tuple(acts)
    return (act, *(name for name in found if name != act))


def _possible(at: _Standing) -> Iterator[str]:
    """What whoever organises can do now, in the order of a meeting's life."""
    coming = not at.held
    possible = {
        "agenda": True,
        "project": at.at(*BEGUN) > 0 and not at.held,
        "circulate": at.opens and bool(at.sheet.convened),
        "sign": at.reached and at.at("examined") > 0,
        "reread": not at.at("examined") and at.at(*SIGNED) > 0,
        "attendance": at.reached and not at.noted,
        "noted": at.reached and at.noted and bool(at.sheet.convened),
        "hold": coming and at.reached,
        "convene": coming,
        "arrange": coming,
        "postpone": coming and not at.begun,
        "cancel": coming and not at.begun and not at.reached,
    }
    return (act for act, sensible in possible.items() if sensible)


def _organising(at: _Standing) -> Iterator[tuple[str, str]]:
    """The likeliest act of whoever organises, and its sentence: the first that holds."""
    yield from () if at.held else _preparing(at)
    yield from _deciding(at)
    if not at.held and at.reached:
        if not at.noted:
            yield "attendance", "Notez les présences."
        yield "hold", "Indiquez si la réunion a eu lieu : sa tenue est comptée dans les indicateurs."
    yield "agenda", _over(at)


def _preparing(at: _Standing) -> Iterator[tuple[str, str]]:
    if today() <= at.day:
        if not at.arranged and not at.sheet.convened:
            yield "arrange", "Indiquez l’heure et le lieu de la réunion."
        if not at.sheet.convened:
            yield "convene", "Convoquez les membres : personne n’est encore convoqué."
        if not at.steps:
            yield "agenda", "Composez l’ordre du jour : aucune situation n’y est inscrite."
    if at.at("scheduled") and today() < at.opening:
        yield "agenda", f"Vous pourrez ouvrir l’échange nominatif à partir du {full_day(at.opening)}."
    if at.opens and at.sheet.convened:
        yield "circulate", "Ouvrez l’échange nominatif : les personnes convoquées ne lisent pas encore les situations."


def _deciding(at: _Standing) -> Iterator[tuple[str, str]]:
    if at.at("in_session") and not at.reached:
        yield "agenda", "L’échange nominatif est ouvert. Les décisions s’enregistrent à partir du jour de la réunion."
    if at.at("in_session"):
        yield "agenda", "Enregistrez les décisions, une situation après l’autre, depuis l’ordre du jour."
    if at.at("examined"):
        yield "sign", "Signez le relevé de décisions."
    if at.at("scheduled") and at.reached:
        yield "agenda", "Des situations n’ont pas été examinées : retirez-les de l’ordre du jour."


def _attending(at: _Standing) -> str:
    """What comes next for who attends."""
    if at.held:
        return _over(at)
    if at.at("in_session", "examined"):
        return "Lisez les situations qui vous sont ouvertes, depuis l’ordre du jour."
    if at.done:
        return "Toutes les situations de cette réunion ont été examinées."
    if today() < at.opening:
        return (
            f"L’échange nominatif s’ouvre au plus tôt le {full_day(at.opening)} : les personnes convoquées lisent alors"
            " les situations."
        )
    if at.reached:
        return (
            "La réunion a lieu aujourd’hui."
            if at.day == today()
            else "Le coordonnateur n’a pas encore clos la réunion."
        )
    return f"La réunion est fixée au {full_day(at.day)}."


def _over(at: _Standing) -> str:
    if at.at("signed"):
        return "Le relevé de décisions est signé : la mairie doit encore l’approuver."
    return OVER.get(at.held, "Cette réunion est terminée.")


def unsigned(sheet: Sheet, apart: int = 0) -> int:
    """How many situations of this meeting have no signed decision yet, apart from those a page is about to sign."""
    return sum((sheet.counts or {}).get(step, 0) for step in ("in_session", "examined")) - apart


def preparing(sheet: Sheet) -> bool:
    """Whether nothing of this meeting was opened to anybody yet, and it may still take place."""
    if sheet.meeting.held or sheet.meeting.state == service.SIGNED:
        return False
    return not any((sheet.counts or {}).get(step) for step in BEGUN)


def on_agenda(sheet: Sheet) -> Sequence[str]:
    """The steps at which whoever organises acts on a situation from the agenda."""
    return ("scheduled", "in_session", "examined") if sheet.meeting.day <= today() else ("scheduled",)


def closed_note(house: House, acting: Acting, sheet: Sheet, mine: int) -> str:
    """Why somebody finds fewer situations on the agenda than the meeting counts, or when it will read them; empty when it finds all."""
    total = sheet.total or 0
    if mine >= total:
        return ""
    waiting = preparing(sheet) and (sheet.counts or {}).get("scheduled")
    if waiting and acting.tenure in {item.tenure for item in sheet.convened}:
        opening = exchange.opening(house, sheet.meeting)
        soonest = f", au plus tôt le {full_day(opening)}" if today() < opening else ""
        return f"Vous {_to_read(total, mine)} à l’ouverture de l’échange nominatif{soonest}."
    if not mine:
        told = "Elle ne vous est pas ouverte" if total == 1 else "Aucune ne vous est ouverte"
    else:
        opened = "Une seule vous est ouverte" if mine == 1 else f"{mine} vous sont ouvertes"
        told = f"{opened} ; {'l’autre ne vous est pas ouverte' if total - mine == 1 else 'les autres ne vous sont pas ouvertes'}"
    return f"{told}. L’échange nominatif n’a pas commencé." if waiting else f"{told}."


def _to_read(total: int, mine: int) -> str:
    """“les lirez”: what of an agenda is still to be opened to a convened person."""
    if not mine:
        return "la lirez" if total == 1 else "les lirez"
    return "lirez l’autre" if total - mine == 1 else "lirez les autres"
