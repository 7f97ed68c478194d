"""The PIN: keyed on a call, checked by the business, and in no tracker, transcript or store."""

from __future__ import annotations

import json
import re

import pytest

from bot.directives import CollectPin, SendCode
from bot.door import MASK
from bot.identity.second_factor import PIN_TRIES
from bot.model import ChannelName, Proof, Reply
from bot.ports import DialogueTurn, TurnResult
from tests.bot.conftest import ANA, World

PIN = "4821"


async def asked_for_the_pin(world: World, sid: str = "CA1") -> TurnResult:
    """Ana calls, proves her number by a code, and is asked for the PIN."""
    world.factor.pins[ANA.value] = PIN
    await world.calls_in(sid)
    world.assistant.answer = lambda said: DialogueTurn((Reply("code?"),), (SendCode(ANA.value),))
    await world.says(sid, "raise my limit")
    code = (await world.sent_to(ANA))[-1].reply.text.split("code=")[1].split()[0]
    world.assistant.answer = lambda said: DialogueTurn((Reply(f"pin? {said['metadata']['pin']}"),), (CollectPin(4),))
    return await world.says(sid, "", digits=code)


async def test_a_right_pin_makes_this_call_proven_and_no_digit_is_kept(world: World) -> None:
    assert (await asked_for_the_pin(world)).collect == 4
    result = await world.says("CA1", "", digits=PIN)
    assert result.proof is Proof.PROVEN and result.replies[0].text == "pin? accepted"
    assert world.assistant.asked[-1]["said"] == "/inform" and world.assistant.asked[-1]["metadata"]["shown"] == MASK
    assert (await world.calls.get("CA1")).proof is Proof.PROVEN  # type: ignore[union-attr]
    assert (await world.calls_in("CA2")).proof is Proof.CLAIMED
    everything = [json.dumps(world.assistant.trackers)]
    async for key in world.client.scan_iter("ot:*"):
        kind = await world.client.type(key)
        everything.append(str(await world.client.get(key) if kind == "string" else await world.client.dump(key)))
    alone = re.compile(rf"(?<![0-9a-f]){PIN}(?![0-9a-f])")  # a digest holds these figures by chance
    assert not [text for text in everything if alone.search(text)]


async def test_wrong_pins_lock_the_number_on_every_call_even_for_the_right_one(world: World) -> None:
    for tries in range(PIN_TRIES[0]):
        if tries % 2 == 0:
            await asked_for_the_pin(world, f"CA{tries}")
        assert (await world.says(f"CA{tries - tries % 2}", "", digits="0000")).replies[0].text == "pin? wrong"
    await asked_for_the_pin(world, "CAx")
    assert (await world.says("CAx", "", digits=PIN)).replies[0].text == "pin? locked"
    assert len(world.factor.asked) == PIN_TRIES[0]


async def test_a_right_pin_clears_the_wrong_ones(world: World) -> None:
    await asked_for_the_pin(world)
    for _ in range(PIN_TRIES[0] - 1):
        await world.says("CA1", "", digits="0000")
    assert (await world.says("CA1", "", digits=PIN)).replies[0].text == "pin? accepted"
    await asked_for_the_pin(world, "CA2")
    assert (await world.says("CA2", "", digits="0000")).replies[0].text == "pin? wrong"


async def test_keys_count_as_a_pin_only_where_one_was_asked_for(world: World) -> None:
    await asked_for_the_pin(world)
    world.assistant.answer = lambda said: DialogueTurn((Reply("hello"),))
    await world.calls_in("CA2")
    await world.says("CA2", "", digits=PIN)
    assert world.factor.asked == [] and world.assistant.asked[-1]["metadata"]["pin"] == "none"


async def test_a_pin_typed_into_a_message_is_neither_checked_nor_kept(world: World) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["metadata"]["pin"]),), (CollectPin(4),))
    await world.chats("raise my limit")
    assert (await world.chats(f"it is {PIN}")).replies[-1].text == "not_here"
    assert world.factor.asked == [] and PIN not in json.dumps(world.assistant.trackers)


