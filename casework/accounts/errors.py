"""The one error of accounts: a closed code that views turn into French; never a name nor a secret."""

from typing import Literal, TypeAlias

Code: TypeAlias = Literal[
    "busy",
    "changed",
    "conflict",
    "fingerprint",
    "invitation",
    "invited",
    "known",
    "lapsed",
    "last_keeper",
    "login_used",
    "not_allowed",
    "opened",
    "opening_holders",
    "opening_incomplete",
    "opening_keepers",
    "organisation",
    "password_weak",
    "own_seat",
    "pending",
    "recovery",
    "seat",
    "shares",
    "tenure_choice",
    "totp",
    "wrong",
]


class AccountError(Exception):
    """Refused, for a reason that a view may tell."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code
