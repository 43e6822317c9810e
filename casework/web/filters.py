"""The words templates use for French and for forms, tied to the one clock; what they mean is in french.py and widgets.py."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from flask import Flask
from markupsafe import Markup, escape

from casework.kernel.clock import today
from casework.web import french, widgets

TEN_DIGITS = re.compile(r"\b0[1-9](?:[ .\u00a0\u202f-]?\d\d){4}\b")


def relative(value: date | datetime | str) -> str:
    """“dans 3 jours”, from today."""
    return french.relative(value, today())


def day_and_relative(value: date | datetime | str) -> str:
    """“lundi 14 décembre 2026 (dans 3 jours)”."""
    return f"{french.day(value)} ({relative(value)})"


def typo(text: str) -> str:
    """French typography for plain text; HTML already made passes as it is, since its attributes are not sentences."""
    return text if isinstance(text, Markup) else french.typo(text)


def labelled(rows: Markup, columns: Sequence[str]) -> Markup:
    """The rows of a table, the name of its column on each cell, for screens too narrow to show the head of the table."""
    return Markup("").join(_row(row, columns) for row in re.split(r"(?=<tr\b)", escape(rows)))


def _row(row: str, columns: Sequence[str]) -> Markup:
    names = iter(columns)

    def cell(found: re.Match[str]) -> str:
        name = escape(french.typo(next(names, "")))
        return f'{found[0]} data-label="{name}"' if name else found[0]

    return Markup(re.sub(r"<t[hd]\b", cell, row))  # noqa: S704 - escaped by `labelled` unless made HTML already; so is the name


def telephones(text: str) -> Markup:
    """A sentence whose French numbers of ten digits are called from where they stand."""

    def link(found: re.Match[str]) -> str:
        return f'<a href="tel:+33{re.sub("[^0-9]", "", found[0])[1:]}">{found[0]}</a>'

    return Markup(TEN_DIGITS.sub(link, str(escape(text))))  # noqa: S704 - escaped; what is added holds digits alone


FILTERS = {
    "jour": french.day,
    "jour_court": french.short_day,
    "jour_et_relatif": day_and_relative,
    "relatif": relative,
    "heure": french.hour,
    "nombre": french.number,
    "compte": french.count,
    "minuscule": french.lowered,
    "majuscule": french.raised,
    "typo": typo,
    "telephones": telephones,
    "colonnes": labelled,
}


def install(app: Flask) -> None:
    """Give the templates of `app` our filters, and `widgets` and `summary`."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(widgets=widgets.widgets, summary=widgets.summary)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
