"""Answers are small: texts compressed for who can read that, in lengths that vary; files of ours kept until they change."""

import gzip
import re

from flask import Response

from casework.web.needs import SESSION, url
from casework.web.page import reply
from tests.web.gallery import create_gallery
from tests.web.shell import Shell

GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_smaller_for_a_browser_that_can_and_whole_for_another() -> None:
    client = create_gallery().test_client()
    whole, packed = client.get("/?filled"), client.get("/?filled", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == whole.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(whole.data) / 3
    assert "Content-Encoding" not in whole.headers
    assert "Content-Encoding" not in client.get("/?filled", headers={"Accept-Encoding": "gzip;q=0"}).headers
    assert packed.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


def test_the_length_of_a_compressed_page_varies() -> None:
    client = create_gallery().test_client()
    assert len({len(client.get("/?filled", headers=GZIP).data) for _ in range(8)}) > 2


def test_an_answer_to_somebody_still_leaves_its_entry_and_is_not_kept(shell: Shell) -> None:
    def long() -> Response:
        return reply("long.html", page="account")

    shell.log_in()
    client = shell.client(url("/longue", long, needs=SESSION))
    client.application.jinja_loader.mapping["long.html"] = "x" * 2_000  # type: ignore[union-attr]
    answer = client.get("/longue", headers=GZIP)
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(shell.records()) == 1


def test_a_file_is_kept_for_good_under_its_fingerprint_only() -> None:
    client = create_gallery().test_client()
    linked = re.findall(r'(?:href|src)="(/[^"]+\?v=[0-9a-f]{12})"', client.get("/").text)
    assert len(linked) >= 3, "Bootstrap, the theme and the script"
    for address in linked:
        with client.get(address, headers=GZIP) as kept, client.get(address[:-1] + "x") as other:
            assert "immutable" in kept.headers["Cache-Control"]
            assert kept.headers["ETag"].startswith("W/")
            assert other.headers["Cache-Control"] == "public, no-cache"
            known = {**GZIP, "If-None-Match": kept.headers["ETag"]}
        with client.get(address, headers=known) as again:
            assert (again.status_code, again.data) == (304, b"")
