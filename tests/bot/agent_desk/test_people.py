"""The agents' side: look, accept, reply, close; and what reaches the customer where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.directives import Handoff
from bot.model import CallState, ChannelName, HandoffState, Reply
from bot.model import Handoff as HandoffRecord
from bot.ports import DialogueTurn, HandoffRefused
from tests.bot.conftest import ANA, ANAS_BROWSER, World


def escalates(world: World) -> None:
    wanted = DialogueTurn((), (Handoff("card", tried=("activation",)),))
    world.assistant.answer = lambda said: DialogueTurn((Reply("back"),)) if str(said["said"]).startswith("/") else wanted


async def opened_by_text(world: World) -> HandoffRecord:
    escalates(world)
    result = await world.texts("a person please")
    assert result.handoff
    return result.handoff


async def test_the_packet_tells_what_was_said_and_tried(world: World) -> None:
    world.assistant.trackers = {}
    await world.texts("my card")
    handoff = await opened_by_text(world)
    assert [line.text for line in handoff.packet.transcript] == ["my card", "you said my card", "a person please"]
    assert handoff.packet.tried == ("activation",) and handoff.reason == "card"


async def test_an_agent_accepts_replies_and_closes_and_the_bot_goes_on(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    assert await world.people.reply(handoff.id, "sam", " Hello Ana ", "1") is ChannelName.SMS
    await world.people.close(handoff.id, "sam", "A new card is on its way")
    await world.settles()
    sent = [(m.author.value, m.reply.text) for m in await world.sent_to(ANA)]
    assert sent == [("notice", "agent_joined agent=Sam"), ("agent", "Hello Ana"), ("bot", "back")]
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": "A new card is on its way"}'
    events = {e["event"] for e in world.assistant.trackers[handoff.conversation_id]}
    assert events == {"user", "bot"}, "the tracker knows nothing of who owns the conversation"
    world.assistant.answer = lambda said: DialogueTurn((Reply("bot again"),))
    assert (await world.texts("thanks")).replies[0].text == "bot again"


async def test_what_an_agent_types_of_a_card_is_neither_sent_nor_kept(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.reply(handoff.id, "sam", "Your card 4111 1111 1111 1111 is well", "1")
    await world.people.close(handoff.id, "sam", "4111111111111111 was replaced")
    await world.settles()
    said = [m.reply.text for m in await world.sent_to(ANA)]
    assert "Your card **** is well" in said and world.assistant.asked[-1]["said"].endswith('{"outcome": "**** was replaced"}')
    closed = await world.people.view(handoff.id)
    assert "1111" not in repr(closed) and closed.handoff.outcome == "**** was replaced"


async def test_only_one_agent_gets_it_and_only_that_one_may_answer(world: World) -> None:
    handoff = await opened_by_text(world)
    with pytest.raises(HandoffRefused, match="Accept"):
        await world.people.reply(handoff.id, "sam", "hi", "2")
    await world.people.accept(handoff.id, "sam", None)

    async def name_of(username: str) -> str:
        return {"sam": "Sam Weller"}[username]

    with pytest.raises(HandoffRefused, match=r"^Sam Weller has already accepted this conversation\.$"):
        await replace(world.people, name_of=name_of).accept(handoff.id, "kim", None)
    with pytest.raises(HandoffRefused):
        await world.people.close(handoff.id, "kim", "x")
        await world.settles()
    assert (await world.people.accept(handoff.id, "sam", None)).agent == "sam"
    assert len(await world.sent_to(ANA)) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 2000])
async def test_empty_and_endless_replies_are_refused_with_a_sentence(world: World, text: str) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    with pytest.raises(HandoffRefused):
        await world.people.reply(handoff.id, "sam", text, "3")


async def test_a_second_handoff_works_as_the_first(world: World) -> None:
    first = await opened_by_text(world)
    await world.people.accept(first.id, "sam", None)
    await world.people.close(first.id, "sam", "done")
    await world.settles()
    second = await opened_by_text(world)
    assert second.id != first.id and second.state is HandoffState.WAITING


async def test_a_caller_in_the_queue_hears_typed_words_and_after_hanging_up_gets_them_as_text(world: World) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    assert handoff and handoff.call_sid == "CA1"
    call = await world.calls.get("CA1")
    assert call
    await world.calls.update(call.sid, lambda now: replace(now, state=CallState.WAITING))
    await world.people.accept(handoff.id, "sam", "+12125550199")
    assert world.phones.rung == [(handoff.id, "+12125550199")]
    assert await world.people.reply(handoff.id, "sam", "one moment", "4") is ChannelName.VOICE
    await world.conversations.call_ended("CA1")
    assert await world.people.reply(handoff.id, "sam", "I wrote instead", "5") is ChannelName.SMS


async def test_a_call_that_waits_is_given_back_by_the_phone_line_not_by_message(world: World) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    call = await world.calls.get("CA1")
    assert handoff and call
    await world.calls.update(call.sid, lambda now: replace(now, state=CallState.WAITING, handoff_id=handoff.id))
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", "all done")
    await world.settles()
    assert [a["said"] for a in world.assistant.asked][-1] == "a person"
    back = await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "left the queue")
    assert back.replies[0].text == "back" and back.handoff is None
    assert world.assistant.asked[-1]["said"] == '/handoff_closed{"outcome": "all done"}'


async def test_of_two_calls_from_one_number_the_one_that_waits_hears_the_agent(world: World) -> None:
    await world.calls_in("CA1")
    escalates(world)
    handoff = (await world.says("CA1", "a person")).handoff
    call = await world.calls.get("CA1")
    assert handoff and call
    await world.calls.update(call.sid, lambda now: replace(now, state=CallState.WAITING, handoff_id=handoff.id))
    await world.calls.create(replace(call, sid="CA2"))  # a second call, which says nothing
    await world.people.accept(handoff.id, "sam", None)
    assert await world.people.reply(handoff.id, "sam", "one moment", "6") is ChannelName.VOICE
    asked = len(world.assistant.asked)
    await world.conversations.call_ended("CA2")
    await world.people.close(handoff.id, "sam", "all done")
    await world.settles()
    assert len(world.assistant.asked) == asked  # the caller is told when they leave the queue, and not by text as well


async def test_who_opted_out_and_hung_up_cannot_be_reached_and_the_agent_is_told(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.texts("STOP")
    with pytest.raises(HandoffRefused, match="opted out of texts"):
        await world.people.reply(handoff.id, "sam", "hello", "7")


async def test_the_queue_shows_waiting_ones_first_and_the_longest_waiting_before_the_others(world: World) -> None:
    escalates(world)
    first = (await world.texts("person")).handoff
    world.clock.passes(minutes=1)
    second = (await world.chats("person", ANAS_BROWSER)).handoff
    assert first and second
    await world.people.accept(first.id, "sam", None)
    assert [h.id for h in await world.people.listing()] == [second.id, first.id]


async def test_unknown_and_closed_handoffs_are_refused_with_a_sentence(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", "done")
    await world.settles()
    with pytest.raises(HandoffRefused, match="closed"):
        await world.people.reply(handoff.id, "sam", "hi", "8")
    with pytest.raises(HandoffRefused, match="no such"):
        await world.people.view("h_none")
