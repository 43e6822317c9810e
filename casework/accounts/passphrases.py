"""Passphrases drawn at random from everyday French words: proposed on a page, kept nowhere."""

import math
import secrets
from functools import cache
from pathlib import Path

from casework.accounts.passwords import strong

COUNT = 7
_FILE = Path(__file__).with_name("words.txt")


@cache
def words() -> tuple[str, ...]:
    """The list: words without accents that everybody knows and nobody minds reading aloud, one a line, in order."""
    return tuple(_FILE.read_text("ascii").split())


def propose(login: str) -> str:
    """Seven different words, drawn again in the rare case that they hold the log-in."""
    chance = secrets.SystemRandom()
    while True:
        phrase = " ".join(chance.sample(words(), COUNT))
        if strong(phrase, login):
            return phrase


def drawn_bits() -> int:
    """What such a draw is worth, rounded down: every phrase is as likely as every other."""
    return int(math.log2(math.perm(len(words()), COUNT)))
