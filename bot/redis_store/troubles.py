"""What is wrong with our accounts at the vendors, as every gateway and desk sees it (``bot.ports.Troubles``)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import redis.asyncio as redis

from bot.ports import Clock, Trouble
from bot.redis_store.client.base import PREFIX, stored, text_of

LASTS = timedelta(hours=1)
"""A trouble that was met neither again nor mended is forgotten: longer than the longest pause between two tries."""

_ALL = f"{PREFIX}:troubles"


class RedisTroubles:
    """``ot:troubles``: sorted set of ``<vendor> <code>`` by the time it was last met; ``ot:trouble:*``: since when."""

    def __init__(self, client: redis.Redis, clock: Clock) -> None:
        self._redis = client
        self._clock = clock

    @stored
    async def met(self, vendor: str, code: str) -> None:
        """See ``bot.ports.Troubles``."""
        moment = self._clock()
        await self._redis.set(_since(vendor, code), moment.isoformat(), nx=True, ex=LASTS)
        await self._redis.expire(_since(vendor, code), LASTS)
        await self._redis.zadd(_ALL, {f"{vendor} {code}": moment.timestamp()})
        await self._redis.zremrangebyscore(_ALL, "-inf", (moment - LASTS).timestamp())

    @stored
    async def mended(self, vendor: str, code: str) -> None:
        """See ``bot.ports.Troubles``."""
        await self._redis.zrem(_ALL, f"{vendor} {code}")
        await self._redis.delete(_since(vendor, code))

    @stored
    async def now(self) -> list[Trouble]:
        """See ``bot.ports.Troubles``."""
        found, oldest = [], (self._clock() - LASTS).timestamp()
        listed: Any = await self._redis.zrangebyscore(_ALL, oldest, "+inf", withscores=True)
        for member, last in listed:
            vendor, _, code = str(member).partition(" ")
            since = text_of(await self._redis.get(_since(vendor, code)))
            at = datetime.fromisoformat(since) if since else datetime.fromtimestamp(float(last), UTC)
            found.append(Trouble(vendor, code, at))
        return sorted(found, key=lambda one: one.since)


def _since(vendor: str, code: str) -> str:
    return f"{PREFIX}:trouble:{vendor}:{code}"
