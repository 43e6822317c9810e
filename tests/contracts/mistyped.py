"""Markers typed where nothing may be kept of them: refused forms, wrong secrets, addresses, cookies, forms that come too late."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask

from casework.kernel.clock import at
from casework.web.session import SESSION
from tests.cases.conftest import Lives
from tests.cases.pages import BASE, Reader
from tests.cases.test_pages import REFERRAL
from tests.contracts.canaries import Canaries, Mark
from tests.contracts.searching import marker

LATE = timedelta(minutes=16)  # after the end of a session left alone


def mistype(app: Flask, planted: Canaries, readers: Mapping[str, Reader]) -> dict[str, int]:
    """Ask wrongly, everywhere; what was asked, with the status it got."""
    lives = planted.lives
    return {
        **_at_the_door(app, lives), **_in_forms(readers), **_in_addresses(readers), "too late": _too_late(app, planted, "security_officer"),
    }  # fmt: skip


def _at_the_door(app: Flask, lives: Lives) -> dict[str, int]:
    stranger = Reader(app, lives)
    word = marker()
    wrong = {"login": f"{word}@exemple.fr", "password": word, "code": word}
    said = {
        "log-in": stranger.post("/connexion", **wrong),
        "invitation": stranger.get(f"/invitation/{word}"),
        "acceptance": stranger.post(f"/invitation/{word}", blob=word, password=word, code=word),
        "seat choice": stranger.post("/connexion", again=word, tenure=word),
    }
    stranger.client.set_cookie(SESSION, word, domain="localhost", secure=True)
    return {what: answer.status_code for what, answer in said.items()} | {"cookie": stranger.get("/").status_code}


def _in_forms(readers: Mapping[str, Reader]) -> dict[str, int]:
    pjj, coordinator, word = readers["pjj"], readers["coordinator"], marker()
    path, everything = "/situations/nouvelle/refer", dict.fromkeys([*REFERRAL, *NAMES], word)
    said = {
        "referral": pjj.post(path, **everything),
        "forged": pjj.send(path, everything),
        "too large": pjj.post(path, **{**REFERRAL, "account-text": word * 10_000}),
        "too long to keep": pjj.post(path, **{**REFERRAL, "account-text": word * 3_000, "_keep": "1"}),
        "organisation": coordinator.post("/administration/organisme", name=word, kind=word),
        "invited": coordinator.post("/administration/invitation", name=word, email=word, role=word, organisation=word),
        "meeting": coordinator.post("/reunions/nouvelle", day=word, reason=word),
        "charter": coordinator.post("/charte", agreed=word, version=word),
        "link": coordinator.post("/situations/rapprochements", left=word, right=word),
    }
    return {what: answer.status_code for what, answer in said.items()}


def _in_addresses(readers: Mapping[str, Reader]) -> dict[str, int]:
    word = marker()
    paths = (f"/{word}", f"/situations?step={word}&page={word}", f"/situations/nouvelle/{word}", f"/static/{word}")
    asked = {path.replace(word, "…"): readers["coordinator"].get(path).status_code for path in paths}
    return {**asked, "/journal?avant=…": readers["dpo"].get(f"/journal?avant={word}").status_code}


def _too_late(app: Flask, planted: Canaries, who: str) -> int:
    """A form posted after the end of the session becomes a draft of its author, and of nobody else."""
    lives, word = planted.lives, marker()
    planted.marks[word] = Mark("surname", author=who)
    with lives.town.later(seconds=30):
        late = Reader(app, lives, who)
    path = "/situations/nouvelle/refer"
    form: dict[str, Any] = {**late.hidden(path), **REFERRAL, "identity-surname": word}
    with at(lives.town.moment + LATE):
        return late.client.post(path, data=form, base_url=BASE).status_code


NAMES = (
    "identity-address",
    "identity-telephone",
    "identity-email",
    "identity-school",
    "identity-informed_by",
    "once",
    "_more",
    "_less",
)
