"""Makes the installation frozen beside this file. It runs with the code of the commit that README.md names, never with this one's."""

import base64
import json
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from click.testing import CliRunner

from casework import cli
from casework.accounts.charter import sign_charter
from casework.accounts.ceremony import Dated, Holders, Opening, OpeningRecord, open_instance
from casework.cases import drafts
from casework.cases.act import Change, begin
from casework.config import FILE, Settings, open_house
from casework.kernel.clock import at, today
from casework.meetings import exchange, service
from casework.store.house import House
from tests import builders
from tests.cases.conftest import Lives
from tests.house import PASSWORD, START, Somebody, Town, accept

PLACE = "/FOLDER"  # stands in the settings for wherever it is put
OPENERS = ("administrator", "coordinator", "second", "controller", "dpo")
OTHERS = {"prosecutor": "", "town_hall": "", "head_of_school": "", "dsol": "", "recipient": "social_service"}
SITTING = ("prosecutor", "town_hall", "head_of_school", "dsol")
MEMORY = "/dev/shm"  # some hundred durable writes that nobody needs
AHEAD = 40  # days: a meeting is fixed a month before
FORGOTTEN = (("refer", {"identity-surname": ["Brouillon"], "account-text": ["Un récit commencé."]}),)


def run(environ: dict[str, str], *words: str) -> str:
    """What a command of this code answers."""
    done = CliRunner(env=environ).invoke(cli.main, words)
    if done.exit_code:
        raise SystemExit(done.output)
    return done.output


def start(folder: Path) -> tuple[dict[str, str], list[str]]:
    """`casework init`: the environment of later commands, and the tokens of those who open, in their order."""
    people = []
    for name in OPENERS:
        seat = {"second": "coordinator"}.get(name, name)
        people += ["--person", seat, f"{name.title()} Exemple", f"{name}@exemple.fr"]
    places = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
    said = run({FILE: ""}, "init", *places, "--host", "localhost", "--town", "Mairie du gel", "--copied", *people)
    return {FILE: str(folder / "keys" / "casework.toml")}, re.findall(r"/invitation/([0-9a-f]{64})", said)


def open_cell(house: House, tokens: list[str]) -> Lives:
    """The ceremony, then a person in each of a few seats."""
    town = Town(house)
    for name, token in zip(OPENERS, tokens, strict=True):
        with town.later(minutes=2):
            accepted, secret, codes = accept(house, token)
        (tenure,) = accepted.fingerprints
        town.people[name] = Somebody(f"{name}@exemple.fr", tenure, accepted, secret, tenure, codes)
    tenure = {name: somebody.tenure for name, somebody in town.people.items()}
    spoken = {tenure[name]: town.people[name].fingerprint for name in ("second", "controller", "dpo")}
    holders = Holders(tenure["coordinator"], tenure["controller"], tenure["dpo"])
    with at(town.moment):
        record = OpeningRecord(*(Dated(today(), f"n° {number}") for number in range(1, 6)))
    open_instance(house, town.acting("coordinator"), Opening(tenure["second"], holders, spoken, record))
    for seat, kind in OTHERS.items():
        town.join(seat, organisation=town.organisation(kind) if kind else None)
    acting = {name: town.acting(name) for name in ("coordinator", "second", *OTHERS)}
    with at(town.moment):
        for name in ("coordinator", "prosecutor"):
            sign_charter(house, acting[name], house.charter.version)
    return Lives(town, acting, Path())


def live(lives: Lives) -> Iterator[tuple[str, Any]]:
    """Four situations, each left at another step, two meetings and a draft: (what it is, its head)."""
    yield "sent", refer(lives, "Envoyée")
    yield "screening", lives.play(refer(lives, "Examinée"), "coordinator", "transmit")
    followed, listed = (retained(lives, name) for name in ("Suivie", "Échangée"))
    first, second = (meeting(lives, AHEAD + days) for days in (1, 3))
    lives.town.moment += timedelta(days=AHEAD)
    listed_at(lives, first, followed)
    press(lives, exchange.circulate, "coordinator", first)
    lives.town.moment += timedelta(days=1)
    decide(lives, followed)
    press(lives, exchange.sign, "coordinator", first)
    press(lives, exchange.approve, "town_hall", first)
    recipient = (lives.town.people["recipient"].organisation, "social")
    sheet = {"surname": "Suivie", "first_name": "Camille", "type": "social_service", "request": ["assess"]}
    yield "followed", lives.play(current(lives, followed), "coordinator", "orient", {"orientation": sheet}, recipient=recipient)
    listed_at(lives, second, listed)
    press(lives, exchange.circulate, "coordinator", second)
    yield "exchanged", current(lives, listed)
    for form, posted in FORGOTTEN:
        with at(lives.town.moment):
            drafts.keep(lives.house, lives.party("head_of_school").person, form, posted)


