"""An agent is disabled or removed in the middle of a phone talk: they are out, and the caller is back in line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.model import CallState, HandoffState
from bot.ports.phone_line import CALLER, LISTENER, Leg
from tests.voice.agents.test_agent_leg import ROOM, joined, local, told
from tests.voice.conftest import ACCOUNT, World
from tests.voice.fakes import FakeCalls, FakeHandoffs
from tests.voice.people import NoLocks
from voice.agents.leaving import Leaving


def leaving(world: World) -> Leaving:
    helpers = world.helpers
    calls, handoffs = FakeCalls(world.store), FakeHandoffs(world.store)
    return Leaving(
        account=ACCOUNT,
        client=world.twilio,
        calls=calls,
        handoffs=handoffs,
        rooms=helpers.rooms,
        locks=NoLocks(),
        may_work=helpers.may_work,
    )  # type: ignore[arg-type]


async def test_the_agent_is_out_and_the_caller_waits_again_at_their_place(world: World) -> None:
    phone, agent, handoff = await joined(world)
    assert await leaving(world).look() == 0  # nobody left: nothing is touched
    world.helpers.gone.add("sam")
    world.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.WAITING, agent=None)
    before = len(world.twilio.updated)

    assert await leaving(world).look() == 1
    (moved, target), (ended, how) = world.twilio.updated[before:]
    assert (moved, ended, how) == (phone.sid, agent.sid, {"status": "completed"})  # the caller first: nobody is cut off
    back = await phone.at(local(target["url"]))
    assert "had to leave the call" in back.words and back.verbs[-1] == "Enqueue"
    assert world.store.calls[phone.sid].state is CallState.WAITING
    assert await leaving(world).look() == 0

    await told(world, handoff, "conference-end", conference=ROOM)
    again = replace(handoff, state=HandoffState.ASSIGNED, agent="kim")
    world.store.handoffs[handoff.id] = again
    await world.line.ring_agent(again, "+15550100180")  # the next agent can be rung for them
    assert world.twilio.placed[-1]["to"] == "+15550100180"


async def test_a_caller_who_has_hung_up_meanwhile_is_not_asked_for(world: World) -> None:
    phone, agent, handoff = await joined(world)
    world.helpers.gone.add("sam")
    world.store.calls[phone.sid] = replace(world.store.calls[phone.sid], state=CallState.ENDED)
    before = len(world.twilio.updated)
    assert await leaving(world).look() == 1
    assert world.twilio.updated[before:] == [(agent.sid, {"status": "completed"})]
    assert (await world.helpers.rooms.get(handoff.id)).leg("agent") is None


@contextmanager
def vendor_is_away(world: World) -> Iterator[None]:
    world.twilio.gone = True
    yield
    world.twilio.gone = False


async def test_a_leg_that_is_over_already_is_forgotten(world: World) -> None:
    _, _, handoff = await joined(world)
    world.helpers.gone.add("sam")
    with vendor_is_away(world):
        assert await leaving(world).look() == 1
    assert (await world.helpers.rooms.get(handoff.id)).leg("agent") is None


@pytest.mark.parametrize("role", [LISTENER, "coach"])
async def test_a_supervisor_who_listens_goes_alone(world: World, role: str) -> None:
    """The talk that they listened to goes on."""
    phone, agent, handoff = await joined(world)
    await world.helpers.rooms.enter(handoff.id, Leg("CA" + "9" * 32, role, "boss"))
    world.helpers.gone.add("boss")
    before = len(world.twilio.updated)
    assert await leaving(world).look() == 1
    assert world.twilio.updated[before:] == [("CA" + "9" * 32, {"status": "completed"})]
    room = await world.helpers.rooms.get(handoff.id)
    assert {leg.call_sid for leg in room.legs} == {phone.sid, agent.sid} and room.leg(CALLER)
