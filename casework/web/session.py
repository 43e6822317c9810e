"""The cookies: one for the session, one for forms before it, one that says a device logged in before; what a session is worth, its service knows."""

import base64
import binascii
import secrets
from typing import cast

from flask import Response, g, request

# A `__Host-` cookie is Secure and of this very host; browsers take it from http on a loopback address too, so the demo needs no exception.
SESSION = "__Host-session"
FORM = "__Host-form"
DEVICE = "__Host-device"
SIZE = 32
DEVICE_SIZE = 48
YEAR = 365 * 24 * 3600


def read(name: str, size: int = SIZE) -> bytes | None:
    """The bytes of a cookie, or None when it is absent or not one of ours."""
    try:
        value = base64.b64decode(request.cookies.get(name, ""), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if len(value) == size else None


def write(response: Response, name: str, value: bytes, age: int | None = None) -> None:
    """Set a cookie that scripts cannot read and other sites cannot send; `age` in seconds, else until the browser closes."""
    text = base64.urlsafe_b64encode(value).decode()
    response.set_cookie(name, text, max_age=age, secure=True, httponly=True, samesite="Strict", path="/")


def forget(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, secure=True, httponly=True, samesite="Strict", path="/")


def form_secret() -> bytes:
    """What the tokens of forms are bound to: the session when there is one, else a cookie made for this answer if need be."""
    if "token" in g:
        return cast(bytes, g.token)
    g.form_secret = g.get("form_secret") or read(FORM) or secrets.token_bytes(SIZE)
    return cast(bytes, g.form_secret)


def keep_form_secret(response: Response) -> Response:
    """After an answer that used it: send the form cookie when the browser does not have it yet."""
    secret = g.get("form_secret")
    if secret and secret != read(FORM):
        write(response, FORM, secret)
    return response
