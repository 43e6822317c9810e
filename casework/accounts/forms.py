"""What the forms of accounts ask and what their refusals say in French; the rules themselves are in the services."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import segno
from flask import request
from werkzeug.datastructures import MultiDict

from casework.accounts import totp
from casework.accounts.acceptance import Setup
from casework.accounts.credentials import Telephone, Wanted
from casework.accounts.errors import AccountError
from casework.accounts.limits import Limited
from casework.accounts.login import Typed
from casework.accounts.passphrases import drawn_bits, propose, words
from casework.accounts.passwords import ENOUGH, Flaw, Weak
from casework.accounts.people import Names
from casework.kernel.clock import today
from casework.kernel.records import ChoiceList, Field, Kind, Labelled
from casework.store.house import House
from casework.web import french
from casework.web.forms import Parsed, parse
from casework.web.session import DEVICE, DEVICE_SIZE, form_secret, read
from crypto.errors import CryptoError

CHOICE = "web-seat-choice"
CHOICE_SIZE = 2_048  # bytes
SENTENCE = 400  # characters of a share
LONGEST = 256  # characters of a log-in, a password or a code
PROBLEMS = {
    "busy": "Trop de connexions en même temps. Réessayez dans un instant.",
    "changed": "La page a changé entre-temps. Relisez-la, puis recommencez.",
    "fingerprint": "L’empreinte n’est pas celle qui est attendue. Faites-la relire, chiffre par chiffre, puis recommencez.",
    "invitation": "Cette invitation n’est plus valable.",
    "invited": "Cette personne tient déjà cette qualité, ou y est déjà invitée. Si le lien est perdu, invitez-la de nouveau depuis la liste.",
    "known": "Cet organisme est déjà enregistré.",
    "login_used": "Cet identifiant est déjà celui d’une autre personne.",
    "lapsed": "Votre accès n’a pas été confirmé depuis douze mois : il est suspendu. Appelez un coordonnateur, qui peut le rouvrir aussitôt.",
    "last_keeper": "Plus personne ne pourrait admettre ni retirer : faites d’abord admettre et habiliter un autre coordonnateur.",
    "not_allowed": "Votre qualité ne permet pas cet acte.",
    "organisation": "Indiquez un nom et choisissez un type d’organisme.",
    "own_seat": "Personne ne confirme son propre accès : un autre coordonnateur le fait.",
    "pending": "Votre accès n’est pas encore ouvert : un coordonnateur doit vous admettre. Appelez-le.",
    "recovery": "Ce n’est aucun de vos codes. Relisez votre papier, ou affichez les codes de nouveau.",
    "seat": "Cette qualité ne peut pas être tenue pour cet organisme.",
    "shares": "Ces phrases n’ouvrent pas les clés sous parts. Relisez-les mot à mot ; il en faut deux, de deux détenteurs différents.",
    "opened": "L’instance est déjà ouverte.",
    "opening_holders": "Les trois parts vont à trois personnes : un coordonnateur, le représentant du responsable de traitement, le délégué.",
    "opening_incomplete": "Chaque document porte une référence et une date qui n’est pas dans le futur.",
    "opening_keepers": "Deux personnes différentes, toutes deux coordonnateurs, ouvrent l’instance.",
    "totp": "Le code ne correspond pas. Vérifiez l’heure de votre téléphone, puis tapez le code affiché maintenant.",
    "wrong": "Ces réponses ne vont pas ensemble. Vérifiez chaque champ et l’heure de votre téléphone, puis tapez un code qui n’a pas encore servi.",
}
FLAWS: dict[Flaw, str] = {
    "kinds": "Ce mot de passe ne mêle qu’une ou deux sortes de signes : suivez l’une des formes ci-dessous.",
    "login": "Ce mot de passe contient votre identifiant : c’est ce qu’un inconnu essaie d’abord.",
    "long": "Ce mot de passe dépasse 256 caractères.",
    "repeats": "Ce mot de passe répète trop les mêmes signes.",
}

STATUS = {"busy": 503, "invitation": 404}


@dataclass(frozen=True, repr=False)
class Proposal:
    """A passphrase drawn for one page, what it is worth, and among how many words it was drawn: nothing keeps it."""

    phrase: str
    bits: int
    among: int


def status(error: AccountError | Limited) -> int:
    """The status of an answer that refuses."""
    return 429 if isinstance(error, Limited) else STATUS.get(error.code, 422)


def problem(error: AccountError | Limited) -> str:
    """What to tell the person."""
    if isinstance(error, Weak):
        if not error.bits:
            return "Choisissez un mot de passe, ou prenez la phrase proposée ci-dessous."
        short = f"Ce mot de passe vaut au plus {french.count(error.bits, 'bit')} ; il en faut {ENOUGH}."
        return FLAWS.get(error.flaw, f"{short} Allongez-le, ou prenez la phrase proposée ci-dessous.")
    if isinstance(error, Limited):
        return f"Trop d’essais ont échoué. Vous pourrez réessayer {_moment(error.until)}."
    return PROBLEMS.get(error.code, "Cet acte n’a pas pu être fait. Rien n’a été enregistré.")


def _moment(until: datetime) -> str:
    return f"{french.day(until)} à {french.hour(until)}"


def typed(house: House) -> Typed:
    """The form of log-in, or the choice of a seat that follows it and carries the same words sealed."""
    if "again" in request.form:
        login, password, code = _unsealed(house, request.form["again"])
        return Typed(login, password, code, chosen(request.form.get("tenure", "")), read(DEVICE, DEVICE_SIZE))
    login, password, code = (request.form.get(name, "")[:LONGEST] for name in ("login", "password", "code"))
    return Typed(login, password, code, device=read(DEVICE, DEVICE_SIZE))


def wanted() -> Wanted:
    """The form of a new password."""
    old, code, new = (request.form.get(name, "")[:LONGEST] for name in ("password", "code", "new"))
    return Wanted(old, code, new, read(DEVICE, DEVICE_SIZE))


def telephone() -> Telephone:
    """The form of a new telephone."""
    old, code, fresh = (request.form.get(name, "")[:LONGEST] for name in ("password", "code", "fresh"))
    return Telephone(old, code, request.form.get("blob", ""), fresh, read(DEVICE, DEVICE_SIZE))


def proposal(login: str) -> Proposal:
    """A phrase for this page alone."""
    return Proposal(propose(login), drawn_bits(), len(words()))


def sentences() -> tuple[bytes, bytes]:
    """The two shares typed, however they were spaced."""
    first, other = (" ".join(request.form.get(name, "")[:SENTENCE].lower().split()) for name in ("first", "other"))
    return first.encode("utf-8", "replace"), other.encode("utf-8", "replace")


def address() -> bytes:
    """Where the request comes from, for the limits."""
    return (request.remote_addr or "").encode()


def sealed(house: House, words: Typed) -> str:
    """What was typed, for one more form of this browser alone: the page never shows a password, even hidden."""
    text = json.dumps([words.login, words.password, words.code]).encode()
    return house.provider.seal(CHOICE, text, form_secret(), size=CHOICE_SIZE).hex()


def _unsealed(house: House, text: str) -> tuple[str, str, str]:
    try:
        login, password, code = json.loads(house.provider.open(CHOICE, bytes.fromhex(text), form_secret()))
    except (CryptoError, ValueError):
        return "", "", ""
    return login, password, code


def chosen(text: str) -> UUID | None:
    """The id of a choice, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def same_square(setup: Setup) -> Setup:
    """The second factor already on the page, when its form comes back: nobody scans twice. `setup` gives the contact."""
    secret = request.form.get("secret", "")
    try:
        uri = totp.uri(base64.b32decode(secret), setup.contact.login, "Casework")
    except ValueError:
        return setup
    return replace(setup, blob=request.form.get("blob", ""), secret=secret, uri=uri)


