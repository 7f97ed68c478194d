"""The channel a customer chose: where agents' answers go, and where they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.directives import Directive, Handoff, Prefer
from bot.model import Address, AddressKind, CallState, ChannelName, ContactAddress, Proof, Reply
from bot.model import Handoff as HandoffRecord
from bot.ports import DialogueTurn
from bot.switching.preferred_channel import ANY, HERE, LIVE, TEXTS, Preferences
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.fakes import PlainWording

STRANGER = Address(AddressKind.WEB, "w9")


@pytest.fixture
async def chooser(world: World) -> AsyncIterator[World]:
    """Ana, whose number and browser are proved; what she says in brackets is what the assistant asks of the gateway."""

    def answer(said: dict[str, str]) -> DialogueTurn:
        wish = str(said["said"])
        asked: dict[str, Directive] = {"texts": Prefer(TEXTS), "here": Prefer(HERE), "any": Prefer(ANY)}
        asked["person"] = Handoff("help")
        return DialogueTurn((), (asked[wish],)) if wish in asked else DialogueTurn((Reply("back"),))

    world.assistant.answer = answer  # type: ignore[assignment]
    preferences = Preferences(world.needs.identity, world.contacts, PlainWording())
    back = world.needs.handing_back
    back = replace(back, reach=replace(back.reach, preferences=preferences))
    world.rewire(preferences=preferences, handing_back=back)
    world.people = replace(world.people, preferences=preferences)
    ana = await world.contacts.find_or_create(ANA)
    known = tuple(ContactAddress(address, Proof.POSSESSED, world.clock()) for address in (ANA, ANAS_BROWSER))
    await world.contacts.update(ana.id, lambda now: replace(now, addresses=known))
    yield world


async def waiting(world: World) -> HandoffRecord:
    """She asked for a person on the web, and an agent has it."""
    handoff = (await world.chats("person")).handoff
    assert handoff
    await world.people.accept(handoff.id, "sam", None)
    return handoff


async def test_an_answer_goes_to_the_chosen_channel_once_she_does_not_wait(chooser: World) -> None:
    said = await chooser.chats("texts")
    assert said.replies[0].text == "prefer_sms last2=47"
    handoff = await waiting(chooser)
    assert await chooser.people.reply(handoff.id, "sam", "one moment", "1") is ChannelName.WEB  # her question is a minute old
    assert (await chooser.people.view(handoff.id)).prefers is ChannelName.SMS
    chooser.clock.passes(seconds=LIVE.total_seconds())
    assert await chooser.people.reply(handoff.id, "sam", "it is done", "2") is ChannelName.SMS
    assert (await chooser.people.view(handoff.id)).sends_to is ChannelName.SMS
    await chooser.people.close(handoff.id, "sam", "all done")
    await chooser.settles()
    assert [m.reply.text for m in await chooser.sent_to(ANA)][-1] == "back"


async def test_it_is_changed_and_cleared(chooser: World) -> None:
    await chooser.chats("texts")
    assert (await chooser.texts("here")).replies[0].text == "prefer_here last2=47"
    assert (await chooser.chats("here")).replies[0].text.startswith("prefer_here")
    handoff = await waiting(chooser)
    await chooser.texts("hello")
    chooser.clock.passes(hours=1)
    assert await chooser.people.reply(handoff.id, "sam", "hello", "3") is ChannelName.WEB
    await chooser.people.close(handoff.id, "sam", "done")
    await chooser.settles()
    assert (await chooser.texts("any")).replies[0].text.startswith("prefer_any")
    chooser.clock.passes(hours=1)
    view = await chooser.people.view(handoff.id)
    assert (view.prefers, view.sends_to) == (None, ChannelName.SMS)  # where she wrote last


async def test_a_reply_goes_where_its_question_came_from(chooser: World) -> None:
    await chooser.chats("texts")
    chooser.clock.passes(hours=1)
    before = len(await chooser.sent_to(ANA))
    assert (await chooser.chats("hello")).replies[0].text == "back"
    assert len(await chooser.sent_to(ANA)) == before


async def test_a_waiting_caller_hears_it(chooser: World) -> None:
    await chooser.chats("texts")
    handoff = await waiting(chooser)
    chooser.clock.passes(hours=1)
    sid = "CA" + "1" * 32
    await chooser.calls_in(sid)
    call = await chooser.calls.get(sid)
    assert call
    await chooser.calls.update(call.sid, lambda now: replace(now, state=CallState.WAITING))
    assert await chooser.people.reply(handoff.id, "sam", "hello", "4") is ChannelName.VOICE


async def test_who_calls_with_the_number_of_somebody_in_a_proved_chat_hears_nothing_of_it(chooser: World) -> None:
    """A forged caller id took the agent's words over: they were spoken to the caller, and the chat got none."""
    handoff = await waiting(chooser)
    sid = "CA" + "3" * 32
    await chooser.calls_in(sid)
    await chooser.calls.update(sid, lambda now: replace(now, state=CallState.WAITING))
    assert (await chooser.people.view(handoff.id)).sends_to is ChannelName.WEB
    assert await chooser.people.reply(handoff.id, "sam", "your balance is ...", "7") is ChannelName.WEB
    await chooser.says(sid, "go on, I am listening")
    assert await chooser.people.reply(handoff.id, "sam", "as I said ...", "8") is ChannelName.WEB
    await chooser.calls.update(sid, lambda now: replace(now, proof=Proof.POSSESSED))  # with a code: it is she
    assert await chooser.people.reply(handoff.id, "sam", "hello", "9") is ChannelName.VOICE


