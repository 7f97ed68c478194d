"""Who owns the conversation: an open handoff, or else the assistant; after any close the assistant answers (faults A1 to A3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.conversation.assistant import TurnPostponed
from bot.directives import Handoff as Wanted
from bot.model import CallState, ChannelName, Handoff, HandoffState, Option, Proof, Reply
from bot.ports import DeskEvent, DialogueTurn, HandoffRefused
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.conversation.test_crashes import Died, Dies
from tests.bot.identity.test_identity import ask_for_a_code

OUTCOME = "A new card is on its way"
CLOSED = f'/handoff_closed{{"outcome": "{OUTCOME}"}}'


@dataclass
class Heard:
    """``bot.ports.stores.Bulletin``: what the desk's pages were told."""

    events: list[DeskEvent] = field(default_factory=list)

    async def post(self, event: DeskEvent) -> None:
        self.events.append(event)

    def watch(self) -> AsyncIterator[DeskEvent]:
        raise NotImplementedError


async def told(world: World) -> list[str]:
    return [one.reply.text for one in await world.sent_to(ANA) if one.author == "bot"]


def said(world: World) -> list[str]:
    return [str(one["said"]) for one in world.assistant.asked]


async def answers(world: World) -> str:
    """What she gets who writes now."""
    world.assistant.answer = lambda _: DialogueTurn((Reply("We open at nine"),))
    turn = await world.texts("what are your opening hours")
    return " ".join(reply.text for reply in turn.replies)


async def in_the_queue(world: World, sid: str = "CA1") -> Handoff:
    """She calls, asks for a person, and waits."""
    await world.calls_in(sid)
    escalates(world)
    handoff = (await world.says(sid, "a person")).handoff
    assert handoff
    await world.calls.update(sid, lambda now: replace(now, state=CallState.WAITING, handoff_id=handoff.id))
    return handoff


