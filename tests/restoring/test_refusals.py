"""Attacks on the acceptance of a backup, and on the register that it replays."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, text, update

from audit.log import entries
from casework import cli
from casework.accounts.errors import AccountError
from casework.accounts.limits import ACCOUNT, Limited
from casework.config import Unsafe
from casework.restoring.acceptance import Refused, accept
from casework.restoring.state import found, require_current
from casework.store.keyring import SHARE, seal_copy
from casework.store.keytables import CopyRow
from casework.store.listing import parse
from casework.store.register import RegisterBroken
from casework.store.tables import DirectoryRow, PrincipalRow, SessionRow
from crypto.shares import split
from tests.house import APART, PINS, PROVIDER, REGISTER
from tests.restoring.conftest import Restored

pytestmark = pytest.mark.clause("R-08")


@pytest.fixture
def behind(restored: Restored) -> Restored:
    """Both stores are those of the backup."""
    restored.put_back("case", "key")
    return restored


def newest_event(restored: Restored) -> str:
    with restored.house.stores.case_reading() as session:
        return entries(session.connection(), restored.house.provider.mac)[0].type


def sessions(restored: Restored) -> int:
    with restored.house.stores.case_reading() as session:
        return session.scalar(select(func.count()).select_from(SessionRow)) or 0


def test_a_wrong_password_is_refused_logged_and_counted(behind: Restored) -> None:
    right, wrong = behind.typed("dpo"), behind.typed("coordinator", password="Autre-Chose-42-Ans")
    for _ in range(ACCOUNT.free):
        with pytest.raises(AccountError, match=r"^wrong$"):
            accept(behind.house, (wrong, right))
        assert newest_event(behind) == "LoginFailed"
    with pytest.raises(Limited):
        accept(behind.house, (behind.typed("coordinator"), right))
    assert found(behind.house)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("dpo", "prosecutor", "holds no share"),
        ("second", "dpo", "holds no share"),
        ("dpo", "police_station", "ended after the backup"),
    ],
)
def test_who_holds_no_share_is_refused_and_logged(behind: Restored, first: str, second: str, why: str) -> None:
    before = sessions(behind)
    with pytest.raises(Refused, match=why):
        accept(behind.house, behind.holders(first, second))
    assert newest_event(behind) == "AccessRefused"
    assert sessions(behind) == before
    assert found(behind.house)


def test_one_holder_twice_is_one_holder(behind: Restored) -> None:
    once = behind.typed("dpo")
    with behind.town.later(seconds=30):
        again = behind.typed("dpo")
        with pytest.raises(Refused, match="Two different"):
            accept(behind.house, (once, again))
    assert newest_event(behind) == "AccessRefused"
    assert found(behind.house)


def plant(restored: Restored, name: str, share: bytes) -> None:
    """Seal a share to somebody, as anybody who writes in both stores can."""
    house = restored.house
    with house.stores.case_reading() as session:
        listing = parse(session.scalars(select(DirectoryRow.body).order_by(DirectoryRow.number.desc())).first() or b"")
        member = listing.find("member", person=restored.town.people[name].person)
        assert member
        public = session.get_one(PrincipalRow, member.id).public
    escrow = next(entry.id for entry in listing.entries.values() if entry.kind == "escrow")
    with house.stores.key_writing() as keys:
        keys.merge(seal_copy(house, share, escrow, (member.id, public), SHARE))


def test_a_planted_share_does_not_make_a_holder(behind: Restored) -> None:
    plant(behind, "prosecutor", split(bytes(32))[0])
    with pytest.raises(Refused, match="do not go together"):
        accept(behind.house, behind.holders("prosecutor", "dpo"))
    assert newest_event(behind) == "AccessRefused"
    assert found(behind.house)


def test_a_share_moved_to_another_holder_does_not_open(behind: Restored) -> None:
    with behind.house.stores.key_writing() as keys:
        sealed = keys.scalar(select(CopyRow.sealed).where(CopyRow.purpose == SHARE))
        keys.execute(update(CopyRow).where(CopyRow.purpose == SHARE).values(sealed=sealed))
    with pytest.raises(Refused, match="holds no share"):
        accept(behind.house, behind.holders())


def test_there_is_nothing_to_accept_when_nothing_is_behind(restored: Restored) -> None:
    with pytest.raises(Refused, match="nothing to accept"):
        accept(restored.house, restored.holders())
    assert newest_event(restored) != "BackupRestored"


def test_a_backup_whose_log_was_edited_is_not_accepted(behind: Restored) -> None:
    with behind.house.stores.case.begin() as connection:
        connection.execute(text("drop trigger audit_log_no_update"))
        connection.execute(text("update audit_log set type = 'X' where number = 5"))
    with pytest.raises(Refused, match="does not prove itself"):
        accept(behind.house, behind.holders())


def cut(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"destroyed"', b'"departed"', 1))


def without_a_middle(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def taken_away(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("attack", [cut, edited, without_a_middle, emptied, taken_away], ids=lambda a: a.__name__)
def test_without_the_whole_register_nothing_is_served_nor_accepted(
    restored: Restored, attack: Callable[[Path], None]
) -> None:
    attack(restored.register)
    for stores in ((), ("case", "key")):
        restored.put_back(*stores)
        with pytest.raises(RegisterBroken):
            accept(restored.house, restored.holders())
        with pytest.raises(Unsafe, match="register"):
            require_current(restored.house)


def shell(restored: Restored) -> CliRunner:
    data, keys = restored.folder / "data", restored.folder / "provider"
    values = {
        "CASE_URL": f"sqlite:///{data / 'case.sqlite'}",
        "KEY_URL": f"sqlite:///{data / 'key.sqlite'}",
        "PROVIDER": str(keys / PROVIDER),
        "PINS": str(keys / PINS),
        "TRUSTED_HOSTS": "cellule.exemple.invalid",
    }
    return CliRunner(env={f"CASEWORK_{name}": value for name, value in values.items()})


def words(restored: Restored, *names: str) -> str:
    typed = [restored.typed(name) for name in names]
    return "".join(f"{item.login}\n{item.password}\n{item.code}\n" for item in typed)


def test_the_command_line_says_what_lacks_asks_two_holders_and_serves_again(restored: Restored) -> None:
    line = shell(restored)
    current = line.invoke(cli.main, ["restore", "check"])
    assert (current.exit_code, "this computer has seen" in current.output) == (0, True)
    assert "nothing to accept" in line.invoke(cli.main, ["restore", "accept"]).output
    restored.put_back("case", "key")
    late = line.invoke(cli.main, ["restore", "check"])
    assert (late.exit_code, "the log ends at entry" in late.output) == (1, True)
    refused = line.invoke(cli.main, ["tick"])
    assert (refused.exit_code, "restore accept" in refused.output) == (1, True)
    wrong = line.invoke(cli.main, ["restore", "accept"], input=words(restored, "dpo", "prosecutor"))
    assert (wrong.exit_code, "holds no share" in wrong.output) == (1, True)
    with restored.town.later(minutes=2):
        done = line.invoke(cli.main, ["restore", "accept"], input=words(restored, "dpo", "controller"))
    assert done.exit_code == 0, done.output
    assert restored.story.before["approved"].reference in done.output
    assert restored.typed("dpo").password not in done.output
    assert line.invoke(cli.main, ["restore", "check"]).exit_code == 0


def test_when_no_copy_of_the_register_is_left_it_must_be_said(restored: Restored) -> None:
    restored.put_back("case", "key")
    restored.house.pins.path.unlink()
    restored.register.unlink()
    line, typed = shell(restored), partial(words, restored, "dpo", "controller")
    refused = line.invoke(cli.main, ["restore", "accept"], input=typed())
    assert (refused.exit_code, "--without-register" in refused.output) == (1, True)
    with restored.town.later(minutes=2):
        done = line.invoke(cli.main, ["restore", "accept", "--without-register"], input=typed())
    assert done.exit_code == 0, done.output
    assert line.invoke(cli.main, ["restore", "check"]).exit_code == 0


def test_a_holder_without_a_share_in_the_backup_is_no_holder(behind: Restored) -> None:
    with behind.house.stores.key_writing() as keys:
        keys.execute(delete(CopyRow).where(CopyRow.purpose == "share"))
    with pytest.raises(Refused, match="holds no share"):
        accept(behind.house, behind.holders())


@pytest.mark.parametrize("command", ["check", "accept"])
@pytest.mark.parametrize("name", [REGISTER, PINS])
def test_the_command_line_says_which_file_to_put_back(restored: Restored, command: str, name: str) -> None:
    (restored.folder / APART / name).write_bytes(b"x\n")
    said = shell(restored).invoke(cli.main, ["restore", command])
    assert (said.exit_code, "Traceback" in said.output) == (1, False)
    assert ("register" if name == REGISTER else "pin file") in said.output
