"""`casework restore`: what a restored backup lacks, and its acceptance by two share-holders at the administrator's machine."""

import os

import click

from audit.pins import PinError, PinFile
from casework.accounts.erasure import sweep_people
from casework.accounts.errors import AccountError
from casework.accounts.limits import Limited
from casework.accounts.login import Typed
from casework.accounts.sessions import sweep_sessions
from casework.cases.clocks import tick
from casework.config import Settings, unverified_house
from casework.restoring.acceptance import Accepted, Refused, accept
from casework.restoring.state import found
from casework.store.directory import DirectoryBroken
from casework.store.house import House
from casework.store.register import RegisterBroken

SAID = {"wrong": "Log-in, password or code is wrong.", "pending": "This person has no seat in the restored directory."}


@click.group()
def restore() -> None:
    """A restored backup is not served before two of the three share-holders accept it."""


@restore.command()
def check() -> None:
    """Say whether the stores are behind; exit code 1 when they are."""
    behind_by = _found(_house())
    for sentence in behind_by:
        click.echo(f"{sentence}.")
    if behind_by:
        raise click.exceptions.Exit(1)
    click.echo("The stores are those this computer has seen.")


@restore.command("accept")
@click.option("--without-register", is_flag=True, help="No copy of the deletion register is left.")
def accept_command(*, without_register: bool) -> None:
    """Ask two share-holders to prove themselves, replay every removal since the backup, and serve again."""
    house = _house()
    if not _found(house):
        raise click.ClickException("The stores are not behind what this computer has seen: there is nothing to accept.")
    click.echo("The server must be stopped. What share-holders type here is never shown.")
    holders = (_ask("First"), _ask("Second"))
    try:
        done = accept(house, holders, unregistered=without_register)
    except (Refused, RegisterBroken, DirectoryBroken) as error:
        raise click.ClickException(str(error)) from None
    except Limited as error:
        raise click.ClickException(f"Too many failures: try again after {error.until:%Y-%m-%d %H:%M} UTC.") from None
    except AccountError as error:
        raise click.ClickException(SAID.get(error.code, error.code)) from None
    _tell(done)
    house.remember()
    sweep_sessions(house)
    sweep_people(house)
    tick(house)


def _house() -> House:
    settings = Settings.read(os.environ)
    return unverified_house(settings, PinFile(settings.pins))


def _found(house: House) -> list[str]:
    try:
        return found(house)
    except (RegisterBroken, PinError) as error:
        raise click.ClickException(f"{error}.") from None


def _ask(which: str) -> Typed:
    login = click.prompt(f"{which} share-holder, log-in")
    password = click.prompt("Password", hide_input=True)
    return Typed(login, password, click.prompt("One-time code", hide_input=True))


def _tell(done: Accepted) -> None:
    replayed = done.replayed
    click.echo(
        f"Accepted: the log goes on after entry {done.tip}, attempts to accept included; entry {done.pin} had been seen."
    )
    click.echo(
        f"Situations destroyed again: {replayed.destroyed}. Seats and keys suspended again: {replayed.departed}."
    )
    click.echo(f"Recusals played again: {replayed.recused}.")
    for title, references in (
        ("Keys are missing, some readers cannot open", replayed.incomplete),
        ("Do not prove themselves and stay closed", replayed.broken),
        ("Somebody had stepped back: ask again before the exchange opens", replayed.to_recuse),
    ):
        if references:
            click.echo(f"{title}: {', '.join(sorted(references))}")
    click.echo(
        "Everybody logs in again with the password of the day of the backup; whoever changed it since does so again."
    )
    click.echo(
        "A keeper removes the suspended seats, has the shares made again if a share-holder left, and tells the DPO."
    )
