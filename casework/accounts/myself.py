"""Pages of "Mon compte": who I am, until when, where I am logged in, and changing password or telephone."""

from flask import Response, g, request

from audit.log import entries
from casework.accounts import forms
from casework.accounts.admission import own_fingerprints
from casework.accounts.carried import Ready
from casework.accounts.confirming import lasting
from casework.accounts.connections import close, connections
from casework.accounts.credentials import (
    finish_change,
    new_telephone,
    own_contact,
    prepare_password,
    prepare_telephone,
    prepared,
)
from casework.accounts.errors import AccountError
from casework.accounts.limits import Limited
from casework.accounts.people import names
from casework.accounts.sessions import change_seat, idle_until, other_seats
from casework.web import session
from casework.web.page import acting, current_house, go, reply

LAST_LOGINS = 5


def account() -> Response:
    """Who I am here, until when, and when I came."""
    house, person = current_house(), acting()
    with house.stores.case_reading() as reading:
        kinds = [house.events.login]
        last = entries(
            reading.connection(), house.provider.mac, actor=person.keys.person, types=kinds, limit=LAST_LOGINS
        )
    known = names(house)
    return reply(
        "accounts/account.html",
        contact=known.persons[person.keys.person],
        place=known.organisation(person.party.organisation),
        until=idle_until(house, g.token),
        confirmed=lasting(house, person.tenure),
        others=other_seats(house, person),
        waiting=own_fingerprints(house, person.keys),
        known=known,
        last=[record.at for record in last],
        page="account",
    )


def seat() -> Response:
    """Act in another of one's seats: a new session, the former one ended."""
    tenure = forms.chosen(request.form.get("tenure", ""))
    token = change_seat(current_house(), g.token, acting(), tenure) if tenure else None
    if token is None:  # closed since the page was shown, which says so when it is shown again
        return go("accounts.account")
    response = go("accounts.home")
    session.write(response, session.SESSION, token)
    return response


def connected() -> Response:
    """Where I am logged in; closing one of the others, or all."""
    house, person = current_house(), acting()
    if request.method == "POST":
        close(house, person, g.token, None if "others" in request.form else request.form.get("handle", ""))
        return go("accounts.connected")
    found = connections(house, person, g.token)
    return reply("accounts/connections.html", found=found, known=names(house), page="account")


def password() -> Response:
    """Change one's password: both factors again, then a recovery code from paper; this browser goes on, all others end."""
    house, problem, status = current_house(), "", 200
    if "again" in request.form:
        return _codes("password")
    if request.method == "POST":
        try:
            return _drawn("password", prepare_password(house, acting(), g.token, forms.wanted(), forms.address()))
        except (Limited, AccountError) as error:
            problem, status = forms.problem(error), forms.status(error)
    proposed = forms.proposal(own_contact(house, acting()).login)
    return reply("accounts/password.html", problem=problem, status=status, page="account", proposed=proposed)


def telephone() -> Response:
    """Change one's telephone: the former one's code or a recovery code, a code of the new one, then a new recovery code from paper."""
    house, problem, status = current_house(), "", 200
    if "again" in request.form:
        return _codes("telephone")
    setup = new_telephone(house, acting())
    if request.method == "POST":
        try:
            return _drawn("telephone", prepare_telephone(house, acting(), g.token, forms.telephone(), forms.address()))
        except (Limited, AccountError) as error:
            problem, status = forms.problem(error), forms.status(error)
            setup = forms.same_square(setup)
    square = forms.square(setup)
    return reply("accounts/telephone.html", setup=setup, square=square, problem=problem, status=status, page="account")


def _codes(what: str) -> Response:
    """The new codes as often as wanted, then the question; a wrong answer asks it again."""
    house, blob, typed = current_house(), request.form["again"], request.form.get("typed")
    try:
        if typed is not None:
            return _changed(what, finish_change(house, acting(), g.token, blob, typed))
        ready = prepared(house, g.token, blob)
    except AccountError as error:
        if error.code != "recovery":
            return reply("accounts/not_changed.html", what=what, status=409, page="account")
        problem = forms.problem(error)
        return reply("accounts/codes_typed.html", blob=blob, what=what, problem=problem, status=422, page="account")
    if "show" in request.form:
        return _drawn(what, ready)
    return reply("accounts/codes_typed.html", blob=ready.blob, what=what, problem="", page="account")


def _drawn(what: str, ready: Ready) -> Response:
    return reply("accounts/codes.html", ready=ready, what=what, page="account")


def _changed(what: str, token: bytes) -> Response:
    g.token = token  # the forms of the answer belong to the new session
    response = reply("accounts/changed.html", what=what, page="account")
    session.write(response, session.SESSION, token)
    return response
