"""Customers who were not reached are called again by the system: when, by whom, once; and what a dying gateway leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.agent_desk.callbacks import Redialler
from bot.agent_desk.caller_requests import WATCH, Errands
from bot.model import Callback, Contact, Handoff, HandoffState
from bot.ports import SendError, SendFailure
from bot.ports.hours import Hours
from bot.ports.phone_line import AGENT, CallbackRules, Leg, Room
from bot.redis_store.line import RedisSchedule
from tests.bot.agent_desk.test_phone_people import on_the_phone
from tests.bot.conftest import ANA, World
from tests.bot.fakes import FakePhones

SAM, KIM = ("sam", "+12125550160"), ("kim", "+12125550161")
QUARTER = timedelta(minutes=15)


@dataclass
class Phones(FakePhones):
    """Agents' phones: who is in the conference, and what a vendor that refuses answers."""

    there: set[str] = field(default_factory=set)
    fails: SendFailure | None = None

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        if self.fails:
            raise SendError("no", self.fails)
        await super().ring_agent(handoff, phone)

    async def state(self, handoff_id: str) -> Room:
        return Room(handoff_id, legs=(Leg("CA1", AGENT, "sam"),) if handoff_id in self.there else ())


@dataclass
class Line:
    """One customer who is to be called back, and gateways that look."""

    world: World
    handoff_id: str
    errands: Errands
    phones: Phones = field(default_factory=Phones)
    agents: list[tuple[str, str]] = field(default_factory=lambda: [KIM, SAM])

    def gateway(self) -> Redialler:
        async def agents() -> list[tuple[str, str]]:
            return self.agents

        return Redialler(errands=self.errands, telephone=self.phones, phones=agents)

    async def look(self) -> list[str]:
        """One gateway looks; which phones were rung by now."""
        await self.gateway().look()
        return [phone for _, phone in self.phones.rung]

    async def handoff(self) -> Handoff:
        found = await self.world.handoffs.get(self.handoff_id)
        assert found is not None
        return found

    async def callback(self) -> Callback:
        back = (await self.handoff()).callback
        assert back is not None
        return back

    async def contact(self) -> Contact:
        found = await self.world.contacts.find(ANA)
        assert found is not None
        return found

    async def sam_calls(self, result: str) -> bool:
        """Sam has taken it (by hand or by the system), and the customer's phone is rung in vain."""
        handoff = await self.handoff()
        if handoff.state is HandoffState.WAITING:
            await self.world.people.accept(self.handoff_id, "sam", SAM[1])
        attempt = await self.errands.calls_customer(self.handoff_id)
        assert attempt is not None
        again = await self.errands.not_reached(self.handoff_id, result, f"CA{self.world.clock().timestamp()}", attempt)
        assert again is not None
        return again


def errands_of(world: World, rules: CallbackRules) -> Errands:
    people = world.people
    return Errands(
        handoffs=people.handoffs,
        contacts=people.contacts,
        calls=people.calls,
        lines=people.lines,
        outbox=people.outbox,
        locks=people.locks,
        wording=people.wording,
        clock=world.clock,
        schedule=RedisSchedule(world.client),
        rules=rules,
    )


@pytest.fixture
async def line(world: World) -> Line:
    """Ana asked to be called; nobody waits on the phone."""
    handoff = await on_the_phone(world)
    await world.handoffs.update(handoff.id, lambda now: replace(now, call_sid=None, callback=Callback(ANA.value, world.clock())))
    return Line(world, handoff.id, errands_of(world, CallbackRules()))


async def test_the_first_call_is_an_agents_to_begin(line: Line) -> None:
    line.world.clock.passes(hours=5)
    assert await line.look() == []


@pytest.mark.parametrize("result", ["busy", "no-answer", "machine", "failed"])
async def test_who_was_not_reached_is_called_again_when_it_is_due_by_who_called_before(line: Line, result: str) -> None:
    assert await line.sam_calls(result)
    line.world.clock.passes(minutes=14)
    assert await line.look() == []
    line.world.clock.passes(minutes=1)
    assert await line.look() == [SAM[1]]
    handoff = await line.handoff()
    assert (handoff.state, handoff.agent) == (HandoffState.ASSIGNED, "sam")
    assert [(one.result, one.agent) for one in handoff.tries] == [(result, "sam")]
    assert await line.look() == [SAM[1]]  # it rings; looking again rings nobody


