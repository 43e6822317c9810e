"""Two hidden inputs in every form: a masked proof that the page came from us for this session, and the seat it was written in."""

import hmac
import secrets
from uuid import UUID

from flask import g, request
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, Conflict

from casework.web.page import current_house
from casework.web.session import form_secret
from crypto.framing import frame

TOKEN_FORMAT = b"casework/web/csrf/1"
SEAT_FORMAT = b"casework/web/seat/1"
TOKEN = "csrf_token"  # noqa: S105 - the name of an input
SEAT = "seat"
SIZE = 32
OURS = ("same-origin", "none")  # Sec-Fetch-Site of a form of ours, and of a page sent again by hand


class Forged(BadRequest):
    """The form does not prove that it came from a page of this session."""

    outcome = "csrf"


class OtherSeat(Conflict):
    """The form was written in another seat than the session's."""

    outcome = "conflict"
    seat_changed = True


def _proof(secret: bytes) -> bytes:
    return current_house().provider.pepper(frame(TOKEN_FORMAT, secret))


def _marker(tenure: UUID) -> str:
    return current_house().provider.pepper(frame(SEAT_FORMAT, tenure.bytes)).hex()[:SIZE]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def proof_for(secret: bytes) -> str:
    """The proof behind a fresh mask, so that no two answers carry the same bytes."""
    mask = secrets.token_bytes(SIZE)
    return (mask + _xor(mask, _proof(secret))).hex()


def proves(secret: bytes, token: str) -> bool:
    """Whether `token` was made for `secret`."""
    try:
        raw = bytes.fromhex(token)
    except ValueError:
        return False
    return len(raw) == 2 * SIZE and hmac.compare_digest(_xor(raw[:SIZE], raw[SIZE:]), _proof(secret))


def form_fields() -> Markup:
    """The hidden inputs every form posts."""
    fields = Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, proof_for(form_secret()))
    acting = g.get("acting")
    if acting:
        fields += Markup('<input type="hidden" name="{}" value="{}">').format(SEAT, _marker(acting.tenure))
    return fields


def check() -> None:
    """Refuse a form of another site, of another seat or without proof. Errors: OtherSeat, Forged."""
    acting = g.get("acting")
    if request.headers.get("Sec-Fetch-Site", OURS[0]) not in OURS:
        raise Forged
    if (
        acting
        and SEAT in request.form
        and not hmac.compare_digest(request.form[SEAT].encode(), _marker(acting.tenure).encode())
    ):
        raise OtherSeat
    if not proves(form_secret(), request.form.get(TOKEN, "")) or (acting and SEAT not in request.form):
        raise Forged
