"""The demo shows a year of a cell: every seat, every step of a life, meetings held, the one of today and the next."""

import base64
import stat
from collections import Counter
from datetime import timedelta

from sqlalchemy import create_engine, select

from audit.log import Record, entries
from audit.verify import verify
from casework import create_app
from casework.accounts.people import names
from casework.cases import comparing, desk, reading
from casework.cases.clocks import tick
from casework.cases.facts import all_facts
from casework.cases.reading import Opened
from casework.charters.cenomed import CENOMED
from casework.charters.free_text import notice
from casework.demo import service
from casework.demo.minors import MINORS, REPORTS
from casework.demo.people import ORGANISATIONS, PLAYERS
from casework.demo.place import Place
from casework.demo.stage import Stage
from casework.indicators import service as figures
from casework.kernel.clock import PARIS, at, now
from casework.meetings import polling
from casework.store.directory import load_directory
from casework.store.house import House
from casework.store.keyring import Acting
from casework.store.meetingtables import ConvocationRow, MeetingRow
from casework.store.tables import CaseRow, DraftRow, SessionRow
from tests.demo.entering import ORIGIN, enter

WEEKEND, SATURDAY = 2, 5  # days that a Friday is before a Sunday; the number of a Saturday
NOT_LIVED = {
    "in_session",
    "examined",
    "signed",
    "archived",
    "destroyed",
}  # the meeting of today leads to the first three
ENDING = (
    "not_retain",
    "dismiss",
    "decline_report",
    "withdraw",
    "silence",
    "come_of_age_early",
    "approve_without_follow_up",
)


def test_every_seat_of_the_charter_has_a_log_in_among_fourteen_organisations_and_twenty_four_persons() -> None:
    assert {player.seat for player in PLAYERS} == {seat.name for seat in CENOMED.seats}
    assert Counter(player.seat for player in PLAYERS)["coordinator"] >= 2
    assert {player.organisation for player in PLAYERS} == set(ORGANISATIONS)
    assert (len(ORGANISATIONS), len({player.login for player in PLAYERS})) == (14, 24)
    assert [player.login for player in PLAYERS if player.again] == ["cite"]  # one person at the head of two schools


def test_situations_stand_at_every_step_that_a_day_can_find(copied: Place) -> None:
    with copied.house() as house:
        lines = reading.lines(house, entered(house, copied, "coordination"), limit=None)
    steps = Counter(line.step for line in lines)
    assert set(steps) == {step.name for step in CENOMED.steps if step.machine == "situation"} - NOT_LIVED
    assert steps == {
        "reported": 1, "report_correcting": 1, "received": 2, "correcting": 1, "screening": 1, "clarifying": 1,
        "retained": 3, "scheduled": 3, "followed": 10, "closed": 9, "dismissed": 1, "not_retained": 1,
    }  # fmt: skip


def test_forty_referrals_came_over_four_quarters_and_the_indicators_count_them_all(house: House) -> None:
    found = [figure for year in figures.years(house) for figure in figures.figures(house, year)]
    totals: Counter[str] = Counter()
    for figure in found:
        totals[figure.item.name] += figure.total or 0
    assert [totals[name] for name in ("calendar", "meetings", "referrals", "retained", "examined")] == [
        3,
        3,
        40,
        27,
        20,
    ]
    assert [totals[name] for name in ("orientations", "returns")] == [13, 11]
    with house.stores.case_reading() as session:
        made = list(all_facts(house, session))
    referred = [fact for fact in made if fact["kind"] == "referral_made"]
    assert len({(fact["year"], fact["quarter"]) for fact in referred}) >= 4
    assert len({fact["family"] for fact in referred}) == 5
    assert len({fact["origin"] for fact in referred}) == 8


def test_two_meetings_and_an_urgent_one_were_held_and_the_record_of_each_is_approved(house: House) -> None:
    with house.stores.case_reading() as session:
        meetings = session.scalars(select(MeetingRow).order_by(MeetingRow.day)).all()
        situations = session.execute(select(CaseRow.meeting, CaseRow.step)).all()
    urgent, first, second, today = meetings
    assert [row.held for row in meetings] == ["held_urgent", "held_on_date", "held_later", ""]
    assert urgent.day - urgent.fixed_on < timedelta(days=28) <= first.day - first.fixed_on
    assert timedelta(days=84) <= second.day - first.day <= timedelta(days=98)
    assert {step for meeting, step in situations if meeting in (urgent.id, first.id, second.id)} == {
        "followed",
        "closed",
    }
    assert [step for meeting, step in situations if meeting == today.id] == ["scheduled"] * 3


def test_the_meeting_of_today_was_fixed_five_weeks_ago_and_its_agenda_can_still_be_made(house: House) -> None:
    with house.stores.case_reading() as session:
        present = session.scalars(select(MeetingRow).order_by(MeetingRow.day.desc())).first()
        assert present
        convened = session.scalars(select(ConvocationRow).where(ConvocationRow.meeting == present.id)).all()
    assert timedelta(days=35) <= present.day - present.fixed_on <= timedelta(days=35 + WEEKEND)
    assert len(convened) == len([p for p in PLAYERS if CENOMED.seat(p.seat).member]) - 2  # not the two coordinators


