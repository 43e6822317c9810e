"""The guard against paths of one machine and addresses of registries sees them, and only them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPT = ROOT / "tools/mentions.py"

# In two pieces, so that this file passes the guard it tests.
UNWANTED = [
    "see /" + "work/main",
    "cache = '/" + "root/.cache'",
    "https://files.python" + "hosted.org/packages/x",
    "https://py" + "pi.org/simple",
    "--extra-" + "index-url https://example.org",
    '"reso' + 'lved": "https://example.org/a.tgz"',
]
WANTED = ["docs/work/notes.md", "https://example.org/home/page", "route('/dossiers')", "</option>", "/options"]


def verdict(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "tools").mkdir()
    (folder / "tools/mentions.py").write_bytes(SCRIPT.read_bytes())
    (folder / "page.md").write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    return subprocess.run(
        [sys.executable, folder / "tools/mentions.py"], capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.parametrize("text", UNWANTED)
def test_an_unwanted_mention_is_found_with_its_place(tmp_path: Path, text: str) -> None:
    done = verdict(tmp_path, f"first\n{text}\n")
    assert done.returncode == 1
    assert done.stdout.startswith("page.md:2: ")


@pytest.mark.parametrize("text", WANTED)
def test_an_innocent_text_passes(tmp_path: Path, text: str) -> None:
    done = verdict(tmp_path, text)
    assert (done.returncode, done.stdout) == (0, "mentions: none\n")
