"""What the workflow cannot tell and the coordinator types once a year (F33-11), under the provider; the text never holds a known name."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.accounts.people import names
from casework.cases import comparing
from casework.charters.free_text import OF, Notice, notice
from casework.kernel.records import Field
from casework.store.house import House
from casework.store.instances import take_turn
from casework.store.keyring import Acting
from casework.store.tables import TypedYearRow
from casework.web.french import order
from crypto.framing import frame

DOMAIN, SIZE = "typed-year", 8_192
WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 3  # letters: below, a name is a word like any other
ADVICE = "Ce mot est aussi le nom d’une personne connue de la cellule. Vérifiez qu’il ne désigne personne."


class Changed(Exception):
    """Somebody typed it meanwhile. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands for a year; `version` 0 when nothing was typed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0


def years(house: House) -> list[int]:
    """The years for which something was typed."""
    with house.stores.case_reading() as session:
        return list(session.scalars(select(TypedYearRow.year).where(TypedYearRow.instance == house.instance)))


def find(house: House, year: int) -> Typed:
    """What was typed for a year. Errors: DoesNotOpen when the row was moved or altered."""
    with house.stores.case_reading() as session:
        row = _row(house, session, year)
    if row is None:
        return Typed()
    return Typed(json.loads(house.provider.open(DOMAIN, row.body, _bound(house, year, row.version))), row.version)


def keep(house: House, acting: Acting, year: int, values: Mapping[str, Any], seen: int) -> None:
    """Write what was typed over what the person saw. Errors: Changed."""
    with house.writing() as writing:
        take_turn(writing.session, house.instance)
        row = _row(house, writing.session, year)
        if (row.version if row else 0) != seen:
            raise Changed
        row = row or TypedYearRow(instance=house.instance, year=year)
        row.version = seen + 1
        clear = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
        row.body = house.provider.seal(DOMAIN, clear, _bound(house, year, row.version), size=SIZE)
        writing.session.add(row)
        writing.log(house.events.typed, acting.actor, year=year)


def _row(house: House, session: Session, year: int) -> TypedYearRow | None:
    return session.get(TypedYearRow, (house.instance, year))


def _bound(house: House, year: int, version: int) -> bytes:
    return frame(house.instance.bytes, str(year).encode(), str(version).encode())


def known_names(house: House, acting: Acting) -> frozenset[str]:
    """Every word of a name known here, folded: persons concerned as far as this person may read them, and professionals. Kept nowhere."""
    professionals = (contact.name for contact in names(house).persons.values())
    words = (word for name in (*comparing.known(house, acting), *professionals) for word in WORD.findall(name))
    return frozenset(order(word) for word in words if len(word) >= SHORTEST) - OF


def named(text: str, known: Collection[str]) -> list[str]:
    """The words of a text that are known names, written as names are: they may not stand there."""
    return list(dict.fromkeys(word for word in _known_words(text, known) if word[0].isupper()))


def doubts(fields: Sequence[Field], values: Mapping[str, Any], known: Collection[str]) -> list[Notice]:
    """What the guard of free text notices, and known names written as ordinary words: the person decides."""
    texts = [values[item.name] for item in fields if item.guarded and values.get(item.name)]
    plain = [Notice("person", word, ADVICE) for text in texts for word in dict.fromkeys(_known_words(text, known))]
    return [item for text in texts for item in notice(text)] + plain


def confirmation(values: Mapping[str, Any]) -> str:
    """What the button “sans rien changer” sends: it holds for these words alone."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _known_words(text: str, known: Collection[str]) -> Iterator[str]:
    return (word for word in WORD.findall(text) if order(word) in known)