async def test_after_the_last_try_the_customer_is_told_and_each_try_stays_on_the_handoff(line: Line) -> None:
    for number in (1, 2, 3):
        again = await line.sam_calls("busy")
        assert again is (number < 3)
        line.world.clock.passes(minutes=15)
        await line.look()
    handoff = await line.handoff()
    assert (handoff.callback, handoff.state, len(handoff.tries)) == (None, HandoffState.WAITING, 3)
    assert len(line.phones.rung) == 2
    assert [m.reply.text for m in await line.world.sent_to(ANA)] == ["callback_gave_up"]
    line.world.clock.passes(hours=9)
    assert len(await line.look()) == 2


async def test_an_agent_who_does_not_take_it_is_followed_by_the_next_and_then_there_is_a_rest(line: Line) -> None:
    await line.sam_calls("busy")
    line.world.clock.passes(minutes=15)
    await line.look()
    await line.errands.missed(line.handoff_id, "sam")
    assert len(await line.look()) == 1  # not in the same breath
    line.world.clock.passes(seconds=15)
    assert await line.look() == [SAM[1], KIM[1]]
    await line.errands.missed(line.handoff_id, "kim")
    line.world.clock.passes(seconds=15)
    assert len(await line.look()) == 2
    back = await line.callback()
    assert (back.tries, back.not_before, back.missed) == (1, line.world.clock() + QUARTER, ())
    line.world.clock.passes(minutes=15)
    assert len(await line.look()) == 3


async def test_nobody_is_rung_who_is_on_the_phone_or_away(line: Line) -> None:
    await line.sam_calls("busy")
    other = await line.handoff()
    talking = replace(other, id="h_2", conversation_id="c_2", callback=None, call_sid="CA9", agent="sam")
    await line.world.handoffs.create(replace(talking, state=HandoffState.ASSIGNED))
    line.world.clock.passes(minutes=15)
    assert await line.look() == [KIM[1]]
    await line.errands.rests(line.handoff_id)
    line.agents.clear()
    line.world.clock.passes(minutes=15)
    assert await line.look() == [KIM[1]]
    line.agents.append(KIM)
    line.world.clock.passes(minutes=2)
    assert await line.look() == [KIM[1], KIM[1]]


@pytest.mark.parametrize("failure", list(SendFailure))
async def test_a_phone_that_cannot_be_rung_is_passed_over(line: Line, failure: SendFailure) -> None:
    await line.sam_calls("busy")
    line.phones.fails = failure
    line.world.clock.passes(minutes=15)
    await line.look()
    line.phones.fails = None
    line.world.clock.passes(seconds=15)
    assert await line.look() == [KIM[1]]


async def test_never_outside_business_hours(line: Line) -> None:
    """The clock begins on a Saturday."""
    hours = Hours.parse("Mon-Fri 09:00-17:00", "America/New_York")
    line.errands = replace(line.errands, rules=CallbackRules(hours=hours))
    await line.sam_calls("no-answer")
    opens = hours.next_opening(line.world.clock()).astimezone(UTC)
    assert (await line.callback()).not_before == opens
    line.world.clock.passes(hours=20)
    assert await line.look() == []
    line.world.clock.time = opens - timedelta(seconds=1)
    assert await line.look() == []
    line.world.clock.time = opens
    assert await line.look() == [SAM[1]]


async def test_what_became_due_while_everything_was_down_waits_for_the_opening(line: Line) -> None:
    line.errands = replace(line.errands, rules=CallbackRules(hours=Hours.parse("Mon-Sun 08:00-18:00", "UTC")))
    line.world.clock.time = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    await line.sam_calls("busy")
    line.world.clock.passes(hours=3)
    assert await line.look() == []
    line.world.clock.time = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert await line.look() == [SAM[1]]


async def test_ten_gateways_ring_one_phone(line: Line) -> None:
    await line.sam_calls("busy")
    line.world.clock.passes(minutes=15)
    await asyncio.gather(*(line.gateway().look() for _ in range(10)))
    assert line.phones.rung == [(line.handoff_id, SAM[1])]


async def test_a_gateway_that_slept_after_its_claim_rings_nobody(line: Line) -> None:
    await line.sam_calls("busy")
    line.world.clock.passes(minutes=15)
    seen = (await line.callback()).attempt
    await line.look()
    assert await line.errands.rings(line.handoff_id, "kim", seen) is None
    await line.errands.missed(line.handoff_id, "sam")
    assert await line.errands.rings(line.handoff_id, "kim", seen) is None  # it waits again, but that attempt is over


async def test_the_customer_is_called_once_for_an_attempt_whichever_leg_asks(line: Line) -> None:
    await line.world.people.accept(line.handoff_id, "sam", SAM[1])
    asked = await asyncio.gather(*(line.errands.calls_customer(line.handoff_id) for _ in range(5)))
    assert sorted(asked, key=str) == [0, None, None, None, None]


