"""Coming in, the charter, the home page, leaving; one's own account is in myself.py, what keepers do in keeping.py."""

from flask import Response, current_app, g, request

from casework.accounts import forms
from casework.accounts.charter import charter_signed, sign_charter
from casework.accounts.errors import AccountError
from casework.accounts.holding import is_open
from casework.accounts.limits import Limited
from casework.accounts.login import Opened, TenureChoice, Typed, Waiting, log_in
from casework.accounts.people import names
from casework.accounts.sessions import log_out
from casework.store.events import PAGES
from casework.web import session
from casework.web.page import acting, current_house, go, log, reply
from casework.web.tasks import gather

BLANK = "Remplissez les trois champs."


def login() -> Response:
    """Password and code in one form."""
    if request.method != "POST":
        return reply("accounts/login.html", problem="", ended="fin" in request.args)
    words = forms.typed(current_house())
    if not (words.login and words.password and words.code):
        return reply("accounts/login.html", problem=BLANK, status=422, login=words.login)
    try:
        opened = log_in(current_house(), words, forms.address())
    except TenureChoice as choice:
        return _choose_seat(words, choice)
    except Waiting as error:
        known, fingerprints = names(current_house()), error.fingerprints
        return reply("accounts/waiting.html", known=known, fingerprints=fingerprints, status=422)
    except (Limited, AccountError) as error:
        return reply("accounts/login.html", problem=forms.problem(error), status=forms.status(error), login=words.login)
    return _come_in(opened)


def _choose_seat(words: Typed, choice: TenureChoice) -> Response:
    known = names(current_house())
    offered = {
        key: f"{known.seat(at.seat)}, {known.organisation(at.organisation)}" for key, at in choice.tenures.items()
    }
    problem = "Choisissez une qualité." if "again" in request.form else ""
    again, status = forms.sealed(current_house(), words), 422 if problem else 200
    return reply("accounts/seats.html", again=again, offered=offered, problem=problem, status=status)


def _come_in(opened: Opened) -> Response:
    """The session before, if any, ends; its id never serves twice."""
    former = session.read(session.SESSION)
    if former:
        log_out(current_house(), former)
    response = go("accounts.home")
    session.write(response, session.SESSION, opened.token)
    session.write(response, session.DEVICE, opened.device, session.YEAR)
    return response


def logout() -> Response:
    """End the session and empty what the browser kept."""
    log_out(current_house(), g.token, acting())
    response = go("accounts.login")
    session.forget(response, session.SESSION)
    # Not "cookies": the one of the device keeps strangers from locking its owner out.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def stay() -> Response:
    """The person is still there: being asked is enough for the session to go on (A-04)."""
    house = current_house()
    log(house.entry(house.events.page, acting().actor, page=PAGES["account"]))
    return Response(status=204)


def charter() -> Response:
    """C-07: read and sign the current version, or read it again."""
    house, problem = current_house(), ""
    if request.method == "POST":
        problem = "Cochez la case pour vous engager."
        if request.form.get("agreed") == "1":
            try:
                sign_charter(house, acting(), request.form.get("version", ""))
            except AccountError as error:
                problem = forms.problem(error)
            else:
                return go("accounts.home")
    status, signed = 422 if problem else 200, charter_signed(house, acting()) and not problem
    return reply(
        "accounts/charter.html", charter=house.charter, problem=problem, signed=signed, page="account", status=status
    )


def home() -> Response:
    """What waits for me, then what comes next and what I did; before the opening, the ceremony."""
    house, person = current_house(), acting()
    if not is_open(house):
        log(house.entry(house.events.page, person.actor, page=PAGES["home"]))
        return go("accounts.ceremony")
    found = gather(current_app.extensions["casework.tasks"], house, person)
    panels = [source(house, person) for source in current_app.extensions["casework.panels"]]
    return reply("accounts/home.html", tasks=found, panels=[panel for panel in panels if panel.lines], page="home")
