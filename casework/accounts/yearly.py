"""Pages of the yearly confirmation (A-01): what is due, one act per person; and the reminder to those whose own rights end."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from flask import Response, url_for

from casework.accounts import forms
from casework.accounts.confirming import Due, confirm, due
from casework.accounts.errors import AccountError
from casework.accounts.people import names
from casework.store.house import House
from casework.store.keyring import Acting
from casework.web import french
from casework.web.page import acting, current_house, reply
from casework.web.tasks import Task


def confirmations() -> Response:
    """Everybody whose rights end within thirty days, or did."""
    return _confirmations("")


def confirmation(tenure: UUID) -> Response:
    """A keeper vouches for one person in one seat."""
    house = current_house()
    try:
        until = confirm(house, acting(), tenure)
    except AccountError as error:
        return _confirmations(forms.problem(error))
    known = names(house)
    closed = any(item.tenure == acting().tenure and item.out for item in due(house))
    return reply("accounts/confirmed.html", until=until, name=known.tenure(tenure), closed=closed, page="account")


def tasks(house: House, person: Acting) -> Iterable[Task]:
    """A keeper sees what is to be confirmed; everybody, that its own rights end."""
    found = due(house)
    mine = [item for item in found if item.tenure == person.tenure]
    yield from (Task(_own(item), url_for("help.contact"), urgent=item.late) for item in mine)
    others = [item for item in found if item.person != person.keys.person]
    if others and house.charter.seat(person.actor.seat).keeper:
        late = any(item.late for item in others)
        yield Task(_others(others), url_for("accounts.confirmations"), len(others), urgent=late)


def _own(item: Due) -> str:
    if item.late:  # only a keeper can read this
        return f"Votre accès est à confirmer par un autre coordonnateur depuis le {french.day(item.until)}"
    return f"Appelez un coordonnateur pour qu’il confirme votre accès avant le {french.day(item.until)}"


def _others(items: Sequence[Due]) -> str:
    out = sum(item.out for item in items)
    rest = f"dont {french.count(out, 'suspendu')}" if out else f"le premier avant le {french.day(items[0].until)}"
    return f"{french.number(len(items))} accès à confirmer, {rest}"


def _confirmations(problem: str) -> Response:
    house, person = current_house(), acting()
    known = names(house)
    return reply(
        "accounts/confirmations.html",
        due=sorted(due(house), key=lambda item: (item.until, french.order(known.tenure(item.tenure)))),
        known=known,
        me=person.keys.person,
        problem=problem,
        status=409 if problem else 200,
        page="account",
    )
