"""The points asked of an author: the fields of its form that they are about, marked there and led to."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from casework.cases.filling import REQUEST
from casework.cases.reading import Opened
from casework.cases.shown import Block
from casework.charters.cenomed import POINT_FIELDS, POINTS
from casework.kernel.life import Slot
from casework.kernel.records import Move
from casework.web.widgets import Widget


def asked(move: Move, opened: Opened | None) -> tuple[str, ...]:
    """The points this act answers to (F33-02), values of POINTS; none when it answers to nothing."""
    if opened is None or REQUEST not in move.shows:
        return ()
    return tuple(opened.contents.get(Slot(REQUEST), {}).get("points", ()))


def marked(blocks: Sequence[Block], points: Collection[str]) -> list[Block]:
    """The same form, the fields of these points marked."""
    names = {name for point in points for name in POINT_FIELDS.get(point, ())}
    return [replace(block, widgets=tuple(_marked(item, names) for item in block.widgets)) for block in blocks]


def _marked(widget: Widget, names: Collection[str]) -> Widget:
    groups = tuple(
        replace(group, widgets=tuple(_marked(inner, names) for inner in group.widgets)) for group in widget.groups
    )
    return replace(widget, groups=groups, asked=re.sub(r"-\d+(?=-)", "", widget.name) in names)


def links(blocks: Sequence[Block], points: Sequence[str]) -> list[tuple[str, str]]:
    """Each point in words, with the id of the first field that it is about; empty where this form has none."""
    ids = {item.name: item.id for block in blocks for item in block.widgets}
    return [
        (POINTS.label(point), next((ids[name] for name in POINT_FIELDS.get(point, ()) if name in ids), ""))
        for point in points
    ]