def test_dates_of_a_next_meeting_wait_for_the_answers_of_members(copied: Place) -> None:
    with copied.house() as house:
        (poll,) = polling.polls(house, entered(house, copied, "pjj"))
        assert polling.polls(house, entered(house, copied, "bailleur")) == []
    assert (len(poll.days), len(poll.answers), poll.meeting) == (3, 3, None)
    assert {answer for given in poll.answers.values() for answer in given.values()} == {"yes", "if_needed", "no"}


def test_the_clocks_ran_on_their_days_and_left_what_they_leave(house: House) -> None:
    """R-01, R-02, F33-10, F33-12 and the end of an exchange, as the DPO reads them in the journal."""
    found = journal(house)
    moves = [record for record in found if record.type == "SituationMoved"]
    played = Counter(record.values["move"] for record in moves)
    clocks = ("silence", "come_of_age", "come_of_age_early", "window_ends")
    assert [played[name] for name in clocks] == [1, 1, 1, 3]
    ended = {record.subject: record for record in reversed(moves) if record.values["move"] in ENDING}
    gone = {record.subject: record.at for record in found if record.type == "SituationDestroyed"}
    waited = [(ended[case].values["move"], (gone[case] - ended[case].at).days) for case in gone]
    (of_age,) = [days for move, days in waited if move == "come_of_age_early"]  # until the next first of a month
    assert (len(gone), of_age >= 28) == (9, True)
    assert [days for move, days in waited if move != "come_of_age_early" and not 29 <= days <= 30 + WEEKEND] == []
    assert len([record for record in found if record.type == "MeetingFixedUrgently"]) == 1
    with house.stores.case_reading() as session:
        assert len(session.scalars(select(DraftRow)).all()) == 1  # another one was begun a year ago and never sent
        held = session.scalars(select(MeetingRow.day).order_by(MeetingRow.day)).all()
    at = {record.values["move"]: record.at.astimezone(PARIS).date() for record in moves}
    assert 1 <= (at["silence"] - held[1]).days <= 1 + WEEKEND
    assert 8 <= (at["window_ends"] - held[0]).days <= 8 + WEEKEND


def test_the_journal_tells_the_year_in_the_order_it_was_lived(house: House) -> None:
    found = journal(house)
    moments = [record.at for record in found]
    assert moments == sorted(moments, reverse=True)
    assert timedelta(days=364) < moments[0] - moments[-1]
    assert moments[0] < now()
    acted = {(record.actor, record.at.date()) for record in found if record.type == "SituationMoved" and record.actor}
    came = {(record.actor, record.at.date()) for record in found if record.type == "LoggedIn"}
    assert acted <= came
    assert max(record.at.astimezone(PARIS).weekday() for record in found if record.actor) < SATURDAY


def test_nothing_of_the_demo_was_written_behind_the_services(house: House) -> None:
    with house.stores.case.begin() as connection:
        report = verify(connection, house.provider.mac, house.pins.read()["log"])
    with house.stores.case_reading() as session:
        assert len(load_directory(house, session).listing.keepers) == 2
        assert session.scalars(select(SessionRow)).all() == []
    done = tick(house)
    assert report.sound
    assert (done.missing, done.surplus, done.broken, done.moved, done.destroyed, done.drafts) == (0, 0, 0, 0, 0, 0)


def test_each_section_of_the_coordinators_desk_has_something_in_it(copied: Place) -> None:
    with copied.house() as house:
        client = enter(create_app(copied.settings(), house), copied, copied.load()[0])
        page = client.get("/bureau", base_url=ORIGIN).text.replace("\u00a0", " ")
    assert [section.title for section in desk.SECTIONS if section.title not in page] == []
    for said in (
        "Danger signalé. Voie prise",
        "À relancer :",
        "En retard depuis le",
        "Complétez d’abord l’information",
    ):
        assert said in page


def test_the_guard_of_free_text_notices_nothing_in_what_was_written() -> None:
    texts = [minor.text for minor in MINORS.values()] + [report.text for report in REPORTS.values()]
    assert [notice(text) for text in texts if notice(text)] == []
    assert max(map(len, texts)) < CENOMED.setting("text_limit").default


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
            for login in ("social", "association", "crip", "bailleur", "agent", "mairie", "dpo")
        }
    assert found == {
        "social": {"orientation"},
        "association": set(),
        "crip": set(),
        "bailleur": {"identity", "reason", "account", "request"},
        "agent": {"remontee", "request"},
        "mairie": {"owner_sheet"},
        "dpo": set(),
    }


def journal(house: House) -> list[Record]:
    """Every entry, the newest first."""
    with house.stores.case_reading() as session:
        return entries(session.connection(), house.provider.mac, limit=10_000)


def entered(house: House, place: Place, login: str) -> Acting:
    secrets = {account.login: base64.b32decode(account.totp) for account in place.load()}
    return Stage(house, secrets=secrets).who(login)


def opened_by(house: House, acting: Acting) -> list[Opened]:
    found = (reading.open_situation(house, acting, line.case) for line in reading.lines(house, acting))
    return [opened for opened in found if opened is not None]


def test_every_seat_opens_on_any_day_of_the_months_that_follow(house: House) -> None:
    """Whatever the weekday it is made: what was lived on a week-end is told of the Friday before."""
    worst = now() + timedelta(days=240 + WEEKEND)
    with at(worst), house.stores.case_reading() as session:
        directory = load_directory(house, session)
    assert directory.lapsed == frozenset()
    assert len(directory.tenures) == len(PLAYERS)


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
