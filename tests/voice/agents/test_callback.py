"""Calling back: the agent first, then the customer; machines, busy lines, tries and their spacing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Callback, CallbackTry, CallState, Contact, Handoff, HandoffState
from bot.ports import SendFailure
from bot.ports.phone_line import CALLER
from tests.voice.agents.test_agent_leg import SAM, local, told
from tests.voice.agents.test_handoff import put_through
from tests.voice.conftest import World
from tests.voice.fakes import ANA, Doc, Phone

CUSTOMER = "+15550100148"


async def asked(world: World) -> Handoff:
    """Somebody who has hung up and waits to be called; sam has accepted."""
    phone = world.phone()
    world.store.contacts[f"tel:{ANA}"] = Contact("p_1", f"c_{ANA}", (), world.clock())
    _, handoff = await put_through(world, phone)
    await phone.post("/twilio/voice/call-status", CallStatus="completed")
    back = Callback(CUSTOMER, world.clock())
    mine = replace(handoff, callback=back, call_sid=None, state=HandoffState.ASSIGNED, agent="sam")
    world.store.handoffs[handoff.id] = mine
    return mine


async def called(world: World) -> tuple[Handoff, Phone, Phone]:
    """Sam has taken it, and the customer's phone rings."""
    handoff, agent = await asked(world), Phone(world.client, "e", SAM)
    await world.line.ring_agent(handoff, SAM)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    doc = await agent.answers(whisper, Digits="1")
    assert doc.words.startswith("One moment, I'm calling the customer.") and doc.one("Conference").text == handoff.id
    await told(world, handoff, "participant-join", agent.sid, "agent:sam")
    return handoff, agent, Phone(world.client, "c", "+15550100999")


async def picks_up(world: World, customer: Phone, by: str = "human") -> Doc:
    return await customer.at(local(world.twilio.placed[1]["url"]), AnsweredBy=by)


async def test_the_agent_is_rung_first_and_the_customer_from_our_number(world: World) -> None:
    handoff, _, _ = await called(world)
    first, second = world.twilio.placed
    assert (first["to"], second["to"]) == (SAM, CUSTOMER)
    assert second["from_"] == "+15550100999" and second["machine_detection"] == "Enable"
    assert world.store.handoffs[handoff.id].opened_at == handoff.opened_at


@pytest.mark.parametrize("by", ["human", "unknown"])
async def test_the_customer_joins_the_conference(world: World, by: str) -> None:
    handoff, _, customer = await called(world)
    doc = await picks_up(world, customer, by)
    assert doc.words == "Hello, you asked us to call you back."
    assert doc.one("Conference").attrib["participantLabel"] == CALLER
    call = world.store.calls[customer.sid]
    assert (call.state, call.caller.value, call.handoff_id) == (CallState.BRIDGED, CUSTOMER, handoff.id)
    kept = world.store.handoffs[handoff.id]
    assert kept.callback is None and kept.call_sid == customer.sid
    assert await picks_up(world, customer, by) == doc
    back = await customer.at(doc.one("Dial").attrib["action"], DialCallStatus="answered")
    assert back.words == "Anything else?"


@pytest.mark.parametrize("by", ["machine_start", "fax"])
async def test_a_machine_gets_a_short_message_and_no_conversation(world: World, by: str) -> None:
    handoff, agent, customer = await called(world)
    doc = await picks_up(world, customer, by)
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "We asked to call back; we will try again."
    assert customer.sid not in world.store.calls
    kept = world.store.handoffs[handoff.id]
    assert kept.callback and (kept.state, kept.agent, kept.callback.result) == (HandoffState.WAITING, None, "machine")
    sid, update = world.twilio.updated[0]
    assert sid == agent.sid and "Not reached; back in the queue." in update["twiml"]
    status = {"CallStatus": "completed", "AnsweredBy": by}
    assert (await customer.post(local(world.twilio.placed[1]["status_callback"]), **status)).status == 204
    again = world.store.handoffs[handoff.id].callback
    assert again and again.tries == 1  # one call is one try


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
async def test_a_customer_who_is_not_reached_is_tried_again_later(world: World, status: str) -> None:
    handoff, _, customer = await called(world)
    url = local(world.twilio.placed[1]["status_callback"])
    for _ in range(2):  # the same callback twice
        assert (await customer.post(url, CallStatus=status)).status == 204
    back = world.store.handoffs[handoff.id].callback
    assert back and (back.tries, back.result) == (1, status)
    assert back.not_before == world.helpers.schedule.times[handoff.id] == world.clock() + timedelta(minutes=15)
    assert world.store.handoffs[handoff.id].tries == (CallbackTry(world.clock(), status, "sam"),)
    assert world.helpers.lines.texts == [f"Called back, try 1: {status}."]


