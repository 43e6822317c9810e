"""Every URL, what it needs and who serves it, on one screen; and what the slices give to the shell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.log import LogBroken
from audit.pins import PinError
from casework.accounts import apart, arriving, holding, keeping, myself, purpose, views, yearly
from casework.accounts.charter import charter_signed
from casework.accounts.sessions import expired_author, open_session
from casework.cases import comparison, desk, drafts, recent, refusals, screening, waiting
from casework.cases import views as cases
from casework.help import views as help_pages
from casework.indicators import views as indicators
from casework.journal import views as log
from casework.meetings import dates, deciding, home, projecting
from casework.meetings import views as meetings
from casework.paper import views as paper
from casework.store.directory import DirectoryBroken
from casework.store.house import House
from casework.store.register import RegisterBroken
from casework.web import errors, files
from casework.web.errors import Refusals
from casework.web.guard import Doors, Form
from casework.web.needs import MEETING, OPEN, PUBLIC, SESSION, SIGNED, SITUATION, Route, seat, url
from casework.web.tasks import PanelSource, Source


@dataclass(frozen=True, slots=True)
class Parts:
    """What `create_app` puts around the house. `refusals`: the errors of services that a slice explains itself."""

    routes: tuple[Route, ...]
    doors: Doors
    tasks: tuple[Source, ...] = ()
    panels: tuple[PanelSource, ...] = ()
    refusals: Refusals | None = None


BOTH = ("GET", "POST")
POST = ("POST",)
KEEPER, DPO, PARQUET = seat("coordinator"), seat("dpo"), seat("prosecutor")
CIRCLE, FILE = SIGNED.among("circle"), SITUATION.among("circle")
MEETINGS = MEETING.among("members")
ORGANISER, RECORD = MEETING.of("coordinator"), MEETING.of("coordinator", "town_hall")
HOLDER = seat("coordinator", "controller", "dpo")
INVITER = seat("administrator", "coordinator")

ROUTES = (
    url("/", views.home, needs=SIGNED, menu="Accueil"),
    url("/bureau", desk.desk, needs=KEEPER, menu="Bureau"),
    url("/sante", files.health, needs=OPEN),
    url("/static/<path:filename>", files.static, needs=OPEN),
    url("/connexion", views.login, needs=OPEN, methods=BOTH),
    url("/invitation/<token>", arriving.invitation, needs=OPEN, methods=BOTH),
    url("/deconnexion", views.logout, needs=SESSION, methods=POST),
    url("/rester", views.stay, needs=SESSION, methods=POST),
    url("/charte", views.charter, needs=SESSION, methods=BOTH),
    url("/admissions", keeping.admissions, needs=KEEPER, menu="Admissions"),
    url("/admissions/<uuid:tenure>", keeping.admission, needs=KEEPER, methods=POST),
    url("/ouverture", holding.ceremony, needs=KEEPER, methods=BOTH),
    url("/parts", holding.shares, needs=HOLDER, menu="Détenteurs de parts"),
    url("/parts/ma-part", holding.share, needs=HOLDER, methods=POST),
    url("/parts/refaire", holding.remaking, needs=KEEPER, methods=BOTH),
    url("/parts/habilitation", holding.certification, needs=KEEPER, methods=BOTH),
    url("/administration", keeping.administration, needs=INVITER, menu="Organismes et accès"),
    url("/administration/organisme", keeping.organisation, needs=INVITER, methods=BOTH),
    url("/administration/invitation", keeping.invitations, needs=INVITER, methods=BOTH),
    url("/administration/acces/<uuid:person>", keeping.reinvitation, needs=INVITER, methods=BOTH),
    url("/administration/qualites/<uuid:tenure>/retrait", keeping.removal, needs=KEEPER, methods=BOTH),
    url("/administration/qualites/<uuid:tenure>/suspension", keeping.suspension, needs=INVITER, methods=BOTH),
    url("/administration/confirmations", yearly.confirmations, needs=KEEPER),
    url("/administration/confirmations/<uuid:tenure>", yearly.confirmation, needs=KEEPER, methods=POST),
    url("/situations", cases.listing, needs=CIRCLE, menu="Situations"),
    url("/avis", screening.queue, needs=PARQUET, menu="Avis"),
    url("/avis/cle", apart.apart, needs=PARQUET, methods=BOTH),
    url("/avis/<uuid:case>", screening.give, needs=SITUATION.of("prosecutor"), methods=POST),
    url("/situations/rapprochements", comparison.compare, needs=KEEPER, methods=BOTH),
    url("/situations/nouvelle/<move>", cases.new, needs=CIRCLE, methods=BOTH),
    url("/situations/<uuid:case>", cases.situation, needs=FILE),
    url("/situations/<uuid:case>/orientation", cases.orient, needs=SITUATION.of("coordinator"), methods=BOTH),
    url("/situations/<uuid:case>/fait/<move>", cases.done, needs=FILE),
    url("/situations/<uuid:case>/actes/<move>", cases.step, needs=FILE, methods=BOTH),
    url("/situations/<uuid:case>/parties/<uuid:part>/actes/<move>", cases.part_step, needs=FILE, methods=BOTH),
    url("/reunions", meetings.listing, needs=MEETINGS, menu="Réunions"),
    url("/reunions/nouvelle", meetings.new, needs=ORGANISER, methods=BOTH),
    url("/reunions/dates", dates.propose, needs=ORGANISER, methods=BOTH),
    url("/reunions/dates/<uuid:proposal>", dates.poll, needs=MEETINGS, methods=BOTH),
    url("/reunions/dates/<uuid:proposal>/<day>", dates.fix, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>", meetings.meeting, needs=MEETINGS),
    url("/reunions/<uuid:meeting>/report", meetings.postpone, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/heure-et-lieu", meetings.arrange, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/convocations", meetings.convocations, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/convocations/<uuid:tenure>", meetings.release, needs=ORGANISER, methods=POST),
    url("/reunions/<uuid:meeting>/presences", meetings.attendance, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/ordre-du-jour", meetings.agenda, needs=MEETINGS),
    url("/reunions/<uuid:meeting>/ordre-du-jour/<uuid:case>", meetings.schedule, needs=ORGANISER, methods=POST),
    url(
        "/reunions/<uuid:meeting>/ordre-du-jour/<uuid:case>/retrait", meetings.unschedule, needs=ORGANISER, methods=POST
    ),
    url("/reunions/<uuid:meeting>/projection", projecting.projection, needs=ORGANISER),
    url("/reunions/<uuid:meeting>/projection/<uuid:case>", projecting.projected, needs=ORGANISER),
    url("/reunions/<uuid:meeting>/ouvrir", meetings.circulate, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/releve", meetings.record, needs=RECORD, methods=BOTH),
    url("/reunions/<uuid:meeting>/cloture", meetings.hold, needs=ORGANISER, methods=BOTH),
    url("/reunions/<uuid:meeting>/fait/<act>", meetings.done, needs=MEETINGS),
    url("/situations/<uuid:case>/decisions", deciding.decide, needs=SITUATION.of("coordinator"), methods=BOTH),
    url("/situations/<uuid:case>/decisions/suite", deciding.decided, needs=SITUATION.of("coordinator")),
    url("/situations/<uuid:case>/deport", deciding.recusal, needs=SITUATION.of("coordinator"), methods=BOTH),
    url("/situations/<uuid:case>/impression", paper.situation, needs=FILE, methods=BOTH),
    url("/reunions/<uuid:meeting>/impression", paper.meeting, needs=MEETINGS, methods=BOTH),
    url("/notices", paper.notices, needs=SIGNED, menu="Notices"),
    url("/notices/<name>", paper.notice, needs=SIGNED),
    url("/indicateurs", indicators.yearly, needs=seat("coordinator", "town_hall"), menu="Indicateurs"),
    url("/indicateurs/saisie", indicators.typing, needs=KEEPER, methods=BOTH),
    url("/aide", help_pages.guide, needs=SIGNED, foot="Comment ça marche"),
    url("/aide/mots", help_pages.words, needs=PUBLIC, foot="Les mots employés"),
    url("/accessibilite", help_pages.accessibility, needs=PUBLIC, foot="Accessibilité"),
    url("/contact", help_pages.contact, needs=PUBLIC, foot="Qui appeler"),
    url("/journal", log.journal, needs=DPO, menu="Journal"),
    url("/journal/signaux", log.signals, needs=DPO),
    url("/journal/impression", paper.answer, needs=DPO, methods=BOTH),
    url("/mon-compte", myself.account, needs=SIGNED, menu="Mon compte"),
    url("/mon-compte/mot-de-passe", myself.password, needs=SIGNED, methods=BOTH),
    url("/mon-compte/qualite", myself.seat, needs=SIGNED, methods=POST),
    url("/mon-compte/connexions", myself.connected, needs=SIGNED, methods=BOTH),
    url("/mon-compte/telephone", myself.telephone, needs=SIGNED, methods=BOTH),
)


def keep_late(house: House, token: bytes, asked: Mapping[str, Any], form: Form) -> bool:
    """Seal the form of an act, posted after the session ended, to its author; False when there is nothing to keep."""
    author, move = expired_author(house, token), asked.get("move") or (screening.ASKING if "avis" in form else None)
    if author is None or move not in {item.name for item in house.charter.moves}:
        return False
    return drafts.keep(house, author, move, form, asked.get("case"), asked.get("part"))


DOORS = Doors(open_session, charter_signed, keep_late)
TASKS: tuple[Source, ...] = (waiting.tasks, home.tasks, keeping.tasks, holding.tasks, yearly.tasks, apart.tasks)
UNPROVEN = (LogBroken, DirectoryBroken, RegisterBroken, PinError)
REFUSALS: Refusals = {
    **dict.fromkeys(UNPROVEN, errors.on_unproven),
    **dict.fromkeys(refusals.REFUSALS, refusals.refused),
    **dict.fromkeys(meetings.REFUSALS, meetings.refused),
}
PANELS: tuple[PanelSource, ...] = (purpose.purpose, recent.starts, home.next_meeting, recent.returns, recent.recent)
PARTS = Parts(ROUTES, DOORS, TASKS, PANELS, REFUSALS)
