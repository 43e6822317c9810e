"""Few bytes for a phone: text answers are compressed, and a file of ours bears its fingerprint, so that a browser keeps it until it changes."""

import gzip
import secrets
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

from casework.web.files import FOLDER

STATIC = ("static", "bootstrap.static")
TEXTS = ("text/html", "text/css", "text/javascript")
SMALL = 1_000  # not worth it below
NOISE = 100  # bytes: two answers of the same page differ in length (docs/decisions/0012-weight.md)


def install(app: Flask) -> None:
    """Installed first, so that compressing comes last."""
    app.after_request(compress)
    app.url_defaults(fingerprinted)


def compress(response: Response) -> Response:
    """A text, smaller, for a browser that says it can read that."""
    if response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    response.direct_passthrough = False
    whole = response.get_data()
    if len(whole) >= SMALL and request.accept_encodings.quality("gzip"):
        response.set_data(_packed(whole))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    return response


def _packed(whole: bytes) -> bytes:
    """Gzip, with a file name of random length in its head."""
    packed = BytesIO()
    with gzip.GzipFile("x" * secrets.randbelow(NOISE), "wb", fileobj=packed, mtime=0) as stream:
        stream.write(whole)
    return packed.getvalue()


def fingerprinted(endpoint: str, values: dict[str, Any]) -> None:
    """Add to the URL of a file the fingerprint of what it holds."""
    if endpoint in STATIC and (found := _fingerprint(_folder(endpoint) / values["filename"])):
        values["v"] = found


def current() -> bool:
    """Whether the request asks for a file by the fingerprint it has now: what it is given will never change."""
    asked, filename = request.args.get("v"), (request.view_args or {}).get("filename", "")
    return bool(asked) and asked == _fingerprint(_folder(request.endpoint or "") / filename)


def _folder(endpoint: str) -> Path:
    return FOLDER if endpoint == "static" else Path(current_app.blueprints["bootstrap"].static_folder or "")


def _fingerprint(path: Path) -> str:
    return _hashed(path, path.stat().st_mtime_ns) if path.is_file() else ""


@cache
def _hashed(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12]
