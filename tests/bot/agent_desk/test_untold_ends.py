"""A call whose end nobody told us: no longer than the longest call at Twilio does it stand in anybody's way."""

from __future__ import annotations

from bot.model import LONGEST_CALL
from tests.bot.conftest import ANA, World
from tests.bot.identity.test_linking import known


async def test_a_call_that_never_ended_is_live_until_it_cannot_be(world: World) -> None:
    await world.calls_in("CA1")
    ana = await known(world, ANA)
    minutes = LONGEST_CALL.total_seconds() / 60
    world.clock.passes(minutes=minutes - 1)
    assert await world.calls.live_for(ana.conversation_id)
    world.clock.passes(minutes=2)
    assert await world.calls.live_for(ana.conversation_id) is None


async def test_a_newer_call_counts_as_ever(world: World) -> None:
    await world.calls_in("CA1")
    world.clock.passes(hours=30)
    await world.calls_in("CA2")
    live = await world.calls.live_for((await known(world, ANA)).conversation_id)
    assert live is not None and live.sid == "CA2"


async def test_who_called_long_ago_may_be_deleted(world: World) -> None:
    """``make retention`` leaves out who is on the phone."""
    from bot.redis_store.retention.people import RedisRetention

    await world.calls_in("CA1")
    world.clock.passes(hours=5)
    assert await RedisRetention(world.client, world.clock).forget(await known(world, ANA))
