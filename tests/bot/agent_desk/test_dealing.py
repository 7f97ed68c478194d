"""The line offers what waits to agents who are free, to the next when they do not take it, and moves on who waited too long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.agent_desk.workspace import People
from bot.model import Address, AddressKind, Handoff, HandoffState
from bot.model.agent_steps import Decline
from bot.ports import HandoffRefused
from bot.redis_store.client.base import connect
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.locks import RedisLocks
from bot.routing.deciding import Worker
from bot.routing.rules import Overflow, QueueRules, Rules
from tests.bot.agent_desk.test_people import escalates, opened_by_text
from tests.bot.conftest import World

PUSH = QueueRules(offered_for=timedelta(seconds=30))


class Floor:
    """Who works; sam and kim at first. ``missed``: who let an offer pass."""

    def __init__(self) -> None:
        self.there = {name: Worker(name, chats=1) for name in ("sam", "kim")}
        self.late: list[str] = []

    async def workers(self) -> Sequence[Worker]:
        return list(self.there.values())

    async def missed(self, username: str) -> None:
        self.late.append(username)
        self.there.pop(username)


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def people(world: World, floor: Floor) -> People:
    return dealing(world, floor, PUSH)


def dealing(world: World, floor: Floor, rules: QueueRules) -> People:
    book = replace(world.people.handoffs, rules=Rules({"general": rules}))
    return replace(world.people, handoffs=book, workers=floor.workers, missed=floor.missed)


async def now(world: World, handoff: Handoff) -> Handoff:
    return await world.people.handoffs.get(handoff.id)


async def offered_to(world: World, handoff: Handoff) -> str:
    kept = await now(world, handoff)
    return kept.offer.to if kept.offer else ""


async def test_what_waits_is_offered_and_is_theirs_when_they_take_it(world: World, people: People) -> None:
    handoff = await opened_by_text(world)
    assert (await people.look(), await people.look()) == (1, 0)
    offered = await now(world, handoff)
    assert (offered.state, offered.agent, offered.waits) == (HandoffState.OFFERED, None, True)
    to = await offered_to(world, handoff)
    assert await people.handoffs.place(offered) == 1, "they keep their place meanwhile"
    with pytest.raises(HandoffRefused, match="offered to a colleague"):
        await people.accept(handoff.id, "bo", None)
    taken = await people.accept(handoff.id, to, None)
    assert (taken.state, taken.agent, taken.offer) == (HandoffState.ASSIGNED, to, None)


async def test_who_declines_is_followed_by_the_next_and_nothing_is_said_to_the_customer(world: World, people: People) -> None:
    handoff = await opened_by_text(world)
    await people.look()
    first = await offered_to(world, handoff)
    await people.step(handoff.id, first, Decline())
    waits = await now(world, handoff)
    assert (waits.state, waits.why, waits.notes) == (HandoffState.WAITING, "declined", ())
    await people.look()
    assert await offered_to(world, handoff) == ({"sam", "kim"} - {first}).pop()


async def test_who_lets_it_pass_is_asked_no_more_until_they_are_back(world: World, people: People, floor: Floor) -> None:
    handoff = await opened_by_text(world)
    await people.look()
    first = await offered_to(world, handoff)
    world.clock.passes(seconds=30)
    await people.look()
    assert floor.late == [first] and await offered_to(world, handoff) == ({"sam", "kim"} - {first}).pop()


async def test_an_offer_to_who_leaves_goes_to_the_next_at_once(world: World, people: People, floor: Floor) -> None:
    handoff = await opened_by_text(world)
    await people.look()
    first = await offered_to(world, handoff)
    floor.there.pop(first)
    await people.look()
    assert await offered_to(world, handoff) == ({"sam", "kim"} - {first}).pop()


async def test_a_customer_who_goes_on_without_takes_it_from_who_is_asked(world: World, people: People) -> None:
    handoff = await opened_by_text(world)
    await people.look()
    closed = await people.handoffs.close(handoff.id, "")
    assert closed.state is HandoffState.CLOSED
    with pytest.raises(HandoffRefused):
        await people.accept(handoff.id, "sam", None)


async def test_a_queue_that_agents_pull_from_offers_nothing(world: World, floor: Floor) -> None:
    handoff = await opened_by_text(world)
    assert await dealing(world, floor, QueueRules()).look() == 0
    assert (await now(world, handoff)).state is HandoffState.WAITING


async def test_who_waited_long_goes_to_another_queue_with_their_place(world: World, floor: Floor) -> None:
    people = dealing(world, floor, QueueRules(overflow=Overflow("cards", timedelta(minutes=10))))
    handoff = await opened_by_text(world)
    world.clock.passes(minutes=10)
    assert (await people.look(), await people.look()) == (1, 0)
    moved = await now(world, handoff)
    assert (moved.queue, moved.why, moved.opened_at) == ("cards", "overflow", handoff.opened_at)
    (told,) = await world.told("handoff_transferred")
    assert told.body["to_queue"] == "cards"


async def test_gateways_that_look_at_once_give_nobody_more_than_they_can_have(
    world: World, people: People, floor: Floor, redis_url: str
) -> None:
    """Six wait, two agents have room for one each; agents accept and customers give up in the same moment."""
    escalates(world)
    found = [(await world.texts("a person", Address(AddressKind.TEL, f"+1212555020{n}"))).handoff for n in range(6)]
    waiting = [one for one in found if one]
    others = [connect(redis_url) for _ in range(3)]
    houses = [
        replace(
            people,
            handoffs=replace(people.handoffs, handoffs=RedisHandoffs(one, world.facts, world.clock)),
            locks=RedisLocks(one),
        )
        for one in others
    ]
    doing = [house.look() for house in houses for _ in range(2)]
    doing.append(houses[0].handoffs.close(waiting[0].id, ""))  # type: ignore[arg-type]
    done = await asyncio.gather(*doing, return_exceptions=True)
    assert not [one for one in done if isinstance(one, BaseException)]
    kept = [await now(world, one) for one in waiting]
    to = sorted(one.offer.to for one in kept if one.offer)
    assert to in (["kim", "sam"], ["kim"], ["sam"]) and len(set(to)) == len(to)
    await houses[1].look()
    kept = [await now(world, one) for one in waiting]
    assert sorted(one.offer.to for one in kept if one.offer) == ["kim", "sam"]
    for one in others:
        await one.aclose()


async def test_of_an_agent_who_accepts_and_a_line_that_offers_one_wins(world: World, people: People, redis_url: str) -> None:
    handoff = await opened_by_text(world)
    done = await asyncio.gather(people.look(), people.accept(handoff.id, "bo", None), return_exceptions=True)
    kept = await now(world, handoff)
    assert (kept.agent == "bo") is not isinstance(done[1], HandoffRefused)
    assert (kept.offer is None) is (kept.agent == "bo")
