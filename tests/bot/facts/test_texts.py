"""The proof log: who stopped texts, in which words; notices that were not begun; what agents ask again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.facts.audit import served, signed_out
from bot.model import ChannelName
from bot.ports.phone_line import CallbackRules
from bot.transcript.repeats import Questions
from tests.bot.agent_desk.test_callbacks import errands_of
from tests.bot.agent_desk.test_people import opened_by_text
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.conversation.test_crashes import Died, Dies
from tests.bot.identity.test_linking import linked


async def test_a_stop_is_kept_with_its_words_and_the_notice_and_so_is_the_start_after_it(world: World) -> None:
    await world.texts("please stop texting me")
    world.clock.passes(seconds=60)
    await world.texts("start")
    out, back = await world.told("opt_out", "opt_in")
    assert (out.kind, back.kind) == ("opt_out", "opt_in")
    assert out.body == {"address": str(ANA), "words": "please stop texting me", "notice": "opted_out", "by": "customer"}
    assert (back.body["address"], back.body["words"]) == (str(ANA), "start")
    assert out.contact and out.channel == "sms"


async def test_a_stop_in_the_browser_names_the_number_that_texts_went_to(world: World) -> None:
    await linked(world)
    world.clock.passes(seconds=1)
    await world.chats("stop texting me", ANAS_BROWSER)
    (out,) = await world.told("opt_out")
    assert out.body["address"] == str(ANA) and out.body["words"] == "stop texting me"


@pytest.mark.parametrize("after", [False, True])
async def test_a_stop_whose_turn_died_is_kept_once(world: World, after: bool) -> None:
    for at in range(1, 60):
        await world.client.flushall()
        message = world.message(ChannelName.SMS, ANA, "please stop texting me")
        died = False
        with Dies(world, at, after=after):
            try:
                await world.conversations.receive(message)
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await world.conversations.receive(message)
        told = [fact.kind for fact in await world.told("opt_out", "message_in")]
        assert sorted(told) == ["message_in", "opt_out"], f"death {at}"
        if not died:
            break
    assert at > 8


async def test_a_notice_that_may_not_be_sent_is_told_with_why_once(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.texts("please stop texting me")
    errands = replace(errands_of(world, CallbackRules()), facts=world.facts)
    for _ in range(2):
        world.clock.passes(seconds=1)
        assert not await errands.text(handoff.conversation_id, ANA.value, "utter_summary_sms", handoff.id, outcome="x")
    (fact,) = await world.told("notice_suppressed")
    assert fact.body == {"notice": "utter_summary_sms", "why": "opted_out"}
    assert fact.conversation_id == handoff.conversation_id


async def test_an_agent_who_asks_for_what_is_known_is_told(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    tracker = world.assistant.trackers[handoff.conversation_id]
    tracker.append({"event": "user", "text": "hi", "metadata": {"channel": "web"}})
    tracker.append({"event": "slot", "name": "zip", "value": "10001"})
    people = replace(world.people, questions=Questions(agents_ask={"zip": ("zip code",), "city": ("which city",)}))
    for _ in range(2):
        await people.reply(handoff.id, "sam", "What is your ZIP code? And which city?", "form-1")
    (fact,) = await world.told("repeat_asked")
    assert (fact.body["slot"], fact.body["given_on"], fact.body["by"]) == ("zip", "web", "agent")


async def test_what_goes_with_no_record_is_told_once_for_as_long_as_that_is_known(world: World) -> None:
    for _ in range(2):
        world.clock.passes(days=30)
        await world.facts.once(served("m-1", world.clock()), None)
        await world.facts.once(signed_out("s-1", "sam", "sam", world.clock()))
    assert sorted(fact.kind for fact in await world.told()) == ["agent_signed_out", "released"]
    assert await world.client.ttl(f"ot:told:{(await world.told('released'))[0].id}") == -1
    assert await world.client.ttl(f"ot:told:{(await world.told('agent_signed_out'))[0].id}") > 0
