"""Twilio's requests come to any gateway: a turn that one of them works on is known to all, also when that one dies in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.voice.fakes import Doc, Phone
from tests.voice.relay_world import RelayWorld, relay_world

GATHER = "+15550100777"
"""A number whose calls go over ``<Gather>``."""


@pytest.fixture
async def world(aiohttp_client: Any) -> AsyncIterator[RelayWorld]:
    async with relay_world(aiohttp_client) as made:
        yield made


async def slow(world: RelayWorld) -> tuple[Phone, Phone, Doc, asyncio.Event]:
    """The same call at both gateways; the first works on an answer and has said so, until the event is set."""
    first, second = world.phone(at=0), world.phone(at=1)
    greeting = await first.at("/twilio/voice", CallStatus="ringing", To=GATHER)
    world.conversations.gate = asyncio.Event()
    world.conversations.will("Your card is on its way.")
    filler = await first.answers(greeting, SpeechResult="where is my card")
    assert filler.words == "One moment please."
    return first, second, filler, world.conversations.gate


async def test_the_answer_is_collected_at_the_other_gateway(world: RelayWorld) -> None:
    _, second, filler, gate = await slow(world)
    still = await second.follows(filler)
    assert still.words == "One moment please."
    gate.set()
    assert (await second.follows(still)).words == "Your card is on its way."
    assert world.conversations.turns == [(None, "where is my card")] and world.conversations.reasons == []


@pytest.mark.parametrize("turns", [(0, 1, 0), (1, 0, 1), (1, 1, 0), (0, 0, 1)])
async def test_whichever_gateway_is_asked_each_time(world: RelayWorld, turns: tuple[int, ...]) -> None:
    first, second, doc, gate = await slow(world)
    for number, at in enumerate(turns):
        if number == len(turns) - 1:
            gate.set()
        doc = await (first, second)[at].follows(doc)
    assert doc.words == "Your card is on its way."
    assert world.conversations.turns == [(None, "where is my card")] and world.conversations.reasons == []


async def test_a_turn_that_never_comes_still_leads_to_a_person(world: RelayWorld) -> None:
    first, second, doc, _ = await slow(world)
    for phone in (second, first, second):
        doc = await phone.follows(doc)
    assert doc.verbs == ["Say", "Enqueue"]
    assert world.conversations.reasons == ["The assistant did not answer in time"]


async def test_an_answer_that_is_repeated_to_the_other_gateway_is_one_turn(world: RelayWorld) -> None:
    first, second = world.phone(at=0), world.phone(at=1)
    greeting = await first.at("/twilio/voice", CallStatus="ringing", To=GATHER)
    world.conversations.gate = asyncio.Event()
    world.conversations.will("Your card is on its way.")
    one = asyncio.create_task(first.answers(greeting, SpeechResult="where is my card"))
    other = asyncio.create_task(second.answers(greeting, SpeechResult="where is my card"))
    await asyncio.wait({one, other}, return_when=asyncio.FIRST_COMPLETED)  # a filler
    world.conversations.gate.set()
    fillers = [await one, await other]
    answers = [await second.follows(doc) if doc.words == "One moment please." else doc for doc in fillers]
    assert [doc.words for doc in answers] == ["Your card is on its way."] * 2
    assert world.conversations.turns == [(None, "where is my card")]


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_gateway_dies_in_it_and_the_other_asks_what_is_open(world: RelayWorld, how: str) -> None:
    _, second, filler, _ = await slow(world)
    if how == "stopped":
        await world.gateways[0].line.close()
    else:
        world.store.claims.clear()  # it says no more that it is at work
    world.conversations.gate = None
    world.conversations.script.clear()
    world.conversations.will("Welcome back. What are the last four digits?")
    doc = await second.follows(filler)
    assert doc.words == "I lost what you said. Welcome back. What are the last four digits?"
    assert world.conversations.reasons == []
    world.conversations.will("All done.")
    assert (await second.answers(doc, Digits="4421")).words == "All done."


async def test_the_gateway_dies_while_the_other_waits_for_it(world: RelayWorld) -> None:
    _, second, filler, _ = await slow(world)
    waiting = asyncio.create_task(second.follows(filler))
    await world.gateways[0].line.close()
    world.conversations.gate = None
    doc = await waiting
    if doc.words == "One moment please.":
        doc = await second.follows(doc)
    assert doc.words.startswith("I lost what you said.") and world.conversations.reasons == []


async def test_a_repeat_after_the_first_gateway_died_is_worked_on(world: RelayWorld) -> None:
    """Twilio had no answer at all, and sends the same webhook again."""
    first, second = world.phone(at=0), world.phone(at=1)
    greeting = await first.at("/twilio/voice", CallStatus="ringing", To=GATHER)
    world.conversations.gate = asyncio.Event()
    await first.answers(greeting, SpeechResult="where is my card")
    await world.gateways[0].line.close()
    world.conversations.gate = None
    world.conversations.will("Your card is on its way.")
    assert (await second.answers(greeting, SpeechResult="where is my card")).words == "Your card is on its way."
    assert len({message.id for kind, message in world.conversations.heard if kind == "receive"}) == 1  # one id: one turn


async def test_what_a_gateway_of_another_release_kept_is_no_second_turn(world: RelayWorld) -> None:
    """It keeps its answers in a form of its own: who comes for one hears what is asked now."""
    first, second = world.phone(at=0), world.phone(at=1)
    greeting = await first.at("/twilio/voice", CallStatus="ringing", To=GATHER)
    world.conversations.will("Your card is on its way.")
    await first.answers(greeting, SpeechResult="where is my card")
    assert f"{first.sid}:1:script" in world.store.kept
    world.store.kept[f"{first.sid}:1:script"] = '{"verbs": [{"kind": "sing", "text": "Your card is on its way."}]}'
    assert (await second.answers(greeting, SpeechResult="where is my card")).words == "Your card is on its way."
    assert world.conversations.turns == [(None, "where is my card")]


async def test_a_late_collect_after_the_call_went_on_asks_the_present_question(world: RelayWorld) -> None:
    _, second, filler, gate = await slow(world)
    gate.set()
    world.conversations.gate = None
    await second.follows(filler)
    world.store.kept = {key: value for key, value in world.store.kept.items() if key.endswith(":prompt")}
    assert (await second.follows(filler)).words == "Your card is on its way."
    assert [kind for kind, _ in world.conversations.heard] == ["call_started", "receive"]
