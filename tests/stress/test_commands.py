"""Every command with rubbish in every argument and flag: a sentence and an exit code, never a trace, never a name, nothing half-written."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from casework import cli
from casework.config import FILE
from casework.demo.place import Place
from tests.demo.shell import Shell
from tests.running.made import INVITED, answers
from tests.stress.disks import full
from tests.stress.served import SECONDS

Path_ = tuple[str, ...]
NAMES = ("Alix Exemple", "alix@exemple.invalid")
SPOKEN = {0, 1, 2}
LASTING = {
    ("serve",),
    ("demo",),
    ("charter", "docs"),
    ("charter", "check"),
}  # given no chance to begin: always a wrong flag beside
RUBBISH = st.one_of(  # all that a system hands to a program: it knows no zero byte there
    st.sampled_from(
        [
            "", " ", "-", "--", "é\n\r\x1b[31m", "\udcff", "/", "/dev/null", "/dev/full", "/proc/self/mem", "../../../etc/passwd", "0", "-1",
            "99999999999999999999", "1e9", "nan", "'; DROP TABLE person; --", "${HOME}", "a" * 5_000, "smtps://u:p@", "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "sqlite:////dev/full", "00000000-0000-0000-0000-000000000000", "coordinator", "pjj",
        ]
    ),
    st.text(st.characters(exclude_characters="\x00"), max_size=20),
)  # fmt: skip


def commands(group: click.Group = cli.main, above: Path_ = ()) -> Iterator[tuple[Path_, click.Command]]:
    """Every command, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


EVERY = dict(commands())


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A command, some of its flags and arguments, each with rubbish."""
    words = draw(st.sampled_from(sorted(EVERY)))
    typed, command = list(words), EVERY[words]
    for param in command.params:
        if draw(st.booleans()):
            typed += _given(draw, param)
    if words in LASTING:
        typed += ["--no-such-flag", draw(RUBBISH)]
    return typed + draw(st.lists(RUBBISH, max_size=1))


def _given(draw: st.DrawFn, param: click.Parameter) -> list[str]:
    if isinstance(param, click.Argument):
        return [draw(RUBBISH)]
    flag = [draw(st.sampled_from(param.opts))]
    return flag if getattr(param, "is_flag", False) else flag + [draw(RUBBISH) for _ in range(param.nargs)]


@pytest.fixture(scope="module")
def shells(tmp_path_factory: pytest.TempPathFactory) -> list[Shell]:
    """On an installation, where there is none, and where the settings are rubbish."""
    folder = tmp_path_factory.mktemp("installed")
    assert Shell({FILE: ""}).run("init", *answers(folder), *INVITED).exit_code == 0
    place, wrong = Place(folder / "var"), folder / "wrong.toml"
    wrong.write_bytes(b"town = \xff\n")
    environs: Sequence[dict[str, str]] = (
        {FILE: str(folder / "keys" / "casework.toml")},
        {FILE: ""},
        {FILE: str(wrong)},
        {FILE: "/dev/null", "CASEWORK_CASE_URL": "rubbish", "CASEWORK_KEY_URL": "sqlite://", "CASEWORK_PROVIDER": "\n"},
    )
    return [Shell(environ, place) for environ in environs]


def test_every_command_is_asked() -> None:
    assert {("init",), ("serve",), ("tick",), ("migrate",), ("backup",), ("copied",), ("doctor",), ("invite",)} <= set(
        EVERY
    )
    assert set(EVERY) >= LASTING
    assert len(EVERY) >= 18


def test_rubbish_in_any_flag_is_one_sentence_and_no_trace(
    shells: list[Shell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    installed = {path: path.read_bytes() for path in _kept(shells[0])}
    seen: set[Path_] = set()

    @seed(4)
    @settings(max_examples=int(40 * SECONDS), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(lines(), st.integers(0, len(shells) - 1))
    def ask(typed: list[str], where: int) -> None:
        done = shells[where].run(*typed, typed="rubbish\n\x00\n")
        sound(done, typed)
        seen.add(tuple(typed[:2]) if tuple(typed[:2]) in EVERY else (typed[0],))

    ask()
    assert len(seen) >= len(EVERY) - 3
    request.node.user_properties.append(("command lines", int(40 * SECONDS)))
    assert {path: path.read_bytes() for path in installed} == installed
    assert shells[0].run("tick").exit_code == 0


def _kept(shell: Shell) -> list[Path]:
    """The files that no wrong command may change."""
    keys = Path(shell.environ[FILE]).parent
    return [keys / "provider.json", keys / "casework.toml"]


def sound(done: Any, typed: list[str]) -> None:
    """An end that a person understands."""
    assert done.exception is None or isinstance(done.exception, SystemExit), (typed, done.exception)
    assert done.exit_code in SPOKEN, typed
    assert "Traceback" not in done.output, typed
    assert "error of the software" not in done.output, (typed, done.output)
    assert done.exit_code == 0 or done.output.strip(), typed
    assert done.exit_code == 0 or not [name for name in NAMES if name in done.output and name not in typed], typed


ON_A_FULL_DISK = (
    ("tick",), ("migrate",), ("backup", "{folder}/kept"), ("copied", "{folder}/copy"), ("organisation", "add", "pjj", "Nouveau"), ("doctor",),
)  # fmt: skip


@pytest.mark.parametrize("words", ON_A_FULL_DISK, ids=" ".join)
def test_a_command_on_a_full_disk_says_so_and_works_once_there_is_room(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert Shell({FILE: ""}).run("init", *answers(tmp_path), *INVITED).exit_code == 0
    (tmp_path / "copy").write_bytes((tmp_path / "keys" / "provider.json").read_bytes())
    (tmp_path / "copy").chmod(0o600)
    shell, typed = (
        Shell({FILE: str(tmp_path / "keys" / "casework.toml")}),
        [word.format(folder=tmp_path) for word in words],
    )
    with full():
        done = shell.run(*typed)
    sound(done, typed)
    if words[0] not in ("migrate", "copied"):  # they have nothing to write here
        assert done.exit_code == 1, done.output
    assert [path for path in (tmp_path / "kept").glob("*") if path.suffix != ".partial"] == []
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    if words == ("doctor",):
        assert shell.run("tick").exit_code == 0
    again = shell.run(*typed)
    assert again.exit_code == 0, again.output


def test_an_installation_begun_on_a_full_disk_is_finished_later(tmp_path: Path) -> None:
    with full():
        done = Shell({FILE: ""}).run("init", *answers(tmp_path), *INVITED)
    sound(done, [])
    assert done.exit_code == 1
    assert not [path for path in tmp_path.rglob("provider.json") if not path.stat().st_size]
    made = tmp_path / "keys" / "casework.toml"
    shell, more = (Shell({FILE: str(made)}), ["--copied"]) if made.exists() else (Shell({FILE: ""}), answers(tmp_path))
    assert shell.run("init", *more, *INVITED).exit_code == 0
    assert Shell({FILE: str(made)}).run("tick").exit_code == 0
    assert os.environ.get(FILE) is None
