"""Pages of the ceremony that opens an instance and of the three shares; they show professionals, never situations."""

from collections.abc import Iterable
from uuid import UUID

from flask import Response, url_for
from flask import request as asked
from werkzeug.exceptions import NotFound

from casework.accounts import forms, opening
from casework.accounts.admission import pending
from casework.accounts.ceremony import Holders, open_instance, root_fingerprint
from casework.accounts.errors import AccountError
from casework.accounts.escrow import certify_keeper, my_share, share_holders, uncertified
from casework.accounts.people import names
from casework.accounts.sharing import missing_shares, remake_shares
from casework.kernel.records import Field
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import InstanceRow
from casework.web.french import count
from casework.web.page import acting, current_house, go, reply
from casework.web.tasks import Task


def is_open(house: House) -> bool:
    """Whether the ceremony was held."""
    return _root(house) is not None


def ceremony() -> Response:
    """Open the instance: documents, second keeper, three share-holders, fingerprints heard."""
    house = current_house()
    root = _root(house)
    if root is not None:
        return reply("accounts/opened.html", root=root_fingerprint(root), page="account")
    fields = opening.fields(house, names(house), [item for item in pending(house) if item.tenure != acting().tenure])
    if fields is None:
        return reply("accounts/opening_waits.html", page="account")
    parsed = forms.read_fields(fields)
    if asked.method != "POST" or not parsed.ok:
        return _opening(fields, parsed.shown, parsed.errors if asked.method == "POST" else ())
    try:
        open_instance(house, acting(), opening.read(parsed.values, acting().tenure))
    except AccountError as error:
        return _opening(fields, parsed.shown, (), forms.problem(error))
    return go("accounts.ceremony")


def _opening(fields: tuple[Field, ...], shown: object, errors: object, problem: str = "") -> Response:
    status = 422 if errors or problem else 200
    return reply(
        "accounts/opening.html",
        fields=fields,
        shown=shown,
        errors=errors,
        problem=problem,
        status=status,
        page="account",
    )


def shares() -> Response:
    """Who holds a share, and whether one is to be made again."""
    house = current_house()
    with house.stores.case_reading() as session:
        held = share_holders(house, load_directory(house, session))
    return reply(
        "accounts/shares.html",
        held=list(held.values()),
        missing=missing_shares(house),
        mine=acting().keys.member_id in held,
        keeper=house.charter.seat(acting().actor.seat).keeper,
        known=names(house),
        page="account",
    )


def share() -> Response:
    """The sentence of this holder, to be kept on paper."""
    try:
        words = my_share(current_house(), acting()).decode("ascii").split()
    except AccountError:
        raise NotFound from None
    return reply("accounts/share.html", words=words, page="account")


def remaking() -> Response:
    """Two sentences typed, three holders chosen."""
    house = current_house()
    with house.stores.case_reading() as session:
        admitted = load_directory(house, session).tenures.values()
    fields = opening.holder_fields(house, names(house), [(item.id, item.seat) for item in admitted])
    parsed = forms.read_fields(fields)
    problem, errors = "", parsed.errors if asked.method == "POST" else ()
    if asked.method == "POST" and parsed.ok:
        chosen = Holders(*(UUID(parsed.values[role]) for role in opening.ROLES))
        try:
            remake_shares(house, acting(), chosen, forms.sentences())
        except AccountError as error:
            problem = forms.problem(error)
        else:
            return reply("accounts/remade.html", page="account")
    status = 422 if problem or errors else 200
    return reply(
        "accounts/remaking.html",
        fields=fields,
        shown=parsed.shown,
        errors=errors,
        problem=problem,
        status=status,
        page="account",
    )


def certification() -> Response:
    """Two sentences typed make an admitted coordinator a keeper, who admits in its turn."""
    house, problem = current_house(), ""
    waiting = [item.id for item in uncertified(house)]
    fields = opening.keeper_field(names(house), waiting)
    parsed = forms.read_fields(fields)
    errors = parsed.errors if asked.method == "POST" and waiting else ()
    if asked.method == "POST" and parsed.ok:
        keeper = UUID(parsed.values["keeper"])
        try:
            certify_keeper(house, acting(), keeper, forms.sentences())
        except AccountError as error:
            problem = forms.problem(error)
        else:
            return reply("accounts/certified.html", name=names(house).tenure(keeper), page="account")
    return reply(
        "accounts/certification.html", fields=fields if waiting else (), shown=parsed.shown, errors=errors, problem=problem,
        mine=acting().tenure in waiting, status=422 if problem or errors else 200, page="account",
    )  # fmt: skip


def tasks(house: House, person: Acting) -> Iterable[Task]:
    """A keeper sees that a share is to be made again, and that a coordinator is not a keeper yet."""
    if not house.charter.seat(person.actor.seat).keeper:
        return []
    missing, waiting = missing_shares(house), [item.id for item in uncertified(house)]
    label = "Une part est à refaire" if missing == 1 else f"{missing} parts sont à refaire"
    mine = "Faites-vous habiliter par un autre coordonnateur, pour pouvoir admettre"
    others = (
        mine
        if person.tenure in waiting
        else count(len(waiting), "coordonnateur à habiliter", "coordonnateurs à habiliter")
    )
    return [
        Task(label, url_for("accounts.shares"), count=missing, urgent=True),
        Task(others, url_for("accounts.certification"), count=len(waiting)),
    ]


def _root(house: House) -> bytes | None:
    with house.stores.case_reading() as session:
        return session.get_one(InstanceRow, house.instance).root_public
