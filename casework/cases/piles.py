"""What each pile of the coordinator's desk holds, and what is told of a situation there: references, age bands, days, never a name."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from casework.accounts.people import Names
from casework.cases import danger, decided
from casework.cases.comparing import CHECKING
from casework.cases.duties import UNANSWERED
from casework.cases.reading import CORRECTING
from casework.cases.several import Glimpse
from casework.charters import referral
from casework.charters.cenomed import AGE_BAND
from casework.kernel.clock import add_months
from casework.kernel.life import Life, Part, Party, Slot
from casework.kernel.records import Charter
from casework.web.french import order, short_day

WAITED = timedelta(days=7)  # a saisine nobody looked at for a week comes before those of today
SILENT = timedelta(days=14)  # of the Parquet
MONTH = 1  # C-05
SCREENING, RECIPIENT = "prosecutor", "recipient"  # seats that are reminded
EXPECTED, SETTLED = ("sent", "open"), ("returned", "done")  # steps of parts


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the desk: a situation, since when it waits there, what to know of it in short sentences."""

    case: UUID
    reference: str
    age: str
    since: date
    told: Sequence[str]
    urgent: bool = False
    due: date | None = None

    @property
    def rank(self) -> tuple[bool, date, str]:
        """What is urgent, then what is due first or has waited longest."""
        return not self.urgent, self.due or self.since, self.reference


def line(item: Glimpse, since: date, *told: str, urgent: bool = False, due: date | None = None) -> Told:
    """The line of a situation: its age band, never its birth."""
    life = item.life
    band, said = AGE_BAND.label(referral.band(life.majority, life.began)), [text for text in told if text]
    return Told(life.case, item.head.reference, band, since, said, urgent, due)


@dataclass(frozen=True, slots=True)
class Files:
    """The situations of the desk, opened as little as it needs, and the names of organisations and professionals."""

    charter: Charter
    known: Names
    day: date
    every: Sequence[Glimpse]
    admitted: Collection[Party] = ()

    def remind(self, seat: str, organisation: UUID | None = None) -> str:
        """That these are to be called, by name: nothing is sent to them."""
        called = {p.person for p in self.admitted if p.seat == seat and organisation in (None, p.organisation)}
        known = sorted((self.known.person(person) for person in called), key=order)
        return f"À relancer : {', '.join(known)}." if known else "À relancer."

    def at(self, *steps: str) -> Iterator[Glimpse]:
        """Those in these steps."""
        return (item for item in self.every if item.life.step in steps)

    def parts(self, machine: str, step: str) -> Iterator[tuple[Glimpse, Part]]:
        """The parts of followed situations in this step of their machine."""
        found = ((item, part) for item in self.at("followed") for part in item.life.parts)
        return ((item, part) for item, part in found if (part.machine, part.step) == (machine, step))

    def passed(self, since: date, span: timedelta) -> bool:
        """Whether this span is over."""
        return since + span <= self.day


# --- What is looked at first ----------------------------------------------------------------------------------------


def first(files: Files) -> Iterator[Told]:
    """A minor said to be in danger (F33-13), whatever is asked of the author; then what waited for a week."""
    for item in files.at(*CHECKING):
        danger = _danger(files, item)
        if danger:
            yield line(item, item.life.since, danger, _lacks(item), urgent=True)
    for item in _unseen(files):
        if files.passed(item.life.since, WAITED):
            yield line(item, item.life.since, "Attend depuis une semaine ou plus.", _lacks(item))


def to_check(files: Files) -> Iterator[Told]:
    """The others that came, with what they lack."""
    unseen = (item for item in _unseen(files) if not files.passed(item.life.since, WAITED))
    return (line(item, item.life.since, _lacks(item)) for item in unseen)


def _unseen(files: Files) -> Iterator[Glimpse]:
    return (item for item in files.at("received", "reported") if not _danger(files, item))


def _danger(files: Files, item: Glimpse) -> str:
    return danger.told(files.charter, item.contents)


def _lacks(item: Glimpse) -> str:
    if Slot("identity") not in item.contents:
        return "Remontée d’un agent."
    found = referral.missing(item.contents[Slot("identity")])
    lacks = f"Il manque : {', '.join(found)}." if found else "Rien ne manque."
    return f"{danger.RIXE} {lacks}" if item.contents.get(Slot("reason"), {}).get("rixe") else lacks


# --- What waits for others ------------------------------------------------------------------------------------------


