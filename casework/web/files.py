"""What anybody may fetch: our own files, and whether the service answers; no data."""

from pathlib import Path

from flask import Response, send_from_directory
from sqlalchemy import text

from casework.web.page import current_house

FOLDER = Path(__file__).parent.parent / "static"


def static(filename: str) -> Response:
    """A file of the style sheet's folder."""
    return send_from_directory(FOLDER, filename)


def health() -> Response:
    """Whether both stores answer."""
    for reading in (current_house().stores.case_reading, current_house().stores.key_reading):
        with reading() as session:
            session.execute(text("SELECT 1"))
    return Response("ok", mimetype="text/plain")
