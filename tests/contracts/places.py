"""One object for every place-holder of every URL: a seat's own, another's, and none; and a plausible form for what is posted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from casework.accounts.people import Contact
from casework.accounts.service import Invited, invite
from casework.kernel.clock import at
from casework.meetings import exchange, polling, service
from tests.builders import RETURN
from tests.cases.test_pages import REFERRAL
from tests.contracts import golden
from tests.contracts.cell import Cell
from tests.contracts.stories import REFERRERS, begun, corrected, decided, followed, in_exchange, piece, remontee
from tests.contracts.story import Story

Values = Mapping[str, object]
Kinds = Mapping[str, Values]  # "own" where the seat has one, "other", "none": values of place-holders
FAR = 60  # days: further than the month of F33-07
SITS = (*(name for name in REFERRERS if name not in ("coordinator", "landlord")),)
REPORT = {"remontee-reason": "agent_out_of_school", "remontee-day": "2026-02-18", "remontee-place": "garden"}


@dataclass(frozen=True)
class Places:
    """What stands in the cell. `own` is a situation of each seat; `closed` is known to the coordinator and its author alone."""

    cell: Cell
    own: Mapping[str, Story]
    closed: Story
    followed: Story
    exchange: Story
    decided: Story
    retained: Story
    screening: Story
    scheduled: Story
    meeting: UUID
    other_meeting: UUID
    tenure: UUID
    leaving: Mapping[str, UUID]  # of people who are there for that alone
    proposal: UUID
    invited: UUID
    token: str

    def seat(self, name: str) -> str:
        """The seat of somebody."""
        return self.cell.people[name].seat


def make_places(cell: Cell) -> Places:
    """Through the services, as the persons would."""
    lives = cell.lives
    own = {name: next(corrected(cell, name)) for name in REFERRERS}
    reports = remontee(cell)
    next(reports)
    own["agent"], own["recipient"] = next(reports), next(followed(cell, ("emas",)))
    retained, scheduled = (_retained(cell) for _ in range(2))
    screening = begun(cell, "pjj").plays("coordinator", "transmit")
    leaving = {name: lives.town.join("landlord", name).tenure for name in ("removed", "cut", "cut again")}
    with at(lives.town.moment):
        meeting, other = _meeting(cell, SITS), _meeting(cell, ("pjj",))
        exchange.schedule(
            lives.house, lives.acting["coordinator"], meeting, scheduled.head.life.case, scheduled.head.sequence
        )
        made, lost = (_invited(cell, name) for name in ("nouveau", "perdu"))
        day = lives.town.moment.date() + timedelta(days=FAR)
        proposal = polling.propose(lives.house, lives.acting["coordinator"], [day])
    assert made.token
    return Places(
        cell, own, begun(cell, "landlord_2"), next(followed(cell, ("emas",))), in_exchange(cell),
        decided(in_exchange(cell)), retained, screening, scheduled,
        meeting, other, made.tenure, leaving, proposal, lost.person, made.token,
    )  # fmt: skip


def _retained(cell: Cell) -> Story:
    return begun(cell, "pjj").plays("coordinator", "transmit").plays("prosecutor", "retain", adds={"retenue"})


def _meeting(cell: Cell, names: tuple[str, ...]) -> UUID:
    house, coordinator = cell.lives.house, cell.lives.acting["coordinator"]
    meeting = service.fix(house, coordinator, cell.lives.town.moment.date() + timedelta(days=40))
    service.convene(house, coordinator, meeting, [cell.lives.acting[name].tenure for name in names])
    return meeting


def _invited(cell: Cell, name: str) -> Invited:
    login = f"{name}@exemple.fr"
    return invite(cell.lives.house, Contact(login, name.title(), login), "pjj", cell.lives.town.organisation("pjj"))


def _case(story: Story) -> Values:
    return {"case": story.head.life.case}


def _situation(places: Places, name: str) -> Kinds:
    mine = places.own.get(name, places.closed)
    return {"own": _case(mine), **_others(places, name)}


def _others(places: Places, name: str, **more: object) -> Kinds:
    hidden = {} if name == "coordinator" else {"other": {**_case(places.closed), **more}}
    return {**hidden, "none": {"case": uuid4(), **more}}


def _act(places: Places, name: str) -> Kinds:
    act = {"agent": "correct_report", "recipient": "answer"}.get(name, "correct")
    own = {} if name == "recipient" else {"own": {**_case(places.own[name]), "move": act}}
    return {**own, "wrong act": {**_case(places.own[name]), "move": "retain_all"}, **_others(places, name, move=act)}


def _part(places: Places, name: str) -> Kinds:
    acts = {"recipient": "answer", "dsol": "record_return", "coordinator": "recall", "emas": "finish"}
    story, act = places.own["recipient"], acts.get(name, "answer")
    part = piece(story, "emas" if name == "emas" else "recipient").id
    own = {"own": {**_case(story), "part": part, "move": act}} if name in acts else {}
    strange = piece(places.followed, "recipient").id
    return {
        **own,
        "child of another": {**_case(places.own[name]), "part": strange, "move": act},
        "no child": {**_case(places.own[name]), "part": uuid4(), "move": act},
        **_others(places, name, part=part, move=act),
    }


def _begins(places: Places, name: str) -> Kinds:
    open_to = [act.name for act in golden.ACTS.values() if not act.sources and places.seat(name) in act.seats]
    own = {"own": {"move": open_to[0]}} if open_to else {}
    return {**own, "other": {"move": "refer" if name == "agent" else "report"}, "none": {"move": "refer_all"}}


def _meetings(places: Places, name: str, **more: object) -> Kinds:
    hidden = {"other": {"meeting": places.other_meeting, **more}} if places.seat(name) == "head_of_school" else {}
    return {"own": {"meeting": places.meeting, **more}, **hidden, "none": {"meeting": uuid4(), **more}}


def _fixed(**values: object) -> Callable[[Places, str], Kinds]:
    return lambda _places, _name: {"own": values}


def _own(story: str) -> Callable[[Places, str], Kinds]:
    def kinds(places: Places, _name: str) -> Kinds:
        own: Story = getattr(places, story)
        return {"own": _case(own), "wrong step": _case(places.retained), "none": {"case": uuid4()}}

    return kinds


def _said(places: Places, name: str) -> Kinds:
    """Who did something is told that; the same page of an act that nobody played does not exist."""
    act, mine = "report" if name == "agent" else "refer", _case(places.own.get(name, places.closed))
    own = {} if name == "recipient" else {"own": {**mine, "move": act}}
    return {**own, "not done": {**mine, "move": "withdraw"}, **_others(places, name, move=act)}


def _released(places: Places, name: str) -> Kinds:
    return _meetings(places, name, tenure=places.cell.lives.acting["emas"].tenure)


def _scheduled(places: Places, name: str) -> Kinds:
    strange = {"no child": {"meeting": places.meeting, "case": uuid4()}}
    return {**_meetings(places, name, **_case(places.retained)), **strange}


def _unscheduled(places: Places, name: str) -> Kinds:
    own, case = _meetings(places, name, **_case(places.scheduled)), _case(places.scheduled)
    strange = {"child of another": {"meeting": places.other_meeting, **case}}
    return {**own, **strange, "no child": {"meeting": places.meeting, "case": uuid4()}}


def _projected(places: Places, name: str) -> Kinds:
    own = places.exchange.head.life
    strange = {"meeting": own.meeting, "case": places.scheduled.head.life.case}
    return {
        **_meetings(places, name, case=own.case),
        "own": {"meeting": own.meeting, "case": own.case},
        "child of another": strange,
    }


def _screened(places: Places, _name: str) -> Kinds:
    return {"own": _case(places.screening), "wrong step": _case(places.retained), "none": {"case": uuid4()}}


def _polled(places: Places, name: str, **more: object) -> Kinds:
    """Members are asked; heads of school come for their own situations alone (F33-14)."""
    known = places.seat(name) != "head_of_school"
    return {"own" if known else "other": {"proposal": places.proposal, **more}, "none": {"proposal": uuid4(), **more}}


def _dated(places: Places, name: str) -> Kinds:
    day = places.cell.lives.town.moment.date() + timedelta(days=FAR)
    return _polled(places, name, day=day.isoformat())


def _suspended(places: Places, name: str) -> Kinds:
    """Whoever may suspend has a tenure of its own to do it to: the cell is everybody's."""
    return {"own": {"tenure": places.leaving["cut" if places.seat(name) == "administrator" else "cut again"]}}


