"""The demo, made once for a whole run however many processes share it: a year takes seconds to live."""

import os
import shutil
from pathlib import Path

import pytest

from audit.files import locked
from casework.demo import service
from casework.demo.place import Place


def copy_of(factory: pytest.TempPathFactory, folder: Path) -> Place:
    """The demo of this run, under `folder`: a copy, for whoever looks at a demo may tick it."""
    own = factory.getbasetemp()
    made = Place((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demo-of-this-run")
    with locked(made.folder):
        if not made.accounts.exists():
            service.build(made)
    shutil.copytree(made.folder, folder / "var")
    return Place(folder / "var")
