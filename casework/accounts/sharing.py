"""Making the three shares again when a holder left: two shares open the escrow, a new secret takes the place of the old one."""

from collections.abc import Sequence
from dataclasses import astuple

from sqlalchemy import delete

from casework.accounts.admission import require_keeper
from casework.accounts.ceremony import Holders, require_three, share_rows
from casework.accounts.errors import AccountError
from casework.accounts.escrow import recover_escrow, share_holders
from casework.kernel.life import Principal
from casework.store.directory import Directory, DirectoryMissing, load_directory
from casework.store.expunge import expunge
from casework.store.faults import point
from casework.store.house import House
from casework.store.keyring import LOCK, SHARE, Acting
from casework.store.keytables import CopyRow
from casework.store.listing import Tenure

SHARES = 3


def missing_shares(house: House) -> int:
    """How many shares lie with nobody who still sits; none before the opening."""
    with house.stores.case_reading() as session:
        try:
            directory = load_directory(house, session)
        except DirectoryMissing:
            return 0
    return SHARES - len(share_holders(house, directory))


def remake_shares(house: House, acting: Acting, holders: Holders, shares: Sequence[bytes]) -> None:
    """Two of the present shares make three new ones; those of before open nothing any more.

    The holders are admitted already, each heard by voice. The key store changes in one transaction: before it the old
    shares serve, after it the new ones. Errors: AccountError "not_allowed", "opening_holders" or "shares".
    """
    with house.stores.case_reading() as session:
        require_keeper(house, session, acting)
        directory = load_directory(house, session)
    chosen = _admitted(house, directory, holders)
    private, escrow = recover_escrow(house, shares), directory.id_of(Principal.escrow())
    members = [directory.id_of(Principal.member(tenure.person)) for tenure in chosen]
    if escrow is None or None in members:
        raise AccountError("opening_holders")
    keys = [(member, directory.public(member)) for member in members if member]
    with house.writing() as writing:
        writing.log(house.events.shares_remade, acting.actor, subject=house.instance)
        for tenure in chosen:
            writing.log(house.events.share_given, acting.actor, subject=tenure.person, tenure=tenure.id)
    point("shares-logged")
    with house.stores.key_writing() as session:
        session.execute(delete(CopyRow).where(CopyRow.principal == escrow, CopyRow.purpose.in_((SHARE, LOCK))))
        session.add_all(share_rows(house, escrow, private, keys))
    expunge(house.stores)


def _admitted(house: House, directory: Directory, holders: Holders) -> list[Tenure]:
    chosen = [directory.tenures[tenure] for tenure in astuple(holders) if tenure in directory.tenures]
    if len(chosen) != SHARES:
        raise AccountError("opening_holders")
    require_three(house, [(tenure.seat, tenure.person) for tenure in chosen])
    return chosen