@pytest.mark.parametrize(
    "said", ["4 8 2 1", "four eight two one", "pin: 48 21", "٤٨٢١", "4-8-2-1", "it's 48 21", "my pin is four eight double two"]
)
async def test_a_pin_in_whatever_form_is_taken_out(world: World, said: str) -> None:
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["metadata"]["pin"]),), (CollectPin(4),))
    await world.chats("raise my limit")
    assert (await world.chats(said)).replies[-1].text == "not_here"
    assert said not in json.dumps(world.assistant.trackers, ensure_ascii=False)
    assert world.assistant.asked[-1]["metadata"]["shown"] == MASK


@pytest.mark.parametrize("said", ["four eight two one", "4 8 2 1", "my PIN is 4821"])
async def test_a_spoken_pin_is_checked_as_a_keyed_one(world: World, said: str) -> None:
    await asked_for_the_pin(world)
    assert (await world.says("CA1", said)).proof is Proof.PROVEN
    assert said not in json.dumps(world.assistant.trackers)


async def test_a_pin_with_a_key_too_few_is_wrong_costs_no_try_and_is_not_kept(world: World) -> None:
    await asked_for_the_pin(world)
    assert (await world.says("CA1", "", digits="482")).replies[0].text == "pin? wrong"
    assert world.factor.asked == [] and '"482"' not in json.dumps(world.assistant.trackers)
    assert (await world.says("CA1", "", digits=PIN)).proof is Proof.PROVEN


async def test_a_pin_is_expected_for_one_turn(world: World) -> None:
    """The caller presses 0 for a person instead; what comes later is no PIN."""
    await asked_for_the_pin(world)
    zero = world.message(ChannelName.VOICE, ANA, call_sid="CA1", digits="0")
    await world.conversations.wants_person(zero, "The caller pressed 0")
    handoff = await world.handoffs.listing()
    await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "done")
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["said"]),))
    assert handoff and (await world.says("CA1", "my zip code is 10013")).replies[0].text == "my zip code is 10013"
    assert (await world.says("CA1", "", digits=PIN)).replies[0].text == PIN


async def test_other_words_end_the_wait_for_a_pin_and_are_understood(world: World) -> None:
    await asked_for_the_pin(world)
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["said"]),))
    assert (await world.says("CA1", "my zip code is 10013")).replies[0].text == "my zip code is 10013"
    assert (await world.says("CA1", "1234")).replies[0].text == "1234"


async def test_a_pin_without_the_number_proved_is_not_checked(world: World) -> None:
    world.factor.pins[ANA.value] = PIN
    await world.calls_in("CA1")
    world.assistant.answer = lambda said: DialogueTurn((Reply(said["metadata"]["pin"]),), (CollectPin(4),))
    await world.says("CA1", "raise my limit")
    assert (await world.says("CA1", "", digits=PIN)).replies[0].text == "unavailable" and world.factor.asked == []


async def test_when_the_business_does_not_answer_nobody_is_proven(world: World) -> None:
    await asked_for_the_pin(world)
    world.factor.down = True
    result = await world.says("CA1", "", digits=PIN)
    assert (result.replies[0].text, result.proof) == ("pin? unavailable", Proof.POSSESSED)


async def test_a_pin_that_is_said_on_a_call_without_being_asked_for_is_kept_nowhere(world: World) -> None:
    await world.calls_in("CA1")
    await world.says("CA1", "hello my pin is four eight two one")
    await world.says("CA1", f"my PIN is {PIN} and I lost my card")
    assert [asked["said"] for asked in world.assistant.asked[-2:]] == [
        f"hello my pin is {MASK}",
        f"my PIN is {MASK} and I lost my card",
    ]


async def test_a_pin_in_a_sentence_counts_on_the_call_that_asked_for_it_and_never_in_writing(world: World) -> None:
    await asked_for_the_pin(world)
    assert (await world.says("CA1", f"my pin is {PIN}")).replies[0].text == "pin? accepted"
    world.assistant.answer = lambda said: DialogueTurn((Reply(f"pin? {said['metadata']['pin']}"),), (CollectPin(4),))
    await world.texts("my card")
    assert (await world.texts(f"my pin is {PIN}")).replies[-1].text == "pin? not_here"
    assert world.assistant.asked[-1]["said"] == "/inform"
