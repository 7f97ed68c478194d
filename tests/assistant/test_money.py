"""Payments, disputes, limits and transfers: whole conversations, and the figures in them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from actions.bank import Bank
from actions.money import wording
from actions.money.limit_words import limit_answered, limit_wished
from actions.records import money as records
from bot.directives import Handoff, SendCode
from tests.talking.fixtures import TODAY
from tests.talking.talk import Talk

ANA, BEN, CHIDI, DORA, ELODIE, FARID = (
    "+12125550101", "+12125550102", "+16175550103", "+16175550104", "+12125550105", "+12125550106",
)  # fmt: skip
Start = Callable[..., Talk]
rasa = pytest.mark.rasa


@rasa
async def test_payments_are_told_after_a_code_and_each_channel_gets_as_much_as_it_bears(talk: Start) -> None:
    dora = talk(tel=DORA)
    assert (await dora.says("show me my last transactions")).directives == [SendCode(DORA)]
    shown = await dora.proves(DORA)
    assert "Nov 19 Blue Finch Outfitters $240.00" in shown and "(pending)" in shown and "+$2,150.00" in shown
    dora.channel = "sms"
    texted = await dora.says("show me my last transactions")
    assert len(texted.texts[0]) <= 160 and "Elm Street" not in texted
    dora.channel = "voice"
    assert "240 dollars to Blue Finch Outfitters" in await dora.says("show me my last transactions")


@rasa
async def test_a_payment_that_is_asked_for_by_its_sum_is_found_and_disputed(talk: Start, bank: Bank) -> None:
    dora = talk(tel=DORA, proof="possessed")
    shown = await dora.says("what was that $240 purchase")
    assert "Blue Finch Outfitters $240.00" in shown and "I don't know it" in shown.options
    asked = await dora.says(shown.options["I don't know it"])
    assert "Shall I" in asked and "Blue Finch" in asked
    opened = await dora.says("yes")
    assert "dispute is open" in opened
    (directive,) = (await dora.says("yes")).directives
    assert isinstance(directive, Handoff) and "Disputes a payment" in directive.reason
    slots = await dora.slots()
    assert slots["disputed"] == "Nov 19 Blue Finch Outfitters $240.00, case dora-p2"
    assert bank.work(lambda session, _: records.dispute(session, "dora-p2", TODAY)) is False


@rasa
async def test_a_dispute_without_proof_tells_what_to_have_ready_and_offers_lock_and_person(talk: Start) -> None:
    stranger = talk()
    asked = await stranger.says("there is a charge on my account i don't recognize")
    assert "ready" in asked and list(asked.options) == ["Find the payment", "Lock my card", "Speak to a person"]
    (directive,) = (await stranger.says("yes")).directives
    assert isinstance(directive, Handoff) and directive.reason == "A payment they do not know"


@rasa
async def test_the_limit_is_told_lowered_and_lowered_once(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    assert "$500 a day" in await ben.says("what's my daily limit?")
    asked = await ben.says("decrease my card limit please")
    assert list(asked.options) == ["$100", "$200", "$300"]
    assert "one sum" in await ben.says("900")
    assert "$250 a day" in await ben.says("two hundred and fifty")
    asked = await ben.says("decrease my card limit please")
    assert "$200 a day" in await ben.says(asked.options["$200"])
    assert "$200 a day already" in await ben.says("set my spending limit to 200 bucks")
    assert "$200 a day" in await ben.says("what's my daily limit?")
    ben.proof = "proven"
    assert "$1,000 until midnight" in await ben.says("raise my limit")
    assert "$1,000 a day" in await ben.says("what's my daily limit?")


@rasa
@pytest.mark.parametrize(
    ("tel", "said", "options"),
    [
        (ANA, "$500.00 to J. Ortiz is on its way", []),
        (BEN, "$350.00 from Northway Inc is on its way", []),
        (CHIDI, "$12,000.00 to Lakeside Title arrived", []),
        (DORA, "came back to us", ["Speak to a person", "Not now"]),
        (ELODIE, "is late", ["Speak to a person", "Not now"]),
        (FARID, "no transfer", ["Speak to a person", "Not now"]),
    ],
)
async def test_where_a_transfer_is(talk: Start, tel: str, said: str, options: list[str]) -> None:
    answer = await talk(tel=tel, proof="possessed").says("where is my transfer?")
    assert said in answer and list(answer.options) == options


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("where is my transfer", {"J. Ortiz", "K. Lopez"}),
        ("I sent $500 to my brother and he doesn't have it", {"J. Ortiz"}),
        ("my mom sent me money and nothing is here", {"K. Lopez"}),
        ("has the 120 from my sister come in", {"K. Lopez"}),
        ("did the wire to Ortiz go through", {"J. Ortiz"}),
    ],
)
def test_which_transfer_is_meant(bank: Bank, text: str, parties: set[str]) -> None:
    known = bank.work(lambda session, _: records.transfers(session, "ana"))
    assert {one.party for one in wording.transfers_meant(text, known)} == parties


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("what was that $240 charge", [24_000]),
        ("59.90", [5_990]),
        ("$1,240.5 to them", [124_050]),
        ("increase it to 5k", [500_000]),
        ("nothing here", []),
        ("my last 15 transactions", []),
        ("the 15 payments before the 3rd", []),
        ("card ending 0124", []),
        ("the one for 15.99", [1_599]),
        ("€20", []),
    ],
)
def test_sums_in_a_sentence(text: str, cents: list[int]) -> None:
    assert wording.sums(text) == cents


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what was that $240 charge", ["Blue Finch Outfitters"]),
        ("84 dollars", ["City Power"]),
        ("did I pay for streamly", ["Streamly"]),
        ("show me my payments", []),
        ("the 240 one at blue finch", ["Blue Finch Outfitters"]),
        ("$999", []),
    ],
)
def test_a_payment_is_known_by_sum_or_payee(bank: Bank, text: str, found: list[str]) -> None:
    known = bank.work(lambda session, _: records.payments(session, "dora"))
    assert [one.payee for one in wording.meant(text, known)] == found


@pytest.mark.parametrize(
    ("words", "dollars"),
    [
        ("lower my limit to 200", 200),
        ("from $450 to $200 please", 200),
        ("no more than 300 a day", 300),
        ("set my limit at two hundred and fifty", 250),
        ("$150 a day is enough", 150),
        ("lower my limit to 100 please, no wait 150", 150),
        ("to 300 no sorry 350", 350),
        ("reduce it to $120, make that $140", 140),
        ("lower it to 100, no, 900", None),
        ("make my daily limit 250", 250),
        ("I want to lower my limit to 200 actually", 200),
        ("lower my limit, no rush, to 300", 300),
        ("one more thing, lower my limit", None),
        ("lower my limit by 100", None),
        ("lower it by $100", None),
        ("lower the limit of the card ending 0124", None),
        ("lower my limit at 5 pm", None),
        ("lower the limit to 2 cards", None),
        ("lower it to 900", None),
        ("", None),
    ],
)
def test_a_number_in_a_wish_is_no_limit_unless_it_is_said_to_be_one(words: str, dollars: int | None) -> None:
    assert limit_wished(words) == (None if dollars is None else dollars * 100)


@pytest.mark.parametrize(
    ("words", "dollars"),
    [
        ("200", 200),
        ("5", 5),
        ("make it 200 a day", 200),
        ("by 100", None),
        ("the card ending 0124", None),
        ("i have one question", None),
        ("900", None),
        ("200 or 300", None),
    ],
)
def test_a_number_alone_answers_how_much(words: str, dollars: int | None) -> None:
    assert limit_answered(words) == (None if dollars is None else dollars * 100)


@rasa
@pytest.mark.parametrize("wish", ["one more thing, lower my card limit", "lower my card limit by 100"])
async def test_nothing_is_lowered_before_a_sum_is_said(talk: Start, bank: Bank, wish: str) -> None:
    ben = talk(tel=BEN, proof="possessed")
    assert "How much" in await ben.says(wish)
    assert bank.work(lambda session, today: records.limit(session, "ben", today)) == records.USUAL


@rasa
async def test_sums_that_do_not_fit_end_with_a_person(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("decrease my card limit please")
    assert "one sum" in await ben.says("900")
    assert "one sum" in await ben.says("by 100")
    given_up = await ben.says("800")
    assert "could not lower" in given_up and "Speak to a person" in given_up.options and await ben.form() is None


@rasa
async def test_what_is_left_of_a_lower_limit_is_not_used_for_the_next_one(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("set my spending limit to 200 bucks")
    await ben.says("never mind")
    assert "How much" in await ben.says("decrease my card limit please")


def test_two_tabs_lower_a_limit_once(bank: Bank) -> None:
    bank.raise_limit("ben")
    together = threading.Barrier(2)

    def lowers(_: int) -> bool:
        together.wait()
        return bank.work(lambda session, today: records.lower(session, "ben", 20_000, today))

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(lowers, range(2))) == [False, True]


@rasa
async def test_a_payment_that_was_asked_for_before_the_code_is_shown_after_it(talk: Start) -> None:
    dora = talk(tel=DORA)
    await dora.says("what was that $240 purchase")
    assert "That is this one: Nov 19 Blue Finch Outfitters" in await dora.proves(DORA)


def test_lowering_ends_what_was_raised(bank: Bank) -> None:
    bank.raise_limit("ben")
    assert bank.work(lambda session, today: records.lower(session, "ben", 20_000, today)) is True
    assert bank.work(lambda session, today: records.limit(session, "ben", today)) == 20_000
