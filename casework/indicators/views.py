"""The page of indicators, for the coordinator and the mairie."""

from flask import Response, request

from casework.indicators.service import figures, years
from casework.kernel.clock import today
from casework.web.page import current_house, reply


def yearly() -> Response:
    """The figures of one year."""
    house = current_house()
    year, known = request.args.get("annee", today().year, type=int), years(house)
    return reply("indicators/yearly.html", year=year, years=known, figures=figures(house, year), page="indicators")
