"""The stylesheet: contrast measured from its own custom properties, nothing from elsewhere, no motion."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "casework/static/theme.css").read_text(encoding="utf-8")
TEXT = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "soft"), ("ink", "danger-soft"), ("ink", "warning-soft"),
    ("muted", "paper"), ("muted", "surface"), ("muted", "soft"), ("muted", "warning-soft"), ("muted", "danger-soft"),
    ("accent", "paper"), ("accent", "surface"), ("accent", "soft"), ("accent-strong", "paper"), ("accent-strong", "surface"),
    ("accent", "warning-soft"), ("accent", "danger-soft"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"),
    ("danger", "paper"), ("danger", "surface"), ("danger", "danger-soft"), ("on-danger", "danger"),
]  # fmt: skip
EDGES = [
    ("edge", "paper"),
    ("edge", "surface"),
    ("focus", "paper"),
    ("focus", "surface"),
    ("warning", "warning-soft"),
    ("danger", "danger-soft"),
]


def palette(css: str) -> dict[str, str]:
    """The colours a block declares."""
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def palettes() -> dict[str, dict[str, str]]:
    """The colours of both schemes."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)", 1)
    return {"light": palette(light), "dark": palette(light) | palette(dark.split("\n}\n", 1)[0])}


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Ratio of WCAG 2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 7.0), (EDGES, 3.0)])
def test_every_pair_of_colours_is_readable(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = palettes()[scheme]
    weak = {
        (a, b): round(contrast(colours[a], colours[b]), 2) for a, b in pairs if contrast(colours[a], colours[b]) < least
    }
    assert not weak


def test_dark_mode_changes_every_colour_of_text_and_ground() -> None:
    both = palettes()
    assert not [name for name in both["light"] if both["light"][name] == both["dark"][name]]


def test_colours_stand_in_custom_properties_only() -> None:
    rules = re.sub(r"--[a-z-]+: [^;]+;", "", CSS)
    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgb\(", rules) == []


def test_nothing_comes_from_elsewhere_and_nothing_moves() -> None:
    assert not re.search(r"@import|@font-face|url\((?!\"data:)", CSS)
    assert "animation: none !important; transition: none !important" in CSS
    assert not re.search(r"@keyframes|transition: (?!none)|animation: (?!none)", CSS)
