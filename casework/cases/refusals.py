"""An act that could not be played: why, in words, and what had been typed for it; nothing was written."""

from collections.abc import Iterator
from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from casework.cases import confirmed, drafts, reading, shown
from casework.cases.act import Conflict, Missing, Unsealable
from casework.cases.filling import fill, sections
from casework.cases.heads import HeadBroken
from casework.cases.screening import ASKING
from casework.kernel.engine import IllegalMove, beginnings
from casework.kernel.life import Life
from casework.kernel.records import Move
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.web import errors
from casework.web.french import day
from casework.web.page import acting, current_house, go, log, reply
from casework.web.widgets import Words

REFUSALS = (Conflict, IllegalMove, Unsealable, Missing, NoKey, HeadBroken)
STATUS = {NoKey: (503, "error"), HeadBroken: (503, "error"), Conflict: (409, "conflict")}
CHANGED = "La situation a changé depuis l’affichage de la page : une autre personne a agi entre-temps."
QUEUE = "cases.give"
Typed = list[tuple[str, tuple[Words, ...]]]


def refused(error: Exception) -> Response:
    """Why it was refused; what was typed is on the page, kept too, and offered again where the act may be resumed."""
    if isinstance(error, Missing):
        return errors.show(errors.MISSING, "missing")
    house, person = current_house(), acting()
    life = error.head.life if isinstance(error, Conflict) else None
    texts, typed = why(house, person, error), _posted(house, life)
    status, outcome = STATUS.get(type(error), (409, "illegal"))
    if isinstance(error, HeadBroken):
        _report(house)
    kept = bool(typed) and _kept(house) and _resumed(house, person)
    return reply(
        "cases/refused.html",
        texts=texts,
        typed=typed,
        kept=kept,
        queue="avis" in request.form,
        confidentiality=house.charter.confidentiality,
        page="situation",
        status=status,
        outcome=outcome,
    )


def _report(house: House) -> None:
    """The journal says which situation does not prove itself."""
    case = (request.view_args or {}).get("case")
    if case:
        log(house.entry(house.events.tampering, acting().actor, subject=case))


def why(house: House, acting: Acting, error: Exception) -> tuple[str, ...]:
    """Why an act was not played, and what to do; who may no longer know of the situation is not told its step."""
    if isinstance(error, Conflict):
        return _overtaken(house, acting, error.head.life)
    if isinstance(error, Unsealable):
        seat = (
            house.charter.seat(error.seat).label if error.seat in {s.name for s in house.charter.seats} else error.seat
        )
        return (
            f"Personne n’est encore admis en qualité de « {seat} » : personne ne pourrait lire cet envoi. Rien n’est parti.",
            "Demandez au coordonnateur d’admettre une personne dans cette qualité.",
        )
    if isinstance(error, HeadBroken):
        return (
            "La situation enregistrée ne prouve pas son intégrité. Elle est signalée, et rien n’en est ouvert.",
            "Prévenez l’administrateur.",
        )
    if isinstance(error, NoKey):
        return (
            "La clé de cette situation n’a pas pu être utilisée. Rien n’a changé.",
            "Réessayez ; si cela continue, prévenez l’administrateur.",
        )
    return (
        "Cet acte n’est pas possible à cette étape, ou pas avec ces réponses.",
        "Rien n’a changé. Rouvrez la situation pour voir les actes possibles.",
    )


def _overtaken(house: House, acting: Acting, life: Life) -> tuple[str, ...]:
    """By whom: a key pressed twice is told as one’s own act, not as a colleague’s."""
    own = confirmed.last(house, acting, life.case)
    first, kept = CHANGED, "Rien n’a été enregistré."
    if own is not None:
        first = f"Vous veniez d’agir sur cette situation : {house.charter.move(str(own.values['move'])).past}."
        kept = "Cet acte-là est enregistré, celui-ci ne l’est pas."
    if not reading.concerned(house, acting.actor, life):
        return (f"{first} Elle ne vous est plus ouverte.", kept)
    step = shown.seen_step(house.charter, acting.actor.seat, life.step).label
    return (first, f"Elle est à l’étape « {step} » depuis le {day(life.since)}. {kept}")


def left_over(name: str, case: UUID, part: UUID | None) -> Response:
    """An act that is no longer possible: its draft, for its author, or that the same person did it. Errors: NotFound otherwise."""
    house = current_house()
    found = drafts.find_posted(house, acting(), name, case, part) if request.method != "POST" else None
    if found is None:
        if confirmed.own(house, acting(), case, name):
            return go("cases.done", case=case, move=name)
        raise NotFound
    texts = ("Cet acte n’est plus possible : la situation a changé depuis que vous écriviez.",)
    typed = list(_words(house, house.charter.move(name), found, None))
    return reply("cases/refused.html", texts=texts, typed=typed, kept=False, page="draft", status=409)


def _posted(house: House, life: Life | None) -> Typed:
    name = (request.view_args or {}).get("move") or (ASKING if request.endpoint == QUEUE else "")
    found = (move for move in house.charter.moves if name == move.name or request.endpoint == move.page)
    move = next(found, None) if request.method == "POST" else None
    return list(_words(house, move, request.form, life)) if move else []


def _words(
    house: House, move: Move, posted: "MultiDict[str, str]", life: Life | None
) -> Iterator[tuple[str, tuple[Words, ...]]]:
    """What a form said, compartment by compartment; what was wrong in it too."""
    parts = sections(house, move, None)
    read = fill(house, acting(), move, parts, posted, life)
    for section in parts:
        words = shown.words(house, section.fields, read.shown[section.compartment.name])
        if words:
            yield section.compartment.label, words


def _kept(house: House) -> bool:
    args = request.view_args or {}
    if args.get("move") is None:
        return False
    posted = request.form.to_dict(flat=False)
    return drafts.keep(house, acting().party, args["move"], posted, args.get("case"), args.get("part"))


def _resumed(house: House, acting: Acting) -> bool:
    """Whether the draft of this act is offered on the home page: its act is still possible."""
    args = request.view_args or {}
    if args.get("case") is None:
        return args["move"] in {move.name for move in beginnings(house.charter, acting.actor)}
    head = reading.state(house, acting, args["case"])
    return head is not None and reading.playable(house, acting.actor, head.life, args["move"], args.get("part"))
