"""The demo shows a cell at work: every seat, every step of a life, a past meeting and the one of today."""

import base64
import stat
from collections import Counter
from datetime import timedelta

from sqlalchemy import create_engine, select

from audit.verify import verify
from casework.accounts.people import names
from casework.cases import comparing, reading
from casework.cases.clocks import tick
from casework.cases.reading import Opened
from casework.charters.cenomed import CENOMED
from casework.demo import service
from casework.demo.people import PLAYERS
from casework.demo.place import Place
from casework.demo.stage import Stage
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.tables import CaseRow, ConvocationRow, FactRow, MeetingRow, SessionRow

NOT_LIVED = {
    "in_session",
    "examined",
    "signed",
    "archived",
    "destroyed",
}  # the meeting of today leads to the first three


def test_every_seat_of_the_charter_has_a_log_in() -> None:
    assert {player.seat for player in PLAYERS} == {seat.name for seat in CENOMED.seats}
    assert Counter(player.seat for player in PLAYERS)["coordinator"] >= 2


def test_situations_stand_at_every_step_that_a_day_can_find(house: House) -> None:
    with house.stores.case_reading() as session:
        steps = set(session.scalars(select(CaseRow.step)))
    assert steps == {step.name for step in CENOMED.steps if step.machine == "situation"} - NOT_LIVED


def test_the_meeting_of_today_was_fixed_five_weeks_ago_and_two_situations_wait_for_its_agenda(house: House) -> None:
    with house.stores.case_reading() as session:
        past, present = session.scalars(select(MeetingRow).order_by(MeetingRow.day)).all()
        waiting = session.scalars(select(CaseRow.step).where(CaseRow.meeting == present.id)).all()
        convened = session.scalars(select(ConvocationRow).where(ConvocationRow.meeting == present.id)).all()
    assert present.day - present.fixed_on == timedelta(days=35)
    assert (present.held, sorted(waiting), past.held) == ("", ["scheduled", "scheduled"], "held_on_date")
    assert len(convened) == len([p for p in PLAYERS if CENOMED.seat(p.seat).member]) - 2  # not the two coordinators


def test_nothing_of_the_demo_was_written_behind_the_services(house: House) -> None:
    with house.stores.case.begin() as connection:
        report = verify(connection, house.provider.mac, house.pins.read()["log"])
    with house.stores.case_reading() as session:
        assert len(load_directory(house, session).listing.keepers) == 2
        facts = len(session.scalars(select(FactRow)).all())
        assert session.scalars(select(SessionRow)).all() == []
    done = tick(house)
    assert report.sound
    assert (done.missing, done.surplus, done.broken, done.moved) == (0, 0, 0, 0)
    assert facts > 20


def test_the_coordinator_finds_two_situations_of_perhaps_one_person(copied: Place) -> None:
    with copied.house() as house:
        pairs = comparing.same_person(house, entered(house, copied, "coordination"))
    assert len(pairs) == 1
    assert not pairs[0].linked


def test_each_outsider_reads_what_is_addressed_to_it_and_nothing_else(copied: Place) -> None:
    with copied.house() as house:
        found = {
            login: {
                slot.compartment
                for opened in opened_by(house, entered(house, copied, login))
                for slot in opened.contents
            }
            for login in ("social", "crip", "bailleur", "agent", "mairie", "dpo")
        }
    assert found == {
        "social": {"orientation"},
        "crip": set(),
        "bailleur": {"identity", "reason", "account", "request"},
        "agent": {"remontee", "request"},
        "mairie": {"owner_sheet"},
        "dpo": set(),
    }


def entered(house: House, place: Place, login: str) -> Acting:
    secrets = {account.login: base64.b32decode(account.totp) for account in place.load()}
    return Stage(house, secrets=secrets).who(login)


def opened_by(house: House, acting: Acting) -> list[Opened]:
    found = (reading.open_situation(house, acting, line.case) for line in reading.lines(house, acting))
    return [opened for opened in found if opened is not None]


def test_no_name_of_the_demo_lies_in_clear(place: Place, house: House) -> None:
    known = [player.name for player in PLAYERS] + ["Imaginaire", "Fictif", "coordination2"]
    stored = b"".join(path.read_bytes() for path in place.data.glob("*.sqlite*"))
    assert not [name for name in known if name.encode() in stored]
    assert set(known[: len(PLAYERS)]) == {contact.name for contact in names(house).persons.values()}


def test_secrets_are_readable_by_their_owner_alone(place: Place) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place.accounts, *place.keys.glob("*.json"))}
    assert modes == {"accounts.json": 0o600, "pins.json": 0o600, "provider.json": 0o600}
    assert stat.S_IMODE(place.data.stat().st_mode) == stat.S_IMODE(place.keys.stat().st_mode) == 0o700


def test_an_interrupted_building_is_not_taken_for_a_demo(nowhere: Place) -> None:
    nowhere.create()
    assert not service.usable(nowhere)
    nowhere.save([])
    assert service.usable(nowhere)
    with create_engine(nowhere.settings().key_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'another'")
    assert not service.usable(nowhere)
    nowhere.reset()
    assert not service.usable(nowhere)
