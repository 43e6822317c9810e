"""The headers of every answer, errors included: nothing from elsewhere, nothing kept, nothing said to others."""

from flask import Flask, Response, current_app, request

from casework.web.weight import STATIC, current

DEMO = "casework.demo"
DAY = 24 * 3600
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def install(app: Flask, *, demo: bool) -> None:
    """Dress every answer; the demo, served over http, does not ask browsers to insist on https."""
    app.config[DEMO] = demo
    app.after_request(dress)


def dress(response: Response) -> Response:
    """Set what is the same for all; only files of ours that hold no data may be kept by a browser."""
    response.headers.update(ALWAYS)
    kept = request.endpoint in STATIC and response.status_code < 400
    ours = f"public, max-age={365 * DAY}, immutable" if kept and current() else "public, no-cache"
    response.headers["Cache-Control"] = ours if kept else "no-store"
    if not current_app.config[DEMO]:
        response.headers["Strict-Transport-Security"] = f"max-age={730 * DAY}"
    return response
