"""From the bot to a person and back: the queue, the agent's leg, words spoken to a waiting caller."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.handoff.availability import PERSON
from bot.model import Address, Author, CallState, ChannelName, Handoff, HandoffState, Option, OutboundMessage, Reply
from bot.ports import SendError, SendFailure, TurnResult
from tests.voice.conftest import World
from tests.voice.fakes import ANA, Doc, Phone
from voice.gather import twiml

AGENT = "+15550100150"


async def put_through(world: World, phone: Phone) -> tuple[Doc, Handoff]:
    """A caller who has just been enqueued."""
    doc = await phone.answers(await phone.rings(), Digits="0")
    return doc, next(h for h in world.store.handoffs.values() if h.call_sid == phone.sid)


def words_for(world: World, phone: Phone, text: str) -> OutboundMessage:
    call = world.store.calls[phone.sid]
    address = Address.parse(f"tel:{ANA}")
    return OutboundMessage(
        "o_1", call.conversation_id, ChannelName.VOICE, address, Reply(text), Author.AGENT, world.clock(), "sam"
    )


async def look(phone: Phone, doc: Doc) -> Doc:
    """The first look at the waiting caller."""
    return await phone.at(doc.one("Enqueue").attrib["waitUrl"], QueuePosition="1", QueueTime="0")


# -- into the queue --------------------------------------------------------------------------------------------------


async def test_the_assistant_hands_over(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    handoff = await world.conversations.open(world.conversations.heard[0][1])
    earlier = replace(handoff, id="h_earlier", conversation_id="c_other", opened_at=handoff.opened_at - timedelta(minutes=5))
    world.store.handoffs = {earlier.id: earlier, handoff.id: handoff}
    world.conversations.script.append(TurnResult("", (Reply("I will get somebody."),), handoff=handoff))
    doc = await phone.answers(greeting, SpeechResult="a person please")
    assert doc.words == "I will get somebody. You are number 2 in line."
    queue = doc.one("Enqueue")
    assert queue.text == twiml.QUEUE and ANA not in doc.xml
    assert queue.attrib["action"] == "/twilio/voice/queued?step=2"
    call = world.store.calls[phone.sid]
    assert (call.state, call.handoff_id) == (CallState.WAITING, handoff.id)


async def test_a_late_answer_while_waiting_keeps_the_caller_in_the_queue(world: World) -> None:
    phone = world.phone()
    greeting = await phone.rings()
    await phone.answers(greeting, Digits="0")
    world.store.kept.clear()
    doc = await phone.answers(greeting, SpeechResult="hello")
    assert doc.verbs == ["Enqueue"] and world.conversations.turns == []
    assert world.store.calls[phone.sid].state is CallState.WAITING


# -- in the queue ----------------------------------------------------------------------------------------------------


async def test_the_agents_words_are_spoken_once_and_soon(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    doc = await look(phone, doc)
    assert doc.verbs == ["Gather", "Redirect"]
    ids = await world.line.send(words_for(world, phone, "Your fee of $5 is refunded."))
    assert ids == [f"{phone.sid}:o_1"]
    spoken = await phone.follows(doc)
    assert spoken.words == "Your fee of 5 dollars is refunded."
    assert await phone.follows(doc) == spoken  # the same webhook again: not lost
    assert (await phone.follows(spoken)).words == ""


async def test_the_place_in_line_is_said_from_time_to_time(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    said = []
    doc = await look(phone, doc)
    assert doc.words == "Press 1, 2 or 3."
    for _ in range(23):  # 92 seconds
        world.clock.passes(4)
        doc = await phone.follows(doc)
        said.append(doc.words)
    assert [(number, words) for number, words in enumerate(said, 1) if words] == [
        (12, "Still number 1 in line. Press 1, 2 or 3.")
    ]
    world.clock.passes(4)
    assert (await phone.follows(doc)).words == "Still number 1 in line. Press 1, 2 or 3."


async def test_no_place_is_said_once_an_agent_has_accepted(world: World) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    world.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.ASSIGNED, agent="sam")
    doc = await look(phone, doc)
    world.clock.passes(120)
    assert (await phone.follows(doc)).words == ""


async def test_a_closed_handoff_says_the_last_words_and_lets_the_caller_out(world: World) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    await world.line.send(words_for(world, phone, "All done."))
    world.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.CLOSED)
    out = await look(phone, doc)
    assert out.verbs == ["Say", "Leave"] and out.words == "All done."


async def test_the_store_is_down_while_waiting(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    world.store.down = True
    doc = await look(phone, doc)
    assert doc.verbs == ["Gather", "Redirect"]
    world.store.down = False
    assert (await phone.follows(doc)).verbs == ["Gather", "Redirect"]


# -- words for somebody who does not wait ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [CallState.TALKING, CallState.BRIDGED, CallState.ENDED])
async def test_words_for_a_caller_who_does_not_wait_are_refused(world: World, state: CallState) -> None:
    phone = world.phone()
    await put_through(world, phone)
    world.store.calls[phone.sid] = replace(world.store.calls[phone.sid], state=state)
    with pytest.raises(SendError) as refused:
        await world.line.send(words_for(world, phone, "Hello?"))
    assert refused.value.failure is SendFailure.REFUSED and refused.value.reason.endswith(".")
    assert not world.store.words


async def test_words_reach_the_call_that_waits_when_there_are_two(world: World) -> None:
    waiting, talking = world.phone("a"), world.phone("b")
    await put_through(world, waiting)
    await talking.rings()
    await world.line.send(words_for(world, waiting, "Hello."))
    assert world.store.words == {waiting.sid: ["Hello."]}


async def test_words_while_the_store_is_down_may_be_sent_again(world: World) -> None:
    phone = world.phone()
    await put_through(world, phone)
    message = words_for(world, phone, "Hello.")
    world.store.down = True
    with pytest.raises(SendError) as failed:
        await world.line.send(message)
    assert failed.value.failure is SendFailure.RETRY


# -- out of the queue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [{}, {"SpeechResult": "my balance"}])
async def test_what_the_agent_wrote_down_after_the_talk_is_heard_at_the_next_step(world: World, answer: dict[str, str]) -> None:
    """The agent's phone was hung up before the desk's close came: also who only listens is told."""
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    world.conversations.will("Was that all?")
    back = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="bridged", QueueTime="31")
    noted = replace(world.store.handoffs[handoff.id], outcome="A new card comes", noted_late=True)
    world.store.handoffs[handoff.id] = noted
    world.conversations.will("A new card comes.")
    world.conversations.will("It is 941.")
    heard = await phone.answers(back, **answer)
    assert heard.words == ("A new card comes. It is 941." if answer else "A new card comes.")
    world.store.handoffs[handoff.id] = replace(noted, handed_back="voice:told")
    world.conversations.will("Goodbye then.")
    assert (await phone.answers(heard, SpeechResult="bye")).words == ("It is 941." if not answer else "Goodbye then.")


async def test_back_from_the_agent_the_bot_goes_on(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    world.conversations.will("Was that all?")
    action = doc.one("Enqueue").attrib["action"]
    back = await phone.at(action, QueueResult="bridged", QueueTime="31")
    assert back.verbs == ["Gather", "Redirect"]
    assert back.words == "Was that all?"
    assert world.conversations.reasons[-1] == "", "the agent noted nothing, so nothing is quoted"
    call = world.store.calls[phone.sid]
    assert (call.state, call.last_prompt) == (CallState.TALKING, "Was that all?")
    assert await phone.at(action, QueueResult="bridged", QueueTime="31") == back
    assert [kind for kind, _ in world.conversations.heard].count("caller_returned") == 1
    world.conversations.will("Goodbye then.")
    assert (await phone.answers(back, SpeechResult="yes")).words == "Goodbye then."


async def test_that_it_is_the_assistant_again_is_said_once_and_by_somebody(world: World) -> None:
    """The assistant says so with what the agent noted; where it has no words, or fails, the line says it."""
    failed = Reply("Something went wrong.", (Option("Speak to a person", PERSON),))
    says_nothing, fails = TurnResult("c_1"), TurnResult("c_1", (failed,))
    cases = ((says_nothing, True), (fails, True), (TurnResult("c_1", (Reply("Back with the bank's assistant."),)), False))
    for letter, (result, by_the_line) in zip("abc", cases, strict=True):
        phone = world.phone(letter)
        doc, _ = await put_through(world, phone)
        world.conversations.script.append(result)
        back = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="bridged")
        assert back.words.lower().count("back with the") == 1
        assert back.words.startswith("You are back with the assistant.") == by_the_line


async def test_leaving_the_queue_the_bot_has_the_turn(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    world.conversations.will("The colleague has solved it.")
    back = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="leave")
    assert back.words == "The colleague has solved it." and back.step == 3


async def test_everybody_waits_in_one_queue_of_the_vendors(world: World) -> None:
    """A queue for each handoff is made at Twilio on demand and never goes away."""
    queues = set()
    for letter in "abc":
        phone = world.phone(letter)
        doc = await phone.answers(await phone.rings(), Digits="0")
        queues.add((doc.one("Enqueue").text, doc.one("Enqueue").attrib["maxQueueSize"]))
    assert len(queues) == 1


async def test_a_person_twice_in_one_call(world: World) -> None:
    phone = world.phone()
    doc, first = await put_through(world, phone)
    await world.line.send(words_for(world, phone, "First words."))
    assert (await look(phone, doc)).words == "First words."
    back = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="bridged")
    again = await phone.answers(back, Digits="0")
    assert again.verbs == ["Say", "Enqueue"] and world.store.calls[phone.sid].handoff_id != first.id
    assert (await look(phone, again)).words == "Press 1, 2 or 3."


async def test_hanging_up_in_the_queue(world: World) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    gone = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="hangup", CallStatus="completed")
    assert gone.verbs == []
    assert world.conversations.ended == [phone.sid]
    assert world.store.calls[phone.sid].state is CallState.ENDED
    assert world.store.handoffs[handoff.id].open


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error"])
async def test_a_queue_that_cannot_be_joined(world: World, result: str) -> None:
    phone = world.phone()
    doc, handoff = await put_through(world, phone)
    doc = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult=result)
    assert doc.verbs == ["Gather", "Redirect"] and doc.words == "I could not put you through; we will write to you."
    assert world.store.handoffs[handoff.id].open
    world.conversations.script.append(TurnResult("", handoff=handoff))  # the person owns the conversation: no reply
    doc = await phone.answers(doc, SpeechResult="and now?")
    assert doc.verbs == ["Gather", "Redirect"] and doc.words == "Still number 1 in line."
    retry = await phone.answers(doc, Digits="0")
    assert retry.verbs == ["Say", "Enqueue"] and world.store.calls[phone.sid].handoff_id == handoff.id


async def test_a_silent_caller_and_a_broken_queue_do_not_go_round_for_ever(world: World) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    doc = await phone.at(doc.one("Enqueue").attrib["action"], QueueResult="error")
    for _ in range(3):
        doc = await phone.answers(doc)
    assert doc.verbs == ["Say", "Hangup"]


@pytest.mark.parametrize("result", ["redirected", "redirected-from-bridged", "bridging-in-process"])
async def test_a_caller_whom_somebody_else_has(world: World, result: str) -> None:
    phone = world.phone()
    doc, _ = await put_through(world, phone)
    action = doc.one("Enqueue").attrib["action"]
    assert (await phone.at(action, QueueResult=result)).verbs == []
    assert (await phone.at(action, QueueResult="bridged")).verbs == ["Gather", "Redirect"]