def refer(lives: Lives, surname: str) -> Any:
    """A saisine, whose account says the surname too."""
    contents = builders.referral(surname=surname)
    contents["account"]["text"] = f"Récit fictif : {surname}, seul sans cartable."
    with at(lives.town.moment):
        return begin(lives.house, lives.acting["head_of_school"], uuid4(), Change("refer", contents))


def retained(lives: Lives, surname: str) -> Any:
    """Retained by the Parquet, with its note."""
    head = lives.play(refer(lives, surname), "coordinator", "transmit")
    return lives.play(head, "prosecutor", "retain", {"judicial": {"note": f"Note fictive : {surname}."}})


def meeting(lives: Lives, days: int) -> Any:
    """A meeting so many days ahead, and who is convened to it."""
    coordinator, house, day = lives.acting["coordinator"], lives.house, (lives.town.moment + timedelta(days=days)).date()
    with at(lives.town.moment):
        made = service.fix(house, coordinator, day)
        service.convene(house, coordinator, made, [lives.acting[name].tenure for name in SITTING])
    return made


def listed_at(lives: Lives, place: Any, head: Any) -> None:
    """Put a situation on an agenda."""
    with at(lives.town.moment):
        exchange.schedule(lives.house, lives.acting["coordinator"], place, head.life.case, head.sequence)


def press(lives: Lives, what: Any, who: str, place: Any) -> None:
    """One press that does something to every situation of a meeting."""
    with at(lives.town.moment):
        left = what(lives.house, lives.acting[who], place).left
    if left:
        raise SystemExit(f"{what.__name__}: {left}")


def decide(lives: Lives, head: Any) -> None:
    """The cell decides."""
    case = head.life.case
    with at(lives.town.moment):
        seen = exchange.head_of(lives.house, case).sequence
        exchange.decide(lives.house, lives.acting["coordinator"], case, seen, [{"decision": "keep_open"}])


def current(lives: Lives, head: Any) -> Any:
    """The head of a situation as it is now."""
    with at(lives.town.moment):
        return exchange.head_of(lives.house, head.life.case)


def told(lives: Lives, situations: dict[str, Any]) -> str:
    """What the test must know: the moment, how each person logs in, the situations."""
    people = {
        name: {"login": item.login, "password": PASSWORD, "secret": base64.b32encode(item.secret).decode()}
        for name, item in lives.town.people.items()
    }
    known = {name: {"case": str(head.life.case), "sequence": head.sequence} for name, head in situations.items()}
    return json.dumps({"moment": lives.town.moment.isoformat(), "people": people, "situations": known}, indent=1)


def main(target: Path) -> None:
    """Write the archive."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        with at(START):
            environ, tokens = start(folder)
            house = open_house(Settings.read(environ))
        lives = open_cell(house, tokens)
        situations = dict(live(lives))
        house.stores.close()
        with at(lives.town.moment):
            run(environ, "tick")
            run(environ, "backup", str(folder / "kept"))
        (kept,) = (folder / "kept").iterdir()
        (folder / "told.json").write_text(told(lives, situations), encoding="utf-8")
        settings = folder / "keys" / "casework.toml"
        settings.write_text(settings.read_text(encoding="utf-8").replace(str(folder), PLACE), encoding="utf-8")
        with tarfile.open(target, "w:xz", preset=9) as archive:
            archive.add(kept, "data")
            archive.add(folder / "keys", "keys")
            archive.add(folder / "told.json", "told.json")


main(Path(sys.argv[1]))
