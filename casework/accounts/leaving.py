"""What ends when a tenure is removed or suspended, said before it is done; doing it is in removal.py."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts.admission import has_apart
from casework.accounts.errors import AccountError
from casework.accounts.escrow import share_holders
from casework.store.directory import load_directory
from casework.store.house import House

ENOUGH = 2  # shares that open the escrow


@dataclass(frozen=True, slots=True)
class Leaving:
    """`last`: nobody else sits there; `apart`: the seat's own key is lost; `share`: one is to be made again; `lost`: too few would be left."""

    tenure: UUID
    suspended: bool
    last: bool
    apart: bool
    share: bool
    lost: bool


def leaving(house: House, tenure: UUID) -> Leaving:
    """The consequences of one departure. Errors: AccountError "seat" when no such tenure is listed."""
    with house.stores.case_reading() as session:
        directory = load_directory(house, session)
    gone = directory.listing.tenures.get(tenure)
    if gone is None:
        raise AccountError("seat")
    others = [item for key, item in directory.tenures.items() if key != tenure and item.seat == gone.seat]
    holders = set(share_holders(house, directory).values())
    same_place = [item for item in others if item.organisation == gone.organisation]
    shared = house.charter.seat(gone.seat).by_organisation
    return Leaving(
        tenure,
        suspended=tenure in directory.suspended,
        last=not (same_place if shared else others),
        apart=not others and has_apart(house, gone.seat),
        share=tenure in holders,
        lost=len(holders - {tenure}) < ENOUGH,
    )
