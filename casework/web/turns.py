"""How many pages one session has made at the same moment: a program in somebody's session must not take every thread from the others."""

from collections import Counter
from threading import Lock

from flask import Flask, current_app, g, request
from werkzeug.exceptions import TooManyRequests

from casework.web.session import SESSION, read
from casework.web.weight import STATIC

AT_ONCE = 4
TURNS = "casework.turns"


class Crowded(TooManyRequests):
    """This session asks for too many pages at once."""

    crowded = True


class Turns:
    """The pages being made in this process, by session."""

    def __init__(self) -> None:
        self._lock, self._made = Lock(), Counter[bytes]()

    def take(self, session: bytes) -> bool:
        """Whether one more may be made."""
        with self._lock:
            free = self._made[session] < AT_ONCE
            self._made[session] += free
            return free

    def give_back(self, session: bytes) -> None:
        """One is made."""
        with self._lock:
            self._made[session] -= 1
            if not self._made[session]:
                del self._made[session]


def install(app: Flask) -> None:
    """Before whatever reads a store."""
    app.extensions[TURNS] = Turns()
    app.before_request(take)
    app.teardown_request(give_back)


def take() -> None:
    """Refuse what is one too many. Errors: Crowded."""
    session = None if request.endpoint in STATIC else read(SESSION)
    if session is None:
        return
    turns: Turns = current_app.extensions[TURNS]
    if not turns.take(session):
        raise Crowded
    g.turn = session


def give_back(_error: BaseException | None) -> None:
    """Whatever became of the page."""
    session = g.pop("turn", None)
    if session is not None:
        turns: Turns = current_app.extensions[TURNS]
        turns.give_back(session)
