"""One mail a day for who has something to see, whatever the mail server does; the act is done without it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from casework.accounts.people import mail_address
from casework.accounts.removal import suspend_seat
from casework.cases.act import play_clock
from casework.kernel.clock import at
from casework.mail import relay, service
from casework.running import doctor
from tests.cases.conftest import Lives
from tests.databases import on_both
from tests.mail.conftest import PAIR, Told, telling
from tests.mail.servers import Box, mailer, nobody, serving

LETTERS = ["dsol@exemple.fr", "police_station@exemple.fr"]


def turns(told: Told, box: Box, number: int = 1) -> list[str]:
    """Who got a mail in so many turns."""
    before = len(box.recipients)
    with serving(box) as port:
        for _ in range(number):
            told.turn(mailer(port))
    return sorted(box.recipients[before:])


@on_both("lives")
def test_one_mail_a_day_however_many_acts_and_turns(lives: Lives) -> None:
    told, box = telling(lives), Box()
    told.circulate()
    assert tuple(told.waiting()) == PAIR
    assert turns(told, box, 3) == LETTERS
    told.leave_word(*PAIR)
    told.leave_word(*PAIR)
    assert turns(told, box, 2) == []
    told.town.moment += timedelta(days=1)
    assert turns(told, box, 2) == LETTERS
    told.town.moment += timedelta(days=1)
    assert turns(told, box) == []
    assert told.waiting() == []
    assert {len(envelope.rcpt_tos) for envelope in box.taken} == {1}


BROKEN: dict[str, Callable[[], Box]] = {
    "hangs": lambda: Box(hangs="MAIL"),
    "hangs in the middle": lambda: Box(hangs="DATA"),
    "drops in the middle": lambda: Box(drops="RCPT"),
    "drops at the end": lambda: Box(drops="DATA"),
    "refuses who sends": lambda: Box({"MAIL": "550 not from you"}),
    "closes": lambda: Box({"MAIL": "421 closing"}),
    "closes at an address": lambda: Box({"RCPT": "421 closing"}),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_server_that_fails_stops_the_batch_and_everything_waits_for_the_next_turn(
    told: Told, how: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(relay, "PATIENCE", 0.2)
    box = BROKEN[how]()
    assert turns(told, box) == []
    assert len(box.asked) <= 1
    assert "cannot be used" in caplog.text
    assert "exemple" not in caplog.text
    assert turns(told, Box()) == LETTERS


def test_a_server_that_is_not_there_stops_nothing_else(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.turn(mailer(nobody()))
    assert "ConnectionRefusedError" in caplog.text
    assert turns(told, Box()) == LETTERS


@pytest.mark.parametrize("answers", [{LETTERS[0]: "550 no such box"}, {LETTERS[1]: "450 later"}])
def test_one_address_refused_does_not_stop_the_others(
    told: Told, answers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    refused = next(iter(answers))
    assert turns(told, Box(answers)) == [to for to in LETTERS if to != refused]
    assert f"refused one address or mail ({answers[refused][:3]})" in caplog.text
    assert "exemple" not in caplog.text
    assert turns(told, Box()) == [refused]


def test_a_letter_refused_once_read_does_not_stop_the_others(told: Told) -> None:
    box = Box({"DATA": "554 looks like rubbish"})
    assert turns(told, box) == []
    assert sorted(box.asked) == LETTERS
    assert turns(told, Box()) == LETTERS


def test_an_address_that_is_none_does_not_stop_the_others(told: Told) -> None:
    box, addresses = Box(), {told.party("dsol").person: ""}
    with serving(box) as port, at(told.town.moment):
        service.deliver(told.house, mailer(port), lambda person: addresses.get(person, LETTERS[1]))
    assert box.recipients == [LETTERS[1]]


def test_what_does_not_leave_in_three_days_is_given_up(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        told.town.moment += timedelta(days=1)
        told.turn(mailer(nobody()))
    assert tuple(told.waiting()) == PAIR
    assert "given up" not in caplog.text
    told.town.moment += timedelta(days=1)
    told.turn(mailer(nobody()))
    assert "2 mails were given up" in caplog.text
    assert told.waiting() == []


def test_the_doctor_says_that_mails_did_not_leave_on_their_day(told: Told) -> None:
    def found() -> list[str]:
        with at(told.town.moment):
            return [item.what for item in doctor._mails_waiting(told.house)]

    day = told.town.moment.date()
    told.turn(mailer(nobody()))
    assert found() == []
    told.town.moment += timedelta(days=1)
    assert found() == [f"mails wait since {day}, and are given up 3 days after their day"]
    assert turns(told, Box()) == LETTERS
    assert found() == []


def test_a_slow_server_does_not_keep_the_clocks(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", -1.0)
    assert turns(told, Box()) == []
    monkeypatch.undo()
    assert turns(told, Box()) == LETTERS


@pytest.mark.parametrize(("step", "sent"), [("_mark", 1), ("_claim", 0)])
def test_a_turn_killed_while_it_sends_doubles_one_mail_at_most_and_loses_none(
    told: Told, monkeypatch: pytest.MonkeyPatch, step: str, sent: int
) -> None:
    real = getattr(service, step)

    def killed(*given: object) -> None:
        if step == "_claim":
            real(*given)
        raise KeyboardInterrupt

    box = Box()
    monkeypatch.setattr(service, step, killed)
    with serving(box) as port, pytest.raises(KeyboardInterrupt):
        told.turn(mailer(port))
    assert len(box.recipients) == sent
    monkeypatch.undo()
    assert len(turns(told, box, 3)) == 1  # the other person
    told.town.moment += service.CLAIM
    assert len(turns(told, box, 3)) == 1
    assert set(box.recipients) == set(LETTERS)
    assert len(box.recipients) == len(LETTERS) + sent


@on_both("lives")
def test_two_turns_at_once_send_one_mail_each(lives: Lives) -> None:
    told, box, begun = telling(lives), Box(), list[UUID]()
    told.circulate()

    def address(person: UUID) -> str:
        """Another process takes its turn while this one is about to hand the letter over."""
        begun.append(person)
        if len(begun) == 1:
            told.leave_word(*PAIR)  # and acts go on
            told.turn(sends)
        return mail_address(told.house, person)

    with serving(box) as port, at(told.town.moment):
        sends = mailer(port)
        service.deliver(told.house, sends, address)
    assert sorted(box.recipients) == LETTERS


def test_no_transaction_is_open_while_the_server_is_waited_for(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def look(*_: object) -> str:
        seen.append(told.house.stores.case.pool.status())
        return "250 OK"

    box = Box()
    monkeypatch.setattr(box, "_answer", look)
    turns(told, box)
    assert seen
    assert [status for status in seen if not status.endswith("out connections: 0")] == []


def test_what_is_written_while_a_mail_leaves_waits_for_the_next_day(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, box = service._mark, Box()

    def meanwhile(*given: object) -> None:
        if len(box.taken) == 1:
            told.leave_word(*PAIR)
        mark(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "_mark", meanwhile)
    assert turns(told, box) == LETTERS
    told.town.moment += timedelta(days=1)
    assert turns(told, box) == [box.recipients[0]]  # the letter of the other one left after its word


def test_word_already_left_is_forgotten_when_no_mail_is_sent_any_more(told: Told) -> None:
    told.turn(None)
    assert told.waiting() == []


def test_an_act_leaves_no_word_where_no_mail_is_sent(told: Told, town_of_all: Lives) -> None:
    told.forget()
    assert not town_of_all.house.announces
    town_of_all.play(town_of_all.refer(), "coordinator", "transmit")
    assert told.waiting() == []


def test_what_time_does_is_announced_to_nobody(told: Told) -> None:
    told.circulate(surname="Temps")
    head = told.play(told.retained(surname="Autre"), "coordinator", "schedule", meeting=UUID(int=8))
    told.forget()
    moves = [move for move in told.house.charter.moves if move.timed and head.life.step in move.sources]
    with at(told.town.moment):
        assert play_clock(told.house, head.life.case, moves[0].name).sequence == head.sequence + 1
    assert told.waiting() == []


def test_who_was_suspended_meanwhile_gets_nothing(told: Told) -> None:
    with at(told.town.moment):
        suspend_seat(told.house, told.acting["coordinator"].actor, told.acting["dsol"].tenure)
    assert turns(told, Box()) == LETTERS[1:]
