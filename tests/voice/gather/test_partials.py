"""Partial results: who asks for a person while speaking is put through when the whole is not understood; nothing else."""

from __future__ import annotations

import logging

import pytest

from bot.model import Reply
from bot.ports import TurnResult
from tests.voice.conftest import World
from tests.voice.fakes import Doc, Phone
from voice.speech.commands import Commands
from voice.speech.prompts import Prompts

ON = {"partial_results": True}
OPEN = TurnResult("", (Reply("How can I help?", prompt=ON),))


@pytest.fixture
def prompts() -> Prompts:
    return Prompts(commands=Commands())


async def asked(world: World, result: TurnResult = OPEN) -> tuple[Phone, Doc]:
    world.conversations.script.append(result)
    phone = world.phone()
    return phone, await phone.rings()


async def hears(phone: Phone, doc: Doc, *partials: str, first: int = 0) -> None:
    """What Twilio recognises on the way, as it tells it."""
    url = doc.one("Gather").attrib["partialResultCallback"]
    for number, text in enumerate(partials, first):
        settled, _, flux = text.rpartition(" ")
        fields = {"StableSpeechResult": settled, "UnstableSpeechResult": flux, "SequenceNumber": str(number)}
        assert (await phone.post(url, **fields)).status == 204


async def test_who_asked_for_a_person_is_not_asked_back(world: World) -> None:
    phone, doc = await asked(world)
    await hears(phone, doc, "I", "I want a", "I want a person")
    doc = await phone.answers(doc, SpeechResult="I wanna parson", Confidence="0.21")
    assert doc.verbs[-1] == "Enqueue" and world.conversations.reasons == ["The caller asked for a person"]
    assert world.conversations.turns == []  # none was spent


async def test_nor_does_a_result_that_came_to_nothing_count_as_silence(world: World) -> None:
    phone, doc = await asked(world)
    await hears(phone, doc, "operator")
    doc = await phone.answers(doc, SpeechResult="")
    assert doc.verbs[-1] == "Enqueue" and world.store.calls[phone.sid].silences == 0


async def test_in_any_order_doubled_and_late(world: World) -> None:
    phone, first = await asked(world)
    await hears(phone, first, "agent", "a", "ag", "agent", "", first=2)
    second = await phone.answers(first, SpeechResult="hm", Confidence="0.1")
    assert second.verbs[-1] == "Enqueue"
    other = world.phone("b")
    world.conversations.script.append(OPEN)
    doc = await other.rings()
    following = await other.answers(doc, SpeechResult="where is my card", Confidence="0.9")
    kept = dict(world.store.kept)
    await hears(other, doc, "a person")  # the question is over
    assert world.store.kept == kept
    doc = await other.answers(following, SpeechResult="mumble", Confidence="0.1")
    assert doc.words == "Did you say mumble?"


@pytest.mark.parametrize(
    ("partials", "result", "confidence", "then"),
    [
        (["a person"], "a person stole my card", "0.2", "Did you say a person stole my card?"),
        (["a person"], "where is my card", "0.9", "Anything else?"),
        (["the agent", "my agent said"], "my agent said so", "0.2", "Did you say my agent said so?"),
        ([], "mumble", "0.2", "Did you say mumble?"),
    ],
)
async def test_everything_else_is_as_ever(world: World, partials: list[str], result: str, confidence: str, then: str) -> None:
    phone, doc = await asked(world)
    await hears(phone, doc, *partials)
    assert (await phone.answers(doc, SpeechResult=result, Confidence=confidence)).words == then


async def test_no_word_is_kept_or_logged(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    phone, doc = await asked(world)
    await hears(phone, doc, "my PIN is 4711", "my PIN is 4711 give me a person")
    kept = " ".join([*world.store.kept, *world.store.kept.values()])
    output = capsys.readouterr()
    assert "4711" not in kept + caplog.text + output.out + output.err
    assert world.store.kept[f"{phone.sid}:1:person"] == "1"


async def test_unsigned_and_for_no_question_are_turned_away_and_a_full_store_does_no_harm(world: World) -> None:
    phone, doc = await asked(world)
    url = doc.one("Gather").attrib["partialResultCallback"]
    assert (await phone.post(url, token="f" * 32, UnstableSpeechResult="operator")).status == 403
    assert (await phone.post("/twilio/voice/partial", UnstableSpeechResult="operator")).status == 400
    world.store.down = True
    assert (await phone.post(url, UnstableSpeechResult="operator")).status == 204


async def test_without_the_setting_twilio_is_not_asked_for_them(world: World) -> None:
    phone, doc = await asked(world, TurnResult("", (Reply("How can I help?"),)))
    assert "partialResultCallback" not in doc.one("Gather").attrib
    await phone.post("/twilio/voice/partial?step=1", UnstableSpeechResult="operator")
    assert (await phone.answers(doc, SpeechResult="mumble", Confidence="0.1")).words == "Did you say mumble?"
