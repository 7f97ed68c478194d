"""The life of a handoff: every step that the table has, and none that it has not, also when many step at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.handoff import states
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.states import STEPS, checked
from bot.model import ChannelName, Closing, Handoff, HandoffState, Offer
from bot.model.handoffs import OWNED, PAUSED
from bot.ports import HandoffRefused
from bot.redis_store.client.base import connect
from bot.redis_store.handoffs import HANDOFF, RedisHandoffs
from bot.redis_store.turns import RedisBulletin
from tests.bot.agent_desk.test_people import opened_by_text
from tests.bot.conftest import World, facts_on
from tests.bot.fakes import FakeAssistant, FakeClock

T = TypeVar("T")
AGENTS = st.sampled_from(["kim", "sam", "bo"])
START = FakeClock()()


def a_handoff(state: HandoffState = HandoffState.WAITING, **more: object) -> Handoff:
    made = Handoff("h_1", "c_1", "p_1", state, "card", "general", ChannelName.SMS, START)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("was", HandoffState)
@pytest.mark.parametrize("now", HandoffState)
def test_each_pair_is_a_step_or_refused_with_a_sentence(was: HandoffState, now: HandoffState) -> None:
    before = a_handoff(was)
    after = replace(before, state=now, reopened=int(was not in OWNED and now in OWNED))
    if now is was or now in STEPS[was]:
        assert checked(before, after) == after
        return
    with pytest.raises(HandoffRefused, match=r"^This conversation|^The talk is over"):
        checked(before, after)


def test_every_state_is_reached_and_left() -> None:
    assert set(STEPS) == set(HandoffState)
    reached = {after for every in STEPS.values() for after in every}
    assert reached == set(HandoffState) and all(STEPS.values())


@pytest.mark.parametrize("over", [HandoffState.WRAP_UP, HandoffState.CLOSED])
def test_what_is_over_is_opened_again_by_name_only(over: HandoffState) -> None:
    with pytest.raises(HandoffRefused, match="Reopen it first"):
        checked(a_handoff(over), a_handoff(HandoffState.ASSIGNED, agent="sam"))


def test_a_handoff_that_an_earlier_version_stored_loads_as_it_is() -> None:
    stored = json.loads(HANDOFF.dump_json(a_handoff(HandoffState.ASSIGNED, agent="sam", assigned_at=START)))
    new = {"why", "offer", "snoozed_until", "notes", "closing", "reopened", "unannounced", "alone_since", "taken_from"}
    old = {name: value for name, value in stored.items() if name not in new}
    read = HANDOFF.validate_json(json.dumps(old))
    assert read.held and read == a_handoff(HandoffState.ASSIGNED, agent="sam", assigned_at=START)


# -- a model of it, on a real Valkey -----------------------------------------------------------------------------------


class Living(RuleBasedStateMachine):
    """Whatever agents, customers and clocks do with three handoffs of three conversations."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop, self.clock = asyncio.Runner(), FakeClock()
        self.book: HandoffBook = self.runs(self._begun())
        self.numbers: Iterator[int] = count()

    async def _begun(self) -> HandoffBook:
        self.client = connect(self.url)
        await self.client.flushall()
        store = RedisHandoffs(self.client, clock=self.clock)
        return HandoffBook(store, FakeAssistant(), RedisBulletin(self.client), self.clock)

    def runs(self, what: Awaitable[T]) -> T:
        async def it() -> T:
            return await what

        return self.loop.run(it())

    @initialize()
    def begins(self) -> None:
        for n in range(3):
            self.runs(self.book.handoffs.create(a_handoff(id=f"h_{n}", conversation_id=f"c_{n}", opened_at=self.clock())))

    @rule(n=st.integers(0, 2), to=st.sampled_from(HandoffState))
    def somebody_writes_any_state_over_it(self, n: int, to: HandoffState) -> None:
        was = self.runs(self.book.get(f"h_{n}"))
        legal = to is was.state or (to in STEPS[was.state] and (was.open or to not in OWNED))
        try:
            checked(was, replace(was, state=to))
        except HandoffRefused:
            assert not legal
            with pytest.raises(HandoffRefused):
                self.runs(self.book.change(was.id, lambda now: replace(now, state=to)))
            assert self.runs(self.book.get(was.id)) == was
        else:
            assert legal

    @rule(n=st.integers(0, 2), agent=AGENTS, other=AGENTS, what=st.integers(0, 9))
    def an_agent_does_something(self, n: int, agent: str, other: str, what: int) -> None:
        at, soon = self.clock(), self.clock() + timedelta(minutes=2)
        steps: list[Callable[[Handoff], Handoff]] = [
            lambda now: states.assigned(now, agent, at),
            lambda now: states.given_up(now, at, "released"),
            lambda now: states.offered(now, Offer(other, soon, now.agent)),
            lambda now: states.paused(now, soon) if now.agent else now,
            lambda now: states.paused(now, None) if now.agent else now,
            lambda now: states.goes_on(now, at, "due"),
            lambda now: states.ended(now, at, "", written_up=False) if now.agent else now,
            lambda now: states.ended(now, at, "agreed", written_up=True),
            lambda now: states.again(now, agent, at) if not now.open else now,
            lambda now: states.in_line(now, "missed"),
        ]
        was = self.runs(self.book.get(f"h_{n}"))
        with suppress(HandoffRefused):
            after = self.runs(self.book.change(was.id, steps[what]))
            assert after.state is was.state or after.state in STEPS[was.state]

    @rule(n=st.integers(0, 2), agent=AGENTS)
    def an_agent_accepts(self, n: int, agent: str) -> None:
        was = self.runs(self.book.get(f"h_{n}"))
        free = was.agent is None and (was.offer is None or was.offer.to == agent)
        may = was.open and (free or agent in (was.agent, was.offer.to if was.offer else None))
        try:
            after = self.runs(self.book.accept(was.id, agent))
        except HandoffRefused:
            assert not may
        else:
            assert may and (after.state, after.agent) == (HandoffState.ASSIGNED, agent)

    @rule(n=st.integers(0, 2))
    def the_customer_asks_for_a_person(self, n: int) -> None:
        new = a_handoff(id=f"h_{n}x{next(self.numbers)}", conversation_id=f"c_{n}", opened_at=self.clock())
        owner = self.runs(self.book.open_for(f"c_{n}"))
        kept = self.runs(self.book.handoffs.create(new))
        assert kept.id == (owner.id if owner else new.id)

    @rule(minutes=st.integers(1, 10))
    def time_passes(self, minutes: int) -> None:
        self.clock.passes(minutes=minutes)

    @invariant()
    def each_record_says_one_thing(self) -> None:
        async def look() -> list[Handoff]:
            keys = await self.client.keys("ot:handoff:*")
            return [await self.book.get(str(key).removeprefix("ot:handoff:")) for key in keys]

        found = self.runs(look())
        for one in found:
            assert (one.offer is not None) is (one.state is HandoffState.OFFERED)
            assert one.state is not HandoffState.WAITING or one.agent is None
            assert one.agent is not None or one.state not in (HandoffState.ASSIGNED, HandoffState.WRAP_UP, *PAUSED)
            assert (one.snoozed_until is not None) is (one.state is HandoffState.SNOOZED)
        owners = [one for one in found if one.open]
        assert len({one.conversation_id for one in owners}) == len(owners), "one at most has a conversation"
        assert {one.id for one in self.runs(self.book.handoffs.listing())} == {one.id for one in owners}
        for one in owners:
            assert self.runs(self.book.open_for(one.conversation_id)) == one
        over = self.runs(self.book.handoffs.over(1000))
        assert {one.id for one in over} == {one.id for one in found if not one.open}

    def teardown(self) -> None:
        self.runs(self.client.aclose())
        self.loop.close()