def _acted(places: Places, name: str) -> Kinds:
    """Who fixed the date is told that; the others did not."""
    kinds = _meetings(places, name, act="fixed")
    return kinds if name == "coordinator" else {"not done" if kind == "own" else kind: kinds[kind] for kind in kinds}


MEETING, SITUATION = "/reunions/<uuid:meeting>", "/situations/<uuid:case>"
WITHOUT_OBJECT = (
    "/", "/bureau", "/sante", "/connexion", "/deconnexion", "/rester", "/charte", "/admissions", "/administration", "/administration/organisme",
    "/administration/confirmations",
    "/administration/invitation", "/situations", "/situations/rapprochements", "/reunions", "/reunions/nouvelle", "/indicateurs",
    "/indicateurs/saisie", "/journal",
    "/journal/signaux", "/journal/impression", "/mon-compte", "/mon-compte/mot-de-passe", "/mon-compte/connexions", "/mon-compte/telephone",
    "/avis", "/avis/cle", "/mon-compte/qualite", "/reunions/dates", "/ouverture", "/parts", "/parts/ma-part",
    "/parts/refaire", "/parts/habilitation", "/notices", "/aide", "/aide/mots", "/accessibilite", "/contact",
)  # fmt: skip
OF_A_MEETING = (
    "",
    "/report",
    "/heure-et-lieu",
    "/convocations",
    "/presences",
    "/ordre-du-jour",
    "/projection",
    "/ouvrir",
    "/releve",
    "/cloture",
    "/impression",
)
KINDS: Mapping[str, Callable[[Places, str], Kinds]] = {
    **dict.fromkeys(WITHOUT_OBJECT, _fixed()),
    **{f"{MEETING}{page}": _meetings for page in OF_A_MEETING},
    "/static/<path:filename>": _fixed(filename="theme.css"),
    "/invitation/<token>": lambda places, _: {"own": {"token": places.token}},
    "/admissions/<uuid:tenure>": lambda places, _: {"own": {"tenure": places.tenure}},
    "/administration/acces/<uuid:person>": lambda places, _: {"own": {"person": places.invited}},
    "/administration/qualites/<uuid:tenure>/retrait": lambda places, _: {"own": {"tenure": places.leaving["removed"]}},
    "/administration/qualites/<uuid:tenure>/suspension": _suspended,
    "/administration/confirmations/<uuid:tenure>": lambda places, _: {
        "own": {"tenure": places.cell.lives.acting["emas"].tenure}
    },
    "/avis/<uuid:case>": _screened,
    "/reunions/dates/<uuid:proposal>": _polled,
    "/reunions/dates/<uuid:proposal>/<day>": _dated,
    "/situations/nouvelle/<move>": _begins,
    SITUATION: _situation,
    f"{SITUATION}/impression": _situation,
    "/notices/<name>": _fixed(name="mineur"),
    f"{SITUATION}/orientation": _own("followed"),
    f"{SITUATION}/fait/<move>": _said,
    f"{SITUATION}/actes/<move>": _act,
    f"{SITUATION}/parties/<uuid:part>/actes/<move>": _part,
    f"{SITUATION}/decisions": _own("exchange"),
    f"{SITUATION}/decisions/suite": _own("decided"),
    f"{SITUATION}/deport": _own("exchange"),
    f"{MEETING}/convocations/<uuid:tenure>": _released,
    f"{MEETING}/ordre-du-jour/<uuid:case>": _scheduled,
    f"{MEETING}/ordre-du-jour/<uuid:case>/retrait": _unscheduled,
    f"{MEETING}/projection/<uuid:case>": _projected,
    f"{MEETING}/fait/<act>": _acted,
}


