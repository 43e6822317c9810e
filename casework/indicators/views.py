"""The page of indicators, for the coordinator and the mairie."""

from flask import Response, request

from casework.indicators.service import figures, years
from casework.kernel.clock import today
from casework.web.page import current_house, reply


def yearly() -> Response:
    """The figures of one year."""
    house, this = current_house(), today().year
    asked, known = request.args.get("annee", this, type=int), years(house)
    year = asked if asked in known else this
    return reply("indicators/yearly.html", year=year, years=known, figures=figures(house, year), page="indicators")
