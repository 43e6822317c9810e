"""The commands that no server needs, loaded when they are typed: the pages of a charter, and the demo."""

import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import waitress

from casework import create_app
from casework.charters import document
from casework.charters.cenomed import CENOMED
from casework.demo import service as demos
from casework.demo.place import Account, Place
from casework.routes import ROUTES
from casework.running import ticking
from casework.terminal import table
from casework.web import access
from casework.web.needs import under

ROOT = Path(__file__).parent.parent
PAGE, ACCESS = ROOT / "docs" / "charter-cenomed.md", ROOT / "docs" / "access.md"
LOOPBACK = "127.0.0.1"

# --- Charters -------------------------------------------------------------------------------------------------------


@click.group()
def charter() -> None:
    """What a charter promises, and the page people review."""


@charter.command("check")
@click.pass_context
def check_charter(ctx: click.Context) -> None:
    """Play every sequence of moves and prove every promise; exit code 1 when one is broken."""
    ctx.exit(document.main_check())


@charter.command()
def docs() -> None:
    """Write docs/charter-cenomed.md and docs/access.md."""
    document.write(PAGE)
    access.write(ACCESS, under(ROUTES, CENOMED), CENOMED)
    click.echo(f"{PAGE.relative_to(ROOT)} and {ACCESS.relative_to(ROOT)} are written.")


# --- The demo -------------------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True)
@click.option("--port", type=click.IntRange(1, 65_535), default=8_000, show_default=True)
@click.pass_context
def demo(ctx: click.Context, port: int) -> None:
    """Serve the application with an invented arrondissement, on this computer only."""
    if ctx.invoked_subcommand:
        return
    place: Place = ctx.obj
    with _listening(port) as listener:
        accounts = _ready(place)
        with place.house() as house:
            ticking.run(house, sure=True)  # an invented town sleeps as long as it likes
        app = create_app(place.settings())
        _welcome(accounts, port)
        waitress.serve(app, sockets=[listener], ident="", threads=8, _quiet=True)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """The port is taken before anything is built, so that two starts never build at once."""
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError:
        raise click.ClickException(f"port {port} is taken: choose another one with --port (make demo PORT=…)") from None
    with listener:
        yield listener


def _ready(place: Place) -> list[Account]:
    if demos.usable(place):
        return place.load()
    click.echo("Living a year of an invented arrondissement, some twenty seconds…")
    began = time.monotonic()
    accounts = demos.build(place)
    click.echo(f"Lived in {time.monotonic() - began:.0f} seconds.")
    return accounts


def _welcome(accounts: Sequence[Account], port: int) -> None:
    click.echo("\nEverything here is invented: persons, situations, organisations.\n")
    table(
        [
            ("Log-in", "Password", "Seat", "Organisation"),
            *((item.login, item.password, item.seat, item.organisation) for item in accounts),
        ]
    )
    click.echo(f"\nThe one-time code of a log-in:  {sys.argv[0]} demo code LOGIN   (each serves once)")
    click.echo(f"Open http://{LOOPBACK}:{port}/ — stop with Ctrl-C.")


@demo.command()
@click.pass_obj
def reset(place: Place) -> None:
    """Throw the demo away; the next start builds another one."""
    place.reset()
    click.echo("The demo is gone; `casework demo` builds another one.")


@demo.command("code")
@click.argument("login")
@click.pass_obj
def code_command(place: Place, login: str) -> None:
    """The current one-time code of a log-in of the demo."""
    click.echo(demos.code(place, login))
