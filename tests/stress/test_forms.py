"""Every form with whatever hands or programs may post to it, drawn by hypothesis: shown again, refused or done, nothing half-written."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from audit.verify import verify
from casework.cases.clocks import tick
from casework.kernel.clock import at
from tests.browser import assert_page
from tests.cases.pages import BASE
from tests.contracts.asked import FORMS, Form
from tests.contracts.cell import Cell
from tests.contracts.telling import SECRET
from tests.stress.served import SECONDS

DONE, REFUSED = {200, 303}, {400, 404, 409, 413, 422}
EACH = max(3, int(SECONDS))  # examples of each form
PROOF = ("csrf_token", "seat")
Pairs = list[tuple[str, bytes]]
VALUES = st.one_of(
    st.sampled_from(
        [
            b"", b" ", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", "\u202egpj".encode(),
            "\ufffe\U0010ffff".encode(), b"%00", b"\r\n\r\n", "e\u0301".encode() * 400,
            b"x" * 60_000, b"[" * 5_000, b'{"a":' * 2_000, b"9" * 5_000, b"-0", b"NaN", b"1e999",
            b"2026-02-30", b"0000-00-00", b"9999-12-31", b"24:61", b"31/12/9999",
            b"00000000-0000-0000-0000-000000000000", b"social_service:", b":::", b"{{7*7}}",
            b'#panic("x")', b"=1+1", b"true", b"None", SECRET.encode(),
        ]
    ),
    st.text(max_size=30).map(lambda word: word.encode("utf-8", "surrogatepass")),
    st.binary(max_size=30),
    st.dates().map(lambda day: day.isoformat().encode()),
)  # fmt: skip
EXTRA = st.sampled_from(
    [
        "_more", "_less", "_keep", "_send", "_confirmed", "seen", "once", "csrf_token", "seat",
        "reason", "target", "a[b][c][d]", "x" * 3_000, "", "\x00",
        "identity-representatives-0-surname", "identity-representatives-99999999-surname", "identity-representatives--1-surname",
        "account-facts-1e9-day", "deliberation-decisions-0-decisions-0-decision", "-".join("0" * 500), "__class__", "account-facts-0-day-0-day",
    ]
)  # fmt: skip


@st.composite
def posted(draw: st.DrawFn, form: Form, hidden: Sequence[tuple[str, str]]) -> Pairs:
    """The fields of a form, some of them replaced, repeated or left out, and others that it does not have."""
    valid = {
        **dict(hidden),
        **form.also,
        **{name: value for part in form.parts for name, value in part.valid().items()},
    }
    every = sorted({*valid, *(each.name for part in form.parts for each in part.every())} - set(PROOF))
    changed = set(draw(st.lists(st.sampled_from(every), min_size=1, max_size=5)))
    pairs = [(name, _bytes(each)) for name, value in valid.items() if name not in changed for each in _list(value)]
    for name in sorted(changed):
        pairs += [(name, value) for value in draw(st.lists(VALUES, max_size=3))]
    return pairs + draw(st.lists(st.tuples(EXTRA, VALUES), max_size=2))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bytes(value: Any) -> bytes:
    return str(value).encode()


def urlencoded(pairs: Pairs) -> tuple[bytes, str]:
    body = b"&".join(_quoted(name.encode()) + b"=" + _quoted(value) for name, value in pairs)
    return body, "application/x-www-form-urlencoded"


def multipart(pairs: Pairs) -> tuple[bytes, str]:
    """As a program would send it, every other field said to be a file."""
    body = b""
    for number, (name, value) in enumerate(pairs):
        file = '; filename="../../x.html"\r\nContent-Type: text/html' if number % 2 else ""
        body += f'--cut\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"
    return body + b"--cut--\r\n", "multipart/form-data; boundary=cut"


def unended(pairs: Pairs) -> tuple[bytes, str]:
    return multipart(pairs)[0][:-9], "multipart/form-data; boundary=cut"


def as_text(pairs: Pairs) -> tuple[bytes, str]:
    return urlencoded(pairs)[0], "text/plain"


def as_json(pairs: Pairs) -> tuple[bytes, str]:
    return b"[" * 20_000 + urlencoded(pairs)[0], "application/json"


def _quoted(value: bytes) -> bytes:
    return quote_from_bytes(value).encode()


WAYS = st.sampled_from([urlencoded, urlencoded, urlencoded, multipart, unended, as_text, as_json])


class Posting:
    """One form as it stands on a page; asked anew once something was done with it."""

    def __init__(self, cell: Cell, name: str) -> None:
        self.cell, self.name, self.statuses = cell, name, list[int]()
        self.begin()

    def begin(self) -> None:
        """A situation of its own, where there must be one, at the step that asks this form."""
        self.form = FORMS[self.name](self.cell)
        self.hidden = list(self.cell.readers[self.form.who].hidden(self.form.path).items())

    def send(self, body: bytes, content_type: str) -> TestResponse:
        """Exactly these bytes."""
        reader = self.cell.readers[self.form.who]
        with at(self.cell.lives.town.moment):
            return reader.client.post(self.form.path, data=body, content_type=content_type, base_url=BASE)

    def check(self, answer: TestResponse) -> None:
        """Told in a page, or done."""
        self.statuses.append(answer.status_code)
        assert answer.status_code in DONE | REFUSED, (self.name, answer.status_code)
        assert "Traceback" not in answer.text
        if answer.status_code != 303 and answer.mimetype == "text/html":
            assert_page(answer.text, answer.headers, answer.status_code)


# Files that came before what is refused stay open in Werkzeug, in memory, until Python collects them.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("name", FORMS)
def test_whatever_is_posted_to_a_form_is_shown_again_refused_or_done(
    cell: Cell, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest, name: str
) -> None:
    posting = Posting(cell, name)

    @seed(33)
    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        pairs, way = data.draw(posted(posting.form, posting.hidden)), data.draw(WAYS)
        answer = posting.send(*way(pairs))
        posting.check(answer)
        if answer.status_code == 303:
            posting.begin()

    ask()
    assert len(posting.statuses) >= EACH
    assert set(posting.statuses) & REFUSED
    request.node.user_properties.append(("posts", dict(Counter(posting.statuses))))
    assert " at /" not in caplog.text, caplog.text  # the line of a failure says its place
    assert SECRET not in caplog.text


def test_after_all_this_every_situation_and_the_log_are_whole(cell: Cell) -> None:
    lives = cell.lives
    with at(lives.town.moment), lives.house.stores.case_reading() as session:
        assert verify(session.connection(), lives.house.provider.mac, lives.house.pins.read()["log"]).sound
    with at(lives.town.moment):
        done = tick(lives.house)
    assert (done.broken, done.missing) == (0, 0)
