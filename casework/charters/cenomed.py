"""CENOMED (fiche 3.3): the whole law of the cell for minors in difficulty, as frozen records with their rule
ids. Nothing else states it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Any
from uuid import UUID

from casework.charters.birth import age_on, birthday_month, bounds, middle
from casework.kernel.records import (
    Basis,
    Before,
    Charter,
    ChoiceList,
    Clock,
    Compartment,
    Derived,
    FactKind,
    Field,
    Grant,
    HolderKind,
    Indicator,
    Kind,
    Labelled,
    Move,
    Never,
    Printing,
    Recipient,
    Relation,
    Seat,
    Setting,
    Since,
    Step,
    Take,
    Write,
)


def _list(
    name: str, title: str, *pairs: tuple[str, str], families: Mapping[str, tuple[str, ...]] | None = None
) -> ChoiceList:
    return ChoiceList(name, title, tuple(Labelled(value, label) for value, label in pairs), families or {})


# --- Closed lists (lists.md, A) -------------------------------------------------------------------------------------

REASON = _list(
    "reason",
    "Motif de la saisine",
    ("school_absence", "Absences répétées ou rupture de scolarité"),
    ("school_break_risk", "Relation très dégradée avec l’établissement, risque d’exclusion"),
    ("unsupervised_public_space", "Présence seule et répétée sur l’espace public à des heures inhabituelles"),
    ("incivilities", "Incivilités ou nuisances répétées"),
    ("minor_incidents", "Faits répétés de faible gravité (« infra-délinquance »)"),
    ("group_tension", "Exposition à des tensions entre groupes ou à des rixes"),
    ("undue_influence", "Exposition à l’influence ou aux pressions d’autres personnes"),
    ("peer_harassment", "Exposition au harcèlement entre jeunes"),
    ("online_risk", "Usages numériques mettant le mineur en difficulté"),
    ("risk_behaviour", "Conduites à risque (sans autre précision)"),
    ("leaving_home", "Départs répétés du domicile"),
    ("support_request", "Demande d’appui exprimée par le mineur ou sa famille"),
    families={
        "school": ("school_absence", "school_break_risk"),
        "public_space": ("unsupervised_public_space", "incivilities"),
        "incidents": ("minor_incidents", "group_tension"),
        "vulnerability": ("undue_influence", "peer_harassment", "online_risk", "risk_behaviour", "leaving_home"),
        "support": ("support_request",),
    },
)
AGENT_REASON = _list(
    "agent_reason",
    "Motif de la remontée",
    ("agent_out_of_school", "Déscolarisation constatée sur l’espace public"),
    ("agent_vulnerability", "Vulnérabilité constatée sur l’espace public"),
)
ORIGIN = _list(
    "origin",
    "Origine de la saisine",
    ("town_hall", "Mairie d’arrondissement"),
    ("dpmp_coordinator", "DPMP, coordonnateur"),
    ("dpmp_agent", "DPMP, remontée d’un agent"),
    ("prosecutor", "Parquet"),
    ("police_station", "Commissariat"),
    ("pjj", "Protection judiciaire de la jeunesse"),
    ("school", "Établissement scolaire"),
    ("education_security", "Éducation nationale, référent sécurité ou EMAS"),
    ("dsol", "DSOL"),
    ("social_landlord", "Bailleur social"),
)
RECEPTION = _list(
    "reception",
    "Mode de réception",
    ("entered_by_referrer", "Saisie par l’auteur"),
    ("entered_on_behalf", "Saisie par le coordonnateur pour le compte de l’auteur"),
)
SCHOOLING = _list(
    "schooling",
    "Scolarité ou situation",
    ("primary_school", "École élémentaire"),
    ("lower_secondary_6_5", "Collège, 6e ou 5e"),
    ("lower_secondary_4_3", "Collège, 4e ou 3e"),
    ("upper_secondary_general", "Lycée général ou technologique"),
    ("upper_secondary_vocational", "Lycée professionnel ou CAP"),
    ("apprenticeship", "Apprentissage"),
    ("back_to_school_scheme", "Dispositif de raccrochage scolaire"),
    ("home_education", "Instruction dans la famille"),
    ("training", "Formation ou insertion professionnelle"),
    ("employment", "Emploi"),
    ("neither", "Ni scolarité ni emploi"),
    ("unknown", "Non connue"),
)
QUALITY = _list(
    "quality",
    "Qualité du représentant légal",
    ("mother", "Mère"),
    ("father", "Père"),
    ("other_parental_authority", "Autre titulaire de l’autorité parentale"),
    ("guardian", "Tuteur"),
    ("care_service", "Service auquel le mineur est confié"),
    ("unknown", "Non connu"),
)
BIRTH = _list(
    "birth",
    "Date de naissance",
    ("birth_known", "Connue"),
    ("birth_year_only", "Année seulement"),
    ("age_estimated", "Âge estimé"),
)
PLACE = _list(
    "place",
    "Type de lieu du fait",
    ("school_inside", "Dans l’établissement scolaire"),
    ("school_surroundings", "Aux abords de l’établissement scolaire"),
    ("street", "Rue ou place"),
    ("garden", "Square ou jardin"),
    ("riverbank", "Quai ou berge"),
    ("public_facility", "Équipement sportif, culturel ou d’animation"),
    ("building_common_parts", "Parties communes d’un immeuble"),
    ("transport", "Transport, gare ou station"),
    ("shop", "Commerce"),
    ("online", "Espace numérique"),
    ("other_public_place", "Autre lieu ouvert au public"),
)
STEPS_TAKEN = _list(
    "steps_taken",
    "Démarches déjà engagées par l’auteur",
    ("talk_with_minor", "Échange avec le mineur"),
    ("talk_with_family", "Échange avec la famille"),
    ("internal_meeting", "Réunion interne (équipe éducative, groupe de prévention du décrochage…)"),
    ("mediation", "Médiation"),
    ("help_offered", "Proposition d’aide faite à la famille"),
    ("none_yet", "Aucune à ce jour"),
)
DANGER_ROUTE = _list(
    "danger_route",
    "Voie prise en cas de danger",
    ("crip_informed", "Information préoccupante adressée à la CRIP 75"),
    ("prosecutor_informed", "Parquet avisé"),
    ("emergency_called", "Secours ou police appelés (15, 17, 18, 112)"),
    ("advice_119", "Conseil demandé au 119"),
    ("doing_it_now", "Je le fais maintenant, à confirmer"),
)
INFORMED_HOW = _list(
    "informed_how",
    "Comment la personne a été informée",
    ("in_person", "Au cours d’un entretien"),
    ("by_phone", "Par téléphone"),
    ("notice_handed", "Notice remise en main propre"),
    ("notice_posted", "Notice envoyée par courrier"),
    ("school_portal", "Message par l’espace numérique de l’établissement, sans détail"),
    ("through_care_service", "Par le service auquel le mineur est confié"),
    ("not_yet", "Pas encore informée"),
)
DEFER_REASON = _list(
    "defer_reason",
    "Raison de différer l’information",
    ("child_interest", "Contraire à l’intérêt du mineur"),
    ("safety_of_a_person", "Pourrait exposer une personne à un danger"),
    ("contact_unknown", "Coordonnées inconnues, recherche en cours"),
    ("no_known_guardian", "Aucun représentant légal connu"),
    ("urgent_meeting", "Réunion d’urgence, information dans le mois"),
    ("deferred", "Information différée, raison tenue par le Parquet"),
)
PROSECUTOR_DEFER = _list("prosecutor_defer", "Information différée", ("prosecutor_request", "Demande du Parquet"))
DISMISSAL = _list(
    "dismissal",
    "Suite donnée par le coordonnateur",
    ("out_of_scope", "Ne relève pas de la cellule"),
    ("other_arrondissement", "Relève d’un autre arrondissement"),
    ("child_protection_first", "Relève d’abord de la CRIP 75 ou du Parquet"),
    ("linked_to_open_case", "Reliée à une situation déjà ouverte"),
    ("withdrawn", "Retirée par l’auteur"),
)
SHOWN = _list(
    "shown",
    "État visible par un bailleur ou un agent",
    ("received", "Reçue"),
    ("details_requested", "Précisions demandées"),
    ("taken_into_account", "Prise en compte"),
)
POINTS = _list(
    "points",
    "Points à préciser",
    ("identity", "L’identité, la date de naissance ou la scolarité"),
    ("contact", "Les coordonnées"),
    ("representatives", "Les représentants légaux"),
    ("information", "L’information de la personne"),
    ("facts", "La date ou le lieu des faits"),
    ("account", "L’exposé, à compléter ou à corriger"),
    ("danger_route", "La voie prise pour le danger"),
)
# The fields each point is about, the first of them leading there; a form that holds none of them only tells the point.
POINT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "identity": ("identity-surname", "identity-birth", "identity-schooling", "remontee-surname", "remontee-age"),
    "contact": ("identity-address", "identity-telephone", "identity-email"),
    "representatives": ("identity-representatives",),
    "information": ("identity-informed_how", "identity-representatives-informed_how"),
    "facts": ("account-facts", "remontee-day", "remontee-place"),
    "account": ("account-text", "remontee-text"),
    "danger_route": ("reason-danger", "reason-danger_route"),
}
DECISION = _list(
    "decision",
    "Décision de la cellule",
    ("orientation", "Orientation"),
    ("member_action", "Action confiée à un membre"),
    ("lead_named", "Référent de parcours désigné"),
    ("keep_open", "Suivi maintenu jusqu’à la prochaine réunion"),
    ("postponed", "Examen reporté à la prochaine réunion"),
    ("other_arrondissement", "Relève d’un autre arrondissement"),
    ("no_further_action", "Pas de suite de la cellule"),
    ("close", "Clôture"),
)
ACTION = _list(
    "action",
    "Action confiée à un membre",
    ("contact_family", "Prendre contact avec la famille"),
    ("meet_family", "Recevoir le mineur et sa famille"),
    ("inform_family", "Informer la famille (notice)"),
    ("find_service", "Rechercher l’interlocuteur compétent"),
    ("school_meeting", "Réunir l’équipe éducative"),
    ("presence_on_place", "Présence renforcée sur un lieu, sans nommer personne"),
    ("report_next_meeting", "Point à la prochaine réunion"),
)
ORIENTATION = _list(
    "orientation",
    "Type d’orientation",
    ("crip75", "CRIP 75"),
    ("social_service", "Service social polyvalent"),
    ("educational_success", "Réussite éducative"),
    ("street_work", "Club de prévention spécialisée"),
    ("other_association", "Autre association"),
    ("school", "Établissement scolaire"),
    ("night_mediation", "Correspondants de nuit, médiation"),
    ("holiday_programme", "Ville Vie Vacances"),
    ("family_council", "Instance de conseil et médiation de la mairie"),
    ("parenting_support", "Soutien à la parentalité"),
    ("leisure", "Activités de loisirs, de sport ou de culture"),
)
# F33-05: the only kinds of recipient to which nominative information may leave; the type of orientation each receives.
RECIPIENT = _list(
    "recipient",
    "Destinataire d’informations nominatives",
    ("social_service", "Service social polyvalent"),
    ("crip75", "CRIP 75"),
    ("association", "Association, notamment de prévention spécialisée"),
    ("head_of_school", "Chef d’établissement scolaire"),
    ("educational_success_lead", "Référent réussite éducative"),
)
PROPOSED = ("night_mediation", "holiday_programme", "family_council", "parenting_support", "leisure")
SENT_TO: Mapping[str, str] = {
    "crip75": "crip75",
    "social_service": "social_service",
    "educational_success": "educational_success_lead",
    "street_work": "association",
    "other_association": "association",
    "school": "head_of_school",
}
FAMILY_PROPOSAL = ChoiceList(
    "family_proposal", "Proposition faite à la famille", tuple(v for v in ORIENTATION.values if v.value in PROPOSED)
)
SENT_ORIENTATION = ChoiceList(
    "sent_orientation", "Type d’orientation", tuple(v for v in ORIENTATION.values if v.value in SENT_TO)
)
REQUEST = _list(
    "request",
    "Demande adressée au destinataire",
    ("assess", "Évaluer la situation"),
    ("contact_family", "Prendre contact avec la famille"),
    ("propose_support", "Proposer un accompagnement à la famille"),
    ("schooling_support", "Proposer un appui à la scolarité"),
    ("socio_educational_support", "Proposer un appui socio-éducatif au mineur"),
)
RETURN_SUPPORT = _list(
    "return_support",
    "Mise en place d’un accompagnement",
    ("support_possible", "Accompagnement possible"),
    ("support_not_possible", "Accompagnement non possible"),
    ("received_only", "Orientation bien reçue"),
)
RETURN_REDIRECTION = _list(
    "return_redirection",
    "Réorientation éventuelle",
    ("not_redirected", "Pas de réorientation"),
    ("redirected_social", "Réorientation vers un partenaire social"),
    ("redirected_medico_social", "Réorientation vers un partenaire médico-social"),
    families={"redirected": ("redirected_social", "redirected_medico_social")},
)
CLOSURE = _list(
    "closure",
    "Motif de clôture",
    ("returns_received", "Retours reçus"),
    ("actions_done", "Actions terminées"),
    ("no_further_action", "Pas de suite de la cellule"),
    ("not_retained", "Non retenue"),
    ("other_arrondissement", "Relève d’un autre arrondissement"),
    ("came_of_age", "Majorité"),
    ("no_event", "Sans événement depuis le délai fixé"),
    ("not_screened", "Sans avis du Parquet dans le délai fixé"),
    ("right_exercised", "Exercice d’un droit"),
    ("withdrawn", "Retirée par l’auteur"),
    ("out_of_scope", "Ne relève pas de la cellule"),
)
COORDINATOR_CLOSURE = ChoiceList(
    "coordinator_closure",
    "Motif de clôture",
    tuple(
        v
        for v in CLOSURE.values
        if v.value in ("returns_received", "actions_done", "no_further_action", "other_arrondissement", "no_event")
    ),
)
HELD = _list(
    "held",
    "Tenue de la réunion",
    ("held_on_date", "Tenue à la date prévue"),
    ("held_later", "Tenue à une date reportée"),
    ("not_held", "Non tenue"),
    ("held_urgent", "Tenue en urgence (rixes)"),
)
ATTENDANCE = _list(
    "attendance",
    "Présence",
    ("present", "Présent"),
    ("excused", "Excusé"),
    ("represented", "Représenté par son suppléant"),
    ("absent", "Absent"),
    ("own_cases_only", "Présent pour ses seules situations"),
)
AGE_BAND = _list(
    "age_band",
    "Tranche d’âge, au jour de la saisine",
    ("under_13", "Moins de 13 ans"),
    ("13_15", "13 à 15 ans"),
    ("16_17", "16 et 17 ans"),
    ("age_unknown", "Non connue"),
)
SEX = _list("sex", "Sexe", ("girl", "Fille"), ("boy", "Garçon"))
STEERING = _list(
    "steering",
    "Réunions du comité de pilotage parisien",
    ("0", "Aucune"),
    *((str(number), str(number)) for number in range(1, 7)),
)
ORGANISATION = _list(
    "organisation",
    "Nature de l’organisme",
    ("town_hall", "Mairie d’arrondissement"),
    ("dpmp", "DPMP"),
    ("prosecutor", "Parquet"),
    ("police_station", "Commissariat"),
    ("pjj", "Protection judiciaire de la jeunesse"),
    ("education", "Éducation nationale"),
    ("school", "Établissement scolaire"),
    ("dsol", "DSOL"),
    ("social_landlord", "Bailleur social"),
    ("social_service", "Service social polyvalent"),
    ("crip75", "CRIP 75"),
    ("association", "Association"),
)
RECIPIENT_ORGANISATION: Mapping[str, tuple[str, ...]] = {
    "social_service": ("social_service",),
    "crip75": ("crip75",),
    "association": ("association",),
    "head_of_school": ("school",),
    "educational_success_lead": ("town_hall", "association", "education"),
}

# --- Seats (F33-01 … F33-04, F33-16) --------------------------------------------------------------------------------

SEATS = (
    Seat("coordinator", "Coordonnateur", "F33-01", origin="dpmp_coordinator", organisations=("dpmp",), keeper=True),
    Seat("town_hall", "Mairie d’arrondissement", "F33-01", origin="town_hall", organisations=("town_hall",)),
    Seat("prosecutor", "Parquet", "F33-01", origin="prosecutor", organisations=("prosecutor",)),
    Seat("police_station", "Commissariat", "F33-01", origin="police_station", organisations=("police_station",)),
    Seat("pjj", "Protection judiciaire de la jeunesse", "F33-01", origin="pjj", organisations=("pjj",), secrecy=True),
    Seat(
        "security_officer",
        "Référent sécurité de l’Éducation nationale",
        "F33-01",
        origin="education_security",
        organisations=("education",),
    ),
    Seat(
        "emas",
        "Équipe mobile académique de sécurité",
        "F33-01",
        origin="education_security",
        organisations=("education",),
    ),
    Seat(
        "head_of_school",
        "Chef d’établissement",
        "F33-14",
        origin="school",
        organisations=("school",),
        by_organisation=True,
    ),
    Seat("dsol", "DSOL", "F33-04", origin="dsol", organisations=("dsol",), secrecy=True),
    Seat(
        "landlord",
        "Bailleur social",
        "F33-02",
        member=False,
        origin="social_landlord",
        progress="three_states",
        organisations=("social_landlord",),
        by_organisation=True,
    ),
    Seat(
        "agent",
        "Agent de la DPMP",
        "F33-03",
        member=False,
        origin="dpmp_agent",
        progress="three_states",
        organisations=("dpmp",),
        by_organisation=True,
    ),
    Seat(
        "recipient",
        "Destinataire d’une orientation",
        "F33-05",
        member=False,
        progress="none",
        by_organisation=True,
        organisations=("social_service", "crip75", "association", "school", "town_hall", "education"),
    ),
    Seat(
        "controller",
        "Représentant du responsable de traitement",
        "F-03",
        member=False,
        progress="none",
        organisations=("town_hall",),
    ),
    Seat(
        "dpo",
        "Délégué à la protection des données",
        "F-03",
        member=False,
        progress="none",
        organisations=("town_hall",),
    ),
    Seat(
        "administrator",
        "Administrateur technique",
        "A-07",
        member=False,
        progress="none",
        organisations=("town_hall", "dpmp"),
    ),
)
REFERRERS = tuple(seat.name for seat in SEATS if seat.member or seat.name == "landlord")  # F33-02
CONVENED = (
    "town_hall",
    "police_station",
    "pjj",
    "security_officer",
    "emas",
)  # heads of school and the DSOL have rules of their own
OWNERS = (*CONVENED, "prosecutor", "head_of_school", "coordinator")  # may be responsible for an action (F33-15)

PRINT_REASON = _list(  # C1
    "print_reason",
    "Raison d’imprimer",
    ("meeting_without_screen", "Réunion sans écran"),
    ("hand_to_recipient", "Remise au destinataire désigné"),
    ("inform_person", "Information de la personne"),
    ("right_exercised", "Exercice d’un droit"),
    ("lawful_request", "Réquisition d’une autorité"),
)

# --- Compartments and fields (C-01 … C-05, F33-16) ------------------------------------------------------------------

INFORMATION = (
    Field(
        "informed_how",
        "Information de la personne",
        Kind.CHOICE,
        "C-05",
        choices=INFORMED_HOW,
        required=True,
        help="Comment elle a appris que sa situation est transmise à la cellule.",
    ),
    Field(
        "informed_on",
        "Date de l’information",
        Kind.PAST_DATE,
        "C-05",
        required=True,
        only_if=("informed_how", "!not_yet"),
        when="Si la personne est informée.",
    ),
    Field("informed_by", "Service qui a informé", Kind.LINE, "C-05", limit=80),
    Field(
        "defer_reason",
        "Raison de différer",
        Kind.CHOICE,
        "C-05",
        choices=DEFER_REASON,
        only_if=("informed_how", "not_yet"),
        when="Si la personne n’est pas encore informée.",
        preset="coordinator",
        help="C’est le coordonnateur qui l’inscrit.",
    ),
    Field(
        "defer_until",
        "À revoir le",
        Kind.COMING_DATE,
        "C-05",
        only_if=("informed_how", "not_yet"),
        when="Si la personne n’est pas encore informée.",
        preset="coordinator",
    ),
)
REPRESENTATIVE = (
    Field("quality", "Qualité", Kind.CHOICE, "C-01", choices=QUALITY, required=True),
    Field("surname", "Nom", Kind.LINE, "C-01", limit=80),
    Field("first_name", "Prénom", Kind.LINE, "C-01", limit=80),
    Field("address", "Adresse", Kind.LINE, "C-01", limit=160),
    Field("telephone", "Téléphone", Kind.PHONE, "C-01", limit=30),
    Field("email", "Adresse électronique", Kind.EMAIL, "C-01", limit=120),
    *INFORMATION,
)
IDENTITY = (
    Field("surname", "Nom", Kind.LINE, "C-01", required=True, limit=80),
    Field("first_name", "Prénom", Kind.LINE, "C-01", required=True, limit=80),
    Field("sex", "Sexe", Kind.CHOICE, "C-01", choices=SEX),
    Field("birth", "Date de naissance", Kind.CHOICE, "C-01", choices=BIRTH, required=True, silent=True),
    Field("birth_date", "Né ou née le", Kind.PAST_DATE, "C-01", required=True, only_if=("birth", "birth_known")),
    Field("birth_year", "Année de naissance", Kind.YEAR, "C-01", required=True, only_if=("birth", "birth_year_only")),
    Field(
        "age",
        "Âge estimé",
        Kind.AGE,
        "F33-12",
        required=True,
        only_if=("birth", "age_estimated"),
        help="En années, au jour de la saisine.",
    ),
    Field("address", "Adresse", Kind.LINE, "C-01", limit=160),
    Field("telephone", "Téléphone", Kind.PHONE, "C-01", limit=30),
    Field("email", "Adresse électronique", Kind.EMAIL, "C-01", limit=120),
    Field("schooling", "Scolarité ou situation", Kind.CHOICE, "C-01", choices=SCHOOLING, required=True),
    Field(
        "school",
        "Établissement fréquenté",
        Kind.SCHOOL,
        "C-01",
        help="S’il figure dans la liste. Sans lui, aucun chef d’établissement ne siège pour ce mineur.",
    ),
    *INFORMATION,
    Field(
        "representatives",
        "Représentant légal",
        Kind.ROWS,
        "C-01",
        fields=REPRESENTATIVE,
        rows=(0, 4),
        help="Représentants légaux : les parents, ou la personne ou le service qui exerce l’autorité parentale.",
    ),
)
REASONS = (
    Field(
        "danger",
        "Le mineur est en danger",
        Kind.FLAG,
        "F33-13",
        help="Cocher cette case ne transmet rien. Appelez sans attendre : CRIP 75, 119, 17 ou le Parquet.",
    ),
    Field(
        "danger_route",
        "Voie déjà prise",
        Kind.CHOICE,
        "F33-13",
        choices=DANGER_ROUTE,
        required=True,
        only_if=("danger", "1"),
    ),
    Field(
        "reasons",
        "Tous les motifs",
        Kind.CHOICES,
        "C-02",
        choices=REASON,
        required=True,
        help="Cochez chacun de ceux qui conviennent.",
    ),
    Field("main_reason", "Motif principal", Kind.CHOICE, "C-02", choices=REASON, required=True),
    Field(
        "steps_taken",
        "Démarches déjà engagées par le service qui saisit",
        Kind.CHOICES,
        "C-02",
        choices=STEPS_TAKEN,
        help="Jamais celles d’un autre service.",
    ),
    Field("rixe", "La situation est en lien avec une rixe", Kind.FLAG, "F33-07"),
    Field("origin", "Origine de la saisine", Kind.CHOICE, "C-02", choices=ORIGIN, preset="origin", required=True),
    Field("reception", "Mode de réception", Kind.CHOICE, "C-02", choices=RECEPTION, preset="reception", required=True),
)
PLACE_HELP = "Un nom de rue ou de lieu public, jamais une adresse privée."
FACT = (
    Field("day", "Date du fait", Kind.PAST_DATE, "C-03", required=True),
    Field("place", "Lieu", Kind.CHOICE, "C-03", choices=PLACE, required=True),
    Field(
        "place_name",
        "Précision sur le lieu",
        Kind.LINE,
        "C-03",
        limit=100,
        help=PLACE_HELP,
        guarded=True,
    ),
)
TEXT_HELP = "Des faits objectifs, constatés par vous. La personne concernée peut lire ce texte."
ACCOUNT = (
    Field("facts", "Fait", Kind.ROWS, "C-03", fields=FACT, rows=(1, 5), required=True),
    Field("text", "Exposé court", Kind.TEXT, "C-03", limit=500, setting="text_limit", help=TEXT_HELP, guarded=True),
)
REMONTEE = (
    Field("reason", "Motif", Kind.CHOICE, "F33-03", choices=AGENT_REASON, required=True),
    Field("day", "Date", Kind.PAST_DATE, "F33-03", required=True),
    Field("place", "Lieu", Kind.CHOICE, "F33-03", choices=PLACE, required=True),
    Field("place_name", "Précision sur le lieu", Kind.LINE, "F33-03", limit=100, help=PLACE_HELP, guarded=True),
    Field("surname", "Nom, s’il est connu", Kind.LINE, "C-01", limit=80),
    Field("first_name", "Prénom, s’il est connu", Kind.LINE, "C-01", limit=80),
    Field("age", "Âge estimé", Kind.AGE, "F33-12"),
    Field("text", "Exposé court", Kind.TEXT, "C-03", limit=500, setting="text_limit", help=TEXT_HELP, guarded=True),
)
JUDICIAL = (
    Field(
        "defer",
        "Information de la personne à différer",
        Kind.CHOICE,
        "C-05",
        choices=PROSECUTOR_DEFER,
        unanswered="Non",
    ),
    Field(
        "note",
        "Texte de la note",
        Kind.TEXT,
        "C-04",
        limit=500,
        help="Lisible par le Parquet seul, détruite à la clôture.",
    ),
)
DECIDED = (
    Field("decision", "Ce qui est décidé", Kind.CHOICE, "C-08", choices=DECISION, required=True),
    Field(
        "orientation",
        "Orientation décidée",
        Kind.CHOICE,
        "F33-05",
        choices=ORIENTATION,
        required=True,
        only_if=("decision", "orientation"),
    ),
    Field(
        "action",
        "Action confiée",
        Kind.CHOICE,
        "C-08",
        choices=ACTION,
        required=True,
        only_if=("decision", "member_action"),
    ),
    Field(
        "owner",
        "Responsable",
        Kind.MEMBER,
        "F33-15",
        help="À désigner pour une action ou un référent de parcours.",
        unanswered="Aucun responsable",
    ),
    Field("due", "Échéance", Kind.COMING_DATE, "F33-15"),
)
ORIENTED_IDENTITY = (
    "surname",
    "first_name",
    "sex",
    "birth",
    "birth_date",
    "birth_year",
    "age",
    "address",
    "telephone",
    "email",
    "schooling",
)
GUARDIAN_COPY = tuple(item for item in REPRESENTATIVE if item not in INFORMATION)
ORIENTATION_FIELDS = (
    Field("type", "Type d’orientation", Kind.CHOICE, "F33-05", choices=SENT_ORIENTATION, required=True),
    Field("request", "Demande", Kind.CHOICES, "F33-05", choices=REQUEST, required=True),
    *(item for item in IDENTITY if item.name in ORIENTED_IDENTITY),
    Field("representatives", "Représentant légal", Kind.ROWS, "C-01", fields=GUARDIAN_COPY, rows=(0, 4)),
)
RETURN_FIELDS = (
    Field(
        "support",
        "Un accompagnement est-il possible ?",
        Kind.CHOICE,
        "F33-06",
        choices=RETURN_SUPPORT,
        required=True,
        reserved=(("received_only", "crip"),),
    ),
    Field(
        "redirection",
        "Une réorientation est-elle utile ?",
        Kind.CHOICE,
        "F33-06",
        choices=RETURN_REDIRECTION,
        required=True,
    ),
)
NAMING_NOBODY = ("presence_on_place",)  # A18: the sheet of such an action says nothing of the person
SHEET_FIELDS = (
    Field("decision", "Décision", Kind.CHOICE, "F33-15", choices=DECISION, required=True),
    Field("action", "Action confiée", Kind.CHOICE, "F33-15", choices=ACTION),
    Field("due", "Échéance", Kind.DATE, "F33-15"),
    Field("surname", "Nom", Kind.LINE, "F33-15", limit=80),
    Field("first_name", "Prénom", Kind.LINE, "F33-15", limit=80),
    Field("telephone", "Téléphone", Kind.PHONE, "F33-15", limit=30),
)
SHEET_TOLD = {  # what a decision means for who is responsible, where its label asks for nothing
    "lead_named": "La personne responsable est désignée référent de parcours de ce mineur."
    " La cellule n’a rien inscrit de plus : le coordonnateur précise ce qui est attendu."
}
MATCH_FIELDS = (
    Field("surname", "Nom", Kind.LINE, "C-10", limit=80),
    Field("first_name", "Prénom", Kind.LINE, "C-10", limit=80),
    Field("earliest", "Né ou née au plus tôt", Kind.DATE, "C-10"),
    Field("latest", "Né ou née au plus tard", Kind.DATE, "C-10"),
)
DISTINCT_FIELDS = (
    Field(
        "others",
        "Situation écartée",
        Kind.ROWS,
        "C-10",
        fields=(Field("case", "Situation", Kind.LINE, "C-10", limit=36),),
        rows=(0, 16),
    ),
)
COMPARTMENTS = (
    Compartment("identity", "Identité", "C-01", IDENTITY, 24_576),
    Compartment("reason", "Motifs", "C-02", REASONS, 2_048),
    Compartment("account", "Exposé", "C-03", ACCOUNT, 8_192),
    Compartment("judicial", "Note du Parquet", "C-04", JUDICIAL, 4_096, apart=True),
    Compartment(
        "deliberation",
        "Décisions",
        "C-08",
        (Field("decisions", "Décision", Kind.ROWS, "C-08", fields=DECIDED, rows=(1, 6)),),
        4_096,
    ),
    Compartment("remontee", "Remontée", "F33-03", REMONTEE, 6_144),
    Compartment(
        "request",
        "Précisions demandées",
        "F33-02",
        (Field("points", "Points à préciser", Kind.CHOICES, "F33-02", choices=POINTS, required=True),),
        512,
    ),
    Compartment("match", "Rapprochement", "C-10", MATCH_FIELDS, 2_048, computed=True),
    Compartment("distinct", "Rapprochements écartés", "C-10", DISTINCT_FIELDS, 3_072, computed=True),
    Compartment("orientation", "Orientation", "F33-05", ORIENTATION_FIELDS, 20_480, machine="orientation"),
    Compartment("return", "Retour", "F33-06", RETURN_FIELDS, 512, machine="orientation"),
    Compartment("owner_sheet", "Fiche d’action", "F33-15", SHEET_FIELDS, 3_072, machine="owner_sheet"),
)

# --- Steps ----------------------------------------------------------------------------------------------------------

STEPS = (
    Step("reported", "Remontée reçue", "F33-03", shown="received", story="Le coordonnateur examine la remontée."),
    Step(
        "report_correcting",
        "Précisions demandées",
        "F33-03",
        shown="details_requested",
        story="L’agent complète sa remontée.",
    ),
    Step(
        "received",
        "Saisine reçue",
        "F33-02",
        shown="received",
        story="Le coordonnateur vérifie la saisine.",
        phase="Saisine",
    ),
    Step(
        "correcting",
        "Précisions demandées",
        "F33-02",
        shown="details_requested",
        story="L’auteur complète sa saisine.",
        phase="Saisine",
    ),
    Step("screening", "Transmise au Parquet", "F33-10", story="Le Parquet donne son avis.", phase="Avis du Parquet"),
    Step(
        "clarifying",
        "Précisions demandées par le Parquet",
        "F33-10",
        shown="details_requested",
        story="L’auteur complète sa saisine.",
        phase="Avis du Parquet",
    ),
    Step(
        "retained", "Retenue par le Parquet", "F33-10", story="La situation attend une réunion.", phase="Ordre du jour"
    ),
    Step(
        "scheduled",
        "Inscrite à l’ordre du jour",
        "C-05",
        story="La cellule l’examinera à la réunion.",
        phase="Ordre du jour",
    ),
    Step(
        "in_session",
        "Échange nominatif ouvert",
        "F33-16",
        story="Les personnes convoquées lisent la situation.",
        phase="Réunion",
    ),
    Step(
        "examined",
        "Examinée",
        "C-08",
        story="La cellule a décidé ; le relevé attend la signature du coordonnateur.",
        phase="Réunion",
    ),
    Step("signed", "Relevé signé", "C-08", story="Le relevé attend l’approbation de la mairie.", phase="Réunion"),
    Step("followed", "Suivi en cours", "F33-15", story="Les décisions s’exécutent.", phase="Suivi"),
    Step("closed", "Clôturée", "R-04", closed=True, story="Le suivi est terminé.", phase="Clôture"),
    Step("dismissed", "Sans suite", "R-02", closed=True, story="La situation sera effacée."),
    Step("not_retained", "Non retenue", "F33-10", closed=True, story="La situation sera effacée."),
    Step("archived", "Archive intermédiaire", "R-04", closed=True, story="Plus personne ne lit la situation."),
    Step("destroyed", "Éliminée", "R-08", final=True, closed=True, story="La situation est effacée."),
    Step("sent", "Envoyée", "F33-05", machine="orientation", story="Le destinataire n’a pas encore répondu."),
    Step("returned", "Retour reçu", "F33-06", machine="orientation", story="Le destinataire a répondu."),
    Step("recalled", "Envoi annulé", "F33-05", machine="orientation", story="Le coordonnateur a annulé l’envoi."),
    Step("open", "À faire", "F33-15", machine="owner_sheet", story="L’action est en cours."),
    Step("done", "Faite", "F33-15", machine="owner_sheet", story="L’action est faite."),
    Step("withdrawn", "Reprise", "F33-15", machine="owner_sheet", story="Le coordonnateur a repris l’action."),
)
CHECKING = ("received", "correcting")
SCREENED = ("screening", "clarifying", "retained", "scheduled", "in_session", "examined", "signed", "followed")
SESSION = ("in_session", "examined", "signed")
DECIDED_STEPS = ("examined", "signed", "followed")
ERASED = ("dismissed", "not_retained")
ENDED = ("closed", *ERASED)
KEPT = ("reported", "report_correcting", *CHECKING, *SCREENED, *ENDED, "archived")
ACTIVE = tuple(step for step in KEPT if step != "archived")
ORIENTATION_STEPS = ("sent", "returned", "recalled")
SHEET_STEPS = ("open", "done", "withdrawn")
REFERRAL = ("identity", "reason", "account")

# --- Grants (F33-16): what is not granted is refused ----------------------------------------------------------------

CORRECTING = ("correcting", "clarifying")
GRANTS = (
    Grant("F33-03", ("coordinator",), ("remontee",), ACTIVE),
    Grant("F33-03", ("agent",), ("remontee", "request"), ("report_correcting",), Relation.OWN, HolderKind.MEMBER),
    Grant("F33-16", ("coordinator",), (*REFERRAL, "request", "match", "distinct"), ACTIVE),
    Grant("F33-02", REFERRERS, ("identity", "reason", "request"), CORRECTING, Relation.OWN, HolderKind.MEMBER),
    Grant(
        "F33-02", tuple(s for s in REFERRERS if s != "dsol"), ("account",), CORRECTING, Relation.OWN, HolderKind.MEMBER
    ),
    Grant("F33-16", ("prosecutor",), REFERRAL, SCREENED),
    Grant("C-04", ("prosecutor",), ("judicial",), SCREENED, holder=HolderKind.APART),
    Grant("F33-16", CONVENED, REFERRAL, SESSION, Relation.CONVENED, HolderKind.MEMBER, requires=("exchange",)),
    Grant(
        "F33-14", ("head_of_school",), REFERRAL, SESSION, Relation.OWN_SCHOOL, HolderKind.MEMBER, requires=("exchange",)
    ),
    Grant(
        "F33-04",
        ("dsol",),
        ("identity", "reason"),
        SESSION,
        Relation.CONVENED,
        HolderKind.MEMBER,
        requires=("exchange",),
    ),
    Grant(
        "F33-16",
        ("coordinator",),
        ("deliberation",),
        (*SESSION, "retained", "scheduled", "followed", "closed", "dismissed"),
    ),
    Grant("F33-16", ("prosecutor",), ("deliberation",), (*SESSION, "retained", "scheduled", "followed")),
    Grant("F33-16", CONVENED, ("deliberation",), SESSION, Relation.CONVENED, HolderKind.MEMBER, requires=("exchange",)),
    Grant(
        "F33-14",
        ("head_of_school",),
        ("deliberation",),
        SESSION,
        Relation.OWN_SCHOOL,
        HolderKind.MEMBER,
        requires=("exchange",),
    ),
    Grant("F33-15", ("coordinator",), ("owner_sheet",), SHEET_STEPS, cases=ACTIVE),
    Grant(
        "F33-15",
        OWNERS,
        ("owner_sheet",),
        ("open",),
        Relation.OWNER,
        HolderKind.MEMBER,
        cases=DECIDED_STEPS,
    ),
    Grant("F33-16", ("coordinator",), ("orientation", "return"), ORIENTATION_STEPS, cases=ACTIVE),
    Grant(
        "F33-05",
        ("recipient",),
        ("orientation",),
        ("sent",),
        Relation.ADDRESSED,
        HolderKind.ORGANISATION,
        cases=("followed", "closed"),
    ),
    Grant("F33-04", ("dsol",), ("orientation",), ("sent",), cases=("followed", "closed"), part_requires=("social",)),
    Grant(
        "F33-04", ("dsol",), ("orientation", "return"), ("returned",), cases=("followed",), part_requires=("social",)
    ),
    Grant(
        "R-04",
        (),
        (*REFERRAL, "request", "remontee", "deliberation", "match", "distinct"),
        KEPT,
        holder=HolderKind.ESCROW,
    ),
    Grant("R-04", (), ("orientation", "return"), ORIENTATION_STEPS, holder=HolderKind.ESCROW, cases=KEPT),
    Grant("R-04", (), ("owner_sheet",), SHEET_STEPS, holder=HolderKind.ESCROW, cases=KEPT),
)

# --- Moves ----------------------------------------------------------------------------------------------------------

WHOLE = (Write("reason"), Write("account"), Write("identity"))  # closed lists first, then the facts, then who
THANKS = "Votre saisine est transmise au coordonnateur. Elle n’est lisible que par lui jusqu’à l’examen par le Parquet."
FORM_HELP = "Des faits, des dates, des lieux. Rien sur la santé, la religion, l’origine ou une procédure."

MOVES = (
    # beginning
    Move(
        "refer",
        "Envoyer la saisine",
        "F33-02",
        REFERRERS,
        (),
        "received",
        writes=WHOLE,
        fact="referral_made",
        done=THANKS,
        help=FORM_HELP,
        opening="Nouvelle saisine",
        past="saisine envoyée",
    ),
    Move(
        "refer_on_behalf",
        "Enregistrer la saisine pour le compte d’un partenaire",
        "F33-02",
        ("coordinator",),
        (),
        "received",
        writes=WHOLE,
        asks=("origin", "coordinator"),
        fact="referral_made",
        done="La saisine est enregistrée.",
        help=FORM_HELP,
        opening="Nouvelle saisine pour le compte d’un partenaire",
        past="saisine enregistrée pour le compte d’un partenaire",
    ),
    Move(
        "report",
        "Envoyer la remontée",
        "F33-03",
        ("agent",),
        (),
        "reported",
        writes=(Write("remontee"),),
        done="Votre remontée est transmise au coordonnateur, seul à pouvoir la lire.",
        help=FORM_HELP,
        opening="Nouvelle remontée",
        past="remontée envoyée",
    ),
    # remontée
    Move(
        "take_up",
        "En faire une saisine",
        "F33-03",
        ("coordinator",),
        ("reported",),
        "received",
        writes=WHOLE,
        asks=("coordinator",),
        adopts=True,
        fact="referral_made",
        done="La remontée devient une saisine.",
        past="remontée devenue saisine",
        shows=("remontee",),
    ),
    Move(
        "ask_report_details",
        "Demander des précisions à l’agent",
        "F33-03",
        ("coordinator",),
        ("reported",),
        "report_correcting",
        writes=(Write("request"),),
        done="L’agent peut de nouveau ouvrir sa remontée, pour la compléter.",
        past="précisions demandées à l’agent",
        help="L’agent trouve votre demande sur sa page d’accueil, et peut de nouveau lire sa remontée.",
    ),
    Move(
        "correct_report",
        "Compléter et renvoyer la remontée",
        "F33-03",
        ("agent",),
        ("report_correcting",),
        "reported",
        relation=Relation.OWN,
        writes=(Write("remontee"),),
        done="Votre remontée complétée est transmise au coordonnateur.",
        past="remontée complétée",
        shows=("request",),
    ),
    Move(
        "resume_report",
        "Reprendre sans attendre",
        "F33-03",
        ("coordinator",),
        ("report_correcting",),
        "reported",
        done="La remontée vous revient.",
        past="remontée reprise sans attendre",
        help="Sans les précisions de l’agent, qui ne pourra plus compléter sa remontée.",
        aside=True,
    ),
    Move(
        "decline_report",
        "Ne pas donner suite",
        "F33-03",
        ("coordinator",),
        ("reported", "report_correcting"),
        "dismissed",
        takes=(Take.REASON,),
        reasons=DISMISSAL,
        done="La remontée est close. Elle sera effacée dans trente jours.",
        past="remontée sans suite",
        help="La remontée sera effacée dans trente jours.",
        aside=True,
    ),
    # check by the coordinator
    Move(
        "transmit",
        "Transmettre au Parquet",
        "F33-10",
        ("coordinator",),
        ("received",),
        "screening",
        asks_opinion=True,
        done="La saisine est transmise au Parquet, qui peut maintenant la lire.",
        help="Une transmission ne se reprend pas.",
        key="t",
        past="transmise au Parquet",
    ),
    Move(
        "ask_details",
        "Demander des précisions à l’auteur",
        "F33-02",
        ("coordinator",),
        ("received",),
        "correcting",
        writes=(Write("request"),),
        done="L’auteur peut de nouveau ouvrir sa saisine, pour la compléter.",
        key="p",
        past="précisions demandées à l’auteur",
        help="L’auteur trouve votre demande sur sa page d’accueil, et peut de nouveau lire sa saisine.",
    ),
    Move(
        "correct",
        "Compléter et renvoyer la saisine",
        "F33-02",
        REFERRERS,
        ("correcting",),
        "received",
        relation=Relation.OWN,
        done=THANKS,
        writes=(Write("reason"), Write("account", optional=True), Write("identity")),
        past="saisine complétée",
        shows=("request",),
    ),
    Move(
        "resume",
        "Reprendre sans attendre",
        "F33-02",
        ("coordinator",),
        ("correcting",),
        "received",
        done="La saisine vous revient.",
        past="saisine reprise sans attendre",
        help="Sans les précisions de l’auteur, qui ne pourra plus compléter sa saisine.",
        aside=True,
    ),
    Move(
        "dismiss",
        "Ne pas donner suite",
        "R-02",
        ("coordinator",),
        (*CHECKING, "clarifying", "retained"),
        "dismissed",
        takes=(Take.REASON,),
        reasons=DISMISSAL,
        done="La saisine est close. Elle sera effacée dans trente jours.",
        past="sans suite",
        help="La saisine sera effacée dans trente jours.",
        aside=True,
    ),
    Move(
        "withdraw",
        "Retirer la saisine",
        "R-02",
        REFERRERS,
        CHECKING,
        "dismissed",
        relation=Relation.OWN,
        reason="withdrawn",
        done="Votre saisine est retirée. Elle sera effacée dans trente jours.",
        help="Elle ne sera pas examinée, et sera effacée dans trente jours. Vous ne pourrez pas revenir en arrière.",
        past="saisine retirée",
        aside=True,
    ),
    # avis du Parquet
    Move(
        "retain",
        "Retenir la situation",
        "F33-10",
        ("prosecutor",),
        ("screening",),
        "retained",
        writes=(Write("judicial"),),
        sets=("retenue",),
        fact="situation_retained",
        done="La situation est retenue. Elle peut être inscrite à l’ordre du jour d’une réunion."
        " En cas d’erreur, prévenez aussitôt le coordonnateur : il peut encore ne pas donner suite.",
        key="r",
        past="retenue par le Parquet",
    ),
    Move(
        "not_retain",
        "Ne pas retenir la situation",
        "F33-10",
        ("prosecutor",),
        ("screening",),
        "not_retained",
        reason="not_retained",
        done="La situation n’est pas retenue. Elle sera effacée dans trente jours."
        " En cas d’erreur, demandez au coordonnateur de vous la transmettre de nouveau avant cette date.",
        key="n",
        past="non retenue par le Parquet",
    ),
    Move(
        "screen_again",
        "Transmettre de nouveau au Parquet",
        "F33-10",
        ("coordinator",),
        ("not_retained",),
        "screening",
        asks_opinion=True,
        done="La situation attend de nouveau l’avis du Parquet, qui peut la lire.",
        help="À la demande du Parquet, quand son avis a été donné par erreur. Sans nouvel avis, la situation reste à effacer.",
        past="transmise de nouveau au Parquet",
        aside=True,
    ),
    Move(
        "ask_clarification",
        "Demander des précisions",
        "F33-10",
        ("prosecutor",),
        ("screening",),
        "clarifying",
        writes=(Write("judicial"), Write("request")),
        done="Les précisions sont demandées à l’auteur et signalées au coordonnateur.",
        key="p",
        past="précisions demandées par le Parquet",
    ),
    Move(
        "clarify",
        "Compléter et renvoyer la saisine",
        "F33-10",
        REFERRERS,
        ("clarifying",),
        "screening",
        relation=Relation.OWN,
        writes=(Write("reason"), Write("account", optional=True), Write("identity")),
        done="Votre saisine complétée est transmise au Parquet.",
        past="saisine complétée pour le Parquet",
        shows=("request",),
    ),
    Move(
        "resume_screening",
        "Rendre au Parquet sans attendre",
        "F33-10",
        ("coordinator",),
        ("clarifying",),
        "screening",
        done="Le Parquet reprend l’examen.",
        past="rendue au Parquet sans attendre",
        help="Sans les précisions de l’auteur, qui ne pourra plus compléter sa saisine.",
        aside=True,
    ),
    # information of the persons
    Move(
        "inform",
        "Compléter l’information des personnes",
        "C-05",
        ("coordinator",),
        (
            "received",
            "screening",
            "clarifying",
            "retained",
            "scheduled",
            "in_session",
            "examined",
            "signed",
            "followed",
        ),
        writes=(
            Write(
                "identity",
                ("informed_how", "informed_on", "informed_by", "defer_reason", "defer_until", "representatives"),
            ),
        ),
        asks=("coordinator",),
        settles="informed",
        done="L’information des personnes est enregistrée.",
        past="information des personnes complétée",
        help="Inscrivez qui a informé le mineur et chaque représentant légal, quand et comment."
        " Sans cette information, la situation n’est inscrite à aucune réunion.",
    ),
    # meeting
    Move(
        "schedule",
        "Inscrire à l’ordre du jour",
        "C-05",
        ("coordinator",),
        ("retained",),
        "scheduled",
        takes=(Take.MEETING,),
        requires=("informed", "retenue"),
        done="La situation est inscrite à l’ordre du jour.",
        page="meetings.agenda",
        key="o",
        past="inscrite à l’ordre du jour",
    ),
    Move(
        "unschedule",
        "Retirer de l’ordre du jour",
        "C-05",
        ("coordinator",),
        ("scheduled",),
        "retained",
        forgets_meeting=True,
        done="La situation est retirée de l’ordre du jour.",
        past="retirée de l’ordre du jour",
        help="La situation reste retenue par le Parquet et attend une autre réunion.",
        aside=True,
    ),
    Move(
        "circulate",
        "Ouvrir l’échange nominatif",
        "F33-16",
        ("coordinator",),
        ("scheduled",),
        "in_session",
        requires=("informed", "retenue"),
        sets=("exchange",),
        takes=(Take.CONVENED, Take.WINDOW),
        page="meetings.circulate",
        done="Les personnes convoquées peuvent lire la situation.",
        past="échange nominatif ouvert",
    ),
    Move(
        "decide",
        "Enregistrer les décisions",
        "C-08",
        ("coordinator",),
        ("in_session", "examined"),
        "examined",
        writes=(Write("deliberation"),),
        done="Les décisions sont enregistrées.",
        page="meetings.decide",
        key="d",
        past="décisions enregistrées",
    ),
    Move(
        "recuse",
        "Se déporter de cette situation",
        "F33-16",
        (*CONVENED, "head_of_school", "dsol"),
        SESSION,
        relation=Relation.CONVENED,
        takes=(Take.PERSON,),
        requires=("exchange",),
        done="Vous ne lisez plus cette situation.",
        help="Vous ne lirez plus cette situation ni ses décisions. C’est définitif pour cette réunion.",
        past="déport d’une personne convoquée",
        aside=True,
    ),
    Move(
        "exclude",
        "Écarter une personne de cette situation",
        "F33-16",
        ("coordinator",),
        SESSION,
        takes=(Take.PERSON,),
        requires=("exchange",),
        page="meetings.recusal",
        done="Cette personne ne lit plus la situation.",
        past="personne convoquée écartée",
        aside=True,
    ),
    Move(
        "assign",
        "Confier l’action à son responsable",
        "F33-15",
        ("coordinator",),
        DECIDED_STEPS,
        writes=(Write("owner_sheet"),),
        takes=(Take.OWNER, Take.DUE),
        spawns="owner_sheet",
        page="cases.assign",
        done="Le responsable peut lire sa fiche.",
        past="action confiée à son responsable",
    ),
    Move(
        "withdraw_sheet",
        "Reprendre la fiche d’action",
        "F33-15",
        ("coordinator",),
        ("open",),
        "withdrawn",
        machine="owner_sheet",
        cases=DECIDED_STEPS,
        done="Le responsable ne lit plus la fiche.",
        past="action reprise à son responsable",
        help="Le responsable ne lira plus la fiche : prévenez-le.",
        aside=True,
    ),
    Move(
        "not_examined",
        "Rendre à une prochaine réunion",
        "F33-08",
        ("coordinator",),
        ("in_session",),
        "retained",
        clears=("exchange",),
        forgets_meeting=True,
        done="La situation attend une prochaine réunion.",
        past="rendue à une prochaine réunion",
        help="La situation n’a pas été examinée : elle attend une autre réunion, et l’échange nominatif se ferme pour elle.",
        aside=True,
    ),
    Move(
        "sign_record",
        "Signer le relevé de décisions",
        "C-08",
        ("coordinator",),
        ("examined",),
        "signed",
        page="meetings.record",
        done="Le relevé attend la mairie.",
        past="relevé signé",
    ),
    Move(
        "reopen_record",
        "Corriger le relevé",
        "C-08",
        ("coordinator",),
        ("signed",),
        "examined",
        done="Le relevé peut être corrigé.",
        past="relevé rouvert",
        help="Les décisions pourront être corrigées. Le relevé sera ensuite à signer de nouveau.",
        aside=True,
    ),
    Move(
        "approve",
        "Approuver : suivi",
        "C-08",
        ("town_hall",),
        ("signed",),
        "followed",
        requires=("outcome_followed",),
        clears=("exchange",),
        fact="situation_examined",
        page="meetings.record",
        done="Le relevé est approuvé. L’échange nominatif est clos.",
        past="relevé approuvé, suivi",
    ),
    Move(
        "approve_without_follow_up",
        "Approuver : sans suite",
        "R-02",
        ("town_hall",),
        ("signed",),
        "dismissed",
        requires=("outcome_nothing",),
        clears=("exchange",),
        reason="no_further_action",
        fact="situation_examined",
        page="meetings.record",
        done="Le relevé est approuvé. La situation sera effacée dans trente jours.",
        past="relevé approuvé, sans suite",
    ),
    Move(
        "approve_postponed",
        "Approuver : examen reporté",
        "C-08",
        ("town_hall",),
        ("signed",),
        "retained",
        requires=("outcome_postponed",),
        clears=("exchange",),
        forgets_meeting=True,
        page="meetings.record",
        done="La situation attend une prochaine réunion.",
        past="relevé approuvé, examen reporté",
    ),
    Move(
        "approve_closed",
        "Approuver : clôture",
        "C-08",
        ("town_hall",),
        ("signed",),
        "closed",
        requires=("outcome_closed",),
        clears=("exchange",),
        reason="actions_done",
        fact="situation_examined",
        page="meetings.record",
        done="Le relevé est approuvé. La situation est clôturée.",
        past="relevé approuvé, clôture",
    ),
    # orientations and actions
    Move(
        "orient",
        "Envoyer l’orientation",
        "F33-05",
        ("coordinator",),
        ("followed",),
        writes=(Write("orientation"),),
        takes=(Take.RECIPIENT,),
        requires=("informed",),
        spawns="orientation",
        fact="orientation_made",
        page="cases.orient",
        key="o",
        done="Le destinataire peut lire la fiche qui lui est adressée, et elle seule.",
        past="orientation envoyée",
    ),
    Move(
        "alert_crip",
        "Envoyer l’orientation à la CRIP 75",
        "C-05",
        ("coordinator",),
        ("followed",),
        writes=(Write("orientation"),),
        takes=(Take.RECIPIENT,),
        forbids=("informed",),
        part_requires=("crip",),
        spawns="orientation",
        fact="orientation_made",
        page="cases.orient",
        done="La CRIP 75 peut lire la fiche qui lui est adressée, et elle seule.",
        past="orientation envoyée à la CRIP 75",
    ),
    Move(
        "close",
        "Clôturer la situation",
        "R-04",
        ("coordinator",),
        ("followed",),
        "closed",
        takes=(Take.REASON,),
        reasons=COORDINATOR_CLOSURE,
        key="c",
        done="La situation est clôturée. Seuls les coordonnateurs peuvent encore la lire.",
        help="Une clôture est définitive : la situation ne se rouvre pas. Seuls les coordonnateurs pourront encore la lire.",
        past="clôturée",
    ),
    Move(
        "link",
        "Relier à une autre situation",
        "C-10",
        ("coordinator",),
        ACTIVE,
        takes=(Take.OTHER,),
        page="cases.compare",
        done="Les deux situations sont reliées ; elles restent deux situations.",
        past="reliée à une autre situation, ou déliée",
        discreet=True,
        aside=True,
    ),
    Move(
        "tell_apart",
        "Écarter un rapprochement",
        "C-10",
        ("coordinator",),
        ACTIVE,
        writes=(Write("distinct"),),
        page="cases.apart",
        done="Le rapprochement est écarté.",
        past="rapprochement écarté ou repris",
        discreet=True,
        aside=True,
    ),
    Move(
        "note",
        "Modifier la note du Parquet",
        "C-04",
        ("prosecutor",),
        SCREENED,
        writes=(Write("judicial"),),
        requires=("retenue",),
        done="La note est enregistrée. Le Parquet seul peut la lire.",
        past="note du Parquet modifiée",
        discreet=True,
        aside=True,
    ),
    Move(
        "answer",
        "Envoyer le retour",
        "F33-06",
        ("recipient",),
        ("sent",),
        "returned",
        machine="orientation",
        relation=Relation.ADDRESSED,
        writes=(Write("return"),),
        cases=("followed", "closed"),
        fact="return_received",
        done="Votre retour est transmis. La fiche ne vous est plus ouverte."
        " Besoin de la fiche, ou une erreur : demandez au coordonnateur de vous l’adresser de nouveau.",
        help="Après l’envoi, la fiche ci-dessus ne vous est plus ouverte : notez d’abord ce qu’il vous faut pour prendre contact.",
        past="retour envoyé",
        shows=("orientation",),
    ),
    Move(
        "record_return",
        "Enregistrer le retour du service social",
        "F33-04",
        ("dsol",),
        ("sent",),
        "returned",
        machine="orientation",
        writes=(Write("return"),),
        cases=("followed", "closed"),
        part_requires=("social",),
        fact="return_received",
        done="Le retour est enregistré.",
        past="retour enregistré par la DSOL",
        shows=("orientation",),
    ),
    Move(
        "recall",
        "Annuler l’envoi de l’orientation",
        "F33-05",
        ("coordinator",),
        ("sent",),
        "recalled",
        machine="orientation",
        cases=("followed", "closed"),
        done="Le destinataire ne lit plus la fiche.",
        past="envoi de l’orientation annulé",
        help="Le destinataire ne lira plus la fiche et ne pourra plus répondre : prévenez-le s’il a déjà pris contact.",
        aside=True,
    ),
    Move(
        "finish",
        "Indiquer que l’action est faite",
        "F33-15",
        OWNERS,
        ("open",),
        "done",
        machine="owner_sheet",
        relation=Relation.OWNER,
        cases=DECIDED_STEPS,
        done="L’action est faite. La fiche ne vous est plus ouverte.",
        past="action faite",
        help="La fiche ne vous sera plus ouverte : notez avant ce dont vous avez encore besoin.",
    ),
    # the clock
    Move(
        "window_ends",
        "Fin de l’échange nominatif",
        "F33-16",
        (),
        SESSION,
        requires=("exchange",),
        clears=("exchange",),
        timed=True,
        past="fin de l’échange nominatif",
    ),
    Move(
        "silence",
        "Sans avis du Parquet",
        "F33-10",
        (),
        ("screening", "clarifying"),
        "dismissed",
        reason="not_screened",
        timed=True,
        past="close sans avis du Parquet",
    ),
    Move(
        "come_of_age_early",
        "Majorité avant examen",
        "F33-12",
        (),
        ("reported", "report_correcting", *CHECKING, "screening", "clarifying", "retained", "scheduled"),
        "dismissed",
        reason="came_of_age",
        timed=True,
        past="close à la majorité",
    ),
    Move(
        "come_of_age",
        "Majorité",
        "F33-12",
        (),
        (*SESSION, "followed"),
        "closed",
        reason="came_of_age",
        clears=("exchange",),
        timed=True,
        past="close à la majorité",
    ),
    Move("erase", "Effacement", "R-02", (), ERASED, "destroyed", timed=True, past="effacée"),
    Move(
        "archive",
        "Passage en archive intermédiaire",
        "R-04",
        (),
        ("closed",),
        "archived",
        timed=True,
        past="passée en archive intermédiaire",
    ),
    Move("eliminate", "Élimination", "R-04", (), ("archived",), "destroyed", timed=True, past="éliminée"),
    Move(
        "cap",
        "Élimination au vingt-cinquième anniversaire",
        "R-05",
        (),
        KEPT,
        "destroyed",
        timed=True,
        past="éliminée au vingt-cinquième anniversaire",
    ),
)

# --- Clocks and settings (R-01 … R-10) ------------------------------------------------------------------------------

SETTINGS = (
    Setting("draft_days", "Conservation d’un brouillon", "R-01", 14, 1, 30, "jours"),
    Setting("dismissed_days", "Conservation sans suite", "R-02", 30, 1, 90, "jours"),
    Setting("closed_months", "Conservation après clôture", "R-04", 3, 0, 3, "mois"),
    Setting("archive_months", "Archive intermédiaire", "R-04", 36, 0, 36, "mois"),
    Setting("opening_days", "Échange nominatif avant la réunion", "F33-16", 7, 0, 14, "jours"),
    Setting("window_days", "Échange nominatif après la réunion", "F33-16", 7, 1, 14, "jours"),
    Setting("log_months", "Conservation du journal", "A-06", 12, 6, 36, "mois"),
    Setting("register_months", "Registre des éliminations", "R-08", 13, 6, 36, "mois"),
    Setting("reading_alert", "Lectures inhabituelles, en une heure", "A-08", 20, 10, 50, "situations"),
    Setting("refusal_alert", "Refus répétés, en une heure", "A-08", 5, 3, 20, "refus"),
    Setting("text_limit", "Longueur de l’exposé", "C-03", 500, 200, 1000, "caractères"),
)
CLOCKS = (
    Clock("draft", "Brouillon", "R-01", Basis.RECORD, setting="draft_days", amount=14),
    Clock(
        "dismissed",
        "Situation sans suite",
        "R-02",
        Basis.STEP,
        ERASED,
        setting="dismissed_days",
        amount=30,
        move="erase",
    ),
    Clock("window", "Échange nominatif", "F33-16", Basis.WINDOW, SESSION, move="window_ends"),
    Clock(
        "silence",
        "Silence du Parquet",
        "F33-10",
        Basis.MEETINGS,
        ("screening", "clarifying"),
        amount=2,
        unit="meetings",
        move="silence",
    ),
    Clock(
        "majority_early",
        "Majorité avant examen",
        "F33-12",
        Basis.MAJORITY,
        ("reported", "report_correcting", *CHECKING, "screening", "clarifying", "retained", "scheduled"),
        move="come_of_age_early",
    ),
    Clock("majority", "Majorité", "F33-12", Basis.MAJORITY, (*SESSION, "followed"), move="come_of_age"),
    Clock(
        "review",
        "Revue d’une situation ouverte",
        "R-03",
        Basis.STEP,
        ("followed",),
        amount=12,
        unit="months",
        running=False,
    ),
    Clock("closing", "Clôture proposée", "R-03", Basis.STEP, ("followed",), amount=24, unit="months", running=False),
    Clock(
        "closed",
        "Situation clôturée",
        "R-04",
        Basis.STEP,
        ("closed",),
        setting="closed_months",
        amount=3,
        unit="months",
        move="archive",
        running=False,
    ),
    Clock(
        "archive",
        "Archive intermédiaire",
        "R-04",
        Basis.STEP,
        ("archived",),
        setting="archive_months",
        amount=36,
        unit="months",
        move="eliminate",
        running=False,
    ),
    Clock("cap", "Vingt-cinquième anniversaire", "R-05", Basis.CAP, KEPT, move="cap", running=False),
    Clock(
        "register",
        "Registre des éliminations",
        "R-08",
        Basis.RECORD,
        setting="register_months",
        amount=13,
        unit="months",
    ),
    Clock("log", "Journal", "A-06", Basis.RECORD, setting="log_months", amount=12, unit="months", running=False),
)

# --- Facts and indicators (S-01, F33-11) ----------------------------------------------------------------------------

FACTS = (
    FactKind("referral_made", "Saisine", "F33-11", ("origin", "family", "age_band"), per_person=True),
    FactKind("situation_retained", "Situation retenue par le Parquet", "F33-11", per_person=True, since=Since.BEGAN),
    FactKind("situation_examined", "Situation examinée", "F33-11", per_person=True, since=Since.BEGAN),
    FactKind("orientation_made", "Orientation", "F33-11", ("type",), per_person=True, since=Since.STEP),
    FactKind("return_received", "Retour", "F33-11", ("support", "redirection"), per_person=True, since=Since.STEP),
    FactKind("meeting_held", "Réunion", "F33-11", ("held",), activity=True),
)
INDICATORS = (
    Indicator(
        "calendar",
        "Respect du calendrier",
        "F33-08",
        "meeting_held",
        by="held",
        choices="held",
        told="Les réunions closes, selon le jour où elles ont eu lieu.",
    ),
    Indicator(
        "meetings",
        "Nombre de réunions tenues dans l’année",
        "F33-11",
        "meeting_held",
        without=("not_held",),
        told="Réunions ordinaires et réunions d’urgence ; une réunion annulée n’est pas comptée.",
    ),
    Indicator(
        "referrals",
        "Nombre de saisines par les partenaires",
        "F33-11",
        "referral_made",
        told="Saisines envoyées, et remontées d’agents devenues saisines.",
    ),
    Indicator(
        "referrals_by_origin",
        "Origine des saisines",
        "F33-11",
        "referral_made",
        by="origin",
        choices="origin",
        told="Le partenaire qui a saisi la cellule.",
    ),
    Indicator(
        "retained",
        "Nombre de situations retenues par le Parquet",
        "F33-11",
        "situation_retained",
        told="Avis « retenue » donnés dans l’année.",
    ),
    Indicator(
        "examined",
        "Nombre de situations examinées",
        "F33-11",
        "situation_examined",
        told="Situations dont le relevé de décisions est approuvé dans l’année, sauf examen reporté.",
    ),
    Indicator(
        "orientations",
        "Nombre d’orientations",
        "F33-11",
        "orientation_made",
        told="Fiches envoyées ; une situation peut en avoir plusieurs.",
    ),
    Indicator(
        "orientations_by_type",
        "Répartition des orientations",
        "F33-11",
        "orientation_made",
        by="type",
        choices="orientation",
        told="Le service auquel la fiche est adressée.",
    ),
    Indicator(
        "returns",
        "Retours des services sociaux",
        "F33-11",
        "return_received",
        told="Réponses des destinataires ; une situation peut en avoir plusieurs.",
    ),
    Indicator(
        "returns_by_support",
        "Réponses des services sociaux",
        "F33-11",
        "return_received",
        by="support",
        choices="return_support",
        told="L’accompagnement est possible, ou non.",
    ),
    Indicator(
        "until_retained", "De la saisine à l’avis « retenue » du Parquet", "F33-11", "situation_retained", median=True
    ),
    Indicator("until_examined", "De la saisine à l’approbation du relevé", "F33-11", "situation_examined", median=True),
    Indicator(
        "until_orientation", "De l’approbation du relevé à l’orientation", "F33-11", "orientation_made", median=True
    ),
    Indicator("until_return", "De l’orientation au retour", "F33-11", "return_received", median=True),
    Indicator(
        "steering",
        "Réunions du comité de pilotage parisien",
        "F33-11",
        typed="steering",
        told="Nombre inscrit par le coordonnateur.",
    ),
    Indicator("quality", "Retour qualitatif des services sociaux", "F33-11", typed="quality"),
)
YEARLY = (
    Field(
        "steering",
        "Réunions du comité de pilotage parisien dans l’année",
        Kind.CHOICE,
        "F33-11",
        required=True,
        choices=STEERING,
    ),
    Field(
        "quality",
        "Retour qualitatif des services sociaux",
        Kind.TEXT,
        "F33-11",
        help="Ce qui marche, ce qui manque, en général. Aucun nom, aucune situation reconnaissable.",
        limit=1500,
        guarded=True,
    ),
)

# --- Promises the checker proves (F33-16) ---------------------------------------------------------------------------

NEVERS = (
    Never("La DSOL n’atteint jamais un texte", "F33-04", ("dsol",), textual=True),
    Never(
        "La DSOL n’atteint jamais les délibérations",
        "F33-04",
        ("dsol",),
        ("deliberation", "owner_sheet", "judicial", "remontee"),
    ),
    Never(
        "Un bailleur ne lit que sa saisine, quand des précisions lui sont demandées",
        "F33-02",
        ("landlord",),
        unless_steps=CORRECTING,
    ),
    Never(
        "Un agent ne lit que sa remontée, quand des précisions lui sont demandées",
        "F33-03",
        ("agent",),
        unless_steps=("report_correcting",),
    ),
    Never(
        "Un destinataire ne lit que sa fiche",
        "F33-05",
        ("recipient",),
        tuple(c.name for c in COMPARTMENTS if c.name != "orientation"),
    ),
    Never(
        "La note judiciaire n’est lue que par le Parquet",
        "C-04",
        tuple(s.name for s in SEATS if s.name != "prosecutor"),
        ("judicial",),
    ),
    Never(
        "La personne qui vérifie et celle qui administre ne lisent rien", "F-03", ("controller", "dpo", "administrator")
    ),
)
BEFORES = (
    Before("Rien à l’ordre du jour sans retenue du Parquet", "F33-10", "scheduled", "retenue"),
    Before("Rien à l’ordre du jour sans information de la famille", "C-05", "scheduled", "informed"),
    Before("Aucune lecture par la cellule sans retenue du Parquet", "F33-10", "in_session", "retenue"),
    Before("Aucune lecture par la cellule sans information de la famille", "C-05", "in_session", "informed"),
)

# --- What contents derive -------------------------------------------------------------------------------------------


def informed(person: Mapping[str, Any]) -> bool:
    """Whether a person concerned is informed, or the information deferred on a dated ground (C-05)."""
    how = person.get("informed_how")
    told = how not in (None, "not_yet") and bool(person.get("informed_on"))
    deferred = how == "not_yet" and bool(person.get("defer_reason")) and bool(person.get("defer_until"))
    return told or deferred


def derive(contents: Mapping[str, Mapping[str, Any]], entered: date) -> Derived:
    """Clear marks and dates from what a move wrote: `informed` (C-05), majority and cap (F33-12, R-05), outcome
    of a decision (C-08).
    """
    marks: dict[str, bool] = {}
    if "deliberation" in contents:
        marks |= _outcome([row["decision"] for row in contents["deliberation"]["decisions"]])
    if "identity" not in contents:
        span = bounds(contents["remontee"], entered) if "remontee" in contents else None
        return Derived(
            marks=marks,
            majority=birthday_month(middle(span), 18) if span else None,
            cap=birthday_month(span[0], 25) if span else None,
        )
    identity = contents["identity"]
    persons = [identity, *identity.get("representatives", [])]
    span = bounds(identity, entered)
    return Derived(
        marks=marks | {"informed": all(informed(person) for person in persons)},
        school=UUID(identity["school"]) if identity.get("school") else None,
        majority=birthday_month(middle(span), 18) if span else None,
        cap=birthday_month(span[0], 25) if span else None,
        contents={"match": _match(identity, span)},
    )


def _match(identity: Mapping[str, Any], span: tuple[date, date] | None) -> Mapping[str, Any]:
    dates = {"earliest": span[0].isoformat(), "latest": span[1].isoformat()} if span else {}
    return {"surname": identity["surname"], "first_name": identity["first_name"], **dates}


def _outcome(decisions: list[str]) -> dict[str, bool]:
    chosen = set(decisions)
    if chosen & {"orientation", "member_action", "lead_named", "keep_open"}:
        outcome = "outcome_followed"
    elif "postponed" in chosen:
        outcome = "outcome_postponed"
    elif "close" in chosen:
        outcome = "outcome_closed"
    else:
        outcome = "outcome_nothing"
    return {name: name == outcome for name in OUTCOMES}


ALONE = (
    "postponed",
    "other_arrondissement",
    "no_further_action",
    "close",
)  # decisions that end or put off the examination
OUTCOMES = ("outcome_followed", "outcome_postponed", "outcome_closed", "outcome_nothing")


def dimensions(fact: str, contents: Mapping[str, Mapping[str, Any]], entered: date) -> Mapping[str, str]:
    """The closed values a fact carries (S-01): families only, age in three bands, the two kinds of redirection
    as one.
    """
    if fact == "referral_made":
        span = bounds(contents["identity"], entered)
        return {
            "origin": contents["reason"]["origin"],
            "family": REASON.family(contents["reason"]["main_reason"]),
            "age_band": age_band(age_on(span, entered)) if span else "age_unknown",
        }
    if fact == "orientation_made":
        return {"type": contents["orientation"]["type"]}
    if fact == "return_received":
        answer = contents["return"]
        return {"support": answer["support"], "redirection": RETURN_REDIRECTION.family(answer["redirection"])}
    return {}


ADULT = 18  # F33-12
MIDDLE_OF_YEAR = (
    "Avec une année seule, la naissance est comptée au milieu de l’année : la personne aurait 18 ans au jour de la saisine."
    " Si elle a moins de 18 ans, indiquez sa date de naissance."
)
BANDS = ((13, "under_13"), (16, "13_15"), (inf, "16_17"))


def age_band(age: int) -> str:
    """The value of A26 for an age in years."""
    return next(band for below, band in BANDS if age < below)


Problem = tuple[tuple[str, str], str]  # ((compartment, field), French sentence)


def problems(contents: Mapping[str, Mapping[str, Any]], entered: date) -> Mapping[tuple[str, str], str]:
    """What the rules refuse in otherwise well-formed contents: {(compartment, field): French sentence}."""
    return dict(
        (
            *_age_problems(contents, entered),
            *_reason_problems(contents.get("reason", {})),
            *_fact_problems(contents, entered),
            *_decision_problems(contents.get("deliberation", {}).get("decisions", [])),
        )
    )


def _age_problems(contents: Mapping[str, Mapping[str, Any]], entered: date) -> Iterator[Problem]:
    span = bounds(contents.get("identity", {}), entered)
    for part in ("identity", "remontee"):
        person = contents.get(part, {})
        given = bounds(person, entered)
        if given and age_on(given, entered) >= ADULT:
            field = next(f for f in ("birth_date", "birth_year", "age") if person.get(f))
            doubt = age_on((given[1], given[1]), entered) < ADULT
            sentence = (
                MIDDLE_OF_YEAR
                if field == "birth_year" and doubt
                else "La personne doit avoir moins de 18 ans au jour de la saisine."
            )
            yield (part, field), sentence
    for name, person in _told(contents.get("identity", {})):
        if span and person.get("informed_on") and date.fromisoformat(person["informed_on"]) < span[0]:
            yield ("identity", f"{name}informed_on"), "Cette date est plus ancienne que la naissance indiquée."


# The ages (least, most) between which a schooling surprises nobody; a doubt is told, never refused.
USUAL_AGES = {
    "primary_school": (5, 13),
    "lower_secondary_6_5": (9, 15),
    "lower_secondary_4_3": (11, 17),
    "upper_secondary_general": (13, 17),
    "upper_secondary_vocational": (13, 17),
    "apprenticeship": (14, 17),
    "training": (14, 17),
    "employment": (15, 17),
}


def doubts(contents: Mapping[str, Mapping[str, Any]], entered: date) -> Mapping[tuple[str, str], tuple[str, str]]:
    """What may be a slip in contents the rules accept: {(compartment, field): (words in doubt, French advice)}.

    An age and a schooling that seldom go together, whatever day of the bounds the birth was.
    """
    identity = contents.get("identity", {})
    span, schooling = bounds(identity, entered), identity.get("schooling")
    if span is None or schooling not in USUAL_AGES:
        return {}
    least, most = USUAL_AGES[schooling]
    oldest, youngest = (age_on((born, born), entered) for born in span)
    if oldest >= least and youngest <= most:
        return {}
    age = age_on(span, entered)
    advice = f"Inhabituel à {age} an{'s' if age > 1 else ''} : vérifiez la naissance et la scolarité."
    return {("identity", "schooling"): (SCHOOLING.label(schooling), advice)}


def _told(identity: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(prefix of its fields, person) for whoever must be informed (C-05)."""
    yield "", identity
    yield from ((f"representatives-{row}-", person) for row, person in enumerate(identity.get("representatives", [])))


