"""How things stand that were done before: an appointment, a lock, a dispute, for a proven number alone; a payment in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.bank import Bank
from actions.records import cards as card_records
from actions.records import money as money_records
from actions.visits import appointments
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
BEN, DORA, FARID = "+12125550102", "+16175550104", "+12125550106"
Start = Callable[..., Talk]
CHANNELS = pytest.mark.parametrize("channel", ["web", "sms", "voice", "messenger"])


@CHANNELS
async def test_when_an_appointment_is(talk: Start, bank: Bank, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    assert "no appointment" in await ben.says("when is my appointment")
    time = appointments.free(bank, "tribeca", 1)[0]
    assert appointments.take(bank, "ben", "tribeca", time)
    told = await ben.says("do I still have an appointment with you?")
    assert "November 24, 10 am" in told and "Tribeca" in told
    assert "called off" in await ben.says("/cancel_for_sure")


@CHANNELS
async def test_how_a_card_stands(talk: Start, bank: Bank, channel: str) -> None:
    dora = talk(channel=channel, tel=DORA, proof="possessed")
    assert "active and not locked" in await dora.says("is my card locked")
    await dora.says("lock my card please")
    assert "is locked" in await dora.says("is my card locked or not?")
    lost = bank.work(lambda session, _: [one.card for one in card_records.held(session, "dora")])
    bank.work(lambda session, today: card_records.lock(session, lost, card_records.LOST, today))
    assert "blocked for good" in await dora.says("can I use my card again or is it still locked")


async def test_of_several_cards_the_named_one_is_told(talk: Start, bank: Bank) -> None:
    farid = talk(tel=FARID, proof="possessed")
    told = await farid.says("is the card ending in 9274 locked")
    assert "9274 is not active yet" in told and "3390" not in str(told.texts)


async def test_a_card_that_was_never_activated_is_unlocked_and_not_said_to_work(talk: Start, bank: Bank) -> None:
    farid = talk(channel="voice", tel=FARID, proof="proven")
    await farid.says("lock my card ending in 9274")
    told = await farid.says("unlock my card ending in 9274")
    assert "still has to be activated" in told and "works again" not in str(told.texts)


@CHANNELS
async def test_how_a_dispute_stands(talk: Start, bank: Bank, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    assert "no dispute" in await ben.says("is the dispute still open")
    mine = bank.work(lambda session, _: money_records.payments(session, "ben"))
    finch = next(one for one in mine if one.payee.startswith("Blue Finch"))
    bank.work(lambda session, today: money_records.dispute(session, finch.id, today))
    assert "is open" in await ben.says("any news on my dispute?")
    bank.work(lambda session, today: money_records.close_dispute(session, finch.id, today))
    assert "is closed" in await ben.says("what's happening with my dispute")


@pytest.mark.parametrize("words", ["when is my appointment", "is my card locked", "is the dispute still open"])
async def test_nobody_is_told_without_proof(talk: Start, words: str) -> None:
    told = await talk(channel="sms", tel=BEN).says(words)
    assert "code" in told and "24" not in str(told.texts)


@pytest.mark.parametrize("words", ["the 240 one, blue finch", "the blue finch one", "the 240 one"])
@pytest.mark.parametrize("channel", ["web", "sms"])
async def test_a_payment_of_the_list_is_named_and_disputed(talk: Start, bank: Bank, channel: str, words: str) -> None:
    ben = talk(channel=channel, tel=BEN, proof="possessed")
    assert "Blue Finch" in await ben.says("show me my last transactions")
    assert "240.00" in await ben.says(words)
    assert "open a dispute" in await ben.says("/dispute_charge")
    assert "dispute is open" in await ben.says("yes")
    mine = bank.work(lambda session, _: money_records.disputes(session, "ben"))
    assert [payment.cents for _, payment in mine] == [-24000]