async def test_who_asked_for_a_person_on_the_call_hears_the_agent_there_also_with_a_proved_chat_open(chooser: World) -> None:
    handoff = await waiting(chooser)
    sid = "CA" + "5" * 32
    await chooser.calls_in(sid)
    before = handoff.opened_at - timedelta(seconds=30)
    await chooser.calls.update(sid, lambda now: replace(now, state=CallState.WAITING, started_at=before))
    assert await chooser.people.reply(handoff.id, "sam", "hello", "11") is ChannelName.VOICE


async def test_who_calls_during_a_chat_that_proved_no_more_hears_the_agent(chooser: World) -> None:
    handoff = await waiting(chooser)
    claims = tuple(ContactAddress(a, Proof.CLAIMED, chooser.clock(), seen=chooser.clock()) for a in (ANA, ANAS_BROWSER))
    await chooser.contacts.update(handoff.contact_id, lambda now: replace(now, addresses=claims))
    sid = "CA" + "4" * 32
    await chooser.calls_in(sid)
    await chooser.calls.update(sid, lambda now: replace(now, state=CallState.WAITING))
    assert await chooser.people.reply(handoff.id, "sam", "hello", "10") is ChannelName.VOICE


@pytest.mark.parametrize("wish", ["texts", "here", "any"])
async def test_nobody_unproved_turns_messages_aside(chooser: World, wish: str) -> None:
    await chooser.chats("texts")
    assert (await chooser.chats(wish, STRANGER)).replies[0].text == "prefer_unproved"
    sid = "CA" + "2" * 32
    await chooser.calls_in(sid)  # her number, forged: a call has proved nothing
    assert (await chooser.says(sid, wish)).replies[0].text == "prefer_unproved"
    ana = await chooser.contacts.find(ANA)
    assert ana and ana.preferred == ANA


@pytest.mark.parametrize("how", ["proof ended", "refuses texts", "gone"])
async def test_an_address_that_is_not_good_any_more_is_not_used(chooser: World, how: str) -> None:
    await chooser.chats("texts")
    handoff = await waiting(chooser)
    if how == "proof ended":
        chooser.clock.passes(days=181)
    elif how == "refuses texts":
        await chooser.contacts.update(handoff.contact_id, lambda known: replace(known, opted_out=True))
    else:
        await chooser.contacts.detach(ANA)
    chooser.clock.passes(hours=1)
    view = await chooser.people.view(handoff.id)
    assert view.prefers is None and view.sends_to is ChannelName.WEB


async def test_nobody_writes_on_a_call(chooser: World) -> None:
    sid = "CA" + "3" * 32
    await chooser.calls_in(sid)
    await chooser.calls.raise_proof(sid, Proof.POSSESSED)
    assert (await chooser.says(sid, "here")).replies[0].text == "prefer_not_here"
    assert (await chooser.says(sid, "texts")).replies[0].text == "prefer_sms last2=47"
