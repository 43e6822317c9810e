"""How the invented cell opened: everybody invited, admitted by voice, the ceremony held, the charter signed."""

import base64
from collections.abc import Iterable
from uuid import UUID

from casework.accounts import totp
from casework.accounts.acceptance import begin_acceptance, finish_acceptance, prepare
from casework.accounts.admission import admit, hand_apart
from casework.accounts.ceremony import Dated, Holders, Opening, OpeningRecord, open_instance
from casework.accounts.people import Contact
from casework.accounts.service import create_organisation, invite
from casework.demo.people import FOUNDERS, KEEPERS, ORGANISATIONS, OTHERS, PASSWORD, Player
from casework.demo.stage import Stage
from casework.kernel.life import Actor

FIRST, SECOND = KEEPERS
VISITORS = ("responsable", "dpo", "technique", "mairie2")  # they look at the cell, and act in no situation
# Days ago. Rights were given less than a year ago, even when the demo is made on a Sunday.
FOUNDED, HELD, ADMITTED = 371, 362, 355


def open_cell(stage: Stage) -> None:
    """From nothing to a cell at work, in three weeks of the past."""
    with stage.on(stage.ago(FOUNDED)):
        for key, (kind, name) in ORGANISATIONS.items():
            stage.organisations[key] = create_organisation(stage.house, kind, name)
        spoken = _welcome(stage, FOUNDERS, None)
    with stage.on(stage.ago(HELD)):
        _hold_ceremony(stage, spoken)
    with stage.on(stage.ago(ADMITTED)):
        spoken = _welcome(stage, OTHERS, stage.who(FIRST).actor)
        for player in OTHERS:
            tenure = stage.tenures[player.key]
            admit(stage.house, stage.who(FIRST), tenure, spoken[tenure])
        hand_apart(stage.house, stage.who("parquet"), stage.tenures["parquet2"])
    with stage.on(stage.ago(ADMITTED), minutes=60):
        for key in VISITORS:
            stage.who(key)
        stage.leave()


def _welcome(stage: Stage, players: Iterable[Player], by: Actor | None) -> dict[UUID, str]:
    """Invite these persons and let them accept; the fingerprints they will read out, by tenure."""
    tokens: dict[str, str] = {}
    for player in players:
        contact = Contact(player.login, player.name, f"{player.login}@exemple.invalid")
        invited = invite(stage.house, contact, player.seat, stage.organisations[player.organisation], by)
        stage.persons[player.login], stage.tenures[player.key] = invited.person, invited.tenure
        tokens[player.login] = invited.token or ""
    spoken: dict[UUID, str] = {}
    for login, token in tokens.items():
        spoken |= _accept(stage, login, token)
    return spoken


def _accept(stage: Stage, login: str, token: str) -> dict[UUID, str]:
    setup = begin_acceptance(stage.house, token)
    secret = stage.secrets[login] = base64.b32decode(setup.secret)
    ready = prepare(stage.house, token, setup.blob, PASSWORD, totp.totp_now(secret))
    return finish_acceptance(stage.house, token, ready.blob, ready.codes[0]).fingerprints


def _hold_ceremony(stage: Stage, spoken: dict[UUID, str]) -> None:
    on = stage.ago(FOUNDED + 30)
    record = OpeningRecord(
        rules=Dated(on, "Règlement intérieur, délibération fictive 2026-1"),
        assessment=Dated(on, "AIPD fictive, version 1"),
        register=Dated(on, "Registre des traitements, fiche fictive 12"),
        controller=Dated(on, "Désignation fictive du responsable"),
        elimination=Dated(on, "Visa d’élimination fictif des archives"),
    )
    holders = Holders(stage.tenures[FIRST], stage.tenures["responsable"], stage.tenures["dpo"])
    open_instance(stage.house, stage.who(FIRST), Opening(stage.tenures[SECOND], holders, spoken, record))
    stage.leave()
