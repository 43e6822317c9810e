"""Where commands of the command line are typed."""

from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result

from casework import cli
from casework.demo.place import Place


@dataclass(frozen=True)
class Shell:
    """An environment, and a place for the demo."""

    environ: dict[str, str] = field(default_factory=dict)
    place: Place | None = None

    def run(self, *arguments: str, typed: str = "") -> Result:
        """What a command answers, and its exit code."""
        return CliRunner(env=self.environ).invoke(cli.main, arguments, input=typed, obj=self.place)


def new_shell(folder: Path, case_url: str = "", key_url: str = "") -> Shell:
    """Settings of an installation that was never opened, on files unless addresses are given."""
    (folder / "keys").mkdir()
    values = {
        "CASE_URL": case_url or f"sqlite:///{folder / 'case.sqlite'}",
        "KEY_URL": key_url or f"sqlite:///{folder / 'key.sqlite'}",
        "PROVIDER": str(folder.parent / f"{folder.name}-keys.json"),
        "PINS": str(folder / "pins.json"),
        "REGISTER": str(folder.parent / f"{folder.name}-deletions.jsonl"),
        "TRUSTED_HOSTS": "cellule.exemple.invalid",
    }
    return Shell({f"CASEWORK_{name}": value for name, value in values.items()})


def said(output: str) -> str:
    """What was printed, as one line."""
    return " ".join(output.split())
