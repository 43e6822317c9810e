"""The words templates use for French and for forms, tied to the one clock; what they mean is in french.py and widgets.py."""

from datetime import date, datetime

from flask import Flask
from markupsafe import Markup

from casework.kernel.clock import today
from casework.web import french, widgets


def relative(value: date | datetime | str) -> str:
    """“dans 3 jours”, from today."""
    return french.relative(value, today())


def day_and_relative(value: date | datetime | str) -> str:
    """“lundi 14 décembre 2026 (dans 3 jours)”."""
    return f"{french.day(value)} ({relative(value)})"


def typo(text: str) -> str:
    """French typography for plain text; HTML already made passes as it is, since its attributes are not sentences."""
    return text if isinstance(text, Markup) else french.typo(text)


FILTERS = {
    "jour": french.day,
    "jour_court": french.short_day,
    "jour_et_relatif": day_and_relative,
    "relatif": relative,
    "heure": french.hour,
    "nombre": french.number,
    "compte": french.count,
    "minuscule": french.lowered,
    "typo": typo,
}


def install(app: Flask) -> None:
    """Give the templates of `app` our filters, and `widgets` and `summary`."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(widgets=widgets.widgets, summary=widgets.summary)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