async def test_after_stop_close_and_start_the_assistant_answers(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.texts("STOP")
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.settles()
    assert await told(world) == [], "she refused texts, so she gets none"
    assert said(world)[-1] == CLOSED, "the assistant knows what was agreed all the same"
    await world.texts("START")
    assert await answers(world) == "We open at nine"


async def test_nothing_is_on_offer_to_who_was_not_told_of_it(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.texts("STOP")
    world.assistant.answer = lambda _: DialogueTurn((Reply("Shall we go on?", (Option("Yes", "/affirm"),)),))
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.settles()
    await world.texts("START")
    assert await answers(world) == "We open at nine"
    await world.texts("1")
    assert said(world)[-1] == "1", "it is no answer to a question that nobody has seen"


async def test_who_refused_texts_and_hung_up_in_the_queue_is_answered_next_time(world: World) -> None:
    await world.texts("STOP")
    handoff = await in_the_queue(world)
    await world.conversations.call_ended("CA1")
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.settles()
    assert said(world)[-1] == CLOSED and await told(world) == []
    world.assistant.answer = lambda _: DialogueTurn((Reply("Welcome back"),))
    assert [reply.text for reply in (await world.calls_in("CA2")).replies] == ["Welcome back"]


@pytest.mark.parametrize("hangs_up", ["before the message is worked on", "after it"])
async def test_a_waiting_caller_who_is_closed_and_hangs_up_at_once_is_told_by_text(world: World, hangs_up: str) -> None:
    handoff = await in_the_queue(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    if hangs_up == "after it":
        await world.settles()
        assert await told(world) == [], "she is on the line, and hears it there"
    await world.conversations.call_ended("CA1")
    await world.settles()
    await world.settles()
    assert await told(world) == ["back"] and said(world).count(CLOSED) == 1
    assert await answers(world) == "We open at nine"


async def test_a_caller_who_hears_it_on_the_phone_gets_no_text_about_it(world: World) -> None:
    handoff = await in_the_queue(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    back = await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    assert [reply.text for reply in back.replies] == ["back"]
    await world.calls.update("CA1", lambda now: replace(now, state=CallState.TALKING))
    await world.settles()
    await world.conversations.call_ended("CA1")
    await world.settles()
    assert await told(world) == [] and said(world).count(CLOSED) == 1


async def test_who_could_not_be_told_on_the_phone_is_told_by_text(world: World) -> None:
    handoff = await in_the_queue(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    world.assistant.down = True
    back = await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    assert "turn_failed" in back.replies[0].text
    world.assistant.down = False
    await world.conversations.call_ended("CA1")
    await world.settles()
    assert await told(world) == ["back"]


async def test_a_caller_who_is_on_the_way_back_is_told_there_and_not_by_text(world: World) -> None:
    """The agent closes and hangs up in one moment: the call is with the assistant before the way back is taken up."""
    handoff = await in_the_queue(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.calls.update("CA1", lambda now: replace(now, state=CallState.TALKING))
    await world.settles()
    assert await told(world) == []
    back = await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    assert [reply.text for reply in back.replies] == ["back"]
    await world.settles()
    assert await told(world) == [] and said(world).count(CLOSED) == 1


async def hung_up_first(world: World) -> Handoff:
    """The agent's phone is hung up before *Close conversation* arrives: the caller is with the assistant."""
    handoff = await in_the_queue(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.answer = lambda _: DialogueTurn((Reply("back"),))
    await world.calls.update("CA1", lambda now: replace(now, handoff_id=handoff.id, state=CallState.TALKING))
    await world.conversations.caller_returned(world.message(ChannelName.VOICE, ANA, call_sid="CA1"), "")
    world.clock.passes(seconds=5)
    return handoff


async def test_who_is_back_before_the_agent_closes_is_told_on_the_phone_and_once(world: World) -> None:
    handoff = await hung_up_first(world)
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.settles()
    assert said(world).count(CLOSED) == 0 and await told(world) == [], "she is on the line, and hears it there"
    again = world.message(ChannelName.VOICE, ANA, call_sid="CA1")
    back = await world.conversations.caller_returned(again, "")
    assert [reply.text for reply in back.replies] == ["back"] and said(world)[-1] == CLOSED
    await world.conversations.call_ended("CA1")
    await world.settles()
    assert await told(world) == [] and said(world).count(CLOSED) == 1
    closes = [fact.body for fact in await world.told("handoff_closed")]
    assert [(one["outcome"], one["note"]) for one in closes] == [("talked", ""), ("agreed", OUTCOME)]
    assert len(await world.told("handoff_returned")) == 1


@pytest.mark.parametrize("hangs_up", ["before the close", "after the close", "after the way back was looked at"])
async def test_who_hangs_up_without_having_heard_it_is_told_by_text_once(world: World, hangs_up: str) -> None:
    handoff = await hung_up_first(world)
    if hangs_up == "before the close":
        await world.conversations.call_ended("CA1")
    await world.people.close(handoff.id, "sam", OUTCOME)
    if hangs_up == "after the way back was looked at":
        await world.settles()
    if hangs_up != "before the close":
        await world.conversations.call_ended("CA1")
    await world.settles()
    await world.settles()
    assert await told(world) == ["back"] and said(world).count(CLOSED) == 1


async def test_only_the_agent_who_talked_may_say_late_what_was_agreed_and_once(world: World) -> None:
    handoff = await hung_up_first(world)
    with pytest.raises(HandoffRefused):
        await world.people.close(handoff.id, "kim", "something else")
    await world.people.close(handoff.id, "sam", OUTCOME)
    with pytest.raises(HandoffRefused):
        await world.people.close(handoff.id, "sam", "another thing")
    assert (await world.handoffs.get(handoff.id)).outcome == OUTCOME  # type: ignore[union-attr]


async def test_an_agent_whose_caller_waits_again_is_told_to_take_that_conversation(world: World) -> None:
    handoff = await hung_up_first(world)
    escalates(world)
    await world.says("CA1", "a person again")
    with pytest.raises(HandoffRefused, match="asks for a person again"):
        await world.people.close(handoff.id, "sam", OUTCOME)


async def test_an_agent_closes_while_the_assistant_is_down_and_it_is_said_once_later(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.down = True
    await world.people.close(handoff.id, "sam", OUTCOME)
    assert await world.people.listing() == [], "closed as far as the desk is concerned"
    with pytest.raises(TurnPostponed):
        await world.settles()
    assert await told(world) == []
    world.assistant.down = False
    await world.settles()
    await world.settles()
    assert await told(world) == ["back"] and said(world).count(CLOSED) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_a_gateway_that_dies_anywhere_in_a_close_leaves_nobody_silent_and_says_it_once(world: World, after: bool) -> None:
    deaths = 0
    for at in range(1, 60):
        await world.client.flushall()
        world.assistant.asked.clear()
        world.assistant.trackers.clear()
        handoff = await opened_by_text(world)
        await world.people.accept(handoff.id, "sam", None)
        with Dies(world, at, after=after):
            try:
                await world.people.close(handoff.id, "sam", OUTCOME)
                died = False
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await world.settles()
        kept = await world.people.handoffs.get(handoff.id)
        if kept.open:  # it died before anything was promised: still the agent's, who does it again
            assert await told(world) == [] and kept in await world.people.listing()
            await world.people.close(handoff.id, "sam", OUTCOME)
            await world.settles()
        assert await told(world) == ["back"], f"death {at}"
        assert said(world).count(CLOSED) == 1 and await answers(world) == "We open at nine"
        if not died:
            break
        deaths += 1
    assert deaths > 5


async def test_fifteen_messages_around_a_close_are_the_agents_or_answered(world: World) -> None:
    """Fault A2: no apology, nothing lost, whatever the order in which the lock is given."""
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.answer = lambda one: DialogueTurn((Reply(f"re {one['said']}"),))
    turns = [asyncio.create_task(world.texts(f"message {number}")) for number in range(5)]
    await asyncio.sleep(0)
    turns.append(asyncio.create_task(world.people.close(handoff.id, "sam", OUTCOME)))  # type: ignore[arg-type]
    turns += [asyncio.create_task(world.texts(f"message {number}")) for number in range(5, 15)]
    results = [one for one in await asyncio.gather(*turns) if one is not None]
    await world.settles()
    asked = said(world)
    for number, result in enumerate(results):
        answer = [reply.text for reply in result.replies]
        if result.handoff:
            assert answer == [] and f"message {number}" not in asked
        else:
            assert answer == [f"re message {number}"]
    texts = [event.get("text") for event in world.assistant.trackers[handoff.conversation_id]]
    assert all(texts.count(f"message {number}") == 1 for number in range(15))


async def test_what_was_agreed_is_told_to_nobody_else(world: World) -> None:
    """She signs out of the thread between the close and the hand-back: the number is somebody else's from now on."""
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", OUTCOME)
    await world.contacts.detach(ANA)
    await world.settles()
    assert CLOSED not in said(world) and await told(world) == []


async def test_another_agents_conversation_is_not_closed_by_an_old_promise(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.needs.handing_back.promise(handoff, OUTCOME, "sam", "closed:sam")  # and then the desk died
    await world.handoffs.update(handoff.id, lambda now: replace(now, agent="kim"))
    await world.settles()
    kept = await world.people.handoffs.get(handoff.id)
    assert (kept.open, kept.agent) == (True, "kim") and CLOSED not in said(world)


async def test_an_old_promise_does_not_speak_for_the_newer_handoff(world: World) -> None:
    first = await opened_by_text(world)
    await world.people.accept(first.id, "sam", None)
    world.assistant.down = True
    await world.people.close(first.id, "sam", OUTCOME)
    world.assistant.down = False
    second = await opened_by_text(world)
    await world.settles()
    assert await world.handoffs.open_for(second.conversation_id) == second


async def test_a_conversation_is_handed_over_once_though_its_worker_died_and_the_agent_was_quick(world: World) -> None:
    world.assistant.answer = lambda _: DialogueTurn((Reply("one moment"),), (Wanted("card"),))
    message = world.message(ChannelName.SMS, ANA, "a person please")
    first = await world.conversations.receive(message)
    assert first.handoff
    await world.people.accept(first.handoff.id, "sam", None)
    await world.people.close(first.handoff.id, "sam", OUTCOME)
    await world.client.delete(f"ot:turn:{message.id}")  # its worker died before it could note what came of it
    again = await world.conversations.receive(message)
    assert again.handoff is None and not any("turn_failed" in reply.text for reply in again.replies)


async def test_a_reply_that_is_sent_again_after_a_crash_is_sent_once(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    for at in range(1, 25):
        with Dies(world, at, after=True):
            try:
                await world.people.reply(handoff.id, "sam", f"words {at}", f"form {at}")
                died = False
            except Died:
                died = True
        await world.client.delete(*[key async for key in world.client.scan_iter("ot:lock:*")] or ["none"])
        await world.people.reply(handoff.id, "sam", f"words {at}", f"form {at}")
        sent = [one.reply.text for one in await world.sent_to(ANA)]
        lines = [line.text for line in (await world.people.view(handoff.id)).transcript]  # also those that wait to be written
        assert sent.count(f"words {at}") == 1 == lines.count(f"words {at}"), f"death {at}"
        if not died:
            return
    pytest.fail("a reply has more steps than were tried")


async def test_two_tabs_that_send_one_form_send_it_once(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    await asyncio.gather(*(world.people.reply(handoff.id, "sam", "hello", "one") for _ in range(5)))
    assert [one.reply.text for one in await world.sent_to(ANA)].count("hello") == 1


# -- STOP while a person has it (fault A11) ------------------------------------------------------------------------


async def test_a_stop_stands_in_the_thread_and_the_desk_hears_of_it_at_once(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    desk = Heard()
    world.rewire(handoffs=replace(world.needs.handoffs, bulletin=desk))
    await world.texts("STOP")
    assert [(event.kind, event.handoff_id) for event in desk.events] == [("line", handoff.id)]
    line = (await world.people.view(handoff.id)).transcript[-1]
    assert (line.author, line.channel, line.text) == ("customer", ChannelName.SMS, "STOP")


async def test_the_composer_says_why_nothing_can_be_sent_and_what_would_work(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.clock.passes(minutes=62)
    await world.texts("STOP")
    view = await world.people.view(handoff.id)
    assert view.sends_to is None
    assert view.unreachable.startswith("The customer has opted out of texts (STOP at 13:02).")
    with pytest.raises(HandoffRefused, match=r"opted out of texts \(STOP at 13:02\)"):
        await world.people.reply(handoff.id, "sam", "hello", "1")
    await world.texts("START")
    assert (await world.people.view(handoff.id)).sends_to is ChannelName.SMS


async def test_who_refuses_texts_is_answered_where_they_write_instead(world: World) -> None:
    handoff = await opened_by_text(world)
    page = await world.contacts.find_or_create(ANAS_BROWSER)
    until = world.clock() + timedelta(hours=1)
    await world.needs.identity.vouched(page, ANAS_BROWSER, ANA, Proof.POSSESSED, until)
    await world.people.accept(handoff.id, "sam", None)
    await world.texts("STOP")
    assert "web chat" in (await world.people.view(handoff.id)).unreachable
    await world.chats("I am here now")
    assert await world.people.reply(handoff.id, "sam", "hello", "1") is ChannelName.WEB


async def test_an_agent_closes_while_the_assistant_hangs_and_it_is_said_once_later(world: World) -> None:
    """It was reached and did not answer: neither an apology to who asked nothing, nor is what was agreed lost."""
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.failing = True
    await world.people.close(handoff.id, "sam", OUTCOME)
    with pytest.raises(TurnPostponed):
        await world.settles()
    assert await told(world) == []
    world.assistant.failing = False
    await world.settles()
    await world.settles()
    assert await told(world) == ["back"] and said(world).count(CLOSED) == 1


async def test_a_close_does_not_wait_for_ever_for_an_assistant_that_fails_each_time(world: World) -> None:
    """What the customer writes next waits behind it."""
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    world.assistant.failing = True
    await world.people.close(handoff.id, "sam", OUTCOME)
    world.clock.passes(minutes=3)
    await world.settles()
    assert len(await told(world)) == 1 and "turn_failed" in (await told(world))[0]
    world.assistant.failing = False
    assert await answers(world) == "We open at nine"


async def test_who_left_the_desk_keeps_nobody_from_answering(world: World) -> None:
    handoff = await opened_by_text(world)
    await world.people.accept(handoff.id, "sam", None)
    with pytest.raises(HandoffRefused):
        await world.people.accept(handoff.id, "kim", None)
    with pytest.raises(HandoffRefused):
        await world.people.accept(handoff.id, "kim", None, instead_of="bo")
    taken = await world.people.accept(handoff.id, "kim", None, instead_of="sam")
    assert taken.agent == "kim" and taken.state is HandoffState.ASSIGNED
    sent = [one.reply.text for one in await world.sent_to(ANA)]
    assert sent == ["agent_joined agent=Sam", "agent_joined agent=Kim"], "she is told who is with her now"
    with pytest.raises(HandoffRefused):
        await world.people.reply(handoff.id, "sam", "back again", "1")
    await world.people.reply(handoff.id, "kim", "Hello Ana", "1")
    await world.people.close(handoff.id, "kim", OUTCOME)
    await world.settles()
    assert await answers(world) == "We open at nine"


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_browser_that_comes_by_code_to_a_number_that_has_a_person_is_told_so(world: World, accepted: bool) -> None:
    """Else the assistant is silent and nobody knows why; and its question for the code is over, so that the agent's close is
    not taken for an answer to it."""
    code = await ask_for_a_code(world)
    handoff = await opened_by_text(world)
    if accepted:
        await world.people.accept(handoff.id, "sam", None)
    turn = await world.chats(code)
    assert turn.handoff and turn.handoff.id == handoff.id
    where = "agent_has_it" if accepted else "handoff_waiting place=1"
    assert [reply.text for reply in turn.replies] == ["linked", where]
    events = world.assistant.trackers[handoff.conversation_id]
    assert {"event": "active_loop", "name": None} in [{k: e[k] for k in ("event", "name") if k in e} for e in events]
