"""The year of the demo: who does what, to which situation, meeting or proposed dates, how many days before today; quarter by quarter."""

from casework.demo.acting import Act, Days, action, journey, lead, orientation, plain, sitting
from casework.demo.people import PLAYERS

OTHERS = tuple(player.key for player in PLAYERS if player.key != "coordination")
SUPPORT = {"to": "social", "type": "social_service", "request": ["assess", "propose_support"]}
SCHOOLING = {"to": "mairie", "type": "educational_success", "request": ["schooling_support", "contact_family"]}
STREET = {"to": "association", "type": "street_work", "request": ["contact_family", "socio_educational_support"]}
ALERT = {"to": "crip", "type": "crip75", "request": ["assess"]}
STAYS = {"return-redirection": "not_redirected"}
POSSIBLE = {"return-support": "support_possible", **STAYS}
NOT_POSSIBLE = {"return-support": "support_not_possible", **STAYS}
RECEIVED = {"return-support": "received_only", **STAYS}
TO_SOCIAL = {"return-support": "support_possible", "return-redirection": "redirected_social"}
TO_MEDICO_SOCIAL = {"return-support": "support_not_possible", "return-redirection": "redirected_medico_social"}
COMPLETED = (
    "Courses et cris dans la galerie à la sortie des cours, les deux jours indiqués ; un présentoir renversé, sans blessé. "
    "A présenté des excuses aux commerçants, accompagné de son père. Aucun nouvel incident depuis."
)
FATHER = "identity-representatives-1"
DEFERRED = {f"{FATHER}-defer_reason": "urgent_meeting", f"{FATHER}-defer_until": 260}  # A12
TOLD = {f"{FATHER}-informed_how": "by_phone", f"{FATHER}-informed_on": 264}

# The cell begins; a clash on the embankment makes it meet before its first ordinary meeting.
FIRST = (
    Act(343, "agent", "report", "basile"),
    *journey("basile", 337, 321),
    *journey("anouk", 337, 321),
    *journey("kenza", 328),
    Act(321, "parquet", "not_retain", "kenza"),
    *journey("victor", 328),  # no opinion ever comes: F33-10
    Act(305, "college", "begin_draft", "refer", {"identity-surname": "Pantin", "account-text": "Absences répétées."}),
    *journey("manon", 314, 307, by="parquet2"),
    Act(287, "coordination", "fix", "urgent", {"day": 280, "urgent": "clash_occurred"}),
    *journey("ilyes", 287, 286),
    *journey("axel", 287, 286),
    *journey("rayan", 287, 286),
    Act(286, "coordination", "inform", "axel", DEFERRED),
    *sitting(
        "urgent", Days(286, 284, 280, 266),  # approved later than the exchange lasts: the clock ends it
        readers=(("commissariat", "axel"), ("cite", "ilyes")),
        attendance={"dsol": "excused", "mairie2": "absent"},
        decided={
            "ilyes": (orientation("street_work"), action("presence_on_place", "commissariat", 266)),
            "axel": (orientation("social_service"),),
            "rayan": (plain("no_further_action"),),
        },
    ),
    Act(278, "commissariat", "finish", "ilyes"),
)  # fmt: skip

