"""Between the fields of a form and its page: what was posted, what to draw again, the sequences a page showed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import Response, request

from casework.kernel.clock import today
from casework.kernel.records import Field
from casework.web.forms import FieldError, Parsed, parse
from casework.web.page import reply
from casework.web.widgets import Widget, widgets


def once() -> UUID:
    """What a form that makes something brings back, so that the same form sent twice makes it once; a new one where there is none."""
    return request.form.get("once", type=UUID) or uuid4()


def seen() -> int:
    """The sequence the page showed; -1, which never matches, when there is none."""
    return request.form.get("seen", -1, type=int)


def all_seen() -> dict[UUID, int]:
    """The sequences the page showed, as "situation:sequence"; what is malformed was not seen."""
    found = {}
    for text in request.form.getlist("seen"):
        case, _, sequence = text.partition(":")
        try:
            found[UUID(case)] = int(sequence)
        except ValueError:
            continue
    return found


def read(fields: Sequence[Field]) -> Parsed:
    """What was posted."""
    return parse(fields, request.form, today=today())


def drawn(fields: Sequence[Field], posted: Parsed | None, errors: Sequence[FieldError] = ()) -> tuple[Widget, ...]:
    """The inputs to draw, with what was typed and what is to correct."""
    return widgets(fields, posted.shown if posted else {}, errors or (posted.errors if posted else ()))


def form(
    title: str,
    fields: Sequence[Field],
    posted: Parsed | None = None,
    errors: Sequence[FieldError] = (),
    **context: Any,
) -> Response:
    """The page of a form; 422 when something is to correct."""
    errors = errors or (posted.errors if posted else ())
    status = 422 if errors else 200
    inputs = drawn(fields, posted, errors)
    return reply(
        "meetings/form.html", title=title, widgets=inputs, errors=errors, page="meeting", status=status, **context
    )
