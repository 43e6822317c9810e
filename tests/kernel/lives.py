"""Lives of CENOMED reached by named moves, valid by default, in the abstract world of the checker."""

from casework.charters.cenomed import CENOMED
from casework.charters.universe import CASE, DAY, INSTANCE, universe
from casework.kernel.engine import Given, IllegalMove, begin, play
from casework.kernel.life import Actor, Life
from casework.kernel.records import Move

WORLD = universe(CENOMED)
BY_SEAT = {party.seat: party for party in reversed(WORLD.parties)}


def actor(seat: str) -> Actor:
    return Actor(INSTANCE, BY_SEAT[seat])


def after(*names: str, seat: str = "pjj") -> Life:
    """The life after these moves, each by the first who may play it with the first values that serve."""
    life = begin(CENOMED, actor(seat), names[0], CASE, informed(CENOMED.move(names[0]), actor(seat), None), DAY)
    for name in names[1:]:
        life = step(life, name)
    return life


def informed(move: Move, who: Actor, life: Life | None) -> Given:
    options = WORLD.givens(move, who, life)
    return max(
        options,
        key=lambda item: (item.derived.marks.get("informed", False), item.derived.marks.get("outcome_followed", False)),
    )


def step(life: Life, name: str) -> Life:
    move = CENOMED.move(name)
    for who in WORLD.actors(move):
        try:
            return play(CENOMED, who, name, life, informed(move, who, life), DAY)
        except (IllegalMove, ValueError):
            continue
    raise AssertionError(name)


SESSION = ("refer", "transmit", "retain", "schedule", "circulate")
FOLLOWED = (*SESSION, "decide", "sign_record", "approve")
