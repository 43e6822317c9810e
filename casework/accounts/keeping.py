"""Pages of those who let people in: organisations and invitations, then admission by voice; they show professionals, never situations."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from flask import Response, current_app, url_for
from flask import request as asked
from werkzeug.exceptions import NotFound

from casework.accounts import forms
from casework.accounts.admission import admit, pending
from casework.accounts.errors import AccountError
from casework.accounts.escrow import uncertified
from casework.accounts.leaving import leaving
from casework.accounts.overview import places, tenures
from casework.accounts.people import Contact, has_account, known_as, mail_address, names
from casework.accounts.removal import remove_seat, suspend_seat
from casework.accounts.service import Invited, create_organisation, invite, reinvite, uninvite
from casework.kernel.records import Field
from casework.mail.service import MAILER, send_invitation
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web.forms import FieldError
from casework.web.french import count
from casework.web.page import acting, current_house, go, reply
from casework.web.tasks import Task

SPOKEN = 60  # characters: twenty-five digits, however they are spaced
NOT_WAITING = "Cette personne n’attend pas d’admission : elle est peut-être déjà admise. Relisez la liste ci-dessous."
SENT = (
    "Un lien plus récent a déjà été fait pour cette personne, et lui seul sert. S’il est perdu, repartez de la liste."
)
AFTER = {
    True: "Cette personne ne lit plus rien en cette qualité. Pour revenir, elle devra être invitée, puis admise de nouveau.",
    False: "La session est coupée. Un coordonnateur retire ensuite la qualité.",
}


def admissions() -> Response:
    """Everybody who accepted and waits for a keeper."""
    return _admissions("")


def admission(tenure: UUID) -> Response:
    """Admit one person: the keeper types the fingerprint it hears."""
    try:
        admit(current_house(), acting(), tenure, asked.form.get("spoken", ""))
    except AccountError as error:
        problem = NOT_WAITING if error.code == "pending" else forms.problem(error)
        return _admissions(problem, wrong=tenure)
    house = current_house()
    keeper = tenure in {item.id for item in uncertified(house)}
    return reply("accounts/admitted.html", name=names(house).tenure(tenure), keeper=keeper, page="account")


def tasks(house: House, person: Acting) -> Iterable[Task]:
    """A keeper sees who waits to be admitted."""
    if not house.charter.seat(person.actor.seat).keeper:
        return []
    number = len(pending(house))
    label = count(number, "personne attend d’être admise", "personnes attendent d’être admises")
    return [Task(label, url_for("accounts.admissions"), number)]


def _admissions(problem: str, wrong: UUID | None = None) -> Response:
    """The fingerprint is not on the page: who could copy it would not listen."""
    house, status = current_house(), 422 if problem else 200
    waiting, known = pending(house), names(house)
    return reply(
        "accounts/admissions.html",
        waiting=waiting,
        known=known,
        problem=problem,
        wrong=wrong,
        spoken=asked.form.get("spoken", "")[:SPOKEN],
        longest=SPOKEN,
        status=status,
        page="account",
    )


def administration() -> Response:
    """Organisations, seats and invitations."""
    house = current_house()
    known = names(house)
    found = places(house, known)
    return reply(
        "accounts/administration.html",
        known=known,
        places=found,
        numbers=Counter(line.state for place in found for line in place.lines),
        keeper=house.charter.seat(acting().actor.seat).keeper,
        page="account",
    )


def organisation() -> Response:
    """Create an organisation, then say so on a page that can be read again."""
    house = current_house()
    fields = forms.organisation_fields(house)
    parsed, made = forms.read_fields(fields), asked.args.get("cree", type=UUID)
    name = names(house).organisations.get(made) if made else None
    if name:
        return reply("accounts/created.html", name=name, page="account")
    errors = parsed.errors if asked.method == "POST" else ()
    if asked.method == "POST" and parsed.ok:
        try:
            key = create_organisation(house, parsed.values["kind"], parsed.values["name"], acting().actor)
        except AccountError as error:
            errors = (FieldError("f-name", "Nom de l’organisme", forms.problem(error)),)
        else:
            return go("accounts.organisation", cree=key)
    return _form("Créer un organisme", fields, parsed.shown, errors)


def invitations() -> Response:
    """Invite somebody to a seat; the link is shown once."""
    house = current_house()
    fields = forms.invitation_fields(house, names(house))
    parsed = forms.read_fields(fields)
    errors = parsed.errors if asked.method == "POST" else ()
    if asked.method == "POST" and parsed.ok:
        value = parsed.values
        contact = Contact(value["email"], value["name"], value["email"])
        other = known_as(house, contact.login)
        if other.casefold() not in ("", contact.name.strip().casefold()):
            told = f"Cette adresse est déjà celle de {other}."
            return _form(
                "Inviter une personne", fields, parsed.shown, (FieldError("f-email", "Adresse électronique", told),)
            )
        try:
            made = invite(house, contact, value["role"], UUID(value["organisation"]), acting().actor)
        except AccountError as error:
            name, label = ("email", "Adresse électronique") if error.code == "invited" else ("role", "Qualité")
            errors = (FieldError(f"f-{name}", label, forms.problem(error)),)
        else:
            return _invited(made.person, made.token, _beside(house, made, value["role"], UUID(value["organisation"])))
    return _form("Inviter une personne", fields, parsed.shown, errors)


def reinvitation(person: UUID) -> Response:
    """A new way in for somebody who lost theirs: new keys, admitted again; said first, and the form sent twice makes one link."""
    if asked.method != "POST":
        return _reinviting(person)
    try:
        if "cancel" in asked.form:
            uninvite(current_house(), person, acting().actor)
            return go("accounts.administration")
        token = reinvite(current_house(), person, acting().actor, asked.form.get("seen", ""))
    except AccountError as error:
        problem = SENT if error.code == "changed" else forms.problem(error)
        return reply("accounts/refused.html", problem=problem, status=409, page="account")
    return _invited(person, token, again=has_account(current_house(), person))


def _reinviting(person: UUID) -> Response:
    house = current_house()
    line = next((line for line in tenures(house) if line.person == person), None)
    if line is None:
        raise NotFound
    name, account = names(house).person(person), has_account(house, person)
    return reply("accounts/reinviting.html", name=name, account=account, seen=line.way, page="account")


def removal(tenure: UUID) -> Response:
    """A keeper ends a tenure."""
    return _leaving(tenure, "Retirer cette qualité", lambda: remove_seat(current_house(), acting(), tenure))


def suspension(tenure: UUID) -> Response:
    """A keeper or the administrator cuts a tenure off at once."""
    return _leaving(tenure, "Suspendre cette qualité", lambda: suspend_seat(current_house(), acting().actor, tenure))


def _leaving(tenure: UUID, heading: str, do: Callable[[], object]) -> Response:
    """One page that names the consequences, then does it."""
    house, problem, removing = current_house(), "", heading.startswith("Retirer")
    try:
        found = leaving(house, tenure)
    except AccountError:
        raise NotFound from None
    if found.suspended and not removing:
        raise NotFound
    if asked.method == "POST":
        try:
            do()
        except AccountError as error:
            problem = forms.problem(error)
        else:
            sentence = "La qualité est retirée." if removing else "La qualité est suspendue."
            return reply("accounts/left.html", heading=sentence[:-1], sentence=AFTER[removing], page="account")
    return reply(
        "accounts/leaving.html",
        heading=heading,
        leaving=found,
        removing=removing,
        known=names(house),
        problem=problem,
        status=409 if problem else 200,
        page="account",
    )


def _beside(house: House, made: Invited, seat: str, organisation: UUID) -> list[str]:
    """Who already sits there: holder and deputy are equals."""
    others = (line for line in tenures(house) if (line.seat, line.organisation) == (seat, organisation))
    return sorted({names(house).person(line.person) for line in others if line.person != made.person})


def _invited(person: UUID, token: str | None, beside: Sequence[str] = (), *, again: bool = False) -> Response:
    """The link, shown once, and whether it left by mail too."""
    link = url_for("accounts.invitation", token=token, _external=True) if token else ""
    name, mailed = names(current_house()).person(person), _mailed(person, token, again=again)
    return reply("accounts/invited.html", link=link, name=name, mailed=mailed, beside=beside, page="account")


def _mailed(person: UUID, token: str | None, *, again: bool) -> bool | None:
    """Whether the link left; None when there is none, or no mail server."""
    mailer = current_app.extensions[MAILER]
    if not (mailer and token):
        return None
    path = url_for("accounts.invitation", token=token)
    return send_invitation(mailer, mail_address(current_house(), person), path, again=again)


def _form(heading: str, fields: tuple[Field, ...], shown: object, errors: tuple[FieldError, ...]) -> Response:
    status = 422 if errors else 200
    return reply(
        "accounts/form.html", heading=heading, fields=fields, shown=shown, errors=errors, status=status, page="account"
    )
