"""What somebody chose, and the recovery codes drawn for it, carried sealed from page to page until one typed from paper proves them kept."""

import json
from dataclasses import dataclass

from casework.accounts.errors import AccountError, Code
from casework.accounts.members import new_codes, same_code
from casework.store.house import House
from crypto.errors import CryptoError

_SIZE = 4_096  # bytes


@dataclass(frozen=True, repr=False)
class Ready:
    """`blob` holds all the rest under the provider: nothing is stored before a code is typed.

    `generation`: of the locks that these replace, 0 for none; `step`: of the new telephone's code, 0 without one.
    """

    blob: str
    password: str
    totp: bytes
    codes: tuple[str, ...]
    generation: int = 0
    step: int = 0

    def require(self, typed: str) -> None:
        """Errors: AccountError "recovery" unless this is one of the codes."""
        if not any(same_code(typed, code) for code in self.codes):
            raise AccountError("recovery")


def draw(
    house: House, place: tuple[str, bytes], password: str, totp: bytes, generation: int = 0, step: int = 0
) -> Ready:
    """Ten codes for what was chosen. `place`: the domain of these pages, and whose they are."""
    (domain, bound), codes = place, new_codes()
    kept = json.dumps([password, totp.hex(), generation, step, *codes]).encode()
    sealed = house.provider.seal(domain, kept, bound, size=_SIZE)
    return Ready(sealed.hex(), password, totp, tuple(codes), generation, step)


def carried(house: House, place: tuple[str, bytes], blob: str, otherwise: Code) -> Ready:
    """The same, as it comes back from a page. Errors: AccountError `otherwise` for anything else."""
    password, totp, generation, step, *codes = json.loads(opened(house, place, blob, otherwise))
    return Ready(blob, password, bytes.fromhex(totp), tuple(codes), generation, step)


def opened(house: House, place: tuple[str, bytes], blob: str, otherwise: Code) -> bytes:
    """What a page of this place carried. Errors: AccountError `otherwise`."""
    domain, bound = place
    try:
        return house.provider.open(domain, bytes.fromhex(blob), bound)
    except (CryptoError, ValueError):
        raise AccountError(otherwise) from None
