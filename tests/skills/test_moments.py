""" "One moment please": the question stays open on every channel, is not asked again, and nothing is counted."""

from __future__ import annotations

import pytest

from bot.directives import CollectDigits, CollectPin
from tests.assistant.test_conversations import ANA, BEN, Start

pytestmark = pytest.mark.rasa

MOMENTS = ["one moment please", "hold on", "i have to look for it", "wait a second", "one second, i need to find it"]
TIME = {"voice": "Take your time. I'll wait."}


@pytest.mark.parametrize("channel", ["web", "messenger", "sms", "voice"])
async def test_a_code_is_waited_for(talk: Start, channel: str) -> None:
    ben = talk(channel=channel, tel=BEN)
    await ben.says("what's my balance")
    for words in MOMENTS:
        answer = await ben.says(words)
        assert answer.texts == [TIME.get(channel, "Take your time. I'm here.")], words
        assert answer.directives == ([CollectDigits(6, secret=True)] if channel == "voice" else []), words
    assert await ben.form() == "verification_form"
    assert ("86 dollars" if channel == "voice" else "86.15") in await ben.proves(BEN)


@pytest.mark.parametrize(
    ("wish", "then", "form", "keys"),
    [
        ("activate my card", (), "activation_form", None),
        ("activate my card", ("ben carter",), "activation_form", 4),
        ("find a branch", (), "branch_form", 5),
        ("verify my number", (), "verification_form", 10),
    ],
)
async def test_every_question_waits_without_a_miss(
    talk: Start, wish: str, then: tuple[str, ...], form: str, keys: int | None
) -> None:
    caller = talk(channel="voice")
    for words in (wish, *then):
        await caller.says(words)
    before = await caller.slots()
    for words in MOMENTS:
        answer = await caller.says(words)
        assert answer.texts == [TIME["voice"]], words
        assert answer.directives == ([CollectDigits(keys)] if keys else []), words
    assert await caller.form() == form and await caller.slots() == before


async def test_the_keys_after_a_moment_are_a_pin_still(talk: Start) -> None:
    ben = talk(channel="voice", tel=BEN)
    await ben.says("please raise my limit")
    assert CollectPin(4) in (await ben.proves(BEN)).directives
    assert (await ben.says("one moment please")).directives == [CollectPin(4)]


async def test_an_offer_outlasts_a_moment(talk: Start) -> None:
    ana = talk(tel=ANA)
    await ana.says("i lost my card")
    assert (await ana.says("hang on a sec")).texts == ["Take your time. I'm here."]
    assert "is blocked" in await ana.says("yes")


async def test_a_moment_with_the_answer_in_it_is_the_answer(talk: Start) -> None:
    ben = talk(tel=BEN)
    await ben.says("what's my balance")
    ben.proof = "possessed"
    assert "86.15" in await ben.says("one moment, here it is: 482913", code="accepted")
    customer = talk()
    await customer.says("find a branch")
    assert "Tribeca" in await customer.says("one second, 10013")