def _reason_problems(reason: Mapping[str, Any]) -> Iterator[Problem]:
    if reason and reason.get("main_reason") not in reason.get("reasons", []):
        yield ("reason", "main_reason"), "Le motif principal doit être l’un des motifs cochés."
    if "none_yet" in reason.get("steps_taken", ()) and len(reason["steps_taken"]) > 1:
        yield ("reason", "steps_taken"), "« Aucune à ce jour » se coche seule."


def _fact_problems(contents: Mapping[str, Mapping[str, Any]], entered: date) -> Iterator[Problem]:
    span = bounds(contents.get("identity", {}), entered)
    for index, row in enumerate(contents.get("account", {}).get("facts", [])):
        if span and row.get("day", "") and date.fromisoformat(row["day"]) < span[0]:
            yield ("account", f"facts-{index}-day"), "Ce fait est plus ancien que la naissance indiquée."


def _decision_problems(rows: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for index, row in enumerate(rows):
        if row["decision"] in ALONE and len(rows) > 1:
            label = DECISION.label(row["decision"])
            yield (
                ("deliberation", f"decisions-{index}-decision"),
                f"« {label} » se décide seule : retirez les autres décisions.",
            )
        if row["decision"] in ("member_action", "lead_named") and not row.get("owner"):
            yield ("deliberation", f"decisions-{index}-owner"), "Indiquez la personne responsable."
        if row["decision"] == "member_action" and not row.get("due"):
            yield ("deliberation", f"decisions-{index}-due"), "Indiquez l’échéance de l’action."


CONFIDENTIALITY = (  # C-09
    "Confidentiel — ne peut être communiqué à des tiers (art. L132-5 du code de la sécurité intérieure)"
)
CENOMED = Charter(
    name="cenomed",
    label="Cellule d’échange nominatif pour mineurs en difficulté",
    rule="F-01",
    version="2026-1",
    confidentiality=CONFIDENTIALITY,
    printing=Printing("C-09", PRINT_REASON),
    seats=SEATS,
    compartments=COMPARTMENTS,
    steps=STEPS,
    grants=GRANTS,
    moves=MOVES,
    clocks=CLOCKS,
    settings=SETTINGS,
    lists=(
        REASON,
        AGENT_REASON,
        ORIGIN,
        RECEPTION,
        SCHOOLING,
        QUALITY,
        BIRTH,
        PLACE,
        STEPS_TAKEN,
        DANGER_ROUTE,
        INFORMED_HOW,
        DEFER_REASON,
        PROSECUTOR_DEFER,
        DISMISSAL,
        SHOWN,
        POINTS,
        DECISION,
        ACTION,
        ORIENTATION,
        RECIPIENT,
        REQUEST,
        RETURN_SUPPORT,
        RETURN_REDIRECTION,
        CLOSURE,
        HELD,
        ATTENDANCE,
        AGE_BAND,
        SEX,
        ORGANISATION,
        PRINT_REASON,
    ),
    facts=FACTS,
    indicators=INDICATORS,
    yearly=YEARLY,
    nevers=NEVERS,
    befores=BEFORES,
    derivable={"identity": ("informed",), "deliberation": OUTCOMES},
    derive=derive,
    dimensions=dimensions,
    problems=problems,
    doubts=doubts,
    organisations=ORGANISATION,
    schools="head_of_school",
    recipients={
        kind: Recipient(
            kind, organisations, "social" if kind == "social_service" else "crip" if kind == "crip75" else "other"
        )
        for kind, organisations in RECIPIENT_ORGANISATION.items()
    },
    sent_to=SENT_TO,
    gathered=(
        *((step, "") for step in ("scheduled", *SESSION)),  # an agenda
        *((step, "prosecutor") for step in ("screening", "clarifying")),
    ),
)
