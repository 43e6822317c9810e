"""The command line: opening an installation and keeping it in time; nobody reads a situation from here."""

import os
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from audit.log import LogBroken
from audit.pins import PinError
from casework.accounts.errors import AccountError
from casework.accounts.people import Contact, mail_address, names
from casework.accounts.service import VALID, create_organisation, invite
from casework.config import Settings, Unsafe
from casework.demo.place import NoSuchLogin, NotBuilt, Place
from casework.mail.service import send_invitation
from casework.restoring.commands import restore
from casework.running.commands import COMMANDS
from casework.running.serving import Stopped
from casework.store.directory import DirectoryBroken
from casework.store.engines import StoreDown
from casework.store.instances import InstanceExists
from casework.store.tables import OrganisationRow
from casework.terminal import opened_house, table
from crypto.errors import ProviderUnusable

ROOT = Path(__file__).parent.parent
ASIDE = ("charter", "demo")  # of casework/aside.py: what they need would be a tenth of every start
SPOKEN = (Unsafe, Stopped, ProviderUnusable, PinError, LogBroken, InstanceExists, NotBuilt, NoSuchLogin)
REFUSALS = {
    "organisation": "this organisation, or this kind of organisation, does not exist: see `casework organisation kinds`",
    "seat": "this seat does not exist, or this kind of organisation cannot hold it: see `casework organisation kinds`",
    "login_used": "this log-in is taken",
    "known": "this organisation is there already: see `casework organisation list`",
    "invited": "this person holds this seat, or is invited to it: a lost way in is given again from the pages",
}


class Spoken(click.Group):
    """A refusal is one sentence and exit code 1; a wrong command is exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those loaded and those that are not yet."""
        return sorted({*super().list_commands(ctx), *ASIDE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, loaded if need be."""
        if cmd_name in ASIDE and cmd_name not in self.commands:
            self.add_command(getattr(import_module("casework.aside"), cmd_name))
        return super().get_command(ctx, cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Every word of the line is text, before anything is done with one."""
        if any(not _text(word) for word in args):
            raise click.UsageError("an argument holds what is no character")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SPOKEN as error:
            raise click.ClickException(str(error)) from None
        except AccountError as error:
            raise click.ClickException(REFUSALS.get(error.code, error.code)) from None
        except DirectoryBroken as error:
            raise click.ClickException(f"the directory does not prove itself, nothing was done: {error}") from None
        except OSError as error:
            raise click.ClickException(
                f"{error.filename or 'the system'}: {error.strerror or error}; nothing more was done"
            ) from None
        except (StoreDown, OperationalError) as error:
            store = error.store if isinstance(error, StoreDown) else "case or key"
            raise click.ClickException(f"the {store} store does not answer") from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - a trace may hold data: the administrator gets a line to report
            raise click.ClickException(_of_the_software(error)) from None


def _text(word: str) -> bool:
    """A system hands over any bytes; those that are no text stand as halves of a pair."""
    return "\0" not in word and not any("\ud800" <= sign <= "\udfff" for sign in word)


def _of_the_software(error: Exception) -> str:
    """Type and place of a failure nobody foresaw: its message and its trace may hold what somebody wrote."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"an error of the software ({type(error).__name__} at {last.filename}:{last.lineno}): report it"


@click.group(cls=Spoken)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Coordination of nominative situations in French town halls."""
    ctx.obj = ctx.obj or Place((ROOT if (ROOT / "pyproject.toml").is_file() else Path.cwd()) / "var")


# --- An installation ------------------------------------------------------------------------------------------------

for running in COMMANDS:
    main.add_command(running)


# --- Organisations and persons --------------------------------------------------------------------------------------


@main.group()
def organisation() -> None:
    """Organisations whose professionals may be invited."""


@organisation.command()
def kinds() -> None:
    """The kinds of organisation, and the seats each can hold."""
    with opened_house() as house:
        charter = house.charter
    for kind in charter.organisations.values:
        seats = [seat.name for seat in charter.seats if kind.value in seat.organisations]
        click.echo(f"{kind.value}  ({kind.label}): {', '.join(seats)}")


@organisation.command("list")
def list_organisations() -> None:
    """Id, kind and name of each."""
    with opened_house() as house:
        known = names(house)
        with house.stores.case_reading() as session:
            rows = session.scalars(select(OrganisationRow).where(OrganisationRow.instance == house.instance)).all()
        table([(str(row.id), row.kind, known.organisation(row.id)) for row in rows])


@organisation.command()
@click.argument("kind")
@click.argument("name")
def add(kind: str, name: str) -> None:
    """Create an organisation; prints its id."""
    with opened_house() as house:
        click.echo(create_organisation(house, kind, name))


@main.command("invite")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--seat", required=True)
@click.option(
    "--organisation", "body", type=click.UUID, required=True, help="its id, from `casework organisation list`"
)
def invite_command(login: str, name: str, email: str, seat: str, body: UUID) -> None:
    """Invite a professional to a seat; prints the single-use page to hand over, and mails it when a mail server is set."""
    settings = Settings.read(os.environ)
    with opened_house(settings) as house:
        invited = invite(house, Contact(login, name, email), seat, body)
        to = mail_address(house, invited.person)
    if invited.token is None:
        click.echo("This person has an account: a keeper can admit the new seat.")
        return
    path = f"/invitation/{invited.token}"
    click.echo(f"Page to open, for {VALID.days * 24} hours and a single use:  {path}")
    if settings.mailer:
        left = send_invitation(settings.mailer, to, path)
        click.echo("It left by mail too." if left else "The mail did not leave: hand the page over yourself.")


main.add_command(restore)
