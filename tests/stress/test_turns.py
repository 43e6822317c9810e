"""A session that asks for many pages at once: those too many are refused in words, others are served, and every turn is given back."""

import base64

from flask import Flask

from casework.web.session import SESSION
from casework.web.turns import AT_ONCE, TURNS, Turns
from tests.browser import assert_page
from tests.cases.pages import Reader
from tests.contracts.cell import Cell

FORM = "/situations/nouvelle/refer"


def token(reader: Reader) -> bytes:
    cookie = reader.client.get_cookie(SESSION)
    assert cookie
    return base64.urlsafe_b64decode(cookie.value)


def turns(app: Flask) -> Turns:
    found: Turns = app.extensions[TURNS]
    return found


def test_a_page_too_many_is_refused_in_words_and_others_are_served(cell: Cell) -> None:
    hungry, other, made = cell.readers["pjj"], cell.readers["emas"], turns(cell.app)
    form = hungry.hidden(FORM)
    assert all(made.take(token(hungry)) for _ in range(AT_ONCE))
    for answer in (hungry.get("/"), hungry.send(FORM, form)):
        assert answer.status_code == 429
        assert_page(answer.text, answer.headers, 429)
        assert all(
            word in answer.text for word in ("Trop de pages", "rien n’est enregistré", "Attendez quelques secondes")
        )
    assert hungry.get("/static/theme.css").status_code == 200
    assert other.get("/").status_code == 200
    made.give_back(token(hungry))
    assert [hungry.get("/").status_code for _ in range(AT_ONCE + 1)] == [200] * (AT_ONCE + 1)
    for _ in range(AT_ONCE - 1):
        made.give_back(token(hungry))


def test_every_turn_is_given_back_whatever_came_of_the_page(cell: Cell) -> None:
    reader = cell.readers["pjj"]
    for path in ("/", "/absent", "/situations/nouvelle/refer", "/journal", "/static/absent"):
        reader.get(path)
        reader.send(path, {})
    assert not turns(cell.app)._made
