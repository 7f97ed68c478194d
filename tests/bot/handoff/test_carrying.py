"""Two conversations become one while a person has, or is asked for, one of them (fault A4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.handoff.carry_over import JOINED
from bot.model import Call, Callback, CallState, ChannelName, Contact, Handoff, HandoffState, Proof
from bot.ports import HandoffRefused
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.conversation.test_crashes import Died, Dies


async def opened_on_web(world: World) -> Handoff:
    """She asked for a person in the browser."""
    escalates(world)
    handoff = (await world.chats("a person please")).handoff
    assert handoff
    return handoff


async def opens_the_link(world: World) -> Contact:
    """The browser opens the texted link: its contact goes into the number's."""
    return await world.needs.linking.vouched(ANAS_BROWSER, ANA, Proof.POSSESSED, world.clock() + timedelta(hours=1), "link")


@pytest.mark.parametrize("accepted", [False, True])
async def test_what_the_browser_says_after_it_opened_the_link_reaches_the_agent(world: World, accepted: bool) -> None:
    await world.texts("hello")
    handoff = await opened_on_web(world)
    if accepted:
        await world.people.accept(handoff.id, "sam", None)
    joined = await opens_the_link(world)
    asked = len(world.assistant.asked)
    result = await world.chats("are you there?")
    assert result.handoff and result.handoff.id == handoff.id and result.replies == ()
    assert len(world.assistant.asked) == asked, "the assistant is silent"
    view = await world.people.view(handoff.id)
    assert view.transcript[-1].text == "are you there?" and view.contact and view.contact.id == joined.id
    assert [one.id for one in await world.people.listing()] == [handoff.id]


async def test_a_browser_that_comes_to_a_number_with_an_agent_speaks_to_that_agent(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.answer = lambda _: (_ for _ in ()).throw(AssertionError("a person has it"))
    await world.contacts.find_or_create(ANAS_BROWSER)
    await opens_the_link(world)
    result = await world.chats("it is me")
    assert result.handoff and result.handoff.id == handoff.id


async def test_a_close_after_the_join_hands_back_the_joined_conversation(world: World) -> None:
    await world.texts("hello")
    handoff = await opened_on_web(world)
    await world.people.accept(handoff.id, "sam", None)
    joined = await opens_the_link(world)
    await world.people.close(handoff.id, "sam", "done")
    await world.settles()
    assert world.assistant.asked[-1]["conversation"] == joined.conversation_id
    assert [one.reply.text for one in await world.sent_to(ANAS_BROWSER)][-1] == "back"


@pytest.mark.parametrize(
    ("web_accepted", "sms_accepted", "goes_on"),
    [(False, False, "sms"), (True, False, "web"), (False, True, "sms"), (True, True, "sms")],
)
async def test_of_two_open_handoffs_one_goes_on(world: World, web_accepted: bool, sms_accepted: bool, goes_on: str) -> None:
    of_sms = await opened_by_text(world)
    world.clock.passes(minutes=1)
    of_web = await opened_on_web(world)
    for handoff, accepted, agent in ((of_web, web_accepted, "kim"), (of_sms, sms_accepted, "sam")):
        if accepted:
            await world.people.accept(handoff.id, agent, None)
    wish = Callback(ANA.value, world.clock())
    first, second = (of_web, of_sms) if goes_on == "web" else (of_sms, of_web)
    await world.handoffs.update(second.id, lambda now: replace(now, callback=wish))
    joined = await opens_the_link(world)
    owner = await world.handoffs.open_for(joined.conversation_id)
    assert owner and owner.id == first.id and owner.callback == wish
    other = await world.handoffs.get(second.id)
    assert other and (other.state, other.outcome) == (HandoffState.CLOSED, JOINED)
    assert [one.id for one in await world.people.listing()] == [first.id]
    with pytest.raises(HandoffRefused, match="closed"):
        await world.people.reply(second.id, "kim", "hello", "1")


async def test_a_live_call_goes_along(world: World) -> None:
    page = await world.contacts.find_or_create(ANAS_BROWSER)
    await world.contacts.find_or_create(ANA)
    await world.calls.create(Call("CA1", page.conversation_id, ANAS_BROWSER, world.clock()))
    joined = await opens_the_link(world)
    call = await world.calls.live_for(joined.conversation_id)
    assert call and call.sid == "CA1" and await world.calls.live_for(page.conversation_id) is None


async def test_a_caller_whose_handoff_was_joined_with_another_goes_on_waiting_for_that(world: World) -> None:
    of_web = await opened_on_web(world)
    await world.people.accept(of_web.id, "kim", None)
    await world.calls_in("CA1")
    of_call = (await world.says("CA1", "a person")).handoff
    assert of_call
    await world.calls.update("CA1", lambda now: replace(now, state=CallState.WAITING, handoff_id=of_call.id))
    await opens_the_link(world)
    back = await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    assert back.handoff and back.handoff.id == of_web.id and back.handoff.open and back.handoff.call_sid == "CA1"


@pytest.mark.parametrize("after", [False, True])
async def test_who_dies_in_a_join_and_does_it_again_leaves_one_owner(world: World, after: bool) -> None:
    for at in range(1, 80):
        await world.client.flushall()
        world.assistant.trackers.clear()
        await world.texts("hello")
        handoff = await opened_on_web(world)
        with Dies(world, at, after=after):
            try:
                await opens_the_link(world)
                died = False
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        joined = await opens_the_link(world)
        owner = await world.handoffs.open_for(joined.conversation_id)
        assert owner and owner.id == handoff.id and (await world.contacts.find(ANAS_BROWSER)) == joined, f"death {at}"
        if not died:
            return
    pytest.fail("a join has more steps than were tried")
