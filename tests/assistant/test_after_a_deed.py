"""What customers say right after something was done: another sum, another time, another card, "cancel it", "then order one"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from actions.bank import Bank
from actions.records import cards, money
from actions.records.money_tables import Payment
from actions.visits import appointments
from actions.visits.appointments import Time
from tests.talking.fixtures import TODAY
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN, DORA = "+12125550102", "+16175550104"
Start = Callable[..., Talk]


@pytest.mark.parametrize("words", ["no not 300, 200", "no wait 200", "sorry, I meant 200", "200"])
async def test_another_sum_is_offered_and_set_on_a_yes(talk: Start, bank: Bank, words: str) -> None:
    ben = talk(tel=BEN, proof="possessed")
    assert "$300 a day" in await ben.says("lower my limit to 300")
    assert "Shall I make it $200 a day instead?" in await ben.says(words)
    assert bank.work(lambda session, today: money.limit(session, "ben", today)) == 30_000
    assert "$200 a day" in await ben.says("yes")
    assert bank.work(lambda session, today: money.limit(session, "ben", today)) == 20_000


async def test_a_sum_that_cannot_be_set_is_said_so_and_nothing_changes(talk: Start, bank: Bank) -> None:
    ben = talk(channel="voice", tel=BEN, proof="proven")
    assert "one thousand" in await ben.says("raise my limit")
    assert "That sum I can't set" in await ben.says("no not a thousand make it 800")
    assert "300 dollars" in await ben.says("no, 300 then")
    assert bank.work(lambda session, today: money.limit(session, "ben", today)) == 100_000


async def test_what_is_left_of_the_limit_today(talk: Start, bank: Bank) -> None:
    def pays(session: Session, today: date) -> None:
        session.add(Payment(id="ben-now", customer_id="ben", day=today, payee="Corner Market", cents=-12_345, pending=True))
        session.commit()

    ben = talk(tel=BEN, proof="possessed")
    assert "left" not in await ben.says("/ask_limit")
    bank.work(pays)
    assert "$376.55 is left today" in await ben.says("/ask_limit")


async def test_another_hour_of_the_same_day_is_offered_and_the_appointment_stays_until_then(talk: Start, bank: Bank) -> None:
    appointments.take(bank, "ben", "tribeca", Time(date(2026, 12, 3), 14))
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    assert "December 3" in await ben.says("when is my appointment")
    asked = await ben.says("no sorry i meant three o'clock")
    assert "stays as it is" in asked and "Thursday, December 3, 3 pm, is free at Tribeca" in asked
    await ben.says(asked.options["Yes, book it"])
    held = appointments.of(bank, "ben")
    assert held is not None and (held.day, held.hour) == (date(2026, 12, 3), 15)


@pytest.mark.parametrize("words", ["cancel it", "call it off", "i want to cancel it"])
async def test_cancel_it_right_after_a_booking_is_about_the_appointment(talk: Start, bank: Bank, words: str) -> None:
    appointments.take(bank, "ben", "tribeca", Time(date(2026, 12, 3), 14))
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("/ask_appointment")
    assert "Shall I call it off?" in await ben.says(words)
    assert "called off" in await ben.says("yes")
    assert appointments.of(bank, "ben") is None


def locked(bank: Bank) -> dict[str, str]:
    """Dora's locked cards, each with the reason."""
    return {one.card.last4: one.lock.why for one in bank.work(lambda s, _: cards.held(s, "dora")) if one.lock}


async def test_the_other_card_was_meant(talk: Start, two_cards: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    await dora.says("lock my card ending in 8812")
    assert "ending in 5540 is locked" in await dora.says("no, the one ending in 5540")
    assert locked(two_cards) == {"5540": "frozen", "8812": "frozen"}


async def test_the_card_that_is_named_when_all_are_locked_is_among_them(talk: Start, two_cards: Bank) -> None:
    dora = talk(channel="sms", tel=DORA)
    await dora.says("lock my cards")
    assert "the one ending in 5540 with them" in await dora.says("the one ending in 5540")


async def test_then_order_a_new_one_is_a_yes(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="proven")
    await dora.says("my card was stolen")
    assert "Shall I order you a new one?" in await dora.says("yes, block it please")
    ordered = await dora.says("then order a new one")
    if "Shall I order" in ordered or "never works again" in ordered:  # taken for the wish itself, which asks once more
        ordered = await dora.says("yes")
    assert "new card is ordered" in ordered
    assert bank.work(lambda session, today: cards.on_its_way(session, "dora", today)) is not None


async def test_another_day_and_another_branch_behind_opening_hours(talk: Start) -> None:
    ben = talk()
    assert "Astoria is open" in await ben.says("what are the hours of the Astoria branch")
    assert "close at 1 pm" in await ben.says("and christmas eve?")
    assert "Midtown is open" in await ben.says("and the midtown one?")
    assert "Union Square" in await ben.says("is there a branch open on saturday near 10003")


async def test_a_question_that_names_nothing_is_about_the_article_before(talk: Start) -> None:
    ben = talk()
    assert "who was tricked" not in await ben.says("hello")
    secured = await ben.says("i clicked the link and typed my password")
    assert "secure it" in secured and list(secured.options.values()) == ["/freeze_card", "/reset_password", "/speak_to_person"]


async def test_a_yes_to_nothing_takes_nothing_back(talk: Start, bank: Bank) -> None:
    ben = talk(tel=BEN, proof="possessed")
    await ben.says("lower my limit to 300")
    assert "What can I do for you" in await ben.says("yes")
    await ben.says("no thanks")
    assert bank.work(lambda session, _: money.limit(session, "ben", TODAY)) == 30_000