SECOND = (
    Act(263, "coordination", "inform", "axel", TOLD),  # within the month
    Act(263, "coordination", "orient", "ilyes", STREET),
    Act(263, "coordination", "orient", "axel", SUPPORT),
    *journey("zoe", 259, 245),
    *journey("nael", 251, 245),
    *journey("salome", 251, 245),
    Act(249, "association", "answer", "ilyes", POSSIBLE),
    *journey("oscar", 240, 224, by="parquet2"),
    Act(245, "coordination", "propose", "first dates", {"days": (189, 182, 175)}),
    Act(243, "mairie", "answer_dates", "first dates", {"answers": ("no", "yes", "yes")}),
    Act(242, "commissariat", "answer_dates", "first dates", {"answers": ("yes", "yes", "no")}),
    Act(240, "social", "answer", "axel", TO_MEDICO_SOCIAL),
    *journey("alma"),
    Act(231, "coordination", "fix", "first", {"day": 182, "proposed": "first dates"}),
    Act(231, "coordination", "dismiss", "alma", {"reason": "other_arrondissement"}),
    Act(231, "coordination", "close", "ilyes", {"reason": "returns_received"}),
    *journey("theo", 231),
    *journey("lou", 224, 210),
    Act(224, "coordination", "close", "axel", {"reason": "returns_received"}),
    Act(217, "parquet", "not_retain", "theo"),
    *journey("ismael"),
    Act(217, "coordination", "ask_details", "ismael", {"request-points": ["account", "representatives"]}),
    Act(210, "college", "correct", "ismael", {"account-text": COMPLETED}),
    *journey("soline", 203, 196),  # her mother is never told, and she comes of age: C-05, F33-12
    Act(203, "coordination", "transmit", "ismael"),
    Act(196, "parquet", "retain", "ismael", {"judicial-note": "Note fictive du Parquet."}),
)  # fmt: skip

THIRD = (
    *sitting(
        "first", Days(193, 187, 182, 179),
        readers=(("pjj", "salome"), ("commissariat2", "nael"), ("cite", "oscar")),
        attendance={"mairie2": "represented", "lycee": "excused"},
        decided={
            "anouk": (orientation("educational_success"),),
            "basile": (orientation("street_work"), plain("keep_open")),
            "manon": (orientation("holiday_programme"), action("meet_family", "mairie", 150)),
            "zoe": (orientation("social_service"), orientation("parenting_support")),
            "nael": (orientation("street_work"), plain("keep_open")),
            "salome": (orientation("crip75"),),
            "oscar": (action("school_meeting", "cite", 150), lead("pjj")),
            "lou": (plain("postponed"),),
            "ismael": (plain("close"),),
        },
    ),
    Act(178, "coordination", "orient", "anouk", SCHOOLING),
    Act(178, "coordination", "orient", "basile", STREET),
    Act(178, "coordination", "orient", "zoe", SUPPORT),
    Act(178, "coordination", "orient", "nael", STREET),
    Act(178, "coordination", "orient", "salome", ALERT),
    Act(172, "crip", "answer", "salome", RECEIVED),
    Act(165, "cite", "finish", "oscar"),
    Act(160, "reussite", "answer", "anouk", POSSIBLE),
    Act(158, "association", "answer", "basile", POSSIBLE),
    Act(158, "association", "answer", "nael", NOT_POSSIBLE),
    Act(157, "mairie", "finish", "manon"),
    *journey("ines", 161, 147),
    *journey("jade", 161, 147),
    *journey("malo", 154, 147),
    *journey("chloe", 154, 147),
    Act(150, "agent", "report", "iris"),
    Act(150, "dsol", "record_return", "zoe", TO_SOCIAL),
    *journey("mathis", 147, 133, by="parquet2"),
    *journey("iris", 140, 126),
    *journey("camille", 140),
    Act(140, "coordination", "fix", "second", {"day": 98}),
    Act(128, "coordination", "close", "manon", {"reason": "actions_done"}),
    Act(128, "coordination", "close", "anouk", {"reason": "returns_received"}),
    *journey("lucas"),
    Act(126, "bailleur", "withdraw", "lucas"),
    Act(126, "parquet", "not_retain", "camille"),
    *journey("emma", 128, 119),
    *journey("youri"),
    Act(117, "coordination", "dismiss", "youri", {"reason": "child_protection_first"}),
    *journey("agathe", 117, 112),
    Act(112, "coordination", "postpone", "second", {"day": 91}),
    Act(112, "coordination", "close", "basile", {"reason": "returns_received"}),
    Act(112, "coordination", "close", "zoe", {"reason": "returns_received"}),
)  # fmt: skip

