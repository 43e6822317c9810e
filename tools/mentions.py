"""Finds in the tracked files what no file may mention: a path of one machine, the address of a package registry."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Written so that no pattern matches this very file.
UNWANTED = {
    "a path of one machine": re.compile(r"(?<![\w.:/<-])/(?:work\b|root\b|opt\b|home\b|Users\b|tmp/\w)[/\w.-]*"),
    "the address of a registry": re.compile(
        r"(?:pypi|pythonhosted|npmjs|yarnpkg|deb\.debian|anaconda|maven)\.(?:org|com)"
        r"|^\s*(?:-i|--(?:extra-)?index-url|--find-links)[ =]|\"resolved\":",
        re.MULTILINE,
    ),
}


def tracked(root: Path) -> Iterator[Path]:
    """Every file that git follows or would take, as it is on the disk."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    return (root / name for name in names if name and (root / name).is_file())


def mentions(text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, what is wrong, and the words themselves."""
    for wrong, pattern in UNWANTED.items():
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, wrong, found.group()


def main(root: Path) -> int:
    """Prints one line per mention; returns 1 if there is any."""
    lines = [
        f"{path.relative_to(root)}:{line}: {wrong}: {words.strip()}"
        for path in tracked(root)
        for line, wrong, words in mentions(path.read_bytes().decode(errors="replace"))
    ]
    print("\n".join(lines) or "mentions: none")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