async def test_the_third_try_is_the_last_and_the_customer_is_told_by_text(world: World) -> None:
    handoff, _, customer = await called(world)
    kept = world.store.handoffs[handoff.id]
    assert kept.callback
    world.store.handoffs[handoff.id] = replace(kept, callback=replace(kept.callback, tries=2))
    await customer.post(local(world.twilio.placed[1]["status_callback"]), CallStatus="busy")
    kept = world.store.handoffs[handoff.id]
    assert kept.callback is None and kept.open and kept.state is HandoffState.WAITING
    assert world.helpers.outbox.texts == [(CUSTOMER, "We did not reach you by phone.")]
    assert "last try" in world.twilio.updated[0][1]["twiml"]


async def test_a_machine_is_not_promised_another_call_after_the_last_try(world: World) -> None:
    handoff, _, customer = await called(world)
    back = world.store.handoffs[handoff.id].callback
    assert back
    world.store.handoffs[handoff.id] = replace(world.store.handoffs[handoff.id], callback=replace(back, tries=2))
    assert (await picks_up(world, customer, "machine_start")).words == "We did not reach you; call us again."
    assert world.helpers.outbox.texts == [(CUSTOMER, "We did not reach you by phone.")]


async def test_the_agent_who_waits_now_is_not_let_go_for_an_older_call(world: World) -> None:
    handoff, _, customer = await called(world)
    kept = world.store.handoffs[handoff.id]
    assert kept.callback
    world.store.handoffs[handoff.id] = replace(kept, callback=replace(kept.callback, attempt=5))
    assert (await customer.post(local(world.twilio.placed[1]["status_callback"]), CallStatus="busy")).status == 204
    assert world.twilio.updated == [] and world.store.handoffs[handoff.id].tries == ()
    assert (await customer.post("/twilio/voice/callback/status?handoff=h_1&attempt=x", CallStatus="busy")).status == 400


async def test_two_of_the_agents_legs_call_the_customer_once(world: World) -> None:
    """A gateway that slept rang sam a second time; both phones are answered."""
    _, _, _ = await called(world)
    other = Phone(world.client, "b", SAM)
    doc = await other.answers(await other.at(local(world.twilio.placed[0]["url"])), Digits="1")
    assert doc.verbs == ["Say", "Hangup"] and len(world.twilio.placed) == 2


@pytest.mark.parametrize(("failure", "tries"), [(SendFailure.REFUSED, 1), (SendFailure.RETRY, 1), (SendFailure.UNCERTAIN, 0)])
async def test_a_customer_who_cannot_be_rung(world: World, failure: SendFailure, tries: int) -> None:
    """When it is uncertain whether the phone rings, the agent waits for them; the attempt is watched."""
    handoff, agent = await asked(world), Phone(world.client, "e", SAM)
    await world.line.ring_agent(handoff, SAM)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    world.twilio.refuses = failure
    doc = await agent.answers(whisper, Digits="1")
    kept = world.store.handoffs[handoff.id]
    assert kept.callback and kept.callback.tries == len(kept.tries) == tries
    assert ("Dial" in doc.verbs) is (tries == 0) and handoff.id in world.helpers.schedule.times


async def test_the_agent_has_gone_when_the_customer_picks_up(world: World) -> None:
    handoff, agent, customer = await called(world)
    await told(world, handoff, "participant-leave", agent.sid, "agent:sam")
    doc = await picks_up(world, customer)
    assert doc.verbs == ["Say", "Hangup"] and doc.words == "Our colleague had to go."
    kept = world.store.handoffs[handoff.id]
    assert kept.callback and (kept.state, kept.callback.tries) == (HandoffState.WAITING, 0)
    assert world.helpers.schedule.times == {handoff.id: world.clock() + timedelta(minutes=15)}


async def test_the_callers_own_new_call_comes_first(world: World) -> None:
    handoff, agent = await asked(world), Phone(world.client, "e", SAM)
    again = world.phone("b")
    doc = await again.answers(await again.rings(), Digits="0")
    assert doc.verbs[-1] == "Enqueue"
    world.store.handoffs[handoff.id] = replace(world.store.handoffs[handoff.id], call_sid=again.sid)
    await world.line.ring_agent(world.store.handoffs[handoff.id], SAM)
    await agent.answers(await agent.at(local(world.twilio.placed[0]["url"])), Digits="1")
    assert len(world.twilio.placed) == 1 and world.twilio.updated[0][0] == again.sid
    assert world.store.handoffs[handoff.id].callback is None


async def test_the_end_of_the_call_is_kept(world: World) -> None:
    _, _, customer = await called(world)
    await picks_up(world, customer)
    url = local(world.twilio.placed[1]["status_callback"])
    await customer.post(url, CallStatus="completed", CallDuration="90")
    call = world.store.calls[customer.sid]
    assert (call.state, call.status, call.seconds) == (CallState.ENDED, "completed", 90)
