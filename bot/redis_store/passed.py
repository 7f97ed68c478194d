"""Handoffs at other desks on Redis: ``ot:passed:<handoff>``, which of them are not over (``ot:passed``), and whose reference is
whose (``ot:passed:at:<desk>:<ref>``)."""

from __future__ import annotations

from collections.abc import Callable

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.ports.handoff_target import Passed, PassedState
from bot.redis_store.client.base import PREFIX, dump, stored, text_of
from bot.redis_store.client.compare_and_set import Swap

PASSED = TypeAdapter(Passed)
LIVE = f"{PREFIX}:passed"
KEPT = 30 * 24 * 3600
"""Seconds for which it is known of one that is over, so that what comes late is understood."""


class RedisPassed:
    """``bot.ports.handoff_target.PassedHandoffs``."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._swap = Swap(client)

    @stored
    async def get(self, handoff_id: str) -> Passed | None:
        text = await self._redis.get(_key(handoff_id))
        return PASSED.validate_json(text) if text else None

    @stored
    async def by_ref(self, desk: str, ref: str) -> Passed | None:
        handoff_id = text_of(await self._redis.get(_at(desk, ref)))
        return await self.get(handoff_id) if handoff_id else None

    @stored
    async def create(self, passed: Passed) -> Passed:
        """On the list first: who dies here leaves an entry without a record, which is passed over."""
        await self._redis.sadd(LIVE, passed.handoff_id)
        await self._redis.set(_key(passed.handoff_id), dump(PASSED, passed), nx=True)
        return await self.get(passed.handoff_id) or passed

    @stored
    async def update(self, handoff_id: str, change: Callable[[Passed], Passed]) -> Passed | None:
        before = text_of(await self._redis.get(_key(handoff_id)))
        while before is not None:
            was = PASSED.validate_json(before)
            after = change(was)
            if after == was:
                return was
            if after.ref and after.ref != was.ref:  # before it is said: what comes from there must be found
                await self._redis.set(_at(after.desk, after.ref), handoff_id, ex=KEPT)
            if await self._swap.replace(_key(handoff_id), before, dump(PASSED, after)):
                await self._follow(after)
                return after
            before = text_of(await self._redis.get(_key(handoff_id)))
        return None

    @stored
    async def live(self) -> list[Passed]:
        names = [str(text_of(one)) for one in await self._redis.smembers(LIVE)]
        found = [await self.get(name) for name in sorted(names)]
        return [one for one in found if one is not None and one.state is not PassedState.OVER]

    async def _follow(self, after: Passed) -> None:
        if after.state is PassedState.OVER:
            await self._redis.srem(LIVE, after.handoff_id)
            await self._redis.expire(_key(after.handoff_id), KEPT)


def _key(handoff_id: str) -> str:
    return f"{PREFIX}:passed:{handoff_id}"


def _at(desk: str, ref: str) -> str:
    return f"{PREFIX}:passed:at:{desk}:{ref}"