def square(setup: Setup) -> str:
    """The square code a telephone reads, as an image inside the page."""
    return str(segno.make_qr(setup.uri).svg_data_uri(scale=5, border=4, light="#fff"))


def organisation_fields(house: House) -> tuple[Field, ...]:
    """The form of a new organisation."""
    return (
        Field("name", "Nom de l’organisme", Kind.LINE, "A-01", required=True),
        Field("kind", "Type d’organisme", Kind.CHOICE, "A-01", required=True, choices=house.charter.organisations),
    )


def invitation_fields(house: House, names: Names) -> tuple[Field, ...]:
    """The form of an invitation."""
    seats = tuple(Labelled(seat.name, seat.label) for seat in house.charter.seats)
    places = tuple(Labelled(str(key), name) for key, name in names.organisations.items())
    return (
        Field("name", "Prénom et nom", Kind.LINE, "A-01", required=True),
        Field(
            "email",
            "Adresse électronique professionnelle",
            Kind.EMAIL,
            "A-01",
            help="Elle sert d’identifiant.",
            required=True,
        ),
        Field(
            "role",
            "Qualité",
            Kind.CHOICE,
            "A-01",
            help="Un suppléant est invité dans la même qualité que le titulaire : il a son propre compte et les mêmes droits.",
            required=True,
            choices=ChoiceList("seats", "Qualités", seats),
        ),
        Field(
            "organisation",
            "Organisme",
            Kind.CHOICE,
            "A-01",
            required=True,
            choices=ChoiceList("places", "Organismes", places),
        ),
    )


def read_fields(fields: tuple[Field, ...]) -> Parsed:
    """The posted values of these fields; nothing was posted on a first visit."""
    return parse(fields, request.form if request.method == "POST" else MultiDict(), today=today())