FOURTH = (
    *sitting(
        "second", Days(103, 96, 91, 88),
        readers=(("commissariat", "emma"), ("pjj", "mathis"), ("college", "malo"), ("lycee", "jade")),
        attendance={"commissariat2": "represented", "emas": "excused", "cite_lycee": "absent"},
        decided={
            "ines": (orientation("crip75"),),
            "jade": (orientation("street_work"),),
            "malo": (orientation("social_service"),),
            "chloe": (action("meet_family", "mairie", -21),),
            "mathis": (action("presence_on_place", "commissariat", 30), orientation("leisure")),
            "iris": (orientation("social_service"), plain("keep_open")),
            "emma": (orientation("crip75"), plain("keep_open")),
            "agathe": (orientation("night_mediation"), plain("keep_open")),
            "lou": (orientation("educational_success"),),
        },
    ),
    Act(95, "emas", "recuse", "agathe"),
    Act(86, "coordination", "orient", "ines", ALERT),
    Act(86, "coordination", "orient", "emma", ALERT),
    Act(86, "coordination", "orient", "jade", STREET),
    Act(86, "coordination", "orient", "malo", SUPPORT),
    Act(86, "coordination", "orient", "lou", SCHOOLING),
    Act(77, "crip", "answer", "ines", RECEIVED),
    Act(77, "crip", "answer", "emma", RECEIVED),
    Act(55, "association", "answer", "jade", POSSIBLE),
    Act(51, "coordination", "orient", "nael", SUPPORT),
    Act(30, "reussite", "answer", "lou", POSSIBLE),
    *journey("lina", 58, 51),
    *journey("maelle", 58, 51),
    *journey("sacha", 51, 44),
    *journey("noe", 35, 30),
    # The meeting of today, fixed five weeks ago
    Act(35, "coordination", "fix", "today", {"day": 0}),
    *journey("tom", 35),
    *journey("yasmine", 30, 16),
    *journey("nino", 23, 16),
    Act(23, "coordination", "close", "ines", {"reason": "returns_received"}),
    Act(23, "coordination2", "confirm", "rights", {"keys": ("coordination",)}),
    Act(23, "coordination", "confirm", "rights", {"keys": OTHERS}),  # for months to come every log-in works
    *journey("rose", 16),
    Act(12, "coordination", "schedule", "lina", {"meeting": "today"}),
    Act(12, "coordination", "schedule", "maelle", {"meeting": "today"}),
    Act(12, "coordination", "schedule", "sacha", {"meeting": "today"}),
    Act(12, "parquet2", "not_retain", "tom"),
    Act(12, "agent", "report", "paul"),
    Act(12, "coordination2", "decline_report", "paul", {"reason": "out_of_scope"}),
    # The last days
    *journey("eliott", 9),
    Act(9, "coordination", "propose", "next dates", {"days": (-84, -91, -98)}),
    Act(8, "mairie", "answer_dates", "next dates", {"answers": ("yes", "yes", "no")}),
    Act(8, "agent", "report", "arthur"),
    Act(6, "commissariat", "answer_dates", "next dates", {"answers": ("if_needed", "yes", "yes")}),
    Act(6, "parquet", "ask_clarification", "eliott", {"judicial-note": "Note fictive.", "request-points": ["facts"]}),
    *journey("gabin"),
    Act(6, "coordination2", "ask_details", "gabin", {"request-points": ["representatives", "information"]}),
    Act(6, "coordination2", "ask_report_details", "arthur", {"request-points": ["facts"]}),
    *journey("adam"),
    Act(5, "dsol", "answer_dates", "next dates", {"answers": ("no", "yes", "if_needed")}),
    Act(3, "emas", "begin_draft", "refer", {"identity-surname": "Marionnette", "identity-first_name": "Axelle"}),
    Act(2, "agent", "report", "milan"),
    *journey("noe_again"),
)  # fmt: skip

YEAR = (*FIRST, *SECOND, *THIRD, *FOURTH)
TICKS = (291, 272, 236, 201, 187, 181, 151, 96, 87)
"""The days on which a clock has something to do: a draft, an exchange, a silence, thirty days."""
MAJORITIES = range(1, 130)
"""The days among which the first of each month may be that of a majority."""