async def test_what_is_told_late_of_an_attempt_that_is_over_changes_nothing(line: Line) -> None:
    """The vendor's word comes when the next attempt has begun."""
    await line.world.people.accept(line.handoff_id, "sam", SAM[1])
    first = await line.errands.calls_customer(line.handoff_id)
    line.world.clock.passes(minutes=3)
    await line.look()  # counted as unknown: nobody was told
    line.world.clock.passes(minutes=15)
    await line.look()
    before = await line.handoff()
    assert before.state is HandoffState.ASSIGNED
    assert await line.errands.not_reached(line.handoff_id, "no-answer", "CA1", first) is None
    assert await line.handoff() == before


async def test_a_call_whose_end_nobody_told_counts_as_a_try_once_the_agent_has_gone(line: Line) -> None:
    await line.world.people.accept(line.handoff_id, "sam", SAM[1])
    await line.errands.calls_customer(line.handoff_id)
    line.phones.there.add(line.handoff_id)
    line.world.clock.passes(minutes=3)
    await line.look()
    assert (await line.handoff()).state is HandoffState.ASSIGNED  # sam waits for the customer
    line.phones.there.clear()
    line.world.clock.passes(minutes=3)
    await line.look()
    handoff = await line.handoff()
    assert (handoff.state, [one.result for one in handoff.tries]) == (HandoffState.WAITING, ["unknown"])
    line.world.clock.passes(minutes=15)
    assert await line.look() == [SAM[1]]


async def test_who_calls_by_themselves_or_is_answered_by_message_is_not_called(line: Line) -> None:
    await line.sam_calls("busy")
    await line.world.handoffs.update(line.handoff_id, lambda now: replace(now, call_sid="CA7"))
    line.world.clock.passes(minutes=15)
    assert await line.look() == []
    await line.world.handoffs.update(line.handoff_id, lambda now: replace(now, call_sid=None, state=HandoffState.CLOSED))
    line.world.clock.passes(minutes=15)
    assert await line.look() == []
    assert await line.world.client.zcard("ot:callbacks") == 0


async def test_an_agent_who_took_it_by_hand_is_left_alone(line: Line) -> None:
    await line.sam_calls("busy")
    line.world.clock.passes(minutes=15)
    await line.world.people.accept(line.handoff_id, "kim", None)
    assert await line.look() == []
    line.world.clock.passes(hours=1)
    assert await line.look() == [] and (await line.handoff()).agent == "kim"


CHILD = """
import asyncio, os, signal, sys
from datetime import datetime
from bot.agent_desk.callbacks import Redialler
from bot.redis_store.client.base import connect
from bot.redis_store.line import RedisSchedule
from bot.redis_store.calls import RedisCalls
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.locks import RedisLocks
from bot.redis_store.turns import RedisBulletin
from bot.agent_desk.caller_requests import Errands
from bot.handoff.lifecycle import HandoffBook

url, moment, death = sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3]
clock = lambda: moment

def die(): os.kill(os.getpid(), signal.SIGKILL)

class Phones:
    async def ring_agent(self, handoff, phone): die()
    async def state(self, handoff_id): raise AssertionError

async def agents():
    if death == "claimed": die()
    return [("sam", "+12125550160")]

async def main():
    client = connect(url)
    book = HandoffBook(RedisHandoffs(client), None, RedisBulletin(client), clock)
    errands = Errands(
        handoffs=book, contacts=RedisContacts(client, clock), calls=RedisCalls(client), lines=None, outbox=None,
        locks=RedisLocks(client), wording=None, clock=clock, schedule=RedisSchedule(client),
    )
    await Redialler(errands=errands, telephone=Phones(), phones=agents).look()

asyncio.run(main())
"""


@pytest.mark.parametrize("death", ["claimed", "ringing"])
async def test_a_gateway_is_killed_in_the_middle_and_another_goes_on(line: Line, redis_url: str, death: str) -> None:
    await line.sam_calls("busy")
    line.world.clock.passes(minutes=15)
    root = Path(__file__).parents[3]
    command = (sys.executable, "-c", CHILD, redis_url, line.world.clock().isoformat(), death)
    child = await asyncio.create_subprocess_exec(*command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert await child.wait() == -signal.SIGKILL
    assert await line.look() == []  # what it had begun may still go on: nobody is rung at the same time
    await line.world.client.delete("none", *[key async for key in line.world.client.scan_iter("ot:lock:*")])  # they end by time
    line.world.clock.time += WATCH
    await line.look()
    line.world.clock.passes(seconds=15)
    await line.look()
    assert len(line.phones.rung) == 1, "one agent is rung, by the gateway that lives"
    assert (await line.callback()).tries == 1
