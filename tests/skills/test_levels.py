"""Levels of proof in the assistant: what is not said and not done below them, and how it goes on once they are there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rasa.core.agent import Agent

from bot.directives import CollectDigits, CollectPin, Handoff, SendCode
from bot.model import Proof
from bot.ports.levels import Levels
from tests.talking.talk import InProcess, Talk

pytestmark = pytest.mark.rasa
ANA, BEN, DORA = "+12125550101", "+12125550102", "+16175550104"
Start = Callable[..., Talk]


async def test_a_second_factor_is_asked_for_on_the_phone_and_then_the_wish_is_done(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN)
    first = await ben.says("raise my limit")
    assert first.directives == [SendCode(BEN), CollectDigits(6, secret=True)] and "limit is" not in first
    asked = await ben.proves(BEN)
    assert "PIN" in asked and asked.directives == [CollectPin(4)] and "limit is" not in asked
    wrong = await ben.says("/inform", pin="wrong")
    assert "not right" in wrong and wrong.directives == [CollectPin(4)]
    ben.proof = "proven"
    assert "one thousand dollars until midnight" in await ben.says("/inform", pin="accepted")
    assert "already" in await ben.says("raise my limit")


async def test_a_sender_who_has_proved_the_number_is_asked_for_the_pin_alone(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    asked = await ben.says("raise my limit")
    assert asked.directives == [CollectPin(4)] and "code" not in asked


async def test_in_a_chat_the_pin_is_not_asked_for_but_the_way_to_the_phone_is_told(talk: Start) -> None:
    ben = talk(tel=BEN, proof="possessed")
    asked = await ben.says("raise my limit")
    assert "call us" in asked and "never be typed" in asked
    assert "key it in there" in await ben.says("/inform", pin="not_here")
    # a call is a claim: the number first, then the PIN
    assert (await ben.calls()).directives == [SendCode(BEN), CollectDigits(6, secret=True)]
    assert (await ben.proves(BEN)).directives == [CollectPin(4)]
    ben.proof = "proven"
    assert "one thousand dollars" in await ben.says("/inform", pin="accepted")


async def test_a_new_call_in_the_middle_gets_a_new_code_and_hears_that_the_old_one_is_used_up(talk: Start) -> None:
    """The caller proved the number, hung up at the PIN, and calls again at once."""
    ben = talk(channel="voice", tel=BEN)
    await ben.says("raise my limit")
    await ben.proves(BEN)
    again = await ben.calls()
    assert again.directives == [SendCode(BEN), CollectDigits(6, secret=True)]
    assert "good for that one time" in again and "sending" in again
    assert "not right" in await ben.says("482913", code="wrong")  # the old one, checked against the new one
    assert (await ben.proves(BEN)).directives == [CollectPin(4)]


async def test_six_digits_where_no_code_is_under_way_are_told_so_and_bring_a_new_one(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN)
    await ben.says("raise my limit")
    for words in ("482913", "4 8 2 9 1 3"):
        over = await ben.says(words)  # the gateway knows of no code
        assert over.directives == [SendCode(BEN), CollectDigits(6, secret=True)]
        assert "no longer good" in over and "exactly six digits" not in over
    few = await ben.says("48291")
    assert "exactly six digits" in few and SendCode(BEN) not in few.directives


@pytest.mark.parametrize("found", ["locked", "unavailable"])
async def test_without_a_second_factor_a_person_is_offered(talk: Start, found: str) -> None:
    ben = talk(channel="voice", tel=BEN, proof="possessed")
    await ben.says("raise my limit")
    over = await ben.says("/inform", pin=found)
    assert list(over.options) == ["Speak to a person", "Not now"] and await ben.form() is None
    (directive,) = (await ben.says("yes")).directives
    assert isinstance(directive, Handoff) and "PIN" in directive.reason


async def test_a_signed_in_page_needs_neither_code_nor_pin(talk: Start) -> None:
    ben = talk(tel=BEN, proof="proven")
    assert "$1,000 until midnight" in await ben.says("raise my limit")


async def test_an_answer_is_not_repeated_to_a_sender_below_its_level(talk: Start) -> None:
    dora = talk(tel=DORA, proof="possessed")
    assert "$941.33" in await dora.says("what's my balance")
    dora.channel, dora.proof = "sms", "claimed"
    again = await dora.says("repeat that please")
    assert "941" not in again


async def test_a_slot_above_the_senders_level_is_not_there(talk: Start) -> None:
    ana = talk(tel=ANA, proof="possessed")
    await ana.says("speak to a person")
    await ana.says('/handoff_closed{"outcome": "new card sent to the office"}')
    assert (await ana.slots())["handoff_outcome"] == "new card sent to the office"
    await ana.calls()
    assert "office" not in await ana.says("repeat that please")


async def test_nobody_is_told_whether_a_number_is_a_customers_before_it_is_proved(talk: Start) -> None:
    heard = []
    for tel in (DORA, "+12125550199"):
        stranger = talk(tel=tel)
        heard.append([(await stranger.says(words)).texts for words in ("what's my balance", "111111")])
        assert await stranger.form() == "verification_form"
    assert [line.replace("0104", "0199") for lines in heard[0] for line in lines] == [
        line for lines in heard[1] for line in lines
    ]


async def test_a_response_that_is_listed_alone_is_withheld_and_said_after_the_proof(
    talk: Start, loaded: tuple[Agent, InProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, _ = loaded
    words = agent.processor.nlg
    monkeypatch.setattr(words, "_levels", Levels(responses={"utter_i_am_a_bot": Proof.POSSESSED}))
    ben = talk(tel=BEN)
    withheld = await ben.says("are you a robot")
    assert "computer" not in withheld and list(withheld.options) == ["Confirm my number"]
    assert (await ben.says(withheld.options["Confirm my number"])).directives == [SendCode(BEN)]
    assert "computer program" in await ben.proves(BEN)
