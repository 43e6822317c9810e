"""Every URL, what it needs and who serves it, on one screen; and what the slices give to the shell."""

from dataclasses import dataclass

from casework.web import files
from casework.web.guard import Doors
from casework.web.needs import OPEN, Route, url
from casework.web.tasks import Source


@dataclass(frozen=True, slots=True)
class Parts:
    """What `create_app` puts around the house."""

    routes: tuple[Route, ...]
    doors: Doors
    tasks: tuple[Source, ...]


ROUTES = (
    url("/static/<path:filename>", files.static, needs=OPEN),
    url("/sante", files.health, needs=OPEN),
)

DOORS = Doors(lambda _h, _t: None, lambda _h, _a: False, lambda _h, _t, _p, _f: False)
TASKS: tuple[Source, ...] = ()
PARTS = Parts(ROUTES, DOORS, TASKS)
