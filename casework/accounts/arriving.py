"""The pages of an invitation: password and telephone, then the recovery codes, then one of them typed again from the paper."""

from flask import Response, current_app, request

from casework.accounts import forms
from casework.accounts.acceptance import Setup, begin_acceptance, finish_acceptance, prepare, prepared
from casework.accounts.errors import AccountError
from casework.accounts.people import mail_address, names
from casework.mail.service import MAILER, tell_renewed
from casework.web.page import current_house, reply


def invitation(token: str) -> Response:
    """One address for the three pages; what was chosen travels sealed in their forms, and an account is made by the last one."""
    house, setup = current_house(), None
    try:
        if "again" in request.form:
            return _codes(token, request.form["again"])
        setup = begin_acceptance(house, token)
        if request.method != "POST":
            return _newcomer(setup)
        ready = prepare(house, token, *(request.form.get(name, "") for name in ("blob", "password", "code")))
    except AccountError as error:
        if setup is None or error.code == "invitation":
            return reply("accounts/invitation_over.html", status=404)
        return _newcomer(forms.same_square(setup), forms.problem(error))
    return reply("accounts/codes.html", ready=ready)


def _newcomer(setup: Setup, problem: str = "") -> Response:
    return reply(
        "accounts/invitation.html",
        setup=setup,
        square=forms.square(setup),
        problem=problem,
        status=422 if problem else 200,
        proposed=forms.proposal(setup.contact.login),
    )


def _codes(token: str, blob: str) -> Response:
    """The codes as often as wanted, then the question; a wrong answer asks it again. Errors: AccountError "invitation"."""
    house, typed = current_house(), request.form.get("typed")
    if "show" in request.form:
        return reply("accounts/codes.html", ready=prepared(house, token, blob))
    if typed is None:
        return reply("accounts/codes_typed.html", blob=prepared(house, token, blob).blob, problem="")
    try:
        accepted = finish_acceptance(house, token, blob, typed)
    except AccountError as error:
        if error.code == "invitation":
            raise
        return reply("accounts/codes_typed.html", blob=blob, problem=forms.problem(error), status=422)
    mailer = current_app.extensions[MAILER]
    if accepted.renewed and mailer:
        tell_renewed(mailer, mail_address(house, accepted.person))
    return reply("accounts/accepted.html", accepted=accepted, known=names(house))
