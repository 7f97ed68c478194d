"""People on the phone: measured waits, callbacks that rest, what may be done with a call, conferences kept in Redis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import redis.asyncio as redis

from bot.directives import Handoff
from bot.model import Callback, CallState, HandoffState, LineAct, Reply, Voicemail
from bot.model import Handoff as HandoffRecord
from bot.ports import DialogueTurn, HandoffRefused
from bot.ports.phone_line import AGENT, CALLER, Leg, Wait
from bot.redis_store.line import RedisRooms, RedisWaits
from tests.bot.conftest import ANA, World

SID, SOUND = "CA" + "1" * 32, "RE" + "1" * 32


async def on_the_phone(world: World) -> HandoffRecord:
    """Ana waits in the queue on a call."""
    world.assistant.answer = lambda said: DialogueTurn((Reply("one moment"),), (Handoff("card"),))
    await world.calls_in(SID)
    result = await world.says(SID, "a person please")
    call = await world.calls.get(SID)
    assert result.handoff and call
    await world.calls.update(call.sid, lambda now: replace(now, state=CallState.WAITING, handoff_id=result.handoff.id))
    return result.handoff


async def changed(world: World, handoff: HandoffRecord, **facts: object) -> HandoffRecord:
    new = await world.handoffs.update(handoff.id, lambda now: replace(now, **facts))  # type: ignore[arg-type]
    assert new
    return new


async def test_the_wait_is_measured_when_an_agent_accepts(world: World) -> None:
    waits = RedisWaits(world.client)
    people = replace(world.people, waits=waits)
    handoff = await on_the_phone(world)
    world.clock.passes(minutes=3)
    await people.accept(handoff.id, "sam", None)
    await people.accept(handoff.id, "sam", None)
    assert await waits.recent("general", world.clock()) == [Wait(180.0, 1, world.clock())]
    world.clock.passes(hours=3)
    assert await waits.recent("general", world.clock()) == []


async def test_a_callback_is_refused_until_the_customer_has_had_some_time(world: World) -> None:
    handoff = await on_the_phone(world)
    later = world.clock() + timedelta(minutes=15)
    await changed(world, handoff, call_sid=None, callback=Callback(ANA.value, world.clock(), 1, "busy", later))
    with pytest.raises(HandoffRefused, match=r"not reached \(busy\). They are called again in 15 minutes"):
        await world.people.accept(handoff.id, "sam", "+12025550160")
    kept = await world.handoffs.get(handoff.id)
    assert kept and kept.state is HandoffState.WAITING and world.phones.rung == []
    world.clock.passes(minutes=15)
    await world.people.accept(handoff.id, "sam", "+12025550160")
    assert world.phones.rung == [(handoff.id, "+12025550160")]
    assert await world.sent_to(ANA) == []  # the customer is called, not told by text that an agent is there


async def test_only_the_calls_agent_does_something_with_it_but_listening_is_asked_by_others(world: World) -> None:
    handoff = await on_the_phone(world)
    await world.people.accept(handoff.id, "sam", "+12025550160")
    with pytest.raises(HandoffRefused):
        await world.people.act(handoff.id, "kim", LineAct.HOLD, "")
    await world.people.act(handoff.id, "sam", LineAct.HOLD, "")
    await world.people.act(handoff.id, "kim", LineAct.LISTEN, "+12025550161")
    assert world.phones.acts == [(LineAct.HOLD, "sam", ""), (LineAct.LISTEN, "kim", "+12025550161")]


async def test_closing_ends_the_talk(world: World) -> None:
    handoff = await on_the_phone(world)
    await world.people.accept(handoff.id, "sam", None)
    await world.people.close(handoff.id, "sam", "All done")
    await world.settles()
    assert world.phones.finished == [handoff.id]


async def test_only_the_sounds_of_this_conversation_are_played(world: World) -> None:
    handoff = await on_the_phone(world)
    assert await world.people.sound(handoff.id, SOUND) is None
    await changed(world, handoff, voicemails=(Voicemail(SOUND, 9, world.clock()),), recordings=("RE" + "2" * 32,))
    assert await world.people.sound(handoff.id, SOUND)
    assert await world.people.sound(handoff.id, "RE" + "2" * 32)
    assert await world.people.sound(handoff.id, "RE" + "3" * 32) is None


async def test_a_conference_is_kept_by_its_parts(world: World) -> None:
    rooms = RedisRooms(world.client)
    await rooms.enter("h_1", Leg(SID, CALLER))
    await rooms.enter("h_1", Leg("CA2", AGENT, "sam"))
    await rooms.note("h_1", sid="CF1", held="1", recording="on")
    room = await rooms.get("h_1")
    assert (room.sid, room.held, room.muted, room.recording) == ("CF1", True, False, "on")
    assert room.leg(AGENT) == Leg("CA2", AGENT, "sam") and room.of(SID) == Leg(SID, CALLER)
    await rooms.leave("h_1", SID)
    assert (await rooms.get("h_1")).leg(CALLER) is None
    await rooms.close("h_1")
    assert (await rooms.get("h_1")).legs == ()
    client: redis.Redis = world.client
    await rooms.note("h_1", sid="CF1")
    assert 0 < await client.ttl("ot:room:h_1") <= 86_400  # nothing is left for ever
