"""A key file that cannot be read, at the start and while serving: the start is refused in words, a running server goes on with the keys it has."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from casework import cli, create_app
from crypto.errors import ProviderUnusable
from tests.cases.conftest import Lives
from tests.contracts.test_stores_down import environment
from tests.house import settings_of
from tests.stress.browsers import come_in


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def rewritten(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))


def of_others(path: Path) -> None:
    path.chmod(0o644)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def no_text(path: Path) -> None:
    path.write_bytes(b"\xff" * 70_000)


def nested(path: Path) -> None:
    path.write_bytes(b"[" * 60_000)


def gone(path: Path) -> None:
    path.unlink()


SPOILT: dict[Callable[[Path], None], str] = {
    truncated: "damaged or truncated",
    emptied: "damaged or truncated",
    rewritten: "damaged or truncated",
    of_others: "Set it to 0600",
    a_folder: "cannot be read",
    a_link: "cannot be read",
    no_text: "damaged or truncated",
    nested: "damaged or truncated",
    gone: "restore it from its backup",
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_key_file_that_cannot_be_read_refuses_the_start_and_stops_no_running_server(
    lives: Lives, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    settings, kept = settings_of(lives.house, lives.folder), tmp_path / "kept"
    reader, path = come_in(lives, "coordinator")["coordinator"], settings.provider
    shutil.copy(path, kept)
    spoil(path)
    with pytest.raises(ProviderUnusable, match=SPOILT[spoil]):
        create_app(settings)
    for words in ("tick", "doctor", "serve"):
        said = CliRunner(env=environment(settings)).invoke(cli.main, [words])
        assert (said.exit_code, "Traceback" in said.output) == (1, False), said.output
        assert SPOILT[spoil] in said.output
    head = lives.refer()
    assert reader.get(f"/situations/{head.life.case}").status_code == 200
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.copy(kept, path)
    assert create_app(settings).test_client().get("/sante", base_url="https://localhost").text == "ok"


@pytest.mark.parametrize("beside", ["pins", "register"])
def test_pins_or_a_register_that_are_a_folder_refuse_the_start_and_the_pages(lives: Lives, beside: str) -> None:
    settings = settings_of(lives.house, lives.folder)
    lives.play(lives.play(lives.refer(), "coordinator", "transmit"), "prosecutor", "not_retain")
    reader = come_in(lives, "coordinator")["coordinator"]
    path = settings.pins if beside == "pins" else settings.register_path
    path.rename(path.with_name("away"))
    path.mkdir()
    said = CliRunner(env=environment(settings)).invoke(cli.main, ["tick"])
    assert (said.exit_code, "Traceback" in said.output) == (1, False), said.output
    if beside == "pins":
        answer = reader.get("/situations")
        assert (answer.status_code, "Traceback" in answer.text) == (503, False)
    path.rmdir()
    path.with_name("away").rename(path)
    assert reader.get("/situations").status_code == 200
    assert CliRunner(env=environment(settings)).invoke(cli.main, ["doctor"]).output.count("prove themselves") == 1