def asked(files: Files) -> Iterator[Told]:
    """Details asked of authors."""
    for item in files.at(*CORRECTING):
        by = "Par le Parquet." if item.life.step == "clarifying" else ""
        yield line(item, item.life.since, f"À l’auteur : {files.charter.seat(item.life.author.seat).label}.", by)


def screened(files: Files) -> Iterator[Told]:
    """At the Parquet, counted from the transmission, whatever was asked since (F33-10); to remind is a word, nothing is sent."""
    for item in files.at("screening"):
        since = item.life.asked or item.life.since
        told = files.remind(SCREENING) if files.passed(since, SILENT) else "Avis attendu."
        yield line(item, since, told)


def retained(files: Files) -> Iterator[Told]:
    """Retained, on no agenda; counted from the saisine, since an agenda that a situation came back from starts no new wait."""
    for item in files.at("retained"):
        informed = "informed" in item.life.marks
        told = "À inscrire à une réunion." if informed else "Complétez d’abord l’information de la famille."
        yield line(item, item.life.began, told)


def uninformed(files: Files) -> Iterator[Told]:
    """C-05: somebody is not informed yet, from the transmission on; counted from the saisine."""
    after = [step for step in files.charter.move("inform").sources if step not in CHECKING]
    for item in files.at(*after):
        if "informed" not in item.life.marks:
            last = add_months(item.life.began, MONTH)
            words = "En retard depuis le" if last < files.day else "À faire avant le"
            step = files.charter.step(item.life.step).label
            yield line(item, item.life.began, f"{words} {short_day(last)}.", f"{step}.")


def to_send(files: Files) -> Iterator[Told]:
    """Orientations that were decided, and none of which was sent."""
    for item in files.at("followed"):
        labels = _decided(files.charter, item)
        if labels:
            yield line(item, item.life.since, f"Décidée : {', '.join(labels)}.")


def _decided(charter: Charter, item: Glimpse) -> list[str]:
    """The orientations of the record that go to a recipient (F33-05), as labels."""
    return [label for value, label in decided.types(charter, item.contents) if value in charter.sent_to]


def awaited(files: Files) -> Iterator[Told]:
    """Orientations without return."""
    for item, part in files.parts("orientation", "sent"):
        late = part.recipient and files.passed(part.since, UNANSWERED)
        told = files.remind(RECIPIENT, part.recipient) if late else ""
        yield line(item, part.since, _recipient(files, part), told)


def returned(files: Files) -> Iterator[Told]:
    """Returns received."""
    for item, part in files.parts("orientation", "returned"):
        yield line(item, part.since, _recipient(files, part), _settled(item.life))


def doing(files: Files) -> Iterator[Told]:
    """Actions confided to an owner (F33-15)."""
    for item, part in files.parts("owner_sheet", "open"):
        late = part.due is not None and part.due < files.day
        words = "En retard depuis le" if late else "Pour le"
        told = f"{words} {short_day(part.due)}." if part.due else "Sans échéance."
        yield line(item, part.since, told, _owner(files, part), urgent=late, due=part.due)


def done(files: Files) -> Iterator[Told]:
    """Actions done."""
    for item, part in files.parts("owner_sheet", "done"):
        yield line(item, part.since, _owner(files, part), _settled(item.life))


def _recipient(files: Files, part: Part) -> str:
    return f"{files.known.organisation(part.recipient)}." if part.recipient else ""


def _owner(files: Files, part: Part) -> str:
    return f"{files.known.person(part.owner)}." if part.owner else ""


def _settled(life: Life) -> str:
    return "" if any(part.step in EXPECTED for part in life.parts) else "Rien d’autre n’est attendu."


def quiet(files: Files) -> Iterator[Told]:
    """R-03: followed, and nothing is expected or came back; or nothing happened for so long that the charter asks for a look."""
    for item in files.at("followed"):
        last = max([item.life.since, *(part.since for part in item.life.parts)])
        moving = any(part.step in (*EXPECTED, *SETTLED) for part in item.life.parts)
        overdue = _overdue(files, last)
        if overdue or not (moving or _decided(files.charter, item)):
            yield line(item, last, overdue or "Rien n’est attendu.")


def _overdue(files: Files, last: date) -> str:
    clocks = {clock.name: clock.amount for clock in files.charter.clocks}
    found = (
        f"{words} : {clocks[name]} mois sans événement."
        for name, words in (("closing", "Clôture proposée"), ("review", "À revoir"))
        if add_months(last, clocks[name]) <= files.day
    )
    return next(found, "")
