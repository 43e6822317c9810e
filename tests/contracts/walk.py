"""Random lives through the services: at each step one of the moves open to somebody, with valid contents."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from casework.cases.act import Change, act, begin, play_clock
from casework.cases.clocks import destroy
from casework.cases.heads import Head
from casework.kernel.clock import at
from casework.kernel.engine import available, refusal
from casework.kernel.life import Actor, Life
from casework.kernel.records import Move, Take
from tests import builders
from tests.cases.conftest import Lives

CONTENTS: dict[str, dict[str, Any]] = {
    "identity": builders.IDENTITY,
    "reason": builders.REASON,
    "account": builders.ACCOUNT,
    "remontee": builders.REMONTEE,
    "judicial": {"note": "Pour mémoire."},
    "request": builders.REQUEST,
    "orientation": {"surname": "Fictif", "first_name": "Camille", "type": "social_service", "request": ["assess"]},
    "return": builders.RETURN,
    "distinct": {"others": []},
    "owner_sheet": {
        "surname": "Fictif",
        "first_name": "Camille",
        "decision": "member_action",
        "action": "contact_family",
    },
}
OUTCOMES = ("keep_open", "keep_open", "postponed", "no_further_action", "close")
CONVENED = ("town_hall", "police_station", "pjj", "head_of_school", "dsol")


class Walk:
    """One random life. `path` names the moves played."""

    def __init__(self, lives: Lives, seed: int) -> None:
        self.lives, self.random, self.path = lives, Random(seed), [f"seed {seed}"]  # noqa: S311 - a walk, not a secret
        self.head: Head | None = None

    def begin(self) -> None:
        """A saisine or a remontée, by somebody who may."""
        who, move = self.random.choice(
            [
                ("head_of_school", "refer"),
                ("landlord", "refer"),
                ("dsol", "refer"),
                ("agent", "report"),
                ("pjj", "refer"),
            ]
        )
        with at(self.lives.town.moment):
            change = self._change(who, self.lives.house.charter.move(move), None, None)
            self.head = begin(self.lives.house, self.lives.acting[who], uuid4(), change)
        self.path.append(f"{who}: {move}")

    def step(self) -> bool:
        """Play one more move; False at the end of the life."""
        assert self.head
        options = self._options(self.head.life)
        if not options:
            return False
        who, part, move = self.random.choice(options)
        self.path.append(f"{who}: {move.name}")
        house, case = self.lives.house, self.head.life.case
        with at(self.lives.town.moment):
            if move.timed and house.charter.step(move.target or self.head.life.step).final:
                destroy(house, case)
                self.head = None
                return False
            if move.timed:
                self.head = play_clock(house, case, move.name)
            else:
                self.head = act(
                    house,
                    self.lives.acting[who],
                    case,
                    self.head.sequence,
                    self._change(who, move, part, self.head.life),
                )
        return True

    def _options(self, life: Life) -> list[tuple[str, UUID | None, Move]]:
        charter, found = self.lives.house.charter, []
        parts = [None, *(part.id for part in life.parts)]
        for who, acting in self.lives.acting.items():
            found += [(who, part, move) for part in parts for move in available(charter, acting.actor, life, part)]
        clock = Actor(life.instance, None)
        found += [("clock", None, move) for move in charter.moves if move.timed and refusal(move, clock, life) is None]
        if not set(life.convened) - {party for party in life.convened if party.person in life.recused}:
            found = [option for option in found if option[2].name != "exclude"]
        ending = [option for option in found if option[2].timed or option[2].target in ("dismissed", "closed")]
        kept = [option for option in found if option not in ending]
        return kept * 4 + ending if len(life.parts) < 3 else ending or kept

    def _change(self, who: str, move: Move, part: UUID | None, life: Life | None) -> Change:
        contents = {write.compartment: self._content(write.compartment, write.fields) for write in move.writes}
        return Change(move.name, contents, {take: self._take(take, move, life, who) for take in move.takes}, part)

    def _content(self, name: str, fields: tuple[str, ...]) -> dict[str, Any]:
        if name == "deliberation":
            return builders.decisions({"decision": self.random.choice(OUTCOMES)})[name]
        content = dict(CONTENTS[name])
        if name == "identity" and not fields and self.random.random() < 0.2:
            content["informed_how"] = "not_yet"
        if name == "identity" and not fields and self.random.random() < 0.5:
            content["school"] = str(self.lives.town.people["head_of_school"].organisation)
        return {key: content[key] for key in fields if key in content} if fields else content

    def _take(self, take: Take, move: Move, life: Life | None, who: str) -> Any:
        parties = [self.lives.party(who) for who in CONVENED]
        if take is Take.CONVENED:
            return self.random.sample(parties, self.random.randint(1, len(parties)))
        if take is Take.REASON:
            return self.random.choice(move.reasons.values).value if move.reasons else ""
        day = self.lives.town.moment.date()
        sitting = [party for party in (life.convened if life else ()) if life and party.person not in life.recused]
        owners = [party.person for party in sitting if party.seat != "dsol"] or [self.lives.party(who).person]
        leaving = [self.lives.party(who)] if move.name == "recuse" else sitting
        return {
            Take.MEETING: uuid4(),
            Take.WINDOW: day + timedelta(days=7),
            Take.PERSON: self.random.choice(leaving or parties).person,
            Take.RECIPIENT: (self.lives.town.people["recipient"].organisation, "social"),
            Take.OWNER: self.random.choice(owners),
            Take.DUE: day + timedelta(days=30),
            Take.OTHER: uuid4(),
        }[take]