def forms(places: Places) -> Mapping[str, Mapping[str, Any]]:
    """What a person would post there; where nothing is said, the proof alone."""
    lives, recipient = places.cell.lives, places.cell.people["recipient"].organisation
    later, organisation = lives.town.moment.date() + timedelta(days=60), lives.town.organisation("pjj")
    pair = (places.followed.head.life.case, places.closed.head.life.case)
    act, target = {**REFERRAL, **REPORT, "once": str(uuid4())}, f"social_service:{recipient}"
    return {
        "/charte": {"agreed": "1", "version": lives.house.charter.version},
        "/admissions/<uuid:tenure>": {"spoken": "00000 " * 5},
        "/administration/organisme": {"name": "Organisme demandé", "kind": "pjj"},
        "/administration/invitation": {"name": "A", "email": "a@exemple.fr", "role": "pjj", "organisation": str(organisation)},
        "/situations/rapprochements": {"left": str(pair[0]), "right": str(pair[1])},
        "/situations/nouvelle/<move>": act,
        f"{SITUATION}/actes/<move>": act,
        f"{SITUATION}/parties/<uuid:part>/actes/<move>": {f"return-{name}": value for name, value in RETURN.items()},
        f"{SITUATION}/orientation": {"target": target, "request": "assess", "_send": "1"},
        f"{SITUATION}/decisions": {"deliberation-decisions-0-decision": "keep_open"},
        f"{SITUATION}/deport": {"person": str(lives.party("emas").person)},
        "/reunions/nouvelle": {"day": later.isoformat()},
        "/reunions/dates": {"day1": later.isoformat()},
        "/reunions/dates/<uuid:proposal>": {later.isoformat(): "yes"},
        "/avis/<uuid:case>": {"avis": "retain"},
        "/indicateurs/saisie": {"steering": "1", "seen": "0"},
        f"{MEETING}/heure-et-lieu": {"starts_at": "14:30", "place": "Salle demandée"},
        f"{MEETING}/report": {"day": later.isoformat()},
        f"{MEETING}/convocations": {"tenures": str(lives.acting["coordinator"].tenure)},
        f"{MEETING}/presences": {str(lives.acting["emas"].tenure): "present"},
        f"{MEETING}/cloture": {"took_place": "yes"},
    }  # fmt: skip
