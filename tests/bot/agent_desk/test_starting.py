"""An agent takes a conversation from the assistant, or begins one with a customer who is known."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.model import Address, AddressKind, ChannelName, HandoffState
from bot.ports import HandoffRefused
from tests.bot.agent_desk.test_people import escalates
from tests.bot.conftest import ANA, ANAS_BROWSER, World

ANAS_MESSENGER = Address(AddressKind.MESSENGER, "psid1")


async def whose(world: World, sender: Address) -> str:
    contact = await world.contacts.find(sender)
    assert contact
    return contact.conversation_id


async def notices(world: World, to: Address) -> list[str]:
    return [one.reply.text for one in await world.sent_to(to) if one.author == "notice"]


async def test_the_assistants_conversation_is_taken_and_the_customer_is_told(world: World) -> None:
    await world.texts("my card is lost")
    taken = await world.people.take(await whose(world, ANA), "sam")
    assert (taken.state, taken.agent, taken.reason) == (HandoffState.ASSIGNED, "sam", "Taken over from the assistant")
    assert await notices(world, ANA) == ["agent_joined agent=Sam"]
    asked = len(world.assistant.asked)
    assert (await world.texts("are you there?")).replies == () and len(world.assistant.asked) == asked
    await world.people.reply(taken.id, "sam", "I am", "1")
    assert [one.reply.text for one in await world.sent_to(ANA)][-1] == "I am"
    kinds = [fact.kind for fact in await world.told("handoff_opened", "handoff_accepted")]
    assert kinds == ["handoff_opened", "handoff_accepted"]


async def test_who_was_silent_is_told_who_writes_with_the_first_words(world: World) -> None:
    await world.texts("thank you")
    world.clock.passes(days=3)
    begun = await world.people.take(await whose(world, ANA), "sam")
    assert begun.reason == "Begun by an agent" and await notices(world, ANA) == []
    await world.people.reply(begun.id, "sam", "Your card is here", "1")
    assert await notices(world, ANA) == ["agent_joined agent=Sam"]


async def test_who_refuses_texts_is_left_in_peace(world: World) -> None:
    await world.texts("hello")
    contact = await world.contacts.find(ANA)
    assert contact
    await world.contacts.update(contact.id, lambda now: now.refusing(world.clock()))
    with pytest.raises(HandoffRefused, match="opted out"):
        await world.people.take(contact.conversation_id, "sam")
    assert await world.handoffs.open_for(contact.conversation_id) is None


async def test_nobody_is_written_to_at_night_who_did_not_write_just_now(world: World) -> None:
    people = replace(world.people, may_write=lambda _moment: False)
    await world.texts("hello")
    place = await whose(world, ANA)
    world.clock.passes(hours=1)
    with pytest.raises(HandoffRefused, match="CALL_HOURS"):
        await people.take(place, "sam")
    await world.texts("still there?")
    assert (await people.take(place, "sam")).agent == "sam"


@pytest.mark.parametrize(("hours", "may"), [(1, True), (24, False)])
async def test_messenger_is_written_to_within_a_day(world: World, hours: int, may: bool) -> None:
    await world.conversations.receive(world.message(ChannelName.MESSENGER, ANAS_MESSENGER, "hello"))
    world.clock.passes(hours=hours)
    place = await whose(world, ANAS_MESSENGER)
    if may:
        assert (await world.people.take(place, "sam")).agent == "sam"
        return
    with pytest.raises(HandoffRefused, match="24 hours"):
        await world.people.take(place, "sam")


async def test_who_left_the_web_chat_cannot_be_written_to_there(world: World) -> None:
    await world.chats("hello")
    world.clock.passes(hours=1)
    with pytest.raises(HandoffRefused, match="left the web chat"):
        await world.people.take(await whose(world, ANAS_BROWSER), "sam")


async def test_what_waits_for_a_person_is_not_taken_past_the_line(world: World) -> None:
    escalates(world)
    await world.texts("a person")
    with pytest.raises(HandoffRefused, match="already"):
        await world.people.take(await whose(world, ANA), "sam")
    with pytest.raises(HandoffRefused, match="no such customer"):
        await world.people.take("c_nobody", "sam")


async def test_of_agents_who_take_it_at_once_one_has_it(world: World) -> None:
    await world.texts("hello")
    place = await whose(world, ANA)
    done = await asyncio.gather(*(world.people.take(place, who) for who in ("sam", "kim", "bo")), return_exceptions=True)
    owner = await world.handoffs.open_for(place)
    assert sum(isinstance(one, HandoffRefused) for one in done) == 2 and owner and owner.agent in {"sam", "kim", "bo"}


async def test_a_caller_who_talks_with_the_assistant_is_heard_in_writing(world: World) -> None:
    await world.calls_in("CA1")
    taken = await world.people.take(await whose(world, ANA), "sam")
    assert (taken.call_sid, taken.types) == ("CA1", True)
