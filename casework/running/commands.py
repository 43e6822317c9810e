"""The commands of who runs an installation: `init`, `serve`, `migrate`, `tick`, `backup`, `copied`, `doctor`."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click

from casework.cases.clocks import Ticked
from casework.config import FILE, Settings, open_house, require_files
from casework.running import doctor, installing, serving, ticking
from casework.running.backup import backup
from casework.running.installing import Plan
from casework.running.welcoming import OPENERS, Person, missing, welcome
from casework.store.house import House
from casework.store.migrations import upgrade
from casework.terminal import opened_house, opened_stores, table

PRIVATE = 0o077
MAILED = {None: "", True: "mailed", False: "not mailed"}


def _settings() -> Settings:
    """Of the environment; what this process writes is closed to other accounts."""
    os.umask(PRIVATE)
    return Settings.read(os.environ)


@click.command()
@click.option(
    "--config", "path", type=click.Path(path_type=Path), help=f"where to write the settings, when {FILE} names none"
)
@click.option("--data", type=click.Path(path_type=Path), help="folder of the databases")
@click.option("--keys", type=click.Path(path_type=Path), help="folder of the keys, on another disk")
@click.option("--host", help="name under which the pages are asked")
@click.option("--town", help="name shown at the top of every page")
@click.option("--contact", default="", help="whom users call, shown on every page")
@click.option("--dpo", default="", help="how families reach the data protection officer")
@click.option("--smtp", default="", help="mail server: smtps://user:password@host:465; none: no mail")
@click.option("--mail-from", default="", help="address that mail comes from")
@click.option("--proxy", default="127.0.0.1", show_default=True, help="address of the web server in front")
@click.option("--case-url", default="", help="PostgreSQL, instead of a file in --data")
@click.option("--key-url", default="", help="PostgreSQL, instead of a file in --data")
@click.option(
    "--person", "people", nargs=3, multiple=True, metavar="SEAT NAME E-MAIL", help="somebody to invite; repeated"
)
@click.option("--copied", is_flag=True, help="the key file will be copied to a safe: do not ask")
def init(path: Path | None, people: tuple[tuple[str, str, str], ...], *, copied: bool, **answers: str) -> None:
    """Make an installation: settings, keys, stores, and the links of the persons who open it. What is missing is asked."""
    os.umask(PRIVATE)
    told = os.environ.get(FILE)
    given = bool(told and Path(told).exists()) or "CASEWORK_CASE_URL" in os.environ
    settings = Settings.read(os.environ) if given else _asked(path or (Path(told) if told else None), answers)
    installing.install(settings)
    click.echo(
        f"Keys are in {settings.provider}. Without this file everything is lost, even what the three share-holders keep."
    )
    while not (copied or click.confirm("Is a copy of it in a safe, away from this computer?")):
        click.echo("Copy it now.")
    _invite(settings, people, ask=not given)
    click.echo(
        "Ready. Next: `casework serve`, each person opens its link, then a coordinator holds the ceremony. See `casework doctor`."
    )


def _asked(path: Path | None, answers: dict[str, str]) -> Settings:
    ask = (("data", "Folder of the databases", "/var/lib/casework"), ("keys", "Folder of the keys, on another disk", "/etc/casework"),
           ("host", "Name under which the pages are asked", None), ("town", "Name shown at the top of every page", "Mairie"))  # fmt: skip
    told: dict[str, Any] = {
        name: answers[name] or click.prompt(question, default=default) for name, question, default in ask
    }
    plan = Plan(**(answers | told | {name: Path(told[name]) for name in ("data", "keys")}))
    place = path or plan.keys / "casework.toml"
    settings = installing.write_settings(plan, place)
    click.echo(f"Settings are in {place}: set {FILE}={place} for every command and for the server.")
    return settings


def _invite(settings: Settings, people: Sequence[Person], *, ask: bool) -> None:
    house = open_house(settings)
    try:
        links = list(welcome(house, people or (_people() if ask else ()), settings.mailer))
        left = missing(house)
    finally:
        house.stores.close()
    if links:
        click.echo(
            "Links to hand over, each to its person alone, for 72 hours and a single use; those they had before no longer open:"
        )
        table(
            [
                (link.seat, link.name, f"https://{settings.trusted_hosts[0]}{link.path}", MAILED[link.mailed])
                for link in links
            ]
        )
    if left:
        click.echo(f"To be invited still, by `casework init --person SEAT NAME E-MAIL`: {', '.join(left)}.")


def _people() -> list[Person]:
    click.echo("Who opens the instance: the administrator, two coordinators, the controller's representative, the DPO.")
    return [(seat, click.prompt(f"Name of the {seat}"), click.prompt("E-mail address")) for seat in OPENERS]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the pages to the web server in front, and take the turns of the clocks when no timer does."""
    serving.serve(_settings(), host, port)


@click.command()
def migrate() -> None:
    """Bring both stores to the shape of this version; the server must be stopped and a backup made."""
    settings = _settings()
    require_files(settings)
    with opened_stores(settings) as stores:
        upgrade(stores)
    click.echo("Both stores are up to date.")


@click.command()
@click.option("--clock-is-right", "sure", is_flag=True, help="you looked: the clock of this computer is not ahead")
def tick(*, sure: bool) -> None:
    """Play the clocks that are due and repair what was interrupted; to be run every hour, and as often as one likes."""
    settings = _settings()
    with opened_house(settings) as house:
        done = _turn(house, settings, sure=sure)
    click.echo(", ".join(f"{name} {getattr(done, name)}" for name in done.__slots__))
    if done.broken or done.missing:
        raise click.ClickException("something does not prove itself: the journal says what")


def _turn(house: House, settings: Settings, *, sure: bool) -> Ticked:
    try:
        return ticking.run(house, settings.mailer, sure=sure)
    except ticking.Leapt as error:
        raise click.ClickException(str(error)) from None


@click.command()
@click.argument("copy", type=click.File("rb"))
def copied(copy: BinaryIO) -> None:
    """Check that COPY, brought from the safe, is the key file as it is now; `-`: it is read from where the command's input comes from."""
    if not doctor.copied(_settings(), copy):
        raise click.ClickException(f"{copy.name} is not a copy of the key file as it is now: copy it again")
    click.echo("The copy is good. Take it back to the safe.")


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup_command(folder: Path) -> None:
    """Copy both stores, as they are at one instant, into a new folder of FOLDER; the key file and the register are copied apart."""
    click.echo(backup(_settings(), folder))


@click.command("doctor")
def doctor_command() -> None:
    """Say what is wrong and what to do; exit code 1 when something must be mended."""
    findings = list(doctor.examine(_settings()))
    for item in findings:
        click.echo(f"{item.level:<5} {item.what}")
        if item.todo:
            click.echo(f"      → {item.todo}")
    if any(item.level == doctor.FAIL for item in findings):
        raise click.exceptions.Exit(1)


COMMANDS = (init, serve, migrate, tick, backup_command, copied, doctor_command)