QUICK = settings(
    max_examples=10, stateful_step_count=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=100, stateful_step_count=30)


def test_whatever_happens_a_handoff_is_in_one_state_and_a_conversation_has_one_owner(redis_url: str) -> None:
    run_state_machine_as_test(type("LivingHere", (Living,), {"url": redis_url}), settings=QUICK)


@pytest.mark.slow
def test_the_same_for_longer(redis_url: str) -> None:
    run_state_machine_as_test(type("LivingHere", (Living,), {"url": redis_url}), settings=LONG)


# -- many at once ------------------------------------------------------------------------------------------------------


async def test_of_two_agents_who_accept_release_and_close_at_once_each_step_follows_from_the_one_before(
    world: World, redis_url: str
) -> None:
    handoff = await opened_by_text(world)
    clients = [connect(redis_url) for _ in range(4)]
    books = [replace(world.people.handoffs, handoffs=RedisHandoffs(one, world.facts, world.clock)) for one in clients]
    world.clock.passes(seconds=5)

    async def works(agent: str, book: HandoffBook) -> None:
        at = world.clock()

        def released(now: Handoff) -> Handoff:
            return states.given_up(now, at, "released") if now.agent == agent else now

        for step in (
            lambda: book.accept(handoff.id, agent),
            lambda: book.change(handoff.id, released),
            lambda: book.accept(handoff.id, agent),
            lambda: book.close(handoff.id, "", by=agent, closing=Closing(agent)),
        ):
            with suppress(HandoffRefused):
                await step()

    await asyncio.gather(*(works(agent, book) for book in books for agent in ("sam", "kim")))
    kept = await world.people.handoffs.get(handoff.id)
    assert not kept.open and kept.closing and kept.closing.code == kept.agent, "who had it has closed it"
    told = [(one.body["was"], one.body["now"]) for one in await facts_on(world.client) if one.kind == "handoff_step"]
    assert all(now in {str(one) for one in STEPS[HandoffState(was)]} | {was} for was, now in told)
    assert [now for _, now in told].count("closed") == 1
    assert await world.handoffs.open_for(handoff.conversation_id) is None and await world.handoffs.listing() == []
    for one in clients:
        await one.aclose()


async def test_what_is_reopened_while_its_customer_asks_for_a_person_anew_leaves_one_owner(world: World) -> None:
    first = await opened_by_text(world)
    await world.people.accept(first.id, "sam", None)
    await world.people.close(first.id, "sam", "done")
    at, new = world.clock(), replace(first, id="h_new", opened_at=world.clock())
    reopening = world.people.handoffs.change(first.id, lambda now: states.again(now, "sam", at))
    outcomes = await asyncio.gather(reopening, world.handoffs.create(new), return_exceptions=True)
    owner = await world.handoffs.open_for(first.conversation_id)
    assert owner is not None and [one.id for one in await world.handoffs.listing()] == [owner.id]
    assert isinstance(outcomes[0], HandoffRefused) is (owner.id == "h_new")
