"""The page on which somebody gives a colleague of its seat the key that this seat alone holds: the note of the Parquet."""

from collections.abc import Iterable
from uuid import UUID

from flask import Response, request, url_for
from sqlalchemy import select

from casework.accounts import forms
from casework.accounts.admission import hand_apart, has_apart
from casework.accounts.errors import AccountError
from casework.accounts.people import names
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import APART, Acting
from casework.store.keytables import CopyRow
from casework.web.page import acting, current_house, go, reply
from casework.web.tasks import Task


def waiting(house: House, seat: str) -> list[UUID]:
    """The admitted tenures of this seat whose holder has no copy of its separate key."""
    with house.stores.case_reading() as session:
        listing = load_directory(house, session).listing
    entry = listing.find("apart", seat)
    if entry is None:
        return []
    with house.stores.key_reading() as keys:
        query = select(CopyRow.holder).where(CopyRow.principal == entry.id, CopyRow.purpose == APART)
        holders = set(keys.scalars(query))
    found = (
        (item, listing.find("member", person=item.person)) for item in listing.tenures.values() if item.seat == seat
    )
    return [item.id for item, member in found if member is not None and member.id not in holders]


def apart() -> Response:
    """Who of one's seat waits for the key, and the button that gives it."""
    house, person, problem = current_house(), acting(), ""
    if request.method == "POST":
        try:
            hand_apart(house, person, UUID(request.form.get("tenure", "")))
        except (AccountError, ValueError) as error:
            problem = (
                forms.problem(error) if isinstance(error, AccountError) else "Choisissez une personne de la liste."
            )
        else:
            return go("accounts.apart")
    found = waiting(house, person.actor.seat)
    mine = person.tenure not in found
    status = 422 if problem else 200
    return reply(
        "accounts/apart.html",
        waiting=found,
        mine=mine,
        known=names(house),
        problem=problem,
        page="account",
        status=status,
    )


def tasks(house: House, acting: Acting) -> Iterable[Task]:
    """A colleague who cannot open the situations of the seat yet."""
    if not has_apart(house, acting.actor.seat):
        return []
    found = waiting(house, acting.actor.seat)
    if acting.tenure in found:
        return [
            Task("La clé de la note du Parquet ne vous est pas encore confiée", url_for("accounts.apart"), urgent=True)
        ]
    return [
        Task(
            "Confier la clé de la note à une personne de votre qualité",
            url_for("accounts.apart"),
            len(found),
            urgent=True,
        )
    ]
