"""Accepting a restored backup: two share-holders prove themselves with their shares, then removals are replayed and the pins move."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from audit.entry import GENESIS, Tip
from audit.pins import PinFile
from audit.verify import verify
from casework.accounts.errors import AccountError
from casework.accounts.escrow import my_share, recover_escrow
from casework.accounts.login import TenureChoice, Typed, log_in
from casework.accounts.sessions import log_out, open_session
from casework.kernel.life import Actor
from casework.restoring.replay import Replayed, replay
from casework.restoring.state import LOG, found
from casework.store.directory import load_directory
from casework.store.events import OUTCOMES
from casework.store.house import House
from casework.store.keyring import Acting, NoKey
from casework.store.register import PIN as REGISTER
from casework.store.register import Gone, Loss

ADDRESS = b"restore"


class Refused(Exception):
    """The backup is not accepted and nothing is served; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the acceptance did. `tip` and `pin`: the last entry of the restored log, and the one this host had seen."""

    tip: int
    pin: int
    replayed: Replayed


UNREGISTERED = (
    "There is neither a pin file nor a deletion register: what was destroyed since the backup would come back, and so would who left."
    " Put a copy of the register back. Only if none is left, accept with --without-register, then tell the DPO."
)


def accept(house: House, holders: tuple[Typed, Typed], *, unregistered: bool = False) -> Accepted:
    """Serve restored stores again. Errors: Refused; AccountError "wrong", "busy", "pending"; Limited; RegisterBroken; DirectoryBroken.

    With neither pins nor a register nothing tells what was taken away: only `unregistered` goes on without.
    Until the last step the host's pins stay ahead, so that an interruption leaves the stores refused.
    """
    if not found(house):
        raise Refused("The stores are not behind what this computer has seen: there is nothing to accept.")
    known = house.pins.path.exists()
    held = house.pins.read() if known else {}
    if not (known or unregistered or house.register.kept):
        raise Refused(UNREGISTERED)
    with _aside(house, held) as restored:
        gone, tip = restored.register.read(), _require_sound(restored)
        first, second = _prove(restored, holders, gone)
        done, seen = replay(restored, gone), held.get(LOG, Tip(0, GENESIS))
        restored.log(
            [
                restored.entry(
                    restored.events.restored,
                    first.actor,
                    subject=restored.instance,
                    second=second.keys.person,
                    tip=tip,
                    pin=seen.number,
                    seen=seen.hash,
                )
            ]
        )
        house.pins.put(restored.pins.read())
    return Accepted(tip, seen.number, done)


@contextmanager
def _aside(house: House, held: Mapping[str, Tip]) -> Iterator[House]:
    """The same house with pins of its own: the restored stores prove themselves, and those of the host do not move yet."""
    with TemporaryDirectory() as folder:
        vouched = {name: tip for name, tip in held.items() if name == REGISTER}
        # Confirmations made since the backup are not in it: they must not keep the share-holders out.
        yield replace(house, pins=PinFile.create(Path(folder) / "pins.json", vouched), lapses=False)


def _require_sound(house: House) -> int:
    with house.stores.case_reading() as session:
        report = verify(session.connection(), house.provider.mac)
        load_directory(house, session)
    if not report.sound or report.tip is None:
        raise Refused("The log of the restored store does not prove itself: restore another backup.")
    house.pins.advance(LOG, report.tip)
    return report.tip.number


def _prove(house: House, holders: tuple[Typed, Typed], gone: Sequence[Gone]) -> tuple[Acting, Acting]:
    """Two different persons whose shares open the escrow together: nobody can plant that in a store. Errors: Refused, AccountError, Limited."""
    departed = {item.subject for item in gone if item.loss is Loss.DEPARTED}
    (first, one), (second, other) = (_share(house, typed, departed) for typed in holders)
    if first.keys.person == second.keys.person:
        raise _refused(house, first.actor, "Two different share-holders are needed.")
    try:
        recover_escrow(house, (one, other))
    except AccountError:
        raise _refused(house, first.actor, "These shares do not go together.") from None
    return first, second


def _share(house: House, typed: Typed, departed: set[UUID]) -> tuple[Acting, bytes]:
    token = _token(house, typed)
    acting = open_session(house, token)
    if acting is None:
        raise AccountError("wrong")
    log_out(house, token, acting)
    with house.stores.case_reading() as session:
        listed = load_directory(house, session).listing.tenures.values()
    if departed & {acting.keys.member_id, *(item.id for item in listed if item.person == acting.keys.person)}:
        raise _refused(house, acting.actor, "This person's seat or keys ended after the backup.")
    try:
        return acting, my_share(house, acting)
    except (AccountError, NoKey):
        raise _refused(house, acting.actor, "This person holds no share.") from None


def _token(house: House, typed: Typed) -> bytes:
    """A share belongs to the person, whatever the seat."""
    try:
        return log_in(house, typed, ADDRESS).token
    except TenureChoice as choice:
        return log_in(house, replace(typed, tenure=next(iter(choice.tenures))), ADDRESS).token


def _refused(house: House, actor: Actor, sentence: str) -> Refused:
    house.log([house.entry(house.events.refused, actor, outcome=OUTCOMES["refused"])])
    return Refused(sentence)
