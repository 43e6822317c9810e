"""Changing the password or the telephone of the DPO: the two prepare differently, and are finished alike."""

from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from casework.accounts.carried import Ready
from casework.accounts.credentials import (
    Telephone,
    Wanted,
    finish_change,
    new_telephone,
    prepare_password,
    prepare_telephone,
)
from casework.accounts.sessions import open_session
from casework.accounts.totp import totp_now
from casework.kernel.clock import at
from casework.store.keyring import Acting
from tests.house import PASSWORD, Somebody, Town

HOME, NEW = b"192.0.2.7", "Autre-Phrase-Longue-8"


@dataclass
class Session:
    """The DPO in a session of its own."""

    town: Town
    token: bytes
    acting: Acting

    @classmethod
    def of(cls, town: Town) -> "Session":
        token = town.token("dpo")
        with at(town.moment):
            acting = open_session(town.house, token)
        assert acting
        return cls(town, token, acting)

    def finish(self, ready: Ready, typed: str | None = None) -> bytes:
        with at(self.town.moment):
            text = ready.codes[4] if typed is None else typed
            return finish_change(self.town.house, self.acting, self.token, ready.blob, text)


def new_password(session: Session, **words: Any) -> Ready:
    """A new password prepared a minute later, rightly but for what is given."""
    town = session.town
    with town.later(minutes=1):
        right = Wanted(PASSWORD, totp_now(town.people["dpo"].secret), NEW)
        return prepare_password(town.house, session.acting, session.token, replace(right, **words), HOME)


def other_telephone(session: Session, **words: Any) -> Ready:
    """The same for a new telephone."""
    town = session.town
    with town.later(minutes=1):
        setup = new_telephone(town.house, session.acting)
        fresh = totp_now(b32decode(setup.secret))
        right = Telephone(PASSWORD, totp_now(town.people["dpo"].secret), setup.blob, fresh)
        return prepare_telephone(town.house, session.acting, session.token, replace(right, **words), HOME)


@dataclass(frozen=True)
class Twin:
    """One of the two changes. `after`: how the person logs in once it is done."""

    prepare: Callable[..., Ready]
    path: str
    after: Callable[[Somebody, Ready], dict[str, Any]]


TWINS = {
    "password": Twin(new_password, "/mon-compte/mot-de-passe", lambda _person, _ready: {"password": NEW}),
    "telephone": Twin(other_telephone, "/mon-compte/telephone", lambda _person, ready: {"code": totp_now(ready.totp)}),
}
